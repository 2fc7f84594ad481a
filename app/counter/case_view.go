package counter

import "maps"

// caseAct is a case fact on its way through the fold.
type caseAct struct {
	verb    Verb
	payload any
	legal   bool   // right, readable, and possible in the state that its author knew
	reason  string // why not

	from, to Status        // where a move leads
	says     claim         // of a fixed act
	target   int           // index of the act that a ruling or restoring names
	losers   []int         // acts that a ruling overrules
	seenDead map[int]death // what its author saw as superseded; kept within a concurrent region
}

// death says why an act does not count although it was rightly done.
type death struct {
	reason string
	by     int
}

// caseView is what a causally closed set of facts amounts to.
type caseView struct {
	status  Status // empty before acceptance
	outcome Outcome
	accept  int           // index of the acceptance that stands
	date    int           // index of the correction that stands, -1 is none
	claims  []int         // legal fixed acts
	heads   []int         // the acts in dispute, while status is disputed
	joins   []int         // legal statements that this matter was accepted elsewhere too
	dead    map[int]death // superseded or overruled; nil is none
	revived map[int]int   // restored act -> restoring act
}

func newCaseView() *caseView { return &caseView{accept: -1, date: -1} }

// clone copies what a later step may change in place.
func (v *caseView) clone() *caseView {
	c := *v
	c.claims = append([]int(nil), v.claims...)
	c.joins = append([]int(nil), v.joins...)
	c.dead = maps.Clone(v.dead)
	c.revived = maps.Clone(v.revived)
	return &c
}

func (v *caseView) kill(i int, reason string, by int) {
	if v.dead == nil {
		v.dead = map[int]death{}
	}
	v.dead[i] = death{reason, by}
}

func (v *caseView) revive(i, by int) {
	delete(v.dead, i)
	if v.revived == nil {
		v.revived = map[int]int{}
	}
	v.revived[i] = by
}

// overrule lets a ruling take effect. A ruling that is itself overruled gives
// back what it took.
func (v *caseView) overrule(ruling int, acts []caseAct) {
	for _, l := range acts[ruling].losers {
		v.kill(l, ReasonOverruled, ruling)
		if acts[l].verb != VerbResolve {
			continue
		}
		maps.DeleteFunc(v.dead, func(_ int, d death) bool { return d.by == l && d.reason == ReasonOverruled })
	}
}
