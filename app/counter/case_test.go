package counter

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// A promised item goes through all stages; each step is done by who may do it.
func TestCaseGoesItsWay(t *testing.T) {
	w := newWorld()
	last := w.accept(false)
	for _, s := range []struct {
		verb Verb
		by   int
		want Status
	}{
		{VerbHandover, 1, StatusUnderReview}, {VerbReturn, 12, StatusAccepted}, {VerbHandover, 1, StatusUnderReview},
		{VerbReview, 12, StatusReviewed}, {VerbApprove, 13, StatusApproved}, {VerbConclude, 1, StatusConcluded},
	} {
		last = w.add("case."+string(s.verb), s.by, ActPayload{To: ""}, last)
		if got := w.status(t); got != s.want {
			t.Fatalf("after %s: %s, want %s", s.verb, got, s.want)
		}
	}
	out, effects := w.fold()
	for i, e := range effects {
		if !e.Effective || e.Reason != "" || e.Review {
			t.Errorf("%s: %+v", w.facts[i].Kind, e)
		}
	}
	c := out.Case
	if c.Outcome != OutcomeGranted || c.Decided.Verb != VerbApprove || c.Ended.Verb != VerbConclude || c.Stage != FlowDeliver || len(c.Materials) != 3 {
		t.Fatalf("%+v", c)
	}
	if c.Applicant.String() != w.op(0).String()+"/applicant" || *c.Due != "2026-12-18" {
		t.Fatal(c.Applicant, c.Due)
	}
	var back CaseState
	if err := json.Unmarshal(out.JSON, &back); err != nil || !reflect.DeepEqual(&back, c) {
		t.Fatalf("%v\n%s", err, out.JSON)
	}
}

func TestInstantItem(t *testing.T) {
	w := newWorld()
	w.add("case.conclude", 1, nil, w.accept(true))
	out, _ := w.fold()
	if c := out.Case; c.Status != StatusConcluded || c.Outcome != OutcomeGranted || c.Due != nil || c.Decided.Verb != VerbConclude {
		t.Fatalf("%+v", c)
	}
	w = newWorld()
	w.add("case.conclude", 1, nil, w.accept(false))
	if _, e := w.fold(); e[1].Effective || e[1].Reason != ReasonOutOfStage {
		t.Fatalf("a promised item was concluded at once: %+v", e[1])
	}
}

// The clerk may decide instant items only; for others the rank is missing.
func TestClerkCannotDecidePromisedItem(t *testing.T) {
	w := newWorld()
	last := w.accept(false)
	last = w.add("case.handover", 1, nil, last)
	last = w.add("case.review", 2, nil, last)
	last = w.add("case.approve", 1, nil, last)
	next := w.add("case.approve", 3, nil, last)
	out, e := w.fold()
	if e[last].Effective || e[last].Reason != ReasonNoRight || !e[next].Effective || !e[next].Review || out.Case.Status != StatusApproved {
		t.Fatalf("%+v %+v %s", e[last], e[next], out.Case.Status)
	}
}

func TestVoidNeedsReason(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	v := w.add("case.void", 1, nil, a)
	if _, e := w.fold(); e[v].Reason != ReasonMalformed {
		t.Fatal(e[v])
	}
	v = w.seal(w.add("case.void", 1, nil, a, v), SealedOpinion)
	out, e := w.fold()
	if !e[v].Effective || out.Case.Status != StatusVoided || out.Case.Stage != StageEnded {
		t.Fatal(e[v], out.Case.Status)
	}
}

func TestNoRight(t *testing.T) {
	w := newWorld()
	w.add("case.accept", 0, acceptPayload(false))
	out, e := w.fold()
	if out.JSON != nil || out.Case != nil || e[0].Effective || e[0].Reason != ReasonNoRight {
		t.Fatalf("%s %+v", out.JSON, e[0])
	}
}

// What a newer version wrote is kept and marked, and the rest goes on.
func TestNewerVersion(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	x := w.add("case.levitate", 1, nil, a)
	y := w.add("case.print", 1, map[string]any{"kind": "acceptance", "colour": "red"}, x)
	z := w.add("case.handover", 1, nil, y)
	out, e := w.fold()
	if e[x].Reason != ReasonNeedsUpdate || e[y].Reason != ReasonNeedsUpdate || !e[z].Effective || !out.Case.NeedsUpdate || out.Case.Status != StatusUnderReview {
		t.Fatalf("%+v %+v", e, out.Case)
	}
	if got := Fold("starship", History{Facts: w.facts}); string(got.JSON) != `{"needs_update":true}` || len(got.Effects) != len(w.facts) {
		t.Fatalf("%s", got.JSON)
	}
	if got := Fold("person", History{Facts: w.facts}); got.Effects[0].Reason != ReasonWrongEntity {
		t.Fatalf("%+v", got.Effects[0])
	}
}

