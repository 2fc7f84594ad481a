package meshtest

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
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
	switch w.rng.IntN(4) {
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
			p := counter.MemberPayload{Device: counter.OpID(d.id), Division: string(d.own), Counter: d.counter, Tier: string(d.tier()), Name: d.name}
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

// revoke shuts a device out: it was stolen. Nobody tells it.
func (w *world) revoke(d *device) {
	if d == w.hub || d.revoked || len(w.live()) < 4 {
		return
	}
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		p := counter.DevicePayload{Device: counter.OpID(d.id)}
		for _, sc := range d.scopes {
			kind := "member.remove"
			if sc == oplog.Realm {
				kind = "device.revoke"
			}
			entity := w.memberEntity(sc, d)
			if entity == uuid.Nil {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: kind, Entity: entity, Payload: p}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	d.revoked = true
	w.fault("device revoked")
	w.logf("%s revoked", d.name)
}

// memberEntity is the entity under which a device was made a member.
func (w *world) memberEntity(sc oplog.Scope, d *device) uuid.UUID {
	typ := "member"
	if sc == oplog.Realm {
		typ = "device"
	}
	rows, err := w.hub.store.States(bg, string(sc), typ)
	w.at(w.hub, err)
	for _, r := range rows {
		if strings.Contains(string(r.JSON), d.id.String()) {
			return r.Entity
		}
	}
	return uuid.Nil
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
