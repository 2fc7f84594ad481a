package counter

import (
	"bytes"
	"math/rand"
	"testing"

	"github.com/google/uuid"
)

// matter is one matter that several stations accepted, each as a case of its own;
// superiors that know any part of the histories say of any two which one goes on,
// in both, and need not agree.
type matter struct {
	cases []*world
	said  map[[2]int]bool // the case named first goes on, as somebody said of the two
}

func acceptances(rng *rand.Rand, n int) *matter {
	m := &matter{said: map[[2]int]bool{}}
	for k := range n {
		w := &world{entity: uuid.UUID{byte(k + 1)}}
		p := acceptPayload(false)
		p.Division = "44060401100" + string(rune('1'+k))
		p.Number = FormatNumber(p.Division, Date("2026-11-20").AddDays(rng.Intn(3)), "01", uint64(1+rng.Intn(2)))
		w.seal(w.add("case.accept", 1, p), SealedApplicant, SealedForm)
		m.cases = append(m.cases, w)
	}
	return m
}

func (m *matter) number(k int) string {
	out, _ := m.cases[k].foldSet([]int{0})
	return out.Case.Number
}

// seen is what somebody knows of a case: its acceptance and any part of what
// followed.
func seen(rng *rand.Rand, w *world) []int {
	known := []int{0}
	for i := 1; i < len(w.facts); i++ {
		if rng.Intn(2) == 0 {
			known = append(known, i)
		}
	}
	return known
}

// say has a superior state in both cases that b goes on in a.
func (m *matter) say(rng *rand.Rand, a, b, by int) {
	m.said[[2]int{a, b}] = true
	for _, x := range []struct {
		in, about int
		survives  bool
	}{{a, b, true}, {b, a, false}} {
		w := m.cases[x.in]
		w.clock += int64(rng.Intn(3)) - 1
		w.add("case.join", by, JoinPayload{Number: m.number(x.about), Division: "440604011000", Stage: FlowAccept,
			Case: m.cases[x.about].entity, Survives: x.survives}, seen(rng, w)...)
	}
}

// playMatter lets superiors speak and counters work in any order.
func playMatter(rng *rand.Rand) *matter {
	m := acceptances(rng, 2+rng.Intn(3))
	for range 1 + rng.Intn(8) {
		a := rng.Intn(len(m.cases))
		if b := rng.Intn(len(m.cases)); a != b && rng.Intn(4) > 0 {
			m.say(rng, a, b, []int{4, 14}[rng.Intn(2)])
			continue
		}
		w := m.cases[a]
		verb := []Verb{VerbHandover, VerbReview, VerbApprove, VerbDeny, VerbReturn}[rng.Intn(5)]
		w.add("case."+string(verb), 4, nil, seen(rng, w)...)
	}
	return m
}

// Whatever superiors knew and said, and in whatever order it arrived: of any two
// acceptances both histories name the same one that goes on, and no other than
// somebody named; where they contradicted each other it is the earlier. Every
// receipt stays valid, what was decided is never undone by it, and each pair asks
// for one notice.
func TestJoinsAgreeWhateverWasKnown(t *testing.T) {
	n := int64(1500)
	if testing.Short() {
		n = 150
	}
	for seed := range n {
		rng := rand.New(rand.NewSource(seed))
		m := playMatter(rng)
		states := make([]*CaseState, len(m.cases))
		for k, w := range m.cases {
			out, effects := w.fold()
			states[k] = out.Case
			set := w.all()
			rng.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
			if again, _ := w.foldSet(set); !bytes.Equal(again.JSON, out.JSON) {
				t.Fatalf("seed %d: the order of arrival shows:\n%s\n%s", seed, out.JSON, again.JSON)
			}
			m.stands(t, seed, k, states[k], effects)
		}
		for a := range states {
			for b := range a {
				m.agree(t, seed, states, a, b)
			}
		}
	}
}

// agree checks one pair of cases.
func (m *matter) agree(t *testing.T, seed int64, states []*CaseState, a, b int) {
	t.Helper()
	inA, inB := joinAbout(states[a], m.cases[b].entity), joinAbout(states[b], m.cases[a].entity)
	ab, ba := m.said[[2]int{a, b}], m.said[[2]int{b, a}]
	switch {
	case (inA == nil) != (inB == nil) || (inA == nil) == (ab || ba):
		t.Fatalf("seed %d: only one of %d and %d knows: %+v %+v", seed, a, b, inA, inB)
	case inA == nil:
		return
	case inA.Survives == inB.Survives:
		t.Fatalf("seed %d: %d and %d do not agree: %+v %+v", seed, a, b, inA, inB)
	}
	want := ab
	if ab && ba {
		want = EarlierNumber(states[a].Number, states[b].Number)
	}
	if inA.Survives != want {
		t.Fatalf("seed %d: %d goes on in %d: %v, said %v %v", seed, b, a, inA.Survives, ab, ba)
	}
}

func joinAbout(s *CaseState, other uuid.UUID) *CaseJoin {
	for i := range s.Joins {
		if s.Joins[i].Case == other {
			return &s.Joins[i]
		}
	}
	return nil
}

// stands checks one case by itself.
func (m *matter) stands(t *testing.T, seed int64, k int, s *CaseState, effects []Effect) {
	t.Helper()
	if !effects[0].Effective || s.Number != m.number(k) || s.Applicant == nil {
		t.Fatalf("seed %d: the receipt of %d does not stand: %+v", seed, k, effects[0])
	}
	if n := countTasks(s, TaskJoin); n != len(s.Joins) {
		t.Fatalf("seed %d: %d joins of %d ask for %d notices", seed, len(s.Joins), k, n)
	}
	away, decided := false, false
	for _, j := range s.Joins {
		away = away || !j.Survives
	}
	for i, e := range effects {
		if v := m.cases[k].facts[i].Verb(); v == VerbApprove || v == VerbDeny {
			decided = decided || e.Effective
			if e.Reason == ReasonSuperseded {
				t.Fatalf("seed %d: a decision of %d gave way: %+v", seed, k, e)
			}
		}
	}
	switch {
	case away != (s.JoinedTo != nil):
		t.Fatalf("seed %d: %d goes on elsewhere: %v, joined to %+v", seed, k, away, s.JoinedTo)
	case away && decided && s.Status != StatusDisputed, away && !decided && s.Status != StatusJoined, !away && s.Status == StatusJoined:
		t.Fatalf("seed %d: %d, decided %v, elsewhere %v, is %s", seed, k, decided, away, s.Status)
	}
}
