package counter

import (
	"fmt"
	"testing"
)

// pairActs are acts in one form each, for the table of pairs.
var pairActs = []struct {
	verb    Verb
	by      int
	payload any
}{
	{VerbHandover, 1, ActPayload{}}, {VerbReview, 4, ActPayload{}}, {VerbReturn, 4, ActPayload{}},
	{VerbApprove, 4, ActPayload{}}, {VerbDeny, 4, ActPayload{}}, {VerbWithdraw, 4, ActPayload{}},
	{VerbConclude, 4, ActPayload{}}, {VerbVoid, 4, ActPayload{Reason: "重复受理"}},
	{VerbCorrect, 4, CorrectPayload{LegalDate: "2026-11-19"}},
	{VerbMaterial, 1, MaterialPayload{Add: []GivenMaterial{{Name: "照片"}}}},
	{VerbNote, 1, NotePayload{Kind: "x"}}, {VerbPrint, 1, PrintPayload{Kind: "acceptance"}}, {VerbPrinted, 1, PrintedPayload{Of: OpID{1}, OK: true}}, {VerbJoin, 4, JoinPayload{Number: "x", Survives: true}},
	{VerbJoin, 4, JoinPayload{Number: "y", Case: otherCase}}, {VerbAdmit, 4, AdmitPayload{Ops: []OpID{{1}}}}, {VerbRecount, 4, RecountPayload{LegalDate: "2026-11-19", Due: "2026-12-19"}},
}

// bases are histories to stand on: each open or decided status.
func bases() map[string]func() (*world, int) {
	grow := func(instant bool, steps ...Verb) func() (*world, int) {
		return func() (*world, int) {
			w := newWorld()
			last := w.accept(instant)
			for _, v := range steps {
				last = w.add("case."+string(v), 4, nil, last)
			}
			return w, last
		}
	}
	return map[string]func() (*world, int){
		"accepted":     grow(false),
		"instant":      grow(true),
		"under_review": grow(false, VerbHandover),
		"reviewed":     grow(false, VerbHandover, VerbReview),
		"approved":     grow(false, VerbHandover, VerbReview, VerbApprove),
		"denied":       grow(false, VerbHandover, VerbReview, VerbDeny),
	}
}

// What becomes of a pair of concurrent acts.
const (
	pairBoth    = "都有效"
	pairDispute = "待裁决"
	pairFixed   = "定局操作有效"
	pairLater   = "后者有效"
)

// pairOutcome folds two concurrent acts on a base in one order and names the
// outcome; ok is false when one of them alone is not possible there.
func pairOutcome(t *testing.T, base func() (*world, int), x, y int, swap bool) (outcome string, ok bool) {
	t.Helper()
	w, last := base()
	if out, _ := w.fold(); !out.Case.Status.Open() && (goesAway(x) || goesAway(y)) {
		return "", false // in dispute by the join alone
	}
	at := [2]int64{100, 200}
	if swap {
		at = [2]int64{200, 100}
	}
	// the same authority, so that the stamps alone make the order
	i := w.addAt(at[0], "case."+string(pairActs[x].verb), 4, pairActs[x].payload, last)
	if _, e := w.fold(); !e[i].Effective {
		return "", false
	}
	j := w.addAt(at[1], "case."+string(pairActs[y].verb), 4, pairActs[y].payload, last)
	out, e := w.fold()
	if e[j].Reason == ReasonOutOfStage {
		return "", false
	}
	later := j
	if swap {
		later = i
	}
	if !out.Case.Status.known() {
		t.Fatalf("status %q", out.Case.Status)
	}
	switch {
	case out.Case.Status == StatusDisputed:
		if !e[i].Effective || !e[j].Effective || e[i].Reason != ReasonDisputed || e[i].By != w.op(j) || len(out.Case.Dispute) != 2 {
			t.Fatalf("a dispute without its parties: %+v %+v", e[i], e[j])
		}
		return pairDispute, true
	case e[i].Effective && e[j].Effective:
		return pairBoth, true
	}
	lost, won := i, j
	if e[i].Effective {
		lost, won = j, i
	}
	if e[lost].Reason != ReasonSuperseded || e[lost].By != w.op(won) || !e[won].Effective || !hasTask(out.Case, TaskSuperseded, w.op(lost)) {
		t.Fatalf("%s lost to %s without a word: %+v", w.facts[lost].Kind, w.facts[won].Kind, e[lost])
	}
	if Verb.Fixed(w.facts[won].Verb()) {
		return pairFixed, true
	}
	if won != later {
		t.Fatalf("%s stood over the later %s", w.facts[won].Kind, w.facts[lost].Kind)
	}
	return pairLater, true
}

