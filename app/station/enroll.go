package station

import (
	"context"
	"fmt"
	"os"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// Enrolled is the outcome of Enroll.
type Enrolled struct {
	Grant    []byte `json:"-"`
	Device   string `json:"device"`
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Name     string `json:"name"`
	Tier     string `json:"tier"`
}

// Enroll makes the device of a request a member of its service point (and of
// those below it) and gives the grant for it.
func (s *Station) Enroll(ctx context.Context, who *desk.Session, request []byte, tier string) (Enrolled, error) {
	if err := who.RequireAdministrator(); err != nil {
		return Enrolled{}, err
	}
	req, err := roster.DecodeRequest(request)
	if err != nil {
		return Enrolled{}, rosterError(err)
	}
	s.codesMu.Lock() // a station with a code may ask for the same place just now
	defer s.codesMu.Unlock()
	return s.enroll(ctx, who.UserID(), req, roster.Tier(tier))
}

// enroll admits the device of a request. One that is a member with these very keys
// gets its grant again: the first may have been lost on the way.
func (s *Station) enroll(ctx context.Context, actor uuid.UUID, req *roster.Request, tier roster.Tier) (Enrolled, error) {
	auth, err := s.authority(ctx)
	if err != nil {
		return Enrolled{}, err
	}
	all, err := s.roster(ctx)
	if err != nil {
		return Enrolled{}, err
	}
	var rec *roster.DeviceRecord
	for _, d := range all {
		if req.Of(d) {
			rec = d
		}
	}
	var scopes []oplog.Scope
	if rec != nil {
		names, err := s.memberOf(ctx, rec.ID)
		if err != nil {
			return Enrolled{}, err
		}
		for _, n := range names {
			scopes = append(scopes, oplog.Scope(n))
		}
	} else {
		if rec, err = auth.Issue(req, tier); err != nil {
			return Enrolled{}, rosterError(err)
		}
		if scopes, err = s.scopesOf(ctx, rec); err != nil {
			return Enrolled{}, err
		}
		if err := s.admit(ctx, actor, rec, scopes); err != nil {
			return Enrolled{}, err
		}
	}
	if err := s.v.store.Flush(); err != nil {
		return Enrolled{}, err
	}
	grant, err := s.grant(ctx, rec, scopes)
	return Enrolled{Grant: grant, Device: rec.ID.String(), Division: rec.Division, Counter: rec.Counter, Name: rec.Name, Tier: string(rec.Tier)}, err
}

func (s *Station) authority(ctx context.Context) (*roster.Authority, error) {
	raw, err := s.v.store.Secret(ctx, metaAuthority)
	if err != nil || raw == nil {
		return nil, counter.E(counter.CodeDenied, "本机不是区级枢纽,不能开通设备", "this device is not the hub").Because(err)
	}
	auth, err := roster.UnmarshalAuthority(raw)
	if err != nil {
		return nil, rosterError(err)
	}
	return auth, nil
}

// scopesOf lists the service points that a device writes into, and refuses a
// place that does not exist or is taken.
func (s *Station) scopesOf(ctx context.Context, rec *roster.DeviceRecord) ([]oplog.Scope, error) {
	places, err := counter.ReadPlaces(ctx, s.v.store, s.today())
	if err != nil {
		return nil, err
	}
	var scopes []oplog.Scope
	for _, sc := range s.v.store.Scopes() {
		if sc != counter.ScopeRealm && places.Within(sc, rec.Division) {
			scopes = append(scopes, oplog.Scope(sc))
		}
	}
	if len(scopes) == 0 {
		return nil, counter.Ef(counter.CodeNotFound, "本区没有区划 %s", "there is no division %s in this district", rec.Division).
			Hint("先用 division import 导入区划,并核对申请中的代码", "import the divisions first, and check the code of the request")
	}
	p, err := s.v.store.Powers(ctx, rec.Division)
	if err != nil {
		return nil, err
	}
	for _, m := range p.Members() {
		if !m.Removed && m.Division == rec.Division && m.Counter == rec.Counter {
			return nil, counter.Ef(counter.CodeInvalid, "%s 的 %s 号窗口已经有设备(%s)", "counter %[2]s of %[1]s is taken (%[3]s)", rec.Division, rec.Counter, m.Name).
				Hint("换一个窗口编号重新申请;旧设备不用了请先停用(hub revoke)", "choose another counter number, or revoke the old device first")
		}
	}
	realm, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	if realm.NumberGiven(rec.Division, rec.Counter) {
		return nil, counter.Ef(counter.CodeInvalid, "%s 的 %s 号已经分给恢复过的设备使用", "counter %[2]s of %[1]s was given to a restored device", rec.Division, rec.Counter).
			Hint("换一个窗口编号重新申请", "choose another counter number")
	}
	return scopes, nil
}

// admit writes the device into the roster and into the powers of its scopes,
// with the scopes' keys wrapped for it.
func (s *Station) admit(ctx context.Context, actor uuid.UUID, rec *roster.DeviceRecord, scopes []oplog.Scope) error {
	var keys []store.ScopeKey
	for _, scope := range scopes {
		all, err := s.v.store.ScopeKeys(ctx, scope)
		if err != nil {
			return err
		}
		keys = append(keys, all...)
	}
	return s.v.store.Record(ctx, func(r counter.Recorder) error {
		if _, err := r.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "device.enroll", Entity: uuid.New(), Actor: actor, New: true,
			Payload: memberPayload(rec, true)}); err != nil {
			return err
		}
		for _, scope := range scopes {
			if _, err := r.Append(counter.Act{Scope: string(scope), Kind: "member.add", Entity: uuid.New(), Actor: actor, New: true,
				Payload: memberPayload(rec, false)}); err != nil {
				return err
			}
		}
		for _, k := range keys {
			if err := stateKey(r, string(k.Scope), k, rec); err != nil {
				return err
			}
		}
		return nil
	})
}

