package counter

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
)

var otherCase = uuid.MustParse("00000000-0000-4000-8000-0000000000ff")

// numberOn is a case number of a day, of another service point than the world's.
func numberOn(day Date) string { return FormatNumber("440604011002", day, "01", 1) }

func joinTo(number string) JoinPayload {
	return JoinPayload{Number: number, Division: "440604011002", Stage: FlowAccept, Case: otherCase}
}

func survive(number string) JoinPayload { j := joinTo(number); j.Survives = true; return j }

func TestJoinedCaseWaitsForNothingButARuling(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	h := w.add("case.handover", 1, nil, a)
	j := w.add("case.join", 10, joinTo(numberOn("2026-11-01")), h)
	again := w.add("case.join", 20, joinTo(numberOn("2026-11-01")), h)
	out, e := w.fold()
	c := out.Case
	if c.Status != StatusJoined || c.JoinedTo == nil || c.JoinedTo.Case != otherCase || len(c.Joins) != 1 || !e[j].Effective || !e[again].Effective {
		t.Fatalf("%s", out.JSON)
	}
	if n := countTasks(c, TaskJoin); n != 1 {
		t.Fatalf("%d notices for one pair", n)
	}
	review := w.add("case.review", 4, nil, j, again)
	rule := w.add("case.resolve", 4, ResolvePayload{Choose: w.op(a)}, j, again)
	after := w.add("case.review", 4, nil, rule)
	out, e = w.fold()
	if e[review].Reason != ReasonOutOfStage || !e[rule].Effective || !e[after].Effective {
		t.Fatalf("%+v", e)
	}
	if out.Case.Status != StatusReviewed || out.Case.JoinedTo != nil || e[j].Reason != ReasonOverruled || e[again].Reason == "" {
		t.Fatalf("%s %+v", out.JSON, e)
	}
}

func countTasks(c *CaseState, kind string) (n int) {
	for _, t := range c.Tasks {
		if t.Kind == kind {
			n++
		}
	}
	return n
}

func TestSurvivorGoesOn(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	j := w.add("case.join", 10, survive(numberOn("2026-11-01")), a)
	w.add("case.handover", 1, nil, j)
	out, _ := w.fold()
	if out.Case.Status != StatusUnderReview || out.Case.JoinedTo != nil || len(out.Case.Joins) != 1 {
		t.Fatalf("%s", out.JSON)
	}
}

// A decision, known to the superior or not, and a join leave the case to a ruling.
func TestDecidedCaseIsNotJoinedInSilence(t *testing.T) {
	for _, known := range []bool{true, false} {
		for _, choose := range []Verb{VerbApprove, VerbJoin} {
			w, last := bases()["reviewed"]()
			approve := w.add("case.approve", 3, nil, last)
			seen := last
			if known {
				seen = approve
			}
			j := w.add("case.join", 10, joinTo(numberOn("2026-11-01")), seen)
			out, e := w.fold()
			if out.Case.Status != StatusDisputed || len(out.Case.Dispute) != 2 || !e[approve].Effective || e[approve].Reason != ReasonDisputed {
				t.Fatalf("known %v: %s", known, out.JSON)
			}
			conclude := w.add("case.conclude", 1, nil, approve, j)
			rule := w.add("case.resolve", 4, ResolvePayload{Choose: w.op(map[Verb]int{VerbApprove: approve, VerbJoin: j}[choose])}, approve, j)
			out, e = w.fold()
			want, lost := StatusApproved, j
			if choose == VerbJoin {
				want, lost = StatusJoined, approve
			}
			if e[conclude].Reason != ReasonOutOfStage || !e[rule].Effective || out.Case.Status != want || e[lost].Reason != ReasonOverruled || !hasTask(out.Case, TaskNotice, w.op(rule)) {
				t.Fatalf("known %v, chosen %s: %s %+v", known, choose, out.JSON, e)
			}
		}
	}
}

// Two superiors that contradict each other: both cases come to the same answer,
// whichever statement came first.
func TestSuperiorsContradict(t *testing.T) {
	own := acceptPayload(false).Number
	for _, day := range []Date{"2020-01-01", "2099-01-01"} {
		for _, first := range []bool{true, false} {
			w := newWorld()
			a := w.accept(false)
			other := numberOn(day)
			x := w.add("case.join", 10, map[bool]JoinPayload{true: survive(other), false: joinTo(other)}[first], a)
			y := w.add("case.join", 20, map[bool]JoinPayload{true: joinTo(other), false: survive(other)}[first], a)
			out, e := w.fold()
			if stays := EarlierNumber(own, other); (out.Case.Status == StatusAccepted) != stays || stays != (day == "2099-01-01") {
				t.Fatalf("%s: %s", day, out.JSON)
			}
			if e[x].Effective == e[y].Effective || len(out.Case.Joins) != 1 {
				t.Fatalf("%+v", e)
			}
		}
	}
}

// A device joins by itself when it is a town's or the district's; no village's is.
func TestWhoMayJoin(t *testing.T) {
	village, town := "440604011001", "440604011000"
	for _, c := range []struct {
		scope, device string
		want          bool
	}{{village, village, false}, {village, town, true}, {town, town, true}, {"440604000000", town, false}} {
		f := Fact{Kind: "member.add", Scope: c.scope, District: true, Entity: otherCase}
		f.Payload, _ = json.Marshal(MemberPayload{Device: OpID{7}, Division: c.device, Counter: "01", Tier: "x"})
		p := NewPowers(c.scope).Apply(f)
		if v := p.Judge(Fact{Kind: "case.join", Scope: c.scope, Device: [32]byte{7}}); v.OK != c.want {
			t.Errorf("%+v: %+v", c, v)
		}
		if v := p.Judge(Fact{Kind: "case.approve", Scope: c.scope, Device: [32]byte{7}}); v.OK {
			t.Errorf("%+v decides by itself", c)
		}
	}
}
