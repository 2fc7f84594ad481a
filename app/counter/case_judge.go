package counter

import "slices"

// caseFold folds the facts of one case.
type caseFold struct {
	h     History
	acts  []caseAct
	index map[[32]byte]int // built when something names another fact
}

// find gives the index of a fact by its op, -1 if it is not held.
func (c *caseFold) find(id OpID) int {
	if c.index == nil {
		c.index = make(map[[32]byte]int, len(c.h.Facts))
		for i := range c.h.Facts {
			c.index[c.h.Facts[i].ID] = i
		}
	}
	if i, ok := c.index[id]; ok {
		return i
	}
	return -1
}

// read decodes the facts; those without right or sense take no further part.
func (c *caseFold) read() (needsUpdate bool) {
	c.acts = make([]caseAct, len(c.h.Facts))
	for i := range c.h.Facts {
		f, a := &c.h.Facts[i], &c.acts[i]
		a.verb, a.target = f.Verb(), -1
		a.payload = newPayload(a.verb)
		switch {
		case f.Type() != "case":
			a.reason = ReasonWrongEntity
		case !f.Verdict.OK:
			a.reason = noRight(f.Verdict)
		case a.payload == nil:
			a.reason, needsUpdate = ReasonNeedsUpdate, true
		default:
			switch decodeCase(f.Payload, a.payload) {
			case newer:
				a.reason, needsUpdate = ReasonNeedsUpdate, true
			case malformed:
				a.reason = ReasonMalformed
			case readable:
				if !complete(f, a.payload) {
					a.reason = ReasonMalformed
				}
				if p, ok := a.payload.(*JoinPayload); ok && !p.Survives {
					a.says = claim{OutcomeJoined, -1}
				}
			}
		}
	}
	return needsUpdate
}

func noRight(v Verdict) string {
	if v.Reason == "" {
		return ReasonNoRight
	}
	return v.Reason
}

// judge decides whether act i was possible in the state that its author knew,
// and works out where it leads. Nothing that arrives later changes the answer:
// it depends on the causal past alone.
func (c *caseFold) judge(i int, v *caseView) {
	a := &c.acts[i]
	a.from = v.status
	a.reason = c.stageFault(i, v)
	a.legal = a.reason == ""
}

func (c *caseFold) stageFault(i int, v *caseView) string {
	a := &c.acts[i]
	if v.status == "" || a.verb == VerbAccept {
		if v.status != "" || a.verb != VerbAccept {
			return ReasonOutOfStage
		}
		a.to, a.says = StatusAccepted, claim{"", i}
		return ""
	}
	status, _ := c.standing(v)
	switch a.verb {
	case VerbResolve:
		return c.rulingFault(i, v)
	case VerbRestore:
		return c.restoreFault(i, v)
	case VerbCorrect:
		if status == StatusDisputed || status == StatusVoided {
			return ReasonOutOfStage
		}
		return ""
	case VerbMaterial:
		if c.removal(i) && !status.Open() {
			return ReasonOutOfStage
		}
		return ""
	case VerbNote, VerbPrint, VerbPrinted, VerbJoin, VerbAdmit, VerbRecount:
		return ""
	}
	instant := c.acts[v.accept].payload.(*AcceptPayload).Instant
	m, ok := step(a.verb, status, instant)
	if !ok {
		return ReasonOutOfStage
	}
	if c.h.Facts[i].Verdict.Rank() < m.rank {
		return ReasonNoRight
	}
	a.to, a.says = m.to, claim{m.outcome, v.accept}
	return ""
}

// removal tells that act i takes materials away.
func (c *caseFold) removal(i int) bool {
	p, ok := c.acts[i].payload.(*MaterialPayload)
	return ok && len(p.Remove) > 0
}

// rulingFault judges a ruling: it names one of the acts in dispute, and what
// says otherwise is overruled.
func (c *caseFold) rulingFault(i int, v *caseView) string {
	a := &c.acts[i]
	a.target = c.find(a.payload.(*ResolvePayload).Choose)
	if _, heads := c.standing(v); !slices.Contains(heads, a.target) {
		return ReasonOutOfStage
	}
	if v.status != StatusDisputed {
		c.joinRuling(a, v)
		return ""
	}
	a.says = c.acts[a.target].says
	for _, h := range v.heads {
		if c.acts[h].says == a.says {
			a.to = further(a.to, c.acts[h].to)
		}
	}
	for _, l := range v.claims {
		_, dead := v.dead[l]
		if !dead && c.acts[l].says != a.says && !c.h.past(a.target, l) {
			a.losers = append(a.losers, l)
		}
	}
	return ""
}

// restoreFault judges a restoring. Only the person whose act was superseded,
// or a supervisor, brings it back; a decision is not undone that way.
func (c *caseFold) restoreFault(i int, v *caseView) string {
	a, f := &c.acts[i], &c.h.Facts[i]
	a.target = c.find(a.payload.(*RestorePayload).Op)
	d, dead := v.dead[a.target]
	if !dead || d.reason != ReasonSuperseded || c.removal(a.target) {
		return ReasonOutOfStage
	}
	if f.Verdict.Rank() < Supervisor.Rank() && f.Actor != c.h.Facts[a.target].Actor {
		return ReasonNoRight
	}
	status, _ := c.standing(v)
	if verbs[c.root(a.target).verb].class == classField {
		if status == StatusDisputed || status == StatusVoided {
			return ReasonOutOfStage
		}
		return ""
	}
	if !status.Open() {
		return ReasonOutOfStage
	}
	a.to = c.acts[a.target].to
	return ""
}

// root follows restorings of restorings to the act that was first meant.
func (c *caseFold) root(i int) *caseAct {
	for c.acts[i].verb == VerbRestore {
		i = c.acts[i].target
	}
	return &c.acts[i]
}

// further gives the status that lies further along the same outcome.
func further(a, b Status) Status {
	if a == "" || b == StatusConcluded {
		return b
	}
	return a
}