// grant puts together what the device needs to work without ever meeting us.
func (s *Station) grant(ctx context.Context, rec *roster.DeviceRecord, scopes []oplog.Scope) ([]byte, error) {
	g := &roster.Grant{Realm: s.id.Realm, Root: s.id.Root, CAs: s.verifier.Authorities(), Hub: s.id.Hub, Device: *rec, Addresses: s.id.Addresses}
	for _, scope := range append([]oplog.Scope{oplog.Realm}, scopes...) {
		keys, err := s.v.store.ScopeKeys(ctx, scope)
		if err != nil {
			return nil, err
		}
		for _, k := range keys { // with the replaced ones: it has to read what was written under them
			wrapped, err := roster.Wrap(rec, roster.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key})
			if err != nil {
				return nil, rosterError(err)
			}
			g.Keys = append(g.Keys, wrapped...)
		}
		if err := s.addFiles(g, scope); err != nil {
			return nil, err
		}
	}
	data, err := g.Encode(s.keys)
	if err != nil {
		return nil, rosterError(err)
	}
	return data, nil
}

// addFiles adds the district's own segments of a scope, oldest first.
func (s *Station) addFiles(g *roster.Grant, scope oplog.Scope) error {
	files, err := s.v.store.OwnFiles(scope)
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := os.ReadFile(s.v.store.SegmentPath(f.Folder, f.Name))
		if err != nil {
			return fileError("读取日志段", err)
		}
		if int64(len(data)) < f.Size {
			return counter.E(counter.CodeIntegrity, fmt.Sprintf("日志段 %s 不完整", f.Name), "a segment file is not complete").
				Hint("运行 onedoor rebuild 重写", "run onedoor rebuild")
		}
		g.Files = append(g.Files, roster.File{Name: f.Folder + "/" + f.Name, Data: data[:f.Size]})
	}
	return nil
}

// DeviceLine is a device in a list.
type DeviceLine struct {
	Device   string `json:"device"`
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Tier     string `json:"tier"`
	Name     string `json:"name"`
	Revoked  bool   `json:"revoked"`
	// The service points that it is a member of, and the key of each that it was given last.
	Keys []DeviceKey `json:"keys"`
}

// DeviceKey is what a device holds of a scope.
type DeviceKey struct {
	Scope   string `json:"scope"`
	Key     string `json:"key"`     // id of the newest key wrapped for it
	Current bool   `json:"current"` // the one that the scope writes with now
	Keys    int    `json:"keys"`    // how many the scope has had
}

// Devices lists the devices of the district.
func (s *Station) Devices(ctx context.Context, who *desk.Session) ([]DeviceLine, error) {
	if err := who.RequireAdministrator(); err != nil {
		return nil, err
	}
	rows, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	held, err := s.heldKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := []DeviceLine{}
	for _, r := range rows {
		keys := held[r.Device]
		if keys == nil {
			keys = []DeviceKey{}
		}
		out = append(out, DeviceLine{Device: r.Device.String(), Division: r.Division, Counter: r.Counter, Tier: r.Tier, Name: r.Name,
			Revoked: s.revoked(ctx, r.Device), Keys: keys})
	}
	return out, nil
}

// heldKeys lists what each device was given, by the powers of every scope.
func (s *Station) heldKeys(ctx context.Context) (map[oplog.DeviceID][]DeviceKey, error) {
	out := map[oplog.DeviceID][]DeviceKey{}
	for _, scope := range s.v.store.Scopes() {
		p, err := s.v.store.Powers(ctx, scope)
		if err != nil {
			return nil, err
		}
		newest, keys := map[string]DeviceKey{}, p.Keys()
		for i, k := range keys {
			for device := range k.Wrapped {
				newest[device] = DeviceKey{Scope: scope, Key: k.ID, Current: i == len(keys)-1, Keys: len(keys)}
			}
		}
		for device, k := range newest {
			if id, err := oplog.ParseHash(device); err == nil {
				out[oplog.DeviceID(id)] = append(out[oplog.DeviceID(id)], k)
			}
		}
	}
	return out, nil
}

func (s *Station) revoked(ctx context.Context, d oplog.DeviceID) bool {
	p, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return false
	}
	m, ok := p.MemberByDevice(d)
	return ok && m.Removed
}

// ExportKeys seals all scope keys for the safe.
func (s *Station) ExportKeys(ctx context.Context, who *desk.Session, passphrase string) ([]byte, error) {
	if err := who.RequireAdministrator(); err != nil {
		return nil, err
	}
	var keys []roster.ScopeKey
	for _, k := range s.v.store.Keys() {
		keys = append(keys, roster.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key})
	}
	hub, err := s.deposit(ctx)
	if err != nil {
		return nil, err
	}
	data, err := roster.EncodeKeys(roster.KeyBackup{Root: s.id.Root, Keys: keys, Hub: hub}, passphrase)
	if err != nil {
		return nil, rosterError(err)
	}
	return data, nil
}
