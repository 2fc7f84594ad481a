package counter

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"reflect"
	"slices"
	"testing"
)

func (w *world) record(source string, fields []string, seen ...int) int {
	return w.seal(w.add("person.record", 1, RecordPayload{Type: ObjectPerson, Source: source}, seen...), fields...)
}

func (w *world) ref(i int, field string) SealedRef { return SealedRef{w.facts[i].ID, field} }

func TestPersonFieldsMergeApart(t *testing.T) {
	w := newWorld()
	a := w.record(SourceCard, []string{SealedIdentity, SealedAddress})
	b := w.record(SourceTyped, []string{SealedPhone}, a)
	c := w.record(SourceTyped, []string{SealedAddress}, a)
	out, e := w.fold()
	p := out.Person
	if p.Identity.Ref != w.ref(a, SealedIdentity) || p.Phone.Ref != w.ref(b, SealedPhone) || p.Address.Ref != w.ref(c, SealedAddress) || len(p.Address.Others) != 0 {
		t.Fatalf("%s", out.JSON)
	}
	if !e[a].Effective || e[a].Reason != "" || !e[b].Effective || !e[c].Effective {
		t.Fatalf("%+v", e)
	}
	var back PersonState
	if err := json.Unmarshal(out.JSON, &back); err != nil || !reflect.DeepEqual(&back, p) {
		t.Fatalf("%v %s", err, out.JSON)
	}
}

func TestPersonChipBeatsTyped(t *testing.T) {
	for _, cardFirst := range []bool{true, false} {
		w := newWorld()
		base := w.record(SourceTyped, []string{SealedPhone})
		at := map[bool]int64{true: 100, false: 200}
		card := w.seal(w.addAt(at[cardFirst], "person.record", 1, RecordPayload{ObjectPerson, SourceCard, "resident"}, base), SealedIdentity)
		typed := w.seal(w.addAt(at[!cardFirst], "person.record", 1, RecordPayload{ObjectPerson, SourceTyped, ""}, base), SealedIdentity, SealedPhone)
		out, e := w.fold()
		id := out.Person.Identity
		if id.Ref.Op != w.op(card) || id.Source != SourceCard || len(id.Others) != 1 || id.Others[0].Ref.Op != w.op(typed) {
			t.Fatalf("card first %v: %s", cardFirst, out.JSON)
		}
		if !e[typed].Effective || e[typed].Reason != ReasonSupersededPart || out.Person.Phone.Ref.Op != w.op(typed) {
			t.Fatalf("%+v %s", e[typed], out.JSON)
		}
		// only a deliberate act puts the typed value over the chip's
		w.add("person.restore", 1, RestoreFieldPayload{SealedIdentity, w.op(typed)}, card, typed)
		out, e = w.fold()
		if out.Person.Identity.Ref.Op != w.op(typed) || e[card].Reason != ReasonReplaced {
			t.Fatalf("%s %+v", out.JSON, e[card])
		}
	}
}

func TestPersonConcurrentValues(t *testing.T) {
	w := newWorld()
	base := w.record(SourceTyped, []string{SealedIdentity, SealedPhone})
	a := w.record(SourceTyped, []string{SealedPhone}, base)
	b := w.record(SourceTyped, []string{SealedPhone}, base)
	out, e := w.fold()
	if out.Person.Phone.Ref.Op != w.op(b) || e[a].Effective || e[a].Reason != ReasonSuperseded || e[a].By != w.op(b) || e[base].Reason != "" {
		t.Fatalf("%s %+v", out.JSON, e)
	}
	r := w.add("person.restore", 1, RestoreFieldPayload{SealedPhone, w.op(a)}, a, b)
	out, e = w.fold()
	if out.Person.Phone.Ref.Op != w.op(a) || !e[a].Effective || !e[r].Effective || e[b].Reason != ReasonReplaced {
		t.Fatalf("%s %+v", out.JSON, e)
	}
	late := w.record(SourceTyped, []string{SealedPhone}, r)
	out, e = w.fold()
	if out.Person.Phone.Ref.Op != w.op(late) || e[r].Reason != ReasonReplaced {
		t.Fatalf("%s %+v", out.JSON, e)
	}
	for _, bad := range []RestoreFieldPayload{{SealedPhone, OpID{1}}, {"shoe_size", w.op(a)}, {SealedAddress, w.op(a)}, {SealedIdentity, w.op(a)}} {
		i := w.add("person.restore", 1, bad, late)
		if _, e := w.fold(); e[i].Reason != ReasonOutOfStage {
			t.Errorf("%+v: %+v", bad, e[i])
		}
	}
}