// goesAway tells that an act is a join by which the case goes on elsewhere.
func goesAway(x int) bool {
	p, ok := pairActs[x].payload.(JoinPayload)
	return ok && !p.Survives
}

// pairName names an act in the table of pairs.
func pairName(x int) string {
	switch {
	case goesAway(x):
		return "并入另案"
	case pairActs[x].verb == VerbJoin:
		return "并案（本件续办）"
	}
	return pairActs[x].verb.Name("zh")
}

func (s Status) known() bool { return s.Stage() != "" }

func hasTask(c *CaseState, kind string, op OpID) bool {
	for _, t := range c.Tasks {
		if t.Kind == kind && t.Op == op {
			return true
		}
	}
	return false
}

// pairTable folds every pair of acts on every base, in both orders, checks it
// against the rules and gives the outcomes; a pair that is nowhere possible at
// once is missing.
func pairTable(t *testing.T) map[[2]int]string {
	table := map[[2]int]string{}
	for name, base := range bases() {
		for x := range pairActs {
			for y := range pairActs {
				got, ok := pairOutcome(t, base, x, y, false)
				swapped, okSwapped := pairOutcome(t, base, x, y, true)
				mirrored, okMirrored := pairOutcome(t, base, y, x, false)
				if ok != okSwapped || ok != okMirrored || got != swapped || got != mirrored {
					t.Fatalf("%s: %s and %s: %q, %q in the other order, %q the other way", name, pairActs[x].verb, pairActs[y].verb, got, swapped, mirrored)
				}
				if !ok {
					continue
				}
				if want := joinRule(x, y, name); got != want {
					t.Fatalf("%s: %s and %s: %s, want %s", name, pairActs[x].verb, pairActs[y].verb, got, want)
				}
				if before, seen := table[[2]int{x, y}]; seen && before != got {
					t.Fatalf("%s: %s and %s: %s here, %s elsewhere", name, pairActs[x].verb, pairActs[y].verb, got, before)
				}
				table[[2]int{x, y}] = got
			}
		}
	}
	return table
}

// joinRule is pairRule with the one thing that a join does to others: a decision
// that nobody knew of when the case went elsewhere has to be ruled on.
func joinRule(x, y int, base string) string {
	decides := map[Verb]bool{VerbApprove: true, VerbDeny: true, VerbConclude: true}
	if goesAway(x) && decides[pairActs[y].verb] || goesAway(y) && decides[pairActs[x].verb] {
		return pairDispute
	}
	return pairRule(pairActs[x].verb, pairActs[y].verb, base)
}

// pairRule says the rules again, independently of the code: by the groups that
// design and law give.
func pairRule(a, b Verb, base string) string {
	outcome := func(v Verb) Outcome {
		switch {
		case v == VerbApprove, v == VerbConclude && base != "denied":
			return OutcomeGranted
		case v == VerbDeny, v == VerbConclude:
			return OutcomeDenied
		case v == VerbWithdraw:
			return OutcomeWithdrawn
		case v == VerbVoid:
			return OutcomeVoided
		}
		return ""
	}
	isMove := map[Verb]bool{VerbHandover: true, VerbReview: true, VerbReturn: true}
	switch oa, ob := outcome(a), outcome(b); {
	case oa != "" && ob != "" && oa != ob:
		return pairDispute
	case oa != "" && ob != "":
		return pairBoth
	case oa != "" && isMove[b], ob != "" && isMove[a]:
		return pairFixed
	case isMove[a] && isMove[b] && a != b, a == VerbCorrect && b == VerbCorrect:
		return pairLater
	}
	return pairBoth
}

func TestPairsOfConcurrentActs(t *testing.T) {
	if n := len(pairTable(t)); n < 120 {
		t.Fatalf("only %d pairs were possible somewhere", n)
	}
}

