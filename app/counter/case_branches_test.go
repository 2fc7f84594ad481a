package counter

import "testing"

// Two fixed acts that agree, each built on a move that the other one's branch
// contradicts: all of it happened, nothing is superseded.
func TestMovesThatFixedActsRestOn(t *testing.T) {
	w := newWorld()
	h := w.add("case.handover", 1, nil, w.accept(true))
	ret := w.add("case.return", 4, nil, h)
	a1 := w.add("case.approve", 4, nil, ret) // at once, the item is instant
	rev := w.add("case.review", 4, nil, h)
	a2 := w.add("case.approve", 4, nil, rev)
	out, e := w.fold()
	for _, i := range []int{h, ret, a1, rev, a2} {
		if !e[i].Effective || e[i].Review {
			t.Errorf("%s: %+v", w.facts[i].Kind, e[i])
		}
	}
	if out.Case.Status != StatusApproved || !hasTask(out.Case, TaskTwice, w.op(a2)) {
		t.Fatalf("%+v", out.Case)
	}
}

// Somebody returned what another handed over at the same time: the return went
// on from there and stands, in whatever order the two hand-overs come.
func TestMoveThatAnotherWentOnFrom(t *testing.T) {
	w := newWorld()
	a := w.accept(false)
	h := w.addAt(100, "case.handover", 4, nil, a)
	w.addAt(200, "case.return", 4, nil, h)
	late := w.addAt(300, "case.handover", 4, ActPayload{To: "440604100000"}, a)
	out, e := w.fold()
	if out.Case.Status != StatusAccepted || !e[late].Effective {
		t.Fatalf("%s %+v", out.Case.Status, e[late])
	}
}

// A chain of corrections against a single one: what gave way says to what.
func TestConcurrentCorrections(t *testing.T) {
	correct := func(w *world, at int64, d Date, seen int) int {
		return w.addAt(at, "case.correct", 4, CorrectPayload{LegalDate: d}, seen)
	}
	w := newWorld()
	a := w.accept(false)
	a1 := correct(w, 100, "2026-11-11", a)
	b1 := correct(w, 200, "2026-11-12", a)
	a2 := correct(w, 300, "2026-11-13", a1)
	out, e := w.fold()
	if out.Case.LegalDate != "2026-11-13" || e[a1].By != w.op(b1) || e[b1].By != w.op(a2) || e[b1].Reason != ReasonSuperseded {
		t.Fatalf("%s %+v", out.Case.LegalDate, e)
	}
	w = newWorld()
	a = w.accept(false)
	a1 = correct(w, 100, "2026-11-11", a)
	a2 = correct(w, 200, "2026-11-13", a1)
	b1 = correct(w, 300, "2026-11-12", a)
	out, e = w.fold()
	if out.Case.LegalDate != "2026-11-12" || e[a1].Reason != ReasonReplaced || e[a2].By != w.op(b1) {
		t.Fatalf("%s %+v", out.Case.LegalDate, e)
	}
}

// A ruling for one act counts for all that say the same, and leaves what they
// rest on alone.
func TestRulingTakesAgreeingActsAlong(t *testing.T) {
	w, approve, withdraw := dispute()
	review := 2
	second := w.add("case.approve", 4, nil, review)
	done := w.add("case.conclude", 1, nil, second)
	rule := w.add("case.resolve", 14, ResolvePayload{Choose: w.op(approve)}, approve, withdraw, done)
	out, e := w.fold()
	if out.Case.Status != StatusConcluded || !e[done].Effective || !e[rule].Effective || e[withdraw].Effective {
		t.Fatalf("%s %+v", out.Case.Status, e)
	}
	for i := range 3 {
		if !e[i].Effective {
			t.Errorf("%s fell with the ruling: %+v", w.facts[i].Kind, e[i])
		}
	}
	if c := out.Case; c.Decided.Op != w.op(approve) && c.Decided.Op != w.op(second) || c.Ended.Op != w.op(done) {
		t.Fatalf("%+v %+v", c.Decided, c.Ended)
	}
}

// What knew of a conflict needs no second look; what one of the two sides did
// without knowing does.
func TestReviewOnlyForTheUnknowing(t *testing.T) {
	w := newWorld()
	h := w.add("case.handover", 1, nil, w.accept(false))
	ret := w.add("case.return", 2, nil, h)
	again := w.add("case.handover", 1, nil, ret) // knows the return, not the review
	rev := w.add("case.review", 12, nil, h)
	app := w.add("case.approve", 13, nil, rev, again)
	_, e := w.fold()
	if e[ret].Reason != ReasonSuperseded || !e[again].Review || e[app].Review {
		t.Fatalf("%+v", e)
	}
}

// After a ruling nothing that follows it is to be looked at because of what it
// settled.
func TestRulingSettlesReviews(t *testing.T) {
	w, approve, withdraw := dispute()
	bad := w.add("case.handover", 1, nil, approve, withdraw)
	note := w.add("case.note", 1, NotePayload{Kind: "x"}, bad)
	rule := w.add("case.resolve", 14, ResolvePayload{Choose: w.op(approve)}, note)
	after := w.add("case.conclude", 1, nil, rule)
	_, e := w.fold()
	if e[bad].Reason != ReasonOutOfStage || !e[note].Review || !e[rule].Review || e[after].Review {
		t.Fatalf("%+v", e)
	}
}

// A supervisor's note of what was seen to ends the matter: it is no task itself, and
// what follows it is not looked at again. A clerk's note is one more act.
func TestLookSettlesReviews(t *testing.T) {
	for _, c := range []struct {
		authority int
		settles   bool
	}{{1, false}, {3, false}, {4, true}, {14, true}, {13, false}} {
		w := newWorld()
		a := w.accept(false)
		bad := w.add("case.approve", 3, nil, a)
		first := w.add("case.handover", 1, nil, bad)
		look := w.seal(w.add("case.note", c.authority, NotePayload{Clear: []OpID{w.op(first)}}, first), SealedText)
		after := w.add("case.material", 1, MaterialPayload{}, look)
		out, e := w.fold()
		if e[bad].Reason != ReasonOutOfStage || !e[first].Review || hasTask(out.Case, TaskReview, w.op(first)) {
			t.Fatalf("%+v %+v", e, out.Case.Tasks)
		}
		if e[look].Review == c.settles || e[after].Review == c.settles || c.settles != (len(out.Case.Tasks) == 0) {
			t.Errorf("authority %d: %+v %+v", c.authority, e, out.Case.Tasks)
		}
	}
}
