package meshtest

import (
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

var roleSets = [][]counter.Role{{counter.Clerk, counter.Supervisor}, {counter.Clerk, counter.Reviewer}, {counter.Clerk, counter.Supervisor, counter.Approver},
	{counter.Clerk}, {counter.Supervisor}, {counter.Clerk, counter.Approver}, {counter.Reviewer, counter.Approver}}

// setUser grants a user roles where they belong and below.
func (w *world) setUser(id uuid.UUID, home oplog.Scope) {
	p := counter.UserPayload{Roles: pick(w.rng, roleSets), Division: string(home)}
	w.inScopesOf(home, func(rec counter.Recorder, sc oplog.Scope) error {
		_, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.set", Entity: id, Payload: p, Sealed: map[string][]byte{"name": []byte("user")}})
		return err
	})
	if _, known := w.users[id]; !known {
		w.userList = append(w.userList, id)
		w.users[id] = home
	}
}

// inScopesOf does something at the hub in every scope at home or below.
func (w *world) inScopesOf(home oplog.Scope, f func(counter.Recorder, oplog.Scope) error) {
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		for _, sc := range w.scopes {
			if sc == oplog.Realm || !counter.DivisionWithin(string(sc), string(home)) {
				continue
			}
			if err := f(rec, sc); err != nil {
				return "", err
			}
		}
		return "", nil
	})
}

// powers changes who may do what.
func (w *world) powers() {
	if len(w.userList) == 0 {
		return
	}
	id := pick(w.rng, w.userList)
	switch w.rng.IntN(6) {
	case 4, 5:
		w.record(w.hub, func(rec counter.Recorder) (string, error) { return "", w.publishItem(rec) })
	case 0:
		w.fault("user disabled")
		w.inScopesOf(w.users[id], func(rec counter.Recorder, sc oplog.Scope) error {
			_, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.disable", Entity: id, Payload: counter.DisablePayload{}})
			return err
		})
	case 1:
		if d := pick(w.rng, w.working()); len(w.userList) < 12 {
			w.setUser(uuid.New(), d.own)
		}
	default:
		w.setUser(id, w.users[id])
	}
	w.logf("powers change")
}

// enrol makes devices members of their scopes; most get the district's log along
// with their grant.
func (w *world) enrol(list ...*device) {
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		for _, d := range list {
			p := memberOf(d)
			full := p
			full.TLSCert, full.SignCert = b64(d.rec.TLSCert), b64(d.rec.SignCert)
			if _, err := rec.Append(counter.Act{Scope: "realm", Kind: "device.enroll", Entity: uuid.New(), Payload: full, New: true}); err != nil {
				return "", err
			}
			for _, sc := range d.scopes {
				if sc == oplog.Realm {
					continue
				}
				if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "member.add", Entity: uuid.New(), Payload: p, New: true}); err != nil {
					return "", err
				}
			}
		}
		return "", nil
	})
	w.roster++
	for _, d := range list {
		w.open(d, true)
		d.joined = true
		w.logf("%s joined", d.name)
		if !w.one(10) && !d.light {
			w.exchange(d, w.hub, grant)
		}
	}
}

// next enrols a station that has not joined yet.
func (w *world) next() {
	for _, d := range w.all {
		if !d.joined {
			w.enrol(d)
			return
		}
	}
}

// revoke shuts a device out: it was stolen. Its scopes get new keys; nobody tells it.
func (w *world) revoke(d *device) {
	if d == w.hub || d.revoked || len(w.live()) < 4 {
		return
	}
	var fresh []store.ScopeKey
	for _, sc := range d.scopes {
		if sc != oplog.Realm {
			id, key := seal.NewKey()
			fresh = append(fresh, store.ScopeKey{Scope: sc, ID: id, Key: key})
		}
	}
	// No power cut here: whether the district said it has to be known to the judge.
	w.hub.disk.fuse, w.hub.disk.full = 0, false
	w.at(w.hub, w.hub.store.AddKeys(bg, fresh...))
	p, cut := counter.DevicePayload{Device: counter.OpID(d.id)}, w.cutOf(d)
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		if _, err := rec.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "device.revoke", Entity: uuid.New(), New: true, Payload: p}); err != nil {
			return "", err
		}
		for _, k := range fresh {
			if _, err := rec.Append(counter.Act{Scope: string(k.Scope), Kind: "member.remove", Entity: uuid.New(), New: true, Payload: cut(k.Scope)}); err != nil {
				return "", err
			}
			if err := w.stateKey(rec, k, d); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	w.roster++
	for _, k := range fresh {
		w.keys[k.Scope] = k
		w.allKeys = append(w.allKeys, k)
	}
	d.revoked = true
	w.fault("device revoked")
	for range fresh {
		w.fault("key rotated")
	}
	w.logf("%s revoked", d.name)
}

// stateKey states a scope's key, wrapped for the hub and the members that are left.
func (w *world) stateKey(rec counter.Recorder, k store.ScopeKey, leaving *device) error {
	p := counter.KeyPayload{Key: k.ID.String(), Wrapped: map[string]string{}}
	for _, d := range w.all {
		if d != w.hub && (d == leaving || d.revoked || !d.joined || !slices.Contains(d.scopes, k.Scope)) {
			continue
		}
		wrapped, err := roster.WrapKey(d.rec, roster.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key})
		w.must(err)
		p.Wrapped[hex.EncodeToString(d.id[:])] = b64(wrapped)
	}
	_, err := rec.Append(counter.Act{Scope: string(k.Scope), Kind: "key.add", Entity: uuid.New(), New: true, Payload: p})
	return err
}

// knowsRevoked tells whether a device has heard that another was shut out: then
// it does not talk to it.
func (w *world) knowsRevoked(d, other *device) bool {
	p, err := d.store.PowersNow(bg, oplog.Realm)
	w.at(d, err)
	m, ok := p.MemberByDevice(other.id)
	return ok && m.Removed
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
