package counter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/google/uuid"
)

var crew = []int{1, 2, 3, 4, 11, 12, 13, 14, 0}

// play lets several devices act on one case, each knowing only what it has
// received; now and then they exchange what they know. One act in five is any
// act at all, possible or not.
func play(rng *rand.Rand, acts int) *world {
	w := newWorld()
	first := w.accept(rng.Intn(2) == 0)
	devices := make([][]int, 2+rng.Intn(3))
	for d := range devices {
		devices[d] = []int{first}
	}
	if rng.Intn(15) == 0 {
		devices[0] = []int{w.accept(false)}
	}
	for len(w.facts) < acts {
		d := rng.Intn(len(devices))
		if rng.Intn(3) == 0 {
			devices[d] = union(devices[d], devices[rng.Intn(len(devices))])
			continue
		}
		i := w.randomAct(rng, devices[d])
		devices[d] = append(devices[d], i)
	}
	return w
}

func union(a, b []int) []int {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *world) randomAct(rng *rand.Rand, known []int) int {
	verb := caseVerbs[rng.Intn(len(caseVerbs))]
	by := crew[rng.Intn(len(crew))]
	out, _ := w.foldSet(known)
	if c := out.Case; c != nil && rng.Intn(5) > 0 {
		if next := NextVerbs(c.Status, c.Instant); len(next) > 0 && rng.Intn(3) > 0 {
			verb, by = next[rng.Intn(len(next))], 4+10*rng.Intn(2)
			if (verb == VerbVoid || verb == VerbWithdraw) && rng.Intn(2) == 0 {
				verb = next[0]
			}
		}
	}
	w.clock += int64(rng.Intn(3)) - 1 // clocks are not to be relied on
	return w.seal(w.add("case."+string(verb), by, w.randomPayload(rng, verb, known, out), known...), SealedOpinion, SealedText)
}

func (w *world) randomPayload(rng *rand.Rand, verb Verb, known []int, out Folded) any {
	any := w.op(known[rng.Intn(len(known))])
	tag := fmt.Sprintf("%08x", rng.Uint32())
	switch verb {
	case VerbAccept:
		return acceptPayload(false)
	case VerbResolve:
		if c := out.Case; c != nil && len(c.Dispute) > 0 {
			return ResolvePayload{Choose: c.Dispute[rng.Intn(len(c.Dispute))].Op, Reason: tag}
		}
		return ResolvePayload{Choose: any, Reason: tag}
	case VerbRestore:
		for i, e := range out.Effects {
			if e.Reason == ReasonSuperseded {
				h, _ := w.history(known)
				return RestorePayload{h.Facts[i].ID}
			}
		}
		return RestorePayload{any}
	case VerbCorrect:
		return CorrectPayload{LegalDate: Date("2026-11-01").AddDays(rng.Intn(20)), Reason: tag}
	case VerbMaterial:
		if c := out.Case; c != nil && len(c.Materials) > 0 && rng.Intn(2) == 0 {
			return MaterialPayload{Remove: []string{c.Materials[rng.Intn(len(c.Materials))].ID}}
		}
		return MaterialPayload{Add: []GivenMaterial{{Name: tag}}}
	case VerbNote:
		if rng.Intn(4) == 0 {
			return NotePayload{Clear: []OpID{any}}
		}
		return NotePayload{Kind: tag}
	case VerbPrint:
		return PrintPayload{Kind: "acceptance", Digest: tag}
	case VerbPrinted:
		return PrintedPayload{Of: any, Printer: tag, OK: rng.Intn(2) == 0}
	case VerbRecount:
		return RecountPayload{LegalDate: "2026-11-20", Due: Date("2026-12-01").AddDays(rng.Intn(20)), Calendar: tag}
	case VerbAdmit:
		return AdmitPayload{Ops: []OpID{any}}
	case VerbJoin:
		other := byte(rng.Intn(3) + 1)
		return JoinPayload{Number: numberOn(Date("2026-11-01").AddDays(int(other) * 10)), Case: uuid.UUID{other}, Survives: rng.Intn(3) > 0}
	}
	return ActPayload{Reason: tag}
}

func runs(t *testing.T, f func(t *testing.T, seed int64, rng *rand.Rand, w *world)) {
	n := int64(600)
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		run(t, seed, f)
	}
}

func run(t *testing.T, seed int64, f func(t *testing.T, seed int64, rng *rand.Rand, w *world)) {
	rng := rand.New(rand.NewSource(seed))
	f(t, seed, rng, play(rng, 3+rng.Intn(16)))
}

// The order of arrival makes no difference, nor does it how a history is cut.
func TestFoldDoesNotDependOnArrival(t *testing.T) {
	runs(t, func(t *testing.T, seed int64, rng *rand.Rand, w *world) {
		want, _ := w.fold()
		set := w.all()
		for range 3 {
			rng.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
			got, _ := w.foldSet(set)
			if !bytes.Equal(got.JSON, want.JSON) || !slices.Equal(got.Effects, want.Effects) {
				t.Fatalf("seed %d:\n%s\n%s", seed, got.JSON, want.JSON)
			}
		}
		h, _ := w.history(set)
		uncut := foldCaseAt(h, make([]bool, len(h.Facts)))
		if !bytes.Equal(uncut.JSON, want.JSON) || !slices.Equal(uncut.Effects, want.Effects) {
			for i := range h.Facts {
				t.Logf("%2d %-14s %+v | %+v", i, h.Facts[i].Kind, want.Effects[i], uncut.Effects[i])
			}
			t.Fatalf("seed %d: cuts change the state:\n%s\n%s", seed, uncut.JSON, want.JSON)
		}
	})
}

