package counter

// class tells how legal act i competes with others; a restoring competes as
// the act that it brings back.
func (c *caseFold) class(i int) verbClass { return verbs[c.root(i).verb].class }

// settle works out what the legal acts in set, all of them after base and
// given in the order, make of base. Facts in base are in the past of all of
// them, so only the acts in set compete.
func (c *caseFold) settle(base *caseView, set []int) *caseView {
	v := base.clone()
	var fixed, moves, fields, removals []int
	for _, i := range set {
		switch {
		case c.class(i) == classFixed:
			fixed = append(fixed, i)
		case c.class(i) == classMove:
			moves = append(moves, i)
		case c.class(i) == classField:
			fields = append(fields, i)
		case c.removal(i):
			removals = append(removals, i)
		}
	}
	heads := c.maxima(fixed)
	c.settleFixed(v, fixed, heads)
	c.settleMoves(v, fixed, heads, moves)
	c.settleFields(v, fields)
	c.settleRemovals(v, fixed, removals)
	return v
}

// maxima gives the acts that no other of them follows.
func (c *caseFold) maxima(acts []int) (heads []int) {
	for k, i := range acts {
		followed := false
		for _, later := range acts[k+1:] {
			followed = followed || c.h.past(later, i)
		}
		if !followed {
			heads = append(heads, i)
		}
	}
	return heads
}

// settleFixed applies the rule on fixed acts: the last ones of each line speak;
// when they do not all say the same, the case is in dispute.
func (c *caseFold) settleFixed(v *caseView, fixed, heads []int) {
	v.claims = append(v.claims, fixed...)
	for _, i := range fixed {
		if c.acts[i].verb == VerbResolve {
			v.overrule(i, c.acts)
		}
	}
	if len(heads) == 0 {
		return
	}
	first := &c.acts[heads[0]]
	v.accept, v.status, v.outcome, v.heads = first.says.accept, first.to, first.says.outcome, nil
	for _, h := range heads[1:] {
		if !compatible(first.says, c.acts[h].says) {
			v.status, v.outcome, v.heads = StatusDisputed, "", heads
			return
		}
	}
	for _, h := range heads[1:] {
		v.status = further(v.status, c.acts[h].to)
		v.twice = append(v.twice, [2]int{heads[0], h})
	}
}

// settleMoves lets moves that are not fixed give way to concurrent fixed acts,
// and among themselves to the later in the order.
func (c *caseFold) settleMoves(v *caseView, fixed, heads, moves []int) {
	var before, after []int
	for _, m := range moves {
		if by := c.rival(m, fixed); c.pastOfAny(heads, m) {
			before = append(before, m) // a fixed act rests on it: it is history
		} else if by >= 0 {
			v.kill(m, ReasonSuperseded, by)
		} else {
			after = append(after, m)
		}
	}
	c.laterWins(v, before, "")
	status := c.laterWins(v, after, v.status)
	if v.status != StatusDisputed {
		v.status = status
	}
	for _, m := range moves {
		_, dead := v.dead[m]
		if c.acts[m].verb == VerbRestore && !dead {
			v.revive(c.acts[m].target, m)
		}
	}
}

// rival gives the first of the fixed acts that is concurrent with m, or -1.
func (c *caseFold) rival(m int, fixed []int) int {
	for _, x := range fixed {
		if c.h.concurrent(m, x) {
			return x
		}
	}
	return -1
}

func (c *caseFold) pastOfAny(heads []int, m int) bool {
	for _, h := range heads {
		if c.h.past(h, m) {
			return true
		}
	}
	return false
}

// laterWins goes through moves in the order and gives the status that they
// lead to from the given one.
func (c *caseFold) laterWins(v *caseView, moves []int, status Status) Status {
	var standing []int
	for _, i := range moves {
		a, ahead := &c.acts[i], false
		kept := standing[:0]
		for _, j := range standing {
			b := &c.acts[j]
			if c.h.concurrent(i, j) && !shared(b.from, b.to, a.from, a.to) {
				v.kill(j, ReasonSuperseded, i)
				continue
			}
			kept = append(kept, j)
			ahead = ahead || c.h.concurrent(i, j) && b.from == a.to
		}
		standing = append(kept, i)
		if !ahead { // else somebody went on from where this act leads
			status = a.to
		}
	}
	return status
}

// settleFields lets the last correction stand. Earlier ones that it knew of
// are replaced, those that it did not know of are superseded.
func (c *caseFold) settleFields(v *caseView, fields []int) {
	if len(fields) == 0 {
		return
	}
	last := fields[len(fields)-1]
	for _, i := range fields[:len(fields)-1] {
		if !c.h.past(last, i) {
			v.kill(i, ReasonSuperseded, last)
		}
	}
	for _, i := range fields {
		_, dead := v.dead[i]
		if c.acts[i].verb == VerbRestore && !dead {
			v.revive(c.acts[i].target, i)
		}
	}
	v.date = last
}

// settleRemovals keeps the materials that a concurrent decision rests on.
func (c *caseFold) settleRemovals(v *caseView, fixed, removals []int) {
	for _, m := range removals {
		for _, x := range fixed {
			o := c.acts[x].says.outcome
			if c.h.concurrent(m, x) && (o == OutcomeGranted || o == OutcomeDenied) {
				v.kill(m, ReasonSuperseded, x)
				break
			}
		}
	}
}