// A chip reading that a restoring did not know of beats it, in either order.
func TestPersonRestoreAgainstUnknownCard(t *testing.T) {
	for _, cardFirst := range []bool{true, false} {
		w := newWorld()
		card := w.record(SourceCard, []string{SealedIdentity})
		typed := w.record(SourceTyped, []string{SealedIdentity}, card)
		at := map[bool]int64{true: 100, false: 200}
		r := w.addAt(at[!cardFirst], "person.restore", 1, RestoreFieldPayload{SealedIdentity, w.op(typed)}, typed)
		again := w.seal(w.addAt(at[cardFirst], "person.record", 1, RecordPayload{ObjectPerson, SourceCard, ""}, card), SealedIdentity)
		out, e := w.fold()
		if out.Person.Identity.Ref.Op != w.op(again) || e[r].Effective && e[r].Reason == "" {
			t.Fatalf("card first %v: %s %+v", cardFirst, out.JSON, e[r])
		}
	}
}

func TestPersonRefusals(t *testing.T) {
	w := newWorld()
	w.add("person.record", 1, RecordPayload{Source: SourceCard})
	w.add("person.record", 0, RecordPayload{Type: ObjectPerson}, 0)
	out, e := w.fold()
	if out.JSON != nil || e[0].Reason != ReasonMalformed || e[1].Reason != ReasonNoRight {
		t.Fatalf("%s %+v", out.JSON, e)
	}
	w.add("person.clone", 1, nil, 1)
	if out, e = w.fold(); !out.Person.NeedsUpdate || e[2].Reason != ReasonNeedsUpdate || !e[2].Review {
		t.Fatalf("%s %+v", out.JSON, e)
	}
}

// A supervisor's note takes the mark off what it names and knew of, and off nothing else.
func TestPersonSeenTo(t *testing.T) {
	w := newWorld()
	base := w.record(SourceTyped, []string{SealedIdentity})
	bad := w.add("person.record", 1, "no payload", base)
	a := w.record(SourceTyped, []string{SealedPhone}, bad)
	b := w.record(SourceTyped, []string{SealedAddress}, a)
	other := w.record(SourceTyped, []string{SealedPhone}, bad)
	out, e := w.fold()
	if !e[a].Review || !e[b].Review || !e[other].Review || !slices.Equal(Reviews(out), []string{TaskReview}) {
		t.Fatalf("%+v", e)
	}
	look := w.add("person.note", 4, NotePayload{Clear: []OpID{w.op(a), w.op(b), w.op(other)}}, b)
	after := w.record(SourceTyped, []string{SealedPhone}, look)
	out, e = w.fold()
	if e[a].Review || e[b].Review || !e[other].Review || e[look].Review || e[after].Review || !e[look].Effective {
		t.Fatalf("%+v", e)
	}
	last := w.add("person.note", 14, NotePayload{Clear: []OpID{w.op(other)}}, after, other)
	if out, e = w.fold(); len(Reviews(out)) != 0 {
		t.Fatalf("%v %+v", Reviews(out), e)
	}
	w.record(SourceTyped, []string{SealedAddress}, last)
	if out, _ = w.fold(); len(Reviews(out)) != 0 || out.Person.NeedsUpdate {
		t.Fatalf("%v", Reviews(out))
	}
}

// Values of people do not depend on the order of arrival, and each one entered
// is in the state, or its record says what became of it.
func TestPersonProperty(t *testing.T) {
	for seed := range int64(400) {
		rng := rand.New(rand.NewSource(seed))
		w := newWorld()
		w.record(SourceTyped, personFields)
		for len(w.facts) < 3+rng.Intn(10) {
			var seen []int
			for j := range w.facts {
				if j == 0 || rng.Intn(2) == 0 {
					seen = append(seen, j)
				}
			}
			field := personFields[rng.Intn(3)]
			if rng.Intn(3) == 0 {
				w.add("person.restore", 1, RestoreFieldPayload{field, w.op(seen[rng.Intn(len(seen))])}, seen...)
				continue
			}
			if rng.Intn(5) == 0 {
				w.add("person.note", 1+rng.Intn(4), NotePayload{Clear: []OpID{w.op(rng.Intn(len(w.facts)))}}, seen...)
				continue
			}
			if rng.Intn(6) == 0 {
				w.add("person.record", 1, "no payload", seen...)
				continue
			}
			w.record([]string{SourceCard, SourceTyped, SourceImport}[rng.Intn(3)], []string{field, SealedPhone}, seen...)
		}
		want, effects := w.fold()
		set := w.all()
		rng.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
		if got, _ := w.foldSet(set); !bytes.Equal(got.JSON, want.JSON) || !slices.Equal(got.Effects, want.Effects) {
			t.Fatalf("seed %d", seed)
		}
		for i, e := range effects {
			for field := range w.facts[i].Sealed {
				ref, _ := w.ref(i, field).MarshalText()
				if !bytes.Contains(want.JSON, ref) && e.Reason == "" && len(w.facts[i].Sealed) == 1 {
					t.Fatalf("seed %d: %s is nowhere", seed, ref)
				}
			}
			if !e.Effective && e.Reason == "" {
				t.Fatalf("seed %d: %+v", seed, e)
			}
		}
	}
}