// No history reaches a status that is not in the table; a dispute names its
// parties; whatever does not count has a reason.
func TestNoUndefinedState(t *testing.T) {
	reached := map[Status]int{}
	check := func(t *testing.T, seed int64, _ *rand.Rand, w *world) {
		out, effects := w.fold()
		for i, e := range effects {
			if !e.Effective && e.Reason == "" || ReasonText(e.Reason, "zh") == e.Reason && e.Reason != "" {
				t.Fatalf("seed %d: %s: %+v", seed, w.facts[i].Kind, e)
			}
		}
		if out.Case == nil {
			return
		}
		reached[out.Case.Status]++
		if !out.Case.Status.known() || out.Case.Stage == "" || (out.Case.Status == StatusDisputed) != (len(out.Case.Dispute) > 1) || !json.Valid(out.JSON) {
			t.Fatalf("seed %d: %s", seed, out.JSON)
		}
	}
	runs(t, check)
	// A few runs may miss a rare status: more are played until each was met.
	for seed := int64(600); seed < 5000 && len(reached) < len(Statuses()); seed++ {
		run(t, seed, check)
	}
	for _, s := range Statuses() {
		if reached[s] == 0 {
			t.Errorf("no run reached %s", s)
		}
	}
}

// Whatever arrives later, a fixed act that counted goes on counting, unless a
// ruling says otherwise; and what was judged in an act's own past stays so.
func TestFixedActsStand(t *testing.T) {
	runs(t, func(t *testing.T, seed int64, _ *rand.Rand, w *world) {
		_, final := w.fold()
		for i := range w.facts {
			own := []int{i}
			for j := range w.past[i] {
				own = append(own, j)
			}
			_, then := w.foldSet(own)
			if setAside(then[i].Reason) != setAside(final[i].Reason) {
				t.Fatalf("seed %d: %s was %+v, is %+v", seed, w.facts[i].Kind, then[i], final[i])
			}
			if w.facts[i].Verb().Fixed() && then[i].Effective && !final[i].Effective && final[i].Reason != ReasonOverruled {
				t.Fatalf("seed %d: %s was undone: %+v", seed, w.facts[i].Kind, final[i])
			}
			if final[i].Reason == ReasonOverruled && w.kindOf(final[i].By) != "case.resolve" {
				t.Fatalf("seed %d: overruled by %s", seed, w.kindOf(final[i].By))
			}
		}
	})
}

// At any prefix of the order, what counted and is fixed still counts later:
// also what third parties did is not undone by growth of the history.
func TestFixedActsStandAsHistoryGrows(t *testing.T) {
	runs(t, func(t *testing.T, seed int64, rng *rand.Rand, w *world) {
		var grown []int
		for i := range w.facts { // the order of making is a causal order
			if rng.Intn(4) > 0 && w.ready(i, toSet(grown)) {
				grown = append(grown, i)
			}
		}
		_, then := w.foldSet(grown)
		_, final := w.fold()
		for _, i := range grown {
			if w.facts[i].Verb().Fixed() && then[i].Effective && !final[i].Effective && final[i].Reason != ReasonOverruled {
				t.Fatalf("seed %d: %s was undone: %+v", seed, w.facts[i].Kind, final[i])
			}
		}
	})
}

func toSet(list []int) map[int]bool {
	set := map[int]bool{}
	for _, i := range list {
		set[i] = true
	}
	return set
}

func (w *world) kindOf(id [32]byte) string {
	for i := range w.facts {
		if w.facts[i].ID == id {
			return w.facts[i].Kind
		}
	}
	return ""
}

// Everything that was entered is in the state, or its fact says why not.
func TestEverythingEnteredIsFindable(t *testing.T) {
	runs(t, func(t *testing.T, seed int64, _ *rand.Rand, w *world) {
		out, effects := w.fold()
		for i, e := range effects {
			if !e.Effective || e.Reason != "" {
				continue
			}
			var tag string
			switch p := decoded(&w.facts[i]).(type) {
			case *MaterialPayload:
				for _, m := range p.Add {
					tag = m.Name
				}
			case *NotePayload:
				tag = p.Kind
			case *PrintPayload:
				tag = p.Digest
			case *JoinPayload:
				tag = p.Number
			case *CorrectPayload:
				tag = `"legal_date":"` + string(p.LegalDate)
			}
			if !bytes.Contains(out.JSON, []byte(tag)) {
				t.Fatalf("seed %d: %s %q is nowhere", seed, w.facts[i].Kind, tag)
			}
		}
	})
}

func decoded(f *Fact) any {
	p := newPayload(f.Verb())
	decodePayload(f.Payload, p)
	return p
}

// A history with a thousand concurrent notes and a hundred concurrent moves
// still folds at once: nothing that a hostile device can write stalls the hub.
func BenchmarkFoldConcurrent(b *testing.B) {
	w := newWorld()
	a := w.accept(false)
	for range 1000 {
		w.add("case.note", 1, NotePayload{Kind: "x"}, a)
	}
	for range 100 {
		w.add("case.withdraw", 1, nil, a)
	}
	h, _ := w.history(w.all())
	for b.Loop() {
		if Fold("case", h).Case.Status != StatusWithdrawn {
			b.Fatal("not withdrawn")
		}
	}
}
