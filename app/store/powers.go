package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/sync/oplog"
)

// powersCache keeps, per scope, the states of its powers after each power op of
// the district's log, so that any op can be judged at the position it named.
type powersCache struct {
	mu        sync.Mutex
	districts *districts
	lines     map[oplog.Scope]*lineage
}

type powersAt struct {
	seq    uint64
	powers *counter.Powers
}

// forget drops what was read, after power ops arrived or a transaction failed.
func (c *powersCache) forget(scopes ...oplog.Scope) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(scopes) == 0 {
		c.lines = nil
	}
	for _, s := range scopes {
		delete(c.lines, s)
	}
}

// lineage gives the district's log in a scope, as it was read last. With a single
// epoch it is read again after power ops only; the end of it is not asked here.
func (c *powersCache) lineage(ctx context.Context, q querier, scope oplog.Scope) (*lineage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.lines[scope]; ok {
		return l, nil
	}
	l, err := readLineage(ctx, q, scope, c.districts.now())
	if err != nil {
		return nil, err
	}
	if c.lines == nil {
		c.lines = map[oplog.Scope]*lineage{}
	}
	c.lines[scope] = l
	return l, nil
}

// at gives the powers of a scope as they stood at a place in the district's log.
func (c *powersCache) at(ctx context.Context, q querier, scope oplog.Scope, p place) (*counter.Powers, standing, error) {
	l, err := c.lineage(ctx, q, scope)
	if err != nil {
		return nil, standing{}, err
	}
	powers, st := l.at(p, scope)
	return powers, st, nil
}

// PowersNow gives the powers of a scope as held now.
func (s *Store) PowersNow(ctx context.Context, scope oplog.Scope) (*counter.Powers, error) {
	p, _, err := s.powers.at(ctx, s.r, scope, now)
	return p, err
}

// powersFunc gives the powers of a scope as they stood at a place in the district's
// log there, and what that place is worth.
type powersFunc func(scope oplog.Scope, p place) (*counter.Powers, standing, error)

func (s *Store) powersNow(ctx context.Context) powersFunc {
	return func(scope oplog.Scope, p place) (*counter.Powers, standing, error) {
		return s.powers.at(ctx, s.r, scope, p)
	}
}

// powersAt is powersNow inside a transaction. Where it changes powers itself, it
// keeps what it reads apart: readers must not see what may not come to stand, and
// it must not get what a reader saw before.
func (t *txn) powersAt(scope oplog.Scope, p place) (*counter.Powers, standing, error) {
	return t.cache(scope).at(t.ctx, t, scope, p)
}

func (t *txn) cache(scope oplog.Scope) *powersCache {
	if t.changed[scope] {
		return &t.powers
	}
	return &t.s.powers
}

// changePowers notes that the transaction holds power ops of a scope.
func (t *txn) changePowers(scope oplog.Scope) {
	if t.changed == nil {
		t.changed = map[oplog.Scope]bool{}
		t.powers.districts = t.s.powers.districts
	}
	t.changed[scope] = true
	t.powers.forget(scope)
}

// judge fills in the right to act of each fact at the position its op named.
func (s *Store) judge(powers powersFunc, ops []storedOp, facts []counter.Fact) error {
	var began *counter.Powers // as they stood when the case was accepted
	line := s.powers.districts.now()
	for i := range facts {
		o := &ops[i].op
		at := placeOf(o, line)
		if !line.is(o.Device) && broken.Is(broken.PowerPosition) {
			at = now
		}
		p, st, err := powers(o.Scope, at)
		if err != nil {
			return err
		}
		facts[i].Position = st.rank
		v := p.Judge(facts[i])
		if p.Limits(facts[i]) {
			if began == nil {
				if began, _, err = powers(o.Scope, acceptedAt(ops, line)); err != nil {
					return err
				}
			}
			v = p.JudgeLimited(facts[i], began)
		}
		v.Review = v.Review || v.OK && (st.aside || ops[i].forked)
		if line.is(o.Device) && st.severed && o.Seq > st.upTo {
			// The stolen hub's own word, after what its successor continues from.
			v = counter.Verdict{Authority: v.Authority, Reason: counter.ReasonRevoked, Review: true, Since: st.since}
		}
		facts[i].Verdict = v
	}
	if len(facts) == 0 {
		return nil
	}
	// What was taken back since does not undo the act, but it is looked at again.
	latest, _, err := powers(ops[0].op.Scope, now)
	if err != nil {
		return err
	}
	for i := range facts {
		facts[i].Verdict = latest.Recheck(facts[i], facts[i].Verdict)
	}
	return nil
}

// placeOf is where an op is judged: at the position that it names, the district's own
// before itself.
func placeOf(o *oplog.Op, line *districtLine) place {
	if line.is(o.Device) {
		return place{Position: oplog.Position{Seq: o.Seq - 1}, epoch: o.Epoch}
	}
	return place{Position: o.Powers}
}

// acceptedAt is the earliest place that an acceptance among the ops was judged at;
// without one, the end.
func acceptedAt(ops []storedOp, line *districtLine) place {
	at := now
	for i := range ops {
		if ops[i].op.Kind != "case.accept" {
			continue
		}
		p := placeOf(&ops[i].op, line)
		if cmp.Or(cmp.Compare(p.Seq, at.Seq), bytes.Compare(p.Hash[:], at.Hash[:]), bytes.Compare(p.epoch[:], at.epoch[:])) < 0 {
			at = p
		}
	}
	return at
}

// factOf shows an op as the domain sees it.
func factOf(o *storedOp, line *districtLine) counter.Fact {
	f := counter.Fact{ID: o.hash, Kind: o.op.Kind, Entity: o.op.Entity, Actor: o.op.Actor, Device: o.op.Device,
		Scope: string(o.op.Scope), At: o.op.Stamp.Time(), Payload: o.op.Payload, District: line.is(o.op.Device)}
	f.Epoch, f.Seq, f.Position = o.op.Epoch, o.op.Seq, o.op.Powers.Seq
	if f.District {
		f.Position = o.op.Seq - 1
	}
	if len(o.op.Sealed) > 0 {
		f.Sealed = make(map[string]counter.SealedRef, len(o.op.Sealed))
		for _, p := range o.op.Sealed {
			f.Sealed[p.Field] = counter.SealedRef{Op: o.hash, Field: p.Field}
		}
	}
	return f
}

// powerTypes are the entity types that make up the powers of a scope.
var powerTypes = []string{"user", "member", "key", "device", "epoch", "branch", "number"}

func isPower(typ string) bool { return slices.Contains(powerTypes, typ) }
