package counter

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// dag is a set of facts with what each had seen, as the log would deliver it.
type dag struct {
	facts []Fact
	past  []map[int]bool // by fact: all of its causal past
}

// world makes facts: people with a role each, and a clock.
type world struct {
	dag
	entity uuid.UUID
	clock  int64
}

func newWorld() *world { return &world{entity: uuid.UUID{1}} }

var epoch = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)

// person numbers of the tests: 1 to 4 are clerk to supervisor of the village,
// 11 to 14 of the town, 0 has no right.
func userID(n int) uuid.UUID { return uuid.UUID{0xAA, byte(n)} }

func verdictOf(n int) Verdict {
	if n == 0 {
		return Verdict{Reason: ReasonNoRight}
	}
	return Verdict{OK: true, Authority: n}
}

// add appends a fact of person n that has seen the facts given (and all that
// these had seen), and gives its index.
func (w *world) add(kind string, n int, payload any, seen ...int) int {
	w.clock++
	return w.addAt(w.clock, kind, n, payload, seen...)
}

func (w *world) addAt(at int64, kind string, n int, payload any, seen ...int) int {
	i := len(w.facts)
	var raw []byte
	if payload != nil {
		raw, _ = json.Marshal(payload)
	}
	f := Fact{Kind: kind, Entity: w.entity, Actor: userID(n), Device: [32]byte{byte(n)}, Scope: "440604100001",
		At: epoch.Add(time.Duration(at) * time.Second), Payload: raw, Verdict: verdictOf(n)}
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %s %d ", i, at, kind, n)
	h.Write(raw)
	copy(f.ID[:], h.Sum(nil))
	past := map[int]bool{}
	for _, j := range seen {
		past[j] = true
		for k := range w.past[j] {
			past[k] = true
		}
	}
	w.facts, w.past = append(w.facts, f), append(w.past, past)
	return i
}

// seal gives the fact a sealed part.
func (w *world) seal(i int, fields ...string) int {
	f := &w.facts[i]
	f.Sealed = map[string]SealedRef{}
	for _, field := range fields {
		f.Sealed[field] = SealedRef{f.ID, field}
	}
	return i
}

func (w *world) op(i int) OpID { return w.facts[i].ID }

// history puts the facts at these indexes, a causally closed set in any order,
// into the deterministic order, as package merge does.
func (d *dag) history(set []int) (h History, order []int) {
	placed := map[int]bool{}
	left := slices.Clone(set)
	for len(left) > 0 {
		best := -1
		for k, i := range left {
			if d.ready(i, placed) && (best < 0 || d.less(i, left[best])) {
				best = k
			}
		}
		i := left[best]
		left = slices.Delete(left, best, best+1)
		placed[i] = true
		order = append(order, i)
		h.Facts = append(h.Facts, d.facts[i])
	}
	h.Past = func(a, b int) bool { return d.past[order[a]][order[b]] }
	return h, order
}

func (d *dag) ready(i int, placed map[int]bool) bool {
	for j := range d.past[i] {
		if !placed[j] {
			return false
		}
	}
	return true
}

func (d *dag) less(i, j int) bool {
	a, b := &d.facts[i], &d.facts[j]
	return cmp.Or(cmp.Compare(a.Verdict.Authority, b.Verdict.Authority), a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:])) < 0
}

func (d *dag) all() []int {
	set := make([]int, len(d.facts))
	for i := range set {
		set[i] = i
	}
	return set
}

// fold folds everything; effects come back by the index of add.
func (w *world) fold() (Folded, []Effect) { return w.foldSet(w.all()) }

func (w *world) foldSet(set []int) (Folded, []Effect) {
	h, order := w.history(set)
	typ := "case"
	if len(h.Facts) > 0 {
		typ = h.EntityType()
	}
	out := Fold(typ, h)
	effects := make([]Effect, len(w.facts))
	for k, i := range order {
		effects[i] = out.Effects[k]
	}
	return out, effects
}

func acceptPayload(instant bool) AcceptPayload {
	due := Date("2026-12-18")
	p := AcceptPayload{Number: FormatNumber("440604100001", "2026-11-20", "01", 17), Person: uuid.UUID{9}, Type: ObjectPerson, Read: ReadCard,
		Item:    ItemRef{ID: uuid.UUID{8}, Code: "SAMPLE-0005", Name: "低保边缘家庭认定", Version: 1},
		Channel: "窗口", Counter: "01", Division: "440604100001", LegalDate: "2026-11-20", AcceptedAt: "2026-11-20T10:00:00+08:00",
		Calendar: "2026", Instant: instant, PromisedDays: 20,
		Materials: []GivenMaterial{{Name: "身份证", Provided: true, Originals: 1}, {Name: "收入证明", Deferred: true}, {Name: "申请表", Provided: true, Copies: 1}}}
	if !instant {
		p.Due = &due
	}
	return p
}

func (w *world) accept(instant bool, seen ...int) int {
	return w.seal(w.add("case.accept", 1, acceptPayload(instant), seen...), SealedApplicant, SealedForm)
}

func (w *world) status(t *testing.T) Status {
	t.Helper()
	out, _ := w.fold()
	if out.Case == nil {
		return ""
	}
	return out.Case.Status
}

func opBytes(n uint64) (id [32]byte) {
	binary.BigEndian.PutUint64(id[:], n+1)
	return id
}
