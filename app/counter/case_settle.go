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
		case c.acts[i].verb == VerbJoin:
			v.joins = append(v.joins, i)
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
	}
}

// settleMoves lets moves that are not fixed give way to concurrent fixed acts,
// and among themselves to the later in the order. A move that a fixed act rests
// on is history and gives way to nothing.
func (c *caseFold) settleMoves(v *caseView, fixed, heads, moves []int) {
	var before, after []int
	carried := func(m int) bool { return c.carried(m, fixed) }
	for _, m := range moves {
		by := c.rival(m, fixed)
		switch {
		case carried(m) || by < 0 && c.pastOfAny(heads, m):
			before = append(before, m)
		case by >= 0:
			v.kill(m, ReasonSuperseded, by)
		default: // follows everything fixed
			after = append(after, m)
		}
	}
	c.laterWins(v, before, "", carried)
	status := c.laterWins(v, after, v.status, carried)
	if v.status != StatusDisputed {
		v.status = status
	}
	c.reviveBy(v, moves)
}

// reviveBy brings back what the restorings among the acts name, where they
// count themselves.
func (c *caseFold) reviveBy(v *caseView, acts []int) {
	for _, i := range acts {
		if _, dead := v.dead[i]; c.acts[i].verb == VerbRestore && !dead {
			v.revive(c.acts[i].target, i)
		}
	}
}

// carried tells that some fixed act was built on m while m counted.
func (c *caseFold) carried(m int, fixed []int) bool {
	for _, x := range fixed {
		if _, dead := c.acts[x].seenDead[m]; !dead && c.h.past(x, m) {
			return true
		}
	}
	return false
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
func (c *caseFold) laterWins(v *caseView, moves []int, status Status, carried func(int) bool) Status {
	var standing []int
	for _, i := range moves {
		a, ahead := &c.acts[i], false
		kept := standing[:0]
		for _, j := range standing {
			b := &c.acts[j]
			if c.h.concurrent(i, j) && !shared(b.from, b.to, a.from, a.to) && !carried(j) {
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

// settleFields lets the later of two concurrent corrections stand. One that
// knew of the other simply replaces it.
func (c *caseFold) settleFields(v *caseView, fields []int) {
	for k, i := range fields {
		if k > 0 && c.h.concurrent(i, fields[k-1]) {
			c.supersedeField(v, fields[:k], i)
		}
		v.date = i
	}
	c.reviveBy(v, fields)
}

// supersedeField supersedes by i those of the earlier corrections that no
// other one has replaced yet and that i did not know of.
func (c *caseFold) supersedeField(v *caseView, earlier []int, i int) {
	for _, j := range c.maxima(earlier) {
		if _, dead := v.dead[j]; !dead && c.h.concurrent(i, j) {
			v.kill(j, ReasonSuperseded, i)
		}
	}
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
