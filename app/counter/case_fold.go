package counter

// foldCase folds the facts about one case: first what each act does to the
// stage, with concurrency, then the content of the state.
func foldCase(h History) Folded { return foldCaseAt(h, h.cuts()) }

// foldCaseAt folds with the given cuts; fewer cuts give the same, slower.
func foldCaseAt(h History, cut []bool) Folded {
	c := &caseFold{h: h}
	needsUpdate := c.read()
	v := newCaseView()
	for i := 0; i < len(h.Facts); {
		if cut[i] {
			c.next(v, i)
			i++
			continue
		}
		end := i
		for end < len(h.Facts) && !cut[end] {
			end++
		}
		v = c.region(v, i, end)
		i = end
	}
	effects := c.effects(v, cut)
	markReviews(h, effects, c.rulings(v), c.looks(effects))
	state := c.state(v, effects, needsUpdate)
	return folded(effects, state, func(out *Folded) { out.Case = state })
}

// next applies an act that is comparable with every other fact. It comes to
// the same as settle with this act alone, without the copying.
func (c *caseFold) next(v *caseView, i int) {
	a := &c.acts[i]
	if a.reason != "" {
		return
	}
	if c.judge(i, v); !a.legal {
		return
	}
	switch c.class(i) {
	case classFixed:
		v.claims = append(v.claims, i)
		if a.verb == VerbResolve {
			v.overrule(i, c.acts)
		}
		v.status, v.outcome, v.accept, v.heads = a.to, a.says.outcome, a.says.accept, nil
	case classMove:
		v.status = a.to
	case classField:
		v.date = i
	}
	switch a.verb {
	case VerbRestore:
		v.revive(a.target, i)
	case VerbJoin:
		v.joins = append(v.joins, i)
	}
}

// region folds facts lo to hi, between two cuts, where some are concurrent:
// each act is judged in the state of its own past, then all are settled.
func (c *caseFold) region(base *caseView, lo, hi int) *caseView {
	var legal []int
	for i := lo; i < hi; i++ {
		a := &c.acts[i]
		if a.reason != "" {
			continue
		}
		if verbs[a.verb].class == classFree && !c.removal(i) {
			a.legal = base.status != "" || c.pastAccept(i, legal)
			if !a.legal {
				a.reason = ReasonOutOfStage
			} else if a.verb == VerbJoin {
				legal = append(legal, i) // it has a part in where the case stands
			}
			continue
		}
		var own []int
		for _, j := range legal {
			if c.h.past(i, j) {
				own = append(own, j)
			}
		}
		known := c.settle(base, own)
		c.judge(i, known)
		a.seenDead = known.dead
		if a.legal {
			legal = append(legal, i)
		}
	}
	return c.settle(base, legal)
}

func (c *caseFold) pastAccept(i int, legal []int) bool {
	for _, j := range legal {
		if c.acts[j].verb == VerbAccept && c.h.past(i, j) {
			return true
		}
	}
	return false
}

// builtOnSand tells that act i followed an act which counted then and gave way
// to something that its author did not know, and that did not know of it.
func (c *caseFold) builtOnSand(i int, v *caseView) bool {
	for j, d := range v.dead {
		if c.acts[i].legal && c.h.past(i, j) && c.h.concurrent(i, d.by) {
			return true
		}
	}
	return false
}

// effects says of each fact what became of it.
func (c *caseFold) effects(v *caseView, cut []bool) []Effect {
	effects := make([]Effect, len(c.acts))
	for i := range c.acts {
		e := &effects[i]
		*e = Effect{Effective: c.acts[i].legal, Reason: c.acts[i].reason, Review: !cut[i] && c.builtOnSand(i, v)}
		if d, dead := v.dead[i]; dead {
			e.Effective, e.Reason, e.By = false, d.reason, c.h.Facts[d.by].ID
		} else if by, ok := v.revived[i]; ok {
			e.Reason, e.By = ReasonRestored, c.h.Facts[by].ID
		}
		if e.Effective && c.acts[i].verb == VerbCorrect && v.date >= 0 && c.root(v.date) != &c.acts[i] {
			e.Reason, e.By = ReasonReplaced, c.h.Facts[v.date].ID
		}
	}
	c.joinEffects(v, effects)
	status, heads := c.standing(v)
	if status != StatusDisputed {
		return effects
	}
	for _, a := range heads {
		for _, b := range heads {
			if !compatible(c.acts[a].says, c.acts[b].says) {
				effects[a].Reason, effects[a].By = ReasonDisputed, c.h.Facts[b].ID
				break
			}
		}
	}
	return effects
}

// rulings lists the rulings that count.
func (c *caseFold) rulings(v *caseView) (list []int) {
	for _, i := range v.claims {
		if _, dead := v.dead[i]; c.acts[i].verb == VerbResolve && !dead {
			list = append(list, i)
		}
	}
	return list
}

// looks lists the notes by which a supervisor said what was seen to.
func (c *caseFold) looks(effects []Effect) (list []int) {
	for i := range c.acts {
		if p, ok := c.acts[i].payload.(*NotePayload); ok && effects[i].Effective && p.sees(&c.h.Facts[i]) {
			list = append(list, i)
		}
	}
	return list
}
