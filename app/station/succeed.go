package station

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/internal/atomicfile"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// What became of the hub that gets a successor.
const (
	HubStolen = "stolen" // nothing counts that it wrote after what the archive holds
	HubLost   = "lost"   // what stations bring of it is taken over
)

// succession checks the root's word that a device is the district's from now on. From
// then on the certificates that it issues are known, too.
func (s *Station) succession(heir oplog.DeviceID, p *counter.ContinuePayload) (store.Heir, error) {
	h := p.Heir
	epoch, err := oplog.ParseEpoch(p.Epoch)
	if err != nil {
		return store.Heir{}, err
	}
	rec, err := s.verifier.Record(h.TLSCert, h.SignCert)
	if err != nil {
		return store.Heir{}, err
	}
	old, err := s.verifier.Record(h.OldTLSCert, h.OldSignCert)
	if err != nil {
		return store.Heir{}, err
	}
	word := roster.Succession{Heir: heir, Old: oplog.DeviceID(p.Device), Epoch: epoch, Seq: p.Seq, Hash: oplog.Hash(p.Hash), At: h.At,
		Stolen: h.Stolen, Authority: h.Authority, Addresses: h.Addresses}
	if err := s.verifier.CheckSuccession(word, rec, h.Root); err != nil {
		return store.Heir{}, err
	}
	if old.ID != word.Old || old.Tier != roster.District {
		return store.Heir{}, errors.New("station: the succession names another device than it shows")
	}
	if err := s.verifier.AddAuthority(h.Authority); err != nil {
		return store.Heir{}, err
	}
	return store.Heir{Device: deviceRow(rec), Old: deviceRow(old), At: h.At, Stolen: h.Stolen, Authority: h.Authority, Addresses: h.Addresses}, nil
}

// hubAddresses are where the hub of now is found.
func (s *Station) hubAddresses() []string {
	heirs := s.v.store.Heirs()
	if n := len(heirs); n > 0 && len(heirs[n-1].Addresses) > 0 {
		return heirs[n-1].Addresses
	}
	return s.id.Addresses
}

// Refusals of devices that have a certificate of the district.
var (
	errReplaced = errors.New("station: this hub was replaced by a successor")
	errStranger = errors.New("station: the stolen hub may have enrolled this device: no roster that counts names it")
)

// unwelcome tells why a device with a valid certificate is not let in: it was revoked,
// or it was the hub, or the authority of a stolen hub issued its certificate and the
// district's roster does not name it.
func (s *Station) unwelcome(ctx context.Context, id oplog.DeviceID, tlsCert []byte) error {
	heirs := s.v.store.Heirs()
	stolen, newer := false, [][]byte{}
	for _, h := range heirs {
		if h.Old.Device == id && id != s.v.store.Hub() {
			return errReplaced
		}
		if stolen = stolen || h.Stolen; h.Stolen {
			newer = newer[:0]
		}
		newer = append(newer, h.Authority)
	}
	if s.revoked(ctx, id) {
		return errRevoked
	}
	if !stolen || id == s.v.store.Hub() {
		return nil
	}
	p, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return err
	}
	if _, named := p.MemberByDevice(id); named {
		return nil
	}
	since, err := roster.NewVerifier(s.id.Root, newer...)
	if err != nil {
		return err
	}
	if _, err := since.CheckTLS(tlsCert); err != nil {
		return errStranger
	}
	return nil // enrolled by the successor, after our last sync
}

// succeed makes a hub with keys of its own in place of a lost or stolen one: the
// archive's logs, the root's word that this device goes on from there, and new keys of
// all service points.
func (s *Station) succeed(ctx context.Context, dep *deposited, backup *roster.KeyBackup, files []archived, r Revival) (out Revived, err error) {
	if r.Successor != HubStolen && r.Successor != HubLost {
		return out, counter.E(counter.CodeUsage, "--successor 写 stolen(被盗)或 lost(丢失、毁坏)", "--successor is stolen or lost").
			Hint("枢纽可能落到别人手里就写 stolen", "say stolen when somebody else may have the hub")
	}
	kit, err := roster.DecodeRecoveryKit(r.Kit, r.KitPhrase)
	if err != nil {
		return out, rosterError(err)
	}
	old := dep.Identity.Hub
	auth, err := s.newIdentity(kit, dep, r.Addresses)
	if err != nil {
		return out, err
	}
	if err := s.keepSecrets(ctx, auth); err != nil {
		return out, err
	}
	for _, k := range backup.Keys {
		if err := s.v.store.AddKeys(ctx, store.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key}); err != nil {
			return out, err
		}
	}
	if err := s.v.store.PutDevice(ctx, deviceRow(&old)); err != nil {
		return out, err
	}
	if s.verifier, err = roster.NewVerifier(s.id.Root, s.id.CAs...); err != nil {
		return out, rosterError(err)
	}
	if err := s.takeSeeds(ctx, dep); err != nil { // opens what the old one sealed after the export
		return out, err
	}
	if err := s.becomeOf(ctx, old.ID); err != nil {
		return out, err
	}
	out = Revived{Device: s.id.Device.ID.String(), District: s.id.Realm.Name, Refused: []string{}}
	if err := s.takeArchive(ctx, files, &out); err != nil {
		return out, err
	}
	if err := s.takeOver(ctx, kit.Root, auth, r.Successor == HubStolen); err != nil {
		return out, err
	}
	s.id.CAs = s.verifier.Authorities() // those of the successors on the way, too
	if err := s.keepIdentity(ctx); err != nil {
		return out, err
	}
	if err := s.writeNextKit(kit, r.KitPhrase); err != nil {
		return out, err
	}
	if err := s.v.store.Flush(); err != nil {
		return out, err
	}
	out.Digests, err = s.v.store.Digests(ctx, "")
	return out, err
}