// Nothing that may stand in a payload breaks the fold.
func TestFoldIsTotal(t *testing.T) {
	for _, kind := range []string{"case.accept", "case.resolve", "case.restore", "case.correct", "case.material", "case.note", "case.print", "case.join",
		"case.void", "case.", ".", "", "person.record", "person.restore", "item.publish", "item.withdraw", "division.set", "calendar.set",
		"user.set", "user.disable", "member.add", "member.remove", "key.add", "device.enroll", "device.revoke"} {
		for _, payload := range []string{"", "{}", "null", "[]", "{", `"x"`, "7", `{"item":null}`, `{"item":[]}`, `{"choose":"00"}`, `{"op":"zz"}`, `{"roles":7}`, `{"a":1}{}`, "\xff\x00"} {
			f := Fact{Kind: kind, Payload: []byte(payload), District: true, Verdict: Verdict{OK: true, Authority: 4}}
			h := History{Facts: []Fact{f, f}}
			for _, typ := range []string{h.EntityType(), "case", "person", "item", "user", "realm"} {
				if out := Fold(typ, h); len(out.Effects) != 2 || out.JSON != nil && !json.Valid(out.JSON) {
					t.Errorf("%s %q as %s: %s", kind, payload, typ, out.JSON)
				}
			}
			f.Scope = ScopeRealm
			NewPowers(ScopeRealm).Apply(f).Judge(f)
		}
	}
	if out := Fold("case", History{}); out.JSON != nil || len(out.Effects) != 0 {
		t.Fatal("something out of nothing")
	}
}

func TestMaterials(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	out, _ := w.fold()
	deferred := out.Case.Materials[1].ID
	if !IsMaterialID(deferred) || IsMaterialID("x"+deferred) {
		t.Fatal(deferred)
	}
	add := w.add("case.material", 1, MaterialPayload{Add: []GivenMaterial{{Name: "收入证明", Provided: true, Supplies: deferred}, {Name: "照片", Provided: true}}}, a)
	out, _ = w.fold()
	m := out.Case.Materials
	if len(m) != 5 || m[1].SuppliedBy != m[3].ID {
		t.Fatalf("%+v", m)
	}
	photo := m[4].ID
	// one removes the photo, another, who has not seen it, cannot mean it
	blind := w.add("case.material", 1, MaterialPayload{Remove: []string{photo}}, a)
	if out, _ = w.fold(); len(out.Case.Materials) != 5 {
		t.Fatal("removed unseen")
	}
	w.add("case.material", 1, MaterialPayload{Remove: []string{photo}}, add, blind)
	if out, _ = w.fold(); len(out.Case.Materials) != 4 {
		t.Fatalf("%+v", out.Case.Materials)
	}
	both := w.add("case.material", 1, MaterialPayload{}, add)
	if _, e := w.fold(); e[both].Reason != ReasonMalformed {
		t.Fatal(e[both])
	}
}

func TestNotesAndTasks(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	fix := w.add("case.correct", 3, CorrectPayload{LegalDate: "2026-11-19", Reason: "时钟"}, a)
	n1 := w.seal(w.add("case.note", 1, NotePayload{}, fix), SealedText)
	out, _ := w.fold()
	if c := out.Case; c.LegalDate != "2026-11-19" || len(c.Tasks) != 1 || c.Tasks[0].Kind != TaskNotice || len(c.Notes) != 1 {
		t.Fatalf("%+v", c)
	}
	w.add("case.note", 1, NotePayload{Remove: []OpID{w.op(n1)}, Clear: []OpID{w.op(fix)}}, n1)
	out, e := w.fold()
	if c := out.Case; len(c.Tasks) != 0 || len(c.Notes) != 0 || e[n1].Reason != ReasonRemoved || !e[n1].Effective {
		t.Fatalf("%+v %+v", c, e[n1])
	}
}

// linearHistories makes n cases of five facts each, as most of them are.
func linearHistories(n int) []History {
	out := make([]History, n)
	for k := range out {
		w := newWorld()
		last := w.accept(false)
		last = w.add("case.print", 1, PrintPayload{Kind: "acceptance", Digest: fmt.Sprintf("%064x", k), Copy: 1, IssuedAt: "2026-11-20T10:00:05+08:00"}, last)
		last = w.add("case.handover", 1, ActPayload{}, last)
		last = w.add("case.review", 2, ActPayload{}, last)
		w.add("case.approve", 3, ActPayload{}, last)
		out[k], _ = w.history(w.all())
	}
	return out
}

// BenchmarkFold folds 10,000 cases of five facts.
func BenchmarkFold(b *testing.B) {
	histories := linearHistories(10_000)
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		for _, h := range histories {
			if out := Fold("case", h); out.Case.Status != StatusApproved {
				b.Fatal(out.Case.Status)
			}
		}
	}
	b.ReportMetric(float64(time.Since(start).Microseconds())/float64(b.N)/10_000, "us/case")
}
