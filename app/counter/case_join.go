package counter

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Two stations that could not hear each other may accept the same matter of the
// same person. A superior that holds both scopes then says so in both cases with
// join: "this one goes on there" (Survives false) or "that one goes on here".
// Both receipts stay valid. Two superiors may say it at the same time, and not
// alike; a case sees only what was said in its own history, so which statement
// stands follows from the two case numbers alone, and both cases agree.

// joinPair is what is said about this case and one other.
type joinPair struct {
	other  string // number of the other case
	here   int    // first statement that the other goes on here, -1 is none
	there  int    // first statement that this one goes on there, -1 is none
	latest int    // the statement that stands
}

// EarlierNumber tells whether the case with number a was accepted before that
// with number b: by the dates in the numbers, then by the numbers themselves.
func EarlierNumber(a, b string) bool {
	day := func(s string) string {
		if len(s) < numberHead {
			return s
		}
		return s[12:20]
	}
	return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(a, b)) < 0
}

// pairs sums up the joins of a view, in the order of the history. Statements
// that a ruling took back are left out. Where superiors contradict each other,
// the case that was accepted earlier goes on.
func (c *caseFold) pairs(v *caseView) (list []joinPair) {
	if len(v.joins) == 0 {
		return nil
	}
	at := map[uuid.UUID]int{}
	for _, i := range v.joins {
		if _, dead := v.dead[i]; dead {
			continue
		}
		p := c.acts[i].payload.(*JoinPayload)
		k, ok := at[p.Case]
		if !ok {
			k = len(list)
			at[p.Case] = k
			list = append(list, joinPair{other: p.Number, here: -1, there: -1})
		}
		switch {
		case p.Survives && list[k].here < 0:
			list[k].here = i
		case !p.Survives && list[k].there < 0:
			list[k].there = i
		}
	}
	own := c.acts[v.accept].payload.(*AcceptPayload).Number
	for k := range list {
		list[k].decide(own)
	}
	return list
}

func (p *joinPair) decide(own string) {
	switch {
	case p.there < 0, p.here >= 0 && EarlierNumber(own, p.other):
		p.latest = p.here
	default:
		p.latest = p.there
	}
}

// lost gives the statements by which this case goes on elsewhere.
func (c *caseFold) lost(v *caseView) (list []int) {
	for _, p := range c.pairs(v) {
		if p.latest == p.there {
			list = append(list, p.there)
		}
	}
	return list
}

// awaySaid is lost with every statement that says so: the same one may have been
// made by two superiors.
func (c *caseFold) awaySaid(v *caseView) (list []int) {
	away := map[uuid.UUID]bool{}
	for _, i := range c.lost(v) {
		away[c.acts[i].payload.(*JoinPayload).Case] = true
	}
	for _, i := range v.joins {
		p := c.acts[i].payload.(*JoinPayload)
		if _, dead := v.dead[i]; !dead && !p.Survives && away[p.Case] {
			list = append(list, i)
		}
	}
	return list
}

// standing is the status with the joins in it, and the acts that a ruling can
// choose between. An open case that goes on elsewhere is joined; one that was
// decided all the same is in dispute with the join.
func (c *caseFold) standing(v *caseView) (Status, []int) {
	if v.status == StatusDisputed {
		return StatusDisputed, v.heads
	}
	if len(v.joins) == 0 || v.status == "" || v.status.Ended() && v.status != StatusConcluded {
		return v.status, nil
	}
	lost := c.lost(v)
	if len(lost) == 0 {
		return v.status, nil
	}
	if v.status.Open() {
		return StatusJoined, append([]int{v.accept}, lost...)
	}
	decision := v.accept
	for _, i := range v.claims {
		if _, dead := v.dead[i]; !dead && c.acts[i].says.outcome == v.outcome {
			decision = i
		}
	}
	return StatusDisputed, append([]int{decision}, lost...)
}

// joinRuling works out a ruling between a join and what was done here: either
// the case goes on elsewhere and its decisions are overruled, or the joins are.
func (c *caseFold) joinRuling(a *caseAct, v *caseView) {
	if c.acts[a.target].verb != VerbJoin {
		a.says, a.to, a.losers = c.acts[a.target].says, v.status, c.awaySaid(v)
		return
	}
	a.says, a.to = claim{OutcomeJoined, v.accept}, StatusJoined
	for _, i := range v.claims {
		o := c.acts[i].says.outcome
		if _, dead := v.dead[i]; !dead && (o == OutcomeGranted || o == OutcomeDenied) {
			a.losers = append(a.losers, i)
		}
	}
}

// joinEffects says what became of statements that do not stand.
func (c *caseFold) joinEffects(v *caseView, effects []Effect) {
	for _, p := range c.pairs(v) {
		if p.here < 0 || p.there < 0 {
			continue
		}
		for _, i := range v.joins {
			said := c.acts[i].payload.(*JoinPayload)
			stands := c.acts[p.latest].payload.(*JoinPayload)
			if _, dead := v.dead[i]; !dead && said.Case == stands.Case && said.Survives != stands.Survives {
				effects[i].Effective, effects[i].Reason, effects[i].By = false, ReasonReplaced, c.h.Facts[p.latest].ID
			}
		}
	}
}

// joined writes the joins into the state, one for each other case.
func (c *caseFold) joined(s *CaseState, v *caseView) {
	for _, p := range c.pairs(v) {
		j := CaseJoin{c.h.Facts[p.latest].ID, *c.acts[p.latest].payload.(*JoinPayload)}
		s.Joins = append(s.Joins, j)
		if !j.Survives && s.Status != StatusWithdrawn && s.Status != StatusVoided && (s.JoinedTo == nil || EarlierNumber(j.Number, s.JoinedTo.Number)) {
			s.JoinedTo = &j
		}
	}
}

// Joinable tells whether a case may be joined with another acceptance of the
// same matter, made at the given moment: it was not taken back, and had not come
// to its end before. Instant cases never are: both were finished on the spot.
func (s *CaseState) Joinable(otherAccepted time.Time) bool {
	switch {
	case s.Instant, s.NeedsUpdate, s.Status == "", s.Status == StatusWithdrawn, s.Status == StatusVoided:
		return false
	case s.Status == StatusConcluded && s.Ended != nil:
		return s.Ended.At >= stampText(otherAccepted)
	}
	return true
}

// firstOf tells whether join i is the statement that stands about its pair, so
// that one task is raised however many superiors said the same.
func (c *caseFold) firstOf(v *caseView, i int) bool {
	return slices.ContainsFunc(c.pairs(v), func(p joinPair) bool { return p.latest == i })
}