// newIdentity makes the successor's keys, authority and certificates.
func (s *Station) newIdentity(kit *roster.RecoveryKit, dep *deposited, addresses []string) (*roster.Authority, error) {
	auth, err := kit.Root.NewAuthority()
	if err != nil {
		return nil, rosterError(err)
	}
	if s.keys, err = roster.GenerateKeys(); err != nil {
		return nil, rosterError(err)
	}
	req, err := roster.NewRequest(s.keys, dep.Identity.Hub.Division, dep.Identity.Hub.Counter, dep.Identity.Hub.Name)
	if err != nil {
		return nil, rosterError(err)
	}
	rec, err := kit.Root.IssueHub(req)
	if err != nil {
		return nil, rosterError(err)
	}
	for _, a := range addresses {
		if err := roster.CheckAddress(a); err != nil {
			return nil, rosterError(err)
		}
	}
	if len(addresses) == 0 {
		addresses = dep.Identity.Addresses
	}
	cas := append(append([][]byte{}, kit.CAs...), dep.Identity.CAs...)
	s.id = &identity{Realm: auth.Realm(), Root: kit.Root.Cert, CAs: append(cas, auth.Cert()), Device: *rec, Hub: *rec, Addresses: addresses}
	return auth, nil
}

// takeOver writes the root's word into realm, ends the old hub's membership, and gives
// every service point a new key that the old hub does not know.
func (s *Station) takeOver(ctx context.Context, root *roster.Root, auth *roster.Authority, stolen bool) error {
	var old oplog.DeviceID
	word := func(from counter.ContinuePayload) (counter.ContinuePayload, error) {
		old = oplog.DeviceID(from.Device)
		rows, err := s.v.store.Devices(ctx)
		if err != nil {
			return from, err
		}
		h := &counter.HeirPayload{TLSCert: s.id.Device.TLSCert, SignCert: s.id.Device.SignCert, Authority: auth.Cert(),
			At: s.cfg.Now().UnixMilli(), Stolen: stolen, Addresses: s.id.Addresses}
		for _, d := range rows {
			if d.Device == old {
				h.OldTLSCert, h.OldSignCert = d.TLSCert, d.SignCert
			}
		}
		for _, known := range s.v.store.Heirs() { // a clock that went back must not undo it
			h.At = max(h.At, known.At+1)
		}
		epoch, err := oplog.ParseEpoch(from.Epoch)
		if err != nil {
			return from, err
		}
		h.Root, err = root.Sign(roster.Succession{Heir: s.id.Device.ID, Old: old, Epoch: epoch, Seq: from.Seq, Hash: oplog.Hash(from.Hash),
			At: h.At, Stolen: stolen, Authority: h.Authority, Addresses: h.Addresses})
		from.Heir = h
		return from, err
	}
	if _, err := s.addSeed(ctx, seal.NewSeed()); err != nil { // the old one cannot know what comes of it
		return err
	}
	err := s.v.store.Succeed(ctx, word, func(r counter.Recorder) error {
		for _, a := range []counter.Act{
			{Kind: "device.enroll", Payload: memberPayload(&s.id.Device, true)},
			{Kind: "device.revoke", Payload: counter.DevicePayload{Device: counter.OpID(old)}},
		} {
			a.Scope, a.Entity, a.New = counter.ScopeRealm, uuid.New(), true
			if _, err := r.Append(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.renewKeys(ctx)
}

// renewKeys gives every service point a new key.
func (s *Station) renewKeys(ctx context.Context) error {
	var scopes []string
	for _, sc := range s.v.store.Scopes() {
		if p, err := s.v.store.Powers(ctx, sc); err != nil {
			return err
		} else if sc != counter.ScopeRealm && len(p.Keys()) > 0 {
			scopes = append(scopes, sc)
		}
	}
	nobody := func(string) []counter.DevicePayload { return nil }
	_, err := s.rotate(ctx, uuid.Nil, scopes, nil, nobody, func(counter.Recorder) error { return nil })
	return err
}

// writeNextKit writes the recovery kit of the district as it is from now on, with the
// successor's authority in it.
func (s *Station) writeNextKit(kit *roster.RecoveryKit, phrase string) error {
	next := roster.RecoveryKit{Root: kit.Root, CAs: s.id.CAs}
	data, err := next.Encode(phrase)
	if err != nil {
		return rosterError(err)
	}
	if err := atomicfile.Write(filepath.Join(s.cfg.Home, RecoveryKitName), data, 0o600); err != nil {
		return fileError("写入恢复包", err)
	}
	return nil
}
