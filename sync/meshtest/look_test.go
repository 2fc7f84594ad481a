package meshtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// looking is what supervisors do in two worlds of five: they admit acts that a
// revocation cut off, and say of what is marked for review that they looked at it. It
// has luck of its own, and the other worlds are as they were before it came.
func looking(seed uint64) *rand.Rand {
	if seed%5 == 0 || seed%5 == 3 {
		return rand.New(rand.NewPCG(seed, 11))
	}
	return nil
}

// cutOf says how a revoked device leaves a scope: mostly with nothing of it counting but
// what the hub holds (as app/station says it), and as a device that was taken away
// in order where nobody could let anything in again.
func (w *world) cutOf(d *device) func(oplog.Scope) counter.DevicePayload {
	p := counter.DevicePayload{Device: counter.OpID(d.id)}
	if w.looks == nil || w.looks.IntN(5) == 0 {
		return func(oplog.Scope) counter.DevicePayload { return p }
	}
	p.Cut = true
	logs, err := w.hub.store.LogStat(bg)
	w.at(w.hub, err)
	w.fault("device cut off")
	return func(sc oplog.Scope) counter.DevicePayload {
		out := p
		for _, l := range logs {
			if l.Device != d.id.String() || l.Scope != string(sc) {
				continue
			}
			end := counter.LogEnd{Epoch: l.Epoch, Seq: l.Last}
			if head, err := counter.ParseOpID(l.Head); err == nil {
				end.Hash = (*counter.OpID)(&head)
			}
			out.Counts = append(out.Counts, end)
		}
		return out
	}
}

// withheld tells that an entry has no effect because of a revocation, until somebody
// admits it.
func (w *world) withheld(d *device, e *entry) bool {
	if w.looks == nil {
		return false
	}
	effect, ok := w.effect(d, e)
	return ok && (effect.Reason == counter.ReasonRevoked || effect.Reason == counter.ReasonWithheld)
}

// seeTo sees to something on a device's list of what is to be seen to: by somebody
// who may, or now and then by anybody.
func (w *world) seeTo(d *device) {
	rows, err := d.store.Reviews(bg, "")
	w.at(d, err)
	rows = slices.DeleteFunc(rows, func(r counter.ReviewRow) bool { return r.Type != "case" && r.Type != "person" })
	if len(rows) == 0 || len(w.userList) == 0 {
		return
	}
	slices.SortFunc(rows, func(a, b counter.ReviewRow) int { return bytes.Compare(a.Entity[:], b.Entity[:]) })
	r := pick(w.looks, rows)
	doc, err := d.store.Entity(bg, r.Scope, r.Entity)
	w.at(d, err)
	verb, payload := "note", any(counter.NotePayload{Clear: w.some(doc, func(e counter.Effect) bool { return e.Review })})
	if slices.Contains(r.Kinds, counter.TaskWithheld) && w.looks.IntN(4) > 0 {
		verb, payload = "admit", counter.AdmitPayload{Ops: w.some(doc, func(e counter.Effect) bool {
			return e.Reason == counter.ReasonRevoked || e.Reason == counter.ReasonWithheld
		})}
	}
	kind := r.Type + "." + verb
	user, ok := w.whoMay(d, kind, oplog.Scope(r.Scope))
	if !ok {
		return
	}
	w.record(d, func(rec counter.Recorder) (string, error) {
		_, err := rec.Append(counter.Act{Scope: r.Scope, Kind: kind, Entity: r.Entity, Actor: user, Payload: payload,
			Sealed: map[string][]byte{counter.SealedOpinion: []byte("looked at")}})
		w.logf("%s sees to a %s: %s", d.name, r.Type, verb)
		return "", err
	})
	w.fault(map[string]string{"note": "marked as looked at", "admit": "withheld acts admitted"}[verb])
}

// some gives the acts of an entity that fit, each left out now and then.
func (w *world) some(doc *counter.Dossier, fits func(counter.Effect) bool) (ops []counter.OpID) {
	for i := range doc.Facts {
		if fits(doc.Folded.Effects[i]) && w.looks.IntN(5) > 0 {
			ops = append(ops, doc.Facts[i].ID)
		}
	}
	return ops
}

// whoMay gives a user who may do something in a scope, once in eight times any user.
func (w *world) whoMay(d *device, kind string, scope oplog.Scope) (uuid.UUID, bool) {
	p, err := d.store.PowersNow(bg, scope)
	w.at(d, err)
	list := slices.DeleteFunc(slices.Clone(w.userList), func(id uuid.UUID) bool {
		return !p.Judge(counter.Fact{Kind: kind, Actor: id, Device: d.id, Scope: string(scope), District: d == w.hub}).OK
	})
	if w.looks.IntN(8) == 0 {
		list = w.userList
	}
	if len(list) == 0 {
		return uuid.Nil, false
	}
	return pick(w.looks, list), true
}

// toSee lists what is to be seen to in a scope, in words that compare.
func (w *world) toSee(d *device, sc oplog.Scope) (list []string) {
	rows, err := d.store.Reviews(bg, string(sc))
	w.must(err)
	for _, r := range rows {
		list = append(list, fmt.Sprint(r.Entity, r.Type, r.Number, r.Kinds))
	}
	slices.Sort(list)
	return list
}

// cutOff tells that a fixed act has rightly lost its effect: it was said by a device
// that was cut off, or rested on something that was.
func (w *world) cutOff(doc *counter.Dossier, e *entry, eff counter.Effect) bool {
	switch eff.Reason {
	case counter.ReasonRevoked:
		return e.by.revoked
	case counter.ReasonWithheld:
		return slices.ContainsFunc(doc.Folded.Effects, func(e counter.Effect) bool { return e.Reason == counter.ReasonRevoked })
	}
	return false
}