// dispute makes an approval and a withdrawal that knew nothing of each other.
func dispute() (w *world, approve, withdraw int) {
	w = newWorld()
	last := w.add("case.handover", 1, nil, w.accept(false))
	last = w.add("case.review", 2, nil, last)
	return w, w.add("case.approve", 13, nil, last), w.add("case.withdraw", 1, nil, last)
}

func TestDisputeIsLeftOnlyByRuling(t *testing.T) {
	w, approve, withdraw := dispute()
	for _, verb := range []Verb{VerbHandover, VerbReview, VerbReturn, VerbApprove, VerbDeny, VerbWithdraw, VerbConclude, VerbVoid, VerbCorrect} {
		i := w.add("case."+string(verb), 4, map[Verb]any{VerbCorrect: CorrectPayload{LegalDate: "2026-11-19"}, VerbVoid: ActPayload{Reason: "x"}}[verb], approve, withdraw)
		if _, e := w.fold(); e[i].Reason != ReasonOutOfStage {
			t.Errorf("%s in dispute: %+v", verb, e[i])
		}
	}
	note := w.add("case.note", 1, NotePayload{Kind: "x"}, approve, withdraw)
	if _, e := w.fold(); !e[note].Effective {
		t.Error("no note in dispute")
	}
	rule := w.add("case.resolve", 14, ResolvePayload{Choose: w.op(approve)}, approve, withdraw)
	out, e := w.fold()
	if c := out.Case; c.Status != StatusApproved || c.Outcome != OutcomeGranted || len(c.Dispute) != 0 || !hasTask(c, TaskNotice, w.op(rule)) {
		t.Fatalf("%+v", c)
	}
	if e[withdraw].Effective || e[withdraw].Reason != ReasonOverruled || e[withdraw].By != w.op(rule) || !e[approve].Effective || e[approve].Reason != "" {
		t.Fatalf("%+v %+v", e[withdraw], e[approve])
	}
	w.add("case.conclude", 1, nil, rule)
	if got := w.status(t); got != StatusConcluded {
		t.Fatal(got)
	}
}

// A fixed act that the ruling did not know of reopens the dispute, unless it
// says the same.
func TestRulingAndLateFixedAct(t *testing.T) {
	for _, c := range []struct {
		verb Verb
		want Status
	}{{VerbConclude, StatusConcluded}, {"", StatusApproved}} {
		w, approve, withdraw := dispute()
		if c.verb != "" {
			w.add("case."+string(c.verb), 1, nil, approve) // delivered where the withdrawal was not known
		}
		w.add("case.resolve", 14, ResolvePayload{Choose: w.op(approve)}, approve, withdraw)
		if got := w.status(t); got != c.want {
			t.Errorf("%s: %s", c.verb, got)
		}
	}
	w, approve, withdraw := dispute()
	late := w.add("case.conclude", 1, nil, approve)
	rule := w.add("case.resolve", 14, ResolvePayload{Choose: w.op(withdraw)}, approve, withdraw)
	out, e := w.fold()
	if out.Case.Status != StatusDisputed || !e[late].Effective || !e[rule].Effective {
		t.Fatalf("%s %+v %+v", out.Case.Status, e[late], e[rule])
	}
	w.add("case.resolve", 14, ResolvePayload{Choose: w.op(late)}, late, rule)
	out, e = w.fold()
	if out.Case.Status != StatusConcluded || !e[approve].Effective || e[rule].Reason != ReasonOverruled || e[withdraw].Effective {
		t.Fatalf("%s %+v %+v", out.Case.Status, e[approve], e[rule])
	}
}

func TestTwoRulings(t *testing.T) {
	for _, same := range []bool{true, false} {
		w, approve, withdraw := dispute()
		second := withdraw
		if same {
			second = approve
		}
		r1 := w.add("case.resolve", 4, ResolvePayload{Choose: w.op(approve)}, approve, withdraw)
		r2 := w.add("case.resolve", 14, ResolvePayload{Choose: w.op(second)}, approve, withdraw)
		want := StatusDisputed
		if same {
			want = StatusApproved
		}
		if got := w.status(t); got != want {
			t.Fatalf("same %v: %s", same, got)
		}
		if !same {
			w.add("case.resolve", 14, ResolvePayload{Choose: w.op(r1)}, r1, r2)
			out, e := w.fold()
			if out.Case.Status != StatusApproved || !e[approve].Effective || e[withdraw].Effective {
				t.Fatalf("%s %+v %+v", out.Case.Status, e[approve], e[withdraw])
			}
		}
	}
}

