package station

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/forms/catalog"
	"onedoor/internal/atomicfile"
	"onedoor/internal/password"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// HubInit is what a district needs to begin.
type HubInit struct {
	District           string // 6, 9 or 12 digits
	Name               string // 禅城区
	Admin              string // login name of the first administrator
	Password           string
	Address            string // tcp://host:port that stations will find the hub at; may be empty
	RecoveryPassphrase string // "" generates one
}

// HubInfo is the outcome of InitHub.
type HubInfo struct {
	Device             string `json:"device"`
	District           string `json:"district"`
	RecoveryKit        string `json:"recovery_kit"`
	RecoveryPassphrase string `json:"recovery_passphrase,omitempty"` // only when it was generated: it is nowhere else
	RootFingerprint    string `json:"root_fingerprint"`
}

// RecoveryKitName is the file of the recovery kit below the hub's home.
const RecoveryKitName = "recovery-kit.json"

// InitHub founds a district: its root, its hub, its first administrator, and
// the bundled calendar. The root's private key goes into the recovery kit only.
func InitHub(ctx context.Context, cfg Config, h HubInit) (HubInfo, error) {
	code, err := counter.PadDivision(h.District)
	if err != nil || counter.DivisionLevelOf(code) != counter.LevelDistrict {
		return HubInfo{}, counter.E(counter.CodeInvalid, "区划代码不是区(县)一级的", "not the code of a district").
			Hint("写6位代码,例如 440604", "give its 6 digits, e.g. 440604")
	}
	if h.Admin == "" || h.Password == "" || h.Name == "" {
		return HubInfo{}, counter.E(counter.CodeUsage, "要写明区名、管理员和口令", "name, administrator and password are needed").
			Hint("用 --name、--admin;口令放在 ONEDOOR_PASSWORD", "use --name and --admin; the password comes from ONEDOOR_PASSWORD")
	}
	verifier, err := password.Hash(h.Password)
	if err != nil {
		return HubInfo{}, counter.E(counter.CodeInvalid, "口令不能用", "the password cannot be used").Hint("换一个口令", "choose another one").Because(err)
	}
	if h.Address != "" {
		if err := roster.CheckAddress(h.Address); err != nil {
			return HubInfo{}, rosterError(err)
		}
	}
	fresh := !exists(cfg.Home)
	v, err := createHome(ctx, cfg)
	if err != nil {
		return HubInfo{}, err
	}
	info, err := foundDistrict(ctx, cfg, v, h, code, verifier)
	if err = errors.Join(err, v.close()); err != nil && fresh {
		_ = os.RemoveAll(cfg.Home) // half a district is of no use to anybody
	}
	return info, single(err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// single unwraps a join of one error, so that its code is found at the top.
func single(err error) error {
	var told *counter.Error
	if errors.As(err, &told) {
		return told
	}
	return err
}

func foundDistrict(ctx context.Context, cfg Config, v *vault, h HubInit, code, verifier string) (info HubInfo, err error) {
	root, err := roster.NewRoot(code[:6], h.Name)
	if err != nil {
		return info, rosterError(err)
	}
	auth, err := root.NewAuthority()
	if err != nil {
		return info, rosterError(err)
	}
	keys, rec, err := ownRecord(auth, code, h.Name)
	if err != nil {
		return info, err
	}
	if info, err = writeKit(cfg.Home, root, auth, h.RecoveryPassphrase); err != nil {
		return info, err
	}
	s := &Station{cfg: cfg, v: v, keys: keys, id: &identity{Realm: auth.Realm(), Root: auth.RootCert(), CAs: [][]byte{auth.Cert()}, Device: *rec, Hub: *rec}}
	if h.Address != "" {
		s.id.Addresses = []string{h.Address}
	}
	info.Device, info.District = rec.ID.String(), code
	if err := s.keepSecrets(ctx, auth); err != nil {
		return info, err
	}
	scopes := []oplog.Scope{oplog.Realm, oplog.Scope(code)}
	for _, scope := range scopes {
		id, key := seal.NewKey()
		if err := v.store.AddKeys(ctx, store.ScopeKey{Scope: scope, ID: id, Key: key}); err != nil {
			return info, err
		}
	}
	if err := s.become(ctx); err != nil {
		return info, err
	}
	return info, s.firstFacts(ctx, code, h, verifier)
}

func ownRecord(auth *roster.Authority, code, name string) (*roster.DeviceKeys, *roster.DeviceRecord, error) {
	keys, err := roster.GenerateKeys()
	if err != nil {
		return nil, nil, rosterError(err)
	}
	req, err := roster.NewRequest(keys, code, "00", name+"中心")
	if err != nil {
		return nil, nil, rosterError(err)
	}
	rec, err := auth.Issue(req, roster.District)
	if err != nil {
		return nil, nil, rosterError(err)
	}
	return keys, rec, nil
}

func writeKit(home string, root *roster.Root, auth *roster.Authority, passphrase string) (info HubInfo, err error) {
	info = HubInfo{RecoveryKit: filepath.Join(home, RecoveryKitName), RootFingerprint: roster.Fingerprint(auth.RootCert())}
	if passphrase == "" {
		passphrase = roster.GeneratePassphrase()
		info.RecoveryPassphrase = passphrase
	}
	kit := roster.RecoveryKit{Root: root, CAs: [][]byte{auth.Cert()}}
	data, err := kit.Encode(passphrase)
	if err != nil {
		return info, rosterError(err)
	}
	if err := atomicfile.Write(info.RecoveryKit, data, 0o600); err != nil {
		return info, fileError("写入恢复包", err)
	}
	return info, nil
}

// keepSecrets stores the device's keys and identity, and the authority at a hub.
func (s *Station) keepSecrets(ctx context.Context, auth *roster.Authority) error {
	raw, err := s.keys.Marshal()
	if err != nil {
		return rosterError(err)
	}
	if err := s.v.store.PutSecret(ctx, metaKeys, raw); err != nil {
		return err
	}
	if auth != nil {
		if raw, err = auth.Marshal(); err != nil {
			return rosterError(err)
		}
		if err := s.v.store.PutSecret(ctx, metaAuthority, raw); err != nil {
			return err
		}
	}
	return s.keepIdentity(ctx)
}

func (s *Station) keepIdentity(ctx context.Context) error {
	raw, err := json.Marshal(s.id)
	if err != nil {
		return err
	}
	if err := s.v.store.PutMeta(ctx, metaIdentity, raw); err != nil {
		return err
	}
	return s.v.store.PutDevice(ctx, deviceRow(&s.id.Hub))
}

func deviceRow(r *roster.DeviceRecord) store.DeviceRow {
	return store.DeviceRow{Device: r.ID, Division: r.Division, Counter: r.Counter, Tier: string(r.Tier), Name: r.Name, TLSCert: r.TLSCert, SignCert: r.SignCert}
}

func memberPayload(r *roster.DeviceRecord, certs bool) counter.MemberPayload {
	p := counter.MemberPayload{Device: counter.OpID(r.ID), Division: r.Division, Counter: r.Counter, Tier: string(r.Tier), Name: r.Name}
	if certs {
		p.TLSCert = base64.StdEncoding.EncodeToString(r.TLSCert)
		p.SignCert = base64.StdEncoding.EncodeToString(r.SignCert)
	}
	return p
}

// firstFacts writes what a district begins with.
func (s *Station) firstFacts(ctx context.Context, code string, h HubInit, verifier string) error {
	years, err := catalog.Calendars()
	if err != nil {
		return err
	}
	division, err := counter.NewDivision(code, h.Name)
	if err != nil {
		return err
	}
	keys, err := s.v.store.ScopeKeys(ctx, oplog.Scope(code))
	if err != nil {
		return err
	}
	first := keys[len(keys)-1]
	return s.v.store.Record(ctx, func(rec counter.Recorder) error {
		acts := []counter.Act{{Scope: counter.ScopeRealm, Kind: "device.enroll", Payload: memberPayload(&s.id.Device, true)}}
		raw, err := json.Marshal(division)
		if err != nil {
			return err
		}
		acts = append(acts, counter.Act{Scope: counter.ScopeRealm, Kind: "division.set", Payload: counter.DivisionPayload{Division: raw}})
		for _, y := range years {
			raw, err := json.Marshal(y)
			if err != nil {
				return err
			}
			acts = append(acts, counter.Act{Scope: counter.ScopeRealm, Kind: "calendar.set", Payload: counter.CalendarPayload{Calendar: raw}})
		}
		for _, a := range acts {
			a.Entity, a.New = uuid.New(), true
			if _, err := rec.Append(a); err != nil {
				return err
			}
		}
		if err := stateKey(rec, code, first, &s.id.Device); err != nil {
			return err
		}
		return desk.WriteUser(rec, code, uuid.New(), h.Admin, verifier,
			counter.UserPayload{Roles: []counter.Role{counter.Administrator, counter.Supervisor}, Division: code, Login: true})
	})
}
