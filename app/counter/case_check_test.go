package counter

import (
	"math/rand"
	"testing"
)

// What Check lets pass counts when it is recorded, what it refuses does not.
func TestCheckAgreesWithFold(t *testing.T) {
	runs(t, func(t *testing.T, seed int64, rng *rand.Rand, w *world) {
		before, _ := w.fold()
		if before.Case == nil {
			return
		}
		for _, a := range pairActs {
			by := crew[rng.Intn(len(crew))]
			err := before.Case.Check(a.verb, verdictOf(by))
			i := w.add("case."+string(a.verb), by, a.payload, w.all()...)
			_, e := w.fold()
			w.facts, w.past = w.facts[:i], w.past[:i]
			if (err == nil) != e[i].Effective {
				t.Fatalf("seed %d, %s by %d in %s: check says %v, fold %+v", seed, a.verb, by, before.Case.Status, err, e[i])
			}
			want := CodeInvalid
			if e[i].Reason == ReasonNoRight {
				want = CodeDenied
			}
			if err != nil && CodeOf(err) != want {
				t.Fatalf("seed %d, %s: %v for %+v", seed, a.verb, err, e[i])
			}
		}
	})
}

func TestCheckNeedsUpdate(t *testing.T) {
	s := &CaseState{Status: StatusAccepted, NeedsUpdate: true}
	if err := s.Check(VerbHandover, verdictOf(1)); CodeOf(err) != CodeInvalid {
		t.Fatal(err)
	}
}