// A return that lost against a review is brought back by the one who made it.
func TestRestore(t *testing.T) {
	w := newWorld()
	h := w.add("case.handover", 1, nil, w.accept(false))
	ret := w.add("case.return", 2, nil, h)
	rev := w.add("case.review", 12, nil, h)
	out, e := w.fold()
	if out.Case.Status != StatusReviewed || e[ret].Reason != ReasonSuperseded || e[ret].By != w.op(rev) {
		t.Fatalf("%s %+v", out.Case.Status, e[ret])
	}
	foreign := w.add("case.restore", 3, RestorePayload{w.op(ret)}, ret, rev)
	own := w.add("case.restore", 2, RestorePayload{w.op(ret)}, ret, rev)
	again := w.add("case.restore", 2, RestorePayload{w.op(ret)}, own)
	out, e = w.fold()
	if out.Case.Status != StatusAccepted || !e[ret].Effective || e[ret].Reason != ReasonRestored || e[foreign].Reason != ReasonNoRight || e[again].Reason != ReasonOutOfStage {
		t.Fatalf("%s %+v", out.Case.Status, e)
	}
}

func TestRestoreCorrection(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	first := w.add("case.correct", 3, CorrectPayload{LegalDate: "2026-11-18"}, a)
	second := w.add("case.correct", 13, CorrectPayload{LegalDate: "2026-11-19"}, a)
	out, e := w.fold()
	if out.Case.LegalDate != "2026-11-19" || e[first].Reason != ReasonSuperseded {
		t.Fatalf("%s %+v", out.Case.LegalDate, e[first])
	}
	w.add("case.restore", 4, RestorePayload{w.op(first)}, first, second)
	out, e = w.fold()
	if out.Case.LegalDate != "2026-11-18" || e[first].Reason != ReasonRestored || e[second].Reason != ReasonReplaced {
		t.Fatalf("%s %+v %+v", out.Case.LegalDate, e[first], e[second])
	}
}

// A removal gives way to a decision that it did not know of.
func TestRemovalAgainstDecision(t *testing.T) {
	w := newWorld()
	a := w.accept(true)
	id := fmt.Sprintf("%x/0", w.facts[a].ID[:8])
	gone := w.add("case.material", 1, MaterialPayload{Remove: []string{id}}, a)
	done := w.add("case.conclude", 4, nil, a)
	out, e := w.fold()
	if len(out.Case.Materials) != 3 || e[gone].Reason != ReasonSuperseded || e[gone].By != w.op(done) {
		t.Fatalf("%+v", e[gone])
	}
}

// Who built on an act that gave way is looked at again.
func TestBuiltOnSuperseded(t *testing.T) {
	w := newWorld()
	h := w.add("case.handover", 1, nil, w.accept(false))
	rev := w.add("case.review", 2, nil, h)
	note := w.add("case.return", 3, nil, rev)
	v := w.add("case.void", 4, ActPayload{Reason: "x"}, h)
	out, e := w.fold()
	if out.Case.Status != StatusVoided || e[rev].Reason != ReasonSuperseded || !e[note].Review || e[v].Review || !hasTask(out.Case, TaskReview, w.op(note)) {
		t.Fatalf("%s %+v", out.Case.Status, e)
	}
}

// Two acceptances under one id cannot be told apart by any rule: both are out.
func TestTwoAcceptances(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	second := acceptPayload(false)
	second.Number = FormatNumber("440604100001", "2026-11-20", "02", 1)
	b := w.add("case.accept", 4, second)
	h := w.add("case.handover", 1, nil, a)
	out, e := w.fold()
	if out.Case.Status != StatusDisputed || !e[a].Effective || !e[b].Effective || e[h].Reason != ReasonSuperseded {
		t.Fatalf("%s %+v", out.Case.Status, e)
	}
	w.add("case.resolve", 4, ResolvePayload{Choose: w.op(b)}, h, b)
	out, e = w.fold()
	if out.Case.Status != StatusAccepted || out.Case.Number != second.Number || e[a].Reason != ReasonOverruled {
		t.Fatalf("%+v %+v", out.Case, e)
	}
}
