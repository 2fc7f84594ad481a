package store

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// addUser grants a user roles where they belong and below.
func (m *mesh) addUser() { m.setUser(uuid.New()) }

func (m *mesh) setUser(id uuid.UUID) {
	home, ok := m.users[id]
	if !ok {
		home = pick(m.rng, []oplog.Scope{meshHub, meshTown, meshA, meshB, meshA})
	}
	roles := [][]counter.Role{{counter.Clerk}, {counter.Clerk, counter.Supervisor}, {counter.Supervisor}, {counter.Clerk, counter.Approver}, {counter.Reviewer}}
	p := counter.UserPayload{Roles: pick(m.rng, roles), Division: string(home)}
	m.record(m.hub, func(rec counter.Recorder) (string, error) {
		for _, sc := range m.hub.scopes {
			if sc == oplog.Realm || !counter.DivisionWithin(string(sc), string(home)) {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.set", Entity: id, Payload: p, Sealed: map[string][]byte{"name": []byte("user")}}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	m.users[id] = home
}

func (m *mesh) disableUser() {
	id, ok := m.anyUser(func(uuid.UUID, oplog.Scope) bool { return true })
	if !ok {
		return
	}
	m.record(m.hub, func(rec counter.Recorder) (string, error) {
		for _, sc := range m.hub.scopes {
			if sc == oplog.Realm || !counter.DivisionWithin(string(sc), string(m.users[id])) {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.disable", Entity: id, Payload: counter.DisablePayload{}}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
}

func (m *mesh) anyUser(ok func(uuid.UUID, oplog.Scope) bool) (uuid.UUID, bool) {
	var list []uuid.UUID
	for id, sc := range m.users {
		if ok(id, sc) {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return uuid.Nil, false
	}
	slices.SortFunc(list, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return pick(m.rng, list), true
}

// enrol makes a device a member of its scopes; it works from then on.
func (m *mesh) enrol(d *meshDevice) {
	ok := m.record(m.hub, func(rec counter.Recorder) (string, error) {
		p := counter.MemberPayload{Device: counter.OpID(d.id), Division: string(d.own), Counter: d.counter, Tier: "village", Name: d.name}
		full := p
		full.TLSCert, full.SignCert = b64(d.cert), b64(d.cert)
		if _, err := rec.Append(counter.Act{Scope: "realm", Kind: "device.enroll", Entity: uuid.New(), Payload: full, New: true}); err != nil {
			return "", err
		}
		for _, sc := range d.scopes[1:] {
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "member.add", Entity: uuid.New(), Payload: p, New: true}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	if ok {
		m.start(d)
		m.joined = append(m.joined, d)
		m.logf("%s joined", d.name)
	}
}
