package meshtest

import (
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// relocation is a village on its way from one town to another (docs/decisions/0008).
type relocation struct {
	village  oplog.Scope
	from, to oplog.Scope
	ended    bool
}

// moveVillage begins a move, or ends one that was begun.
func (w *world) moveVillage() {
	w.hub.disk.fuse, w.hub.disk.full = 0, false // what was said has to be known to the judge
	if i := slices.IndexFunc(w.movesOf, func(m *relocation) bool { return !m.ended }); i >= 0 {
		w.endMove(w.movesOf[i])
		return
	}
	var towns, villages []oplog.Scope
	for _, d := range w.live() {
		if list := &towns; d.tier() == roster.Town && !slices.Contains(*list, d.own) {
			*list = append(*list, d.own)
		}
		if list := &villages; d.tier() == roster.Village && !d.light && !slices.Contains(*list, d.own) {
			*list = append(*list, d.own)
		}
	}
	if len(towns) < 2 || len(villages) == 0 {
		return
	}
	m := &relocation{village: pick(w.rng, villages), to: pick(w.rng, towns)}
	m.from = oplog.Scope(counter.DivisionParent(string(m.village)))
	if m.from == m.to || !slices.Contains(towns, m.from) || slices.ContainsFunc(w.movesOf, func(o *relocation) bool { return o.village == m.village }) {
		return
	}
	w.beginMove(m)
}

// beginMove limits the former town and lets the new one in.
func (w *world) beginMove(m *relocation) {
	entering := w.stations(m.to)
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		for _, d := range w.stations(m.from) {
			p := memberOf(d)
			p.Limited = true
			if _, err := rec.Append(counter.Act{Scope: string(m.village), Kind: "member.add", Entity: uuid.New(), New: true, Payload: p}); err != nil {
				return "", err
			}
		}
		for _, d := range entering {
			if _, err := rec.Append(counter.Act{Scope: string(m.village), Kind: "member.add", Entity: uuid.New(), New: true, Payload: memberOf(d)}); err != nil {
				return "", err
			}
			if err := w.handOver(rec, m.village, d); err != nil {
				return "", err
			}
		}
		for _, id := range w.userList {
			if w.users[id] != m.to {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(m.village), Kind: "user.set", Entity: id, Sealed: map[string][]byte{"name": []byte("user")},
				Payload: counter.UserPayload{Roles: roleSets[0], Division: string(m.to)}}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	for _, d := range entering {
		d.scopes = append(d.scopes, m.village)
	}
	w.roster++
	w.movesOf = append(w.movesOf, m)
	w.fault("village moves")
	w.logf("%s moves from %s to %s", m.village, m.from, m.to)
}

// handOver states all keys of a scope for a device, there and in its own scope.
func (w *world) handOver(rec counter.Recorder, scope oplog.Scope, d *device) error {
	for _, k := range w.allKeys {
		if k.Scope != scope {
			continue
		}
		wrapped, err := roster.WrapKey(d.rec, roster.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key})
		w.must(err)
		p := counter.KeyPayload{Key: k.ID.String(), Wrapped: map[string]string{hex.EncodeToString(d.id[:]): b64(wrapped)}}
		for _, in := range []oplog.Scope{scope, d.own} {
			if p.Scope = ""; in != scope {
				p.Scope = string(scope)
			}
			if _, err := rec.Append(counter.Act{Scope: string(in), Kind: "key.add", Entity: uuid.New(), New: true, Payload: p}); err != nil {
				return err
			}
		}
	}
	return nil
}

// endMove takes the former town out, and rotates the key.
func (w *world) endMove(m *relocation) {
	leaving := w.stations(m.from)
	id, key := seal.NewKey()
	k := store.ScopeKey{Scope: m.village, ID: id, Key: key}
	w.at(w.hub, w.hub.store.AddKeys(bg, k))
	for _, d := range leaving {
		d.left = true
		d.scopes = slices.DeleteFunc(slices.Clone(d.scopes), func(sc oplog.Scope) bool { return sc == m.village })
	}
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		for _, d := range leaving {
			if _, err := rec.Append(counter.Act{Scope: string(m.village), Kind: "member.remove", Entity: uuid.New(), New: true,
				Payload: counter.DevicePayload{Device: counter.OpID(d.id)}}); err != nil {
				return "", err
			}
		}
		return "", w.stateKey(rec, k, nil)
	})
	w.roster++
	m.ended = true
	w.keys[k.Scope] = k
	w.allKeys = append(w.allKeys, k)
	w.fault("village moved")
	w.logf("%s moved to %s", m.village, m.to)
}

// stations are the enrolled devices of a service point, the revoked ones aside.
func (w *world) stations(sc oplog.Scope) (out []*device) {
	for _, d := range w.live() {
		if d.own == sc {
			out = append(out, d)
		}
	}
	return out
}

func memberOf(d *device) counter.MemberPayload {
	return counter.MemberPayload{Device: counter.OpID(d.id), Division: string(d.own), Counter: d.counter, Tier: string(d.tier()), Name: d.name}
}
