package meshtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// actor finds a user whom a device's powers let do something in a scope now.
func (w *world) actor(d *device, kind string, scope oplog.Scope) (uuid.UUID, bool) {
	p, err := d.store.PowersNow(bg, scope)
	w.at(d, err)
	var list []uuid.UUID
	for _, id := range w.userList {
		if p.Judge(counter.Fact{Kind: kind, Actor: id, Device: d.id, Scope: string(scope), District: d == w.hub}).OK {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return uuid.Nil, false
	}
	return pick(w.rng, list), true
}

// accept records a person and a case of theirs at a station.
func (w *world) accept(d *device) {
	user, ok := w.actor(d, "case.accept", d.own)
	if !ok {
		return
	}
	window, ok := w.number(d)
	if !ok {
		w.fault("no acceptance until another counter number")
		return
	}
	secret := fmt.Sprintf("citizen %d-%d", w.stepN, w.rng.IntN(1000))
	if w.one(3) { // somebody who goes to two stations
		secret = fmt.Sprintf("citizen %d", w.rng.IntN(4))
	}
	instant := w.one(2)
	w.record(d, func(rec counter.Recorder) (string, error) {
		person := uuid.New()
		if _, err := rec.Append(counter.Act{Scope: string(d.own), Kind: "person.record", Entity: person, Actor: user, New: true,
			Payload: counter.RecordPayload{Type: "person", Source: pick(w.rng, []string{"typed", "card"})},
			Sealed:  map[string][]byte{"identity": fmt.Appendf(nil, `{"name":"%s","number":"%s"}`, secret, secret), "phone": []byte("1" + secret)}}); err != nil {
			return "", err
		}
		date, serial := rec.NextSerial(rec.Now())
		number := counter.FormatNumber(string(d.own), counter.DateOf(date), window, serial)
		_, err := rec.Append(counter.Act{Scope: string(d.own), Kind: "case.accept", Entity: uuid.New(), Actor: user, New: true,
			Sealed: map[string][]byte{"applicant": fmt.Appendf(nil, `{"name":"n","number":"%s"}`, secret), "form": []byte(`{"f":"` + secret + `"}`)},
			Payload: counter.AcceptPayload{Number: number, Item: counter.ItemRef{Code: "A1", Name: "item", Version: 1}, Person: person, Type: "person", Read: "typed",
				Counter: window, Division: string(d.own), LegalDate: counter.DateOf(rec.Now()), AcceptedAt: rec.Now().Format(time.RFC3339), Instant: instant}})
		w.logf("%s accepts %s", d.name, number)
		return number, err
	})
}

var caseVerbs = []string{"handover", "handover", "review", "review", "return", "approve", "approve", "deny", "withdraw", "void", "conclude", "note", "print",
	"correct", "correct", "material", "resolve", "restore", "future"}

// act does something to a case that the device knows, whether it makes sense or
// not, by somebody who may or may not: what the fold makes of it has to be the
// same everywhere. Most acts go to the same few cases, so that they meet.
func (w *world) act(d *device) {
	cases, err := d.store.Cases(bg, counter.CaseFilter{})
	w.at(d, err)
	if len(cases) == 0 || len(w.userList) == 0 {
		return
	}
	slices.SortFunc(cases, func(a, b counter.CaseRow) int { return strings.Compare(a.Number, b.Number) })
	c := cases[min(w.rng.IntN(len(cases)), w.rng.IntN(len(cases)))]
	verb := pick(w.rng, caseVerbs)
	user, ok := w.actor(d, "case."+verb, oplog.Scope(c.Scope))
	if !ok || w.one(8) {
		user = pick(w.rng, w.userList)
	}
	payload := w.payload(d, verb, c)
	w.record(d, func(rec counter.Recorder) (string, error) {
		h, err := rec.Append(counter.Act{Scope: c.Scope, Kind: "case." + verb, Entity: c.Entity, Actor: user, Payload: payload,
			Sealed: map[string][]byte{"opinion": fmt.Appendf(nil, "opinion %d", w.stepN)}})
		w.logf("%s does %s to %s: %x", d.name, verb, c.Number, h[:4])
		return "", err
	})
	if verb == "future" {
		w.fault("act of a newer version")
	}
}

func (w *world) payload(d *device, verb string, c counter.CaseRow) any {
	switch verb {
	case "print":
		return counter.PrintPayload{Kind: "acceptance", Copy: 1}
	case "correct":
		return counter.CorrectPayload{LegalDate: counter.Date(fmt.Sprintf("2026-11-%02d", 1+w.rng.IntN(28))), Reason: "r"}
	case "material":
		return counter.MaterialPayload{Add: []counter.GivenMaterial{{Name: fmt.Sprint("m", w.stepN), Provided: true}}}
	case "note":
		return counter.NotePayload{}
	case "future":
		return map[string]int{"new": w.stepN}
	case "resolve":
		return counter.ResolvePayload{Choose: w.factOf(d, c, func(v counter.Verb, _ counter.Effect) bool { return v.Fixed() })}
	case "restore":
		return counter.RestorePayload{Op: w.factOf(d, c, func(_ counter.Verb, e counter.Effect) bool { return !e.Effective })}
	}
	if w.one(12) { // a field that only a newer version knows
		w.fault("field of a newer version")
		return map[string]string{"reason": "r", "field_of_tomorrow": "x"}
	}
	return counter.ActPayload{Reason: "r"}
}

// factOf gives an op of a case that fits, or none.
func (w *world) factOf(d *device, c counter.CaseRow, fits func(counter.Verb, counter.Effect) bool) (id counter.OpID) {
	doc, err := d.store.Entity(bg, c.Scope, c.Entity)
	w.at(d, err)
	for i := range doc.Facts {
		if fits(doc.Facts[i].Verb(), doc.Folded.Effects[i]) && (id == counter.OpID{} || w.one(2)) {
			id = doc.Facts[i].ID
		}
	}
	return id
}

// person corrects what is known of a person, in two places at once perhaps.
func (w *world) person(d *device) {
	var known []*entry
	for _, e := range w.entries {
		if e.kind == "person.record" && slices.Contains(d.scopes, e.scope) {
			known = append(known, e)
		}
	}
	if len(known) == 0 {
		return
	}
	e := known[min(w.rng.IntN(len(known)), w.rng.IntN(len(known)))]
	user, ok := w.actor(d, "person.record", e.scope)
	if !ok {
		return
	}
	if _, held := w.effect(d, e); !held {
		return
	}
	w.record(d, func(rec counter.Recorder) (string, error) {
		parts := map[string][]byte{pick(w.rng, []string{"phone", "address", "phone"}): fmt.Appendf(nil, "moved %d", w.stepN)}
		_, err := rec.Append(counter.Act{Scope: string(e.scope), Kind: "person.record", Entity: e.entity, Actor: user,
			Payload: counter.RecordPayload{Type: "person", Source: pick(w.rng, []string{"typed", "card"})}, Sealed: parts})
		w.logf("%s corrects a person", d.name)
		return "", err
	})
}
