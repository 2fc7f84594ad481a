package store

import (
	"context"
	"slices"
	"sort"
	"sync"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/sync/oplog"
)

// powersCache keeps, per scope, the states of its powers after each power op of
// the district's log, so that any op can be judged at the position it named.
type powersCache struct {
	mu       sync.Mutex
	district oplog.DeviceID
	lines    map[oplog.Scope][]powersAt
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

// at gives the powers of a scope as they stood after op seq of the district's
// log there.
func (c *powersCache) at(ctx context.Context, q querier, scope oplog.Scope, seq uint64) (*counter.Powers, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line, ok := c.lines[scope]
	if !ok {
		var err error
		if line, err = readPowers(ctx, q, scope, c.district); err != nil {
			return nil, err
		}
		if c.lines == nil {
			c.lines = map[oplog.Scope][]powersAt{}
		}
		c.lines[scope] = line
	}
	i := sort.Search(len(line), func(i int) bool { return line[i].seq > seq })
	return line[i-1].powers, nil // line[0].seq is 0
}

func readPowers(ctx context.Context, q querier, scope oplog.Scope, district oplog.DeviceID) ([]powersAt, error) {
	ops, err := collectOps(q.QueryContext(ctx, selectOps+"WHERE l.scope = ? AND l.device = ? ORDER BY o.seq", string(scope), district[:]))
	if err != nil {
		return nil, err
	}
	line := []powersAt{{0, counter.NewPowers(string(scope))}}
	for i := range ops {
		now := line[len(line)-1].powers
		if next := now.Apply(factOf(&ops[i], district)); next != now {
			line = append(line, powersAt{ops[i].op.Seq, next})
		}
	}
	return line, nil
}

// PowersNow gives the powers of a scope as held now.
func (s *Store) PowersNow(ctx context.Context, scope oplog.Scope) (*counter.Powers, error) {
	return s.powers.at(ctx, s.r, scope, ^uint64(0))
}

// powersFunc gives the powers of a scope as they stood after op seq of the
// district's log there.
type powersFunc func(scope oplog.Scope, seq uint64) (*counter.Powers, error)

func (s *Store) powersNow(ctx context.Context) powersFunc {
	return func(scope oplog.Scope, seq uint64) (*counter.Powers, error) { return s.powers.at(ctx, s.r, scope, seq) }
}

// powersAt is powersNow inside a transaction. Where it changes powers itself, it
// keeps what it reads apart: readers must not see what may not come to stand, and
// it must not get what a reader saw before.
func (t *txn) powersAt(scope oplog.Scope, seq uint64) (*counter.Powers, error) {
	if t.changed[scope] {
		return t.powers.at(t.ctx, t, scope, seq)
	}
	return t.s.powers.at(t.ctx, t, scope, seq)
}

// changePowers notes that the transaction holds power ops of a scope.
func (t *txn) changePowers(scope oplog.Scope) {
	if t.changed == nil {
		t.changed = map[oplog.Scope]bool{}
		t.powers.district = t.s.powers.district
	}
	t.changed[scope] = true
	t.powers.forget(scope)
}

// judge fills in the right to act of each fact at the position its op named.
func (s *Store) judge(powers powersFunc, ops []storedOp, facts []counter.Fact) error {
	var began *counter.Powers // as they stood when the case was accepted
	for i := range facts {
		o := &ops[i].op
		seq := o.Powers.Seq
		if o.Device == s.powers.district {
			seq = o.Seq - 1
		} else if broken.Is(broken.PowerPosition) {
			seq = ^uint64(0)
		}
		p, err := powers(o.Scope, seq)
		if err != nil {
			return err
		}
		facts[i].Verdict = p.Judge(facts[i])
		if !p.Limits(facts[i]) {
			continue
		}
		if began == nil {
			if began, err = powers(o.Scope, acceptedAt(ops, s.powers.district)); err != nil {
				return err
			}
		}
		facts[i].Verdict = p.JudgeLimited(facts[i], began)
	}
	if len(facts) == 0 {
		return nil
	}
	// What was taken back since does not undo the act, but it is looked at again.
	now, err := powers(ops[0].op.Scope, ^uint64(0))
	if err != nil {
		return err
	}
	for i := range facts {
		facts[i].Verdict = now.Recheck(facts[i], facts[i].Verdict)
	}
	return nil
}

// acceptedAt is the earliest position that an acceptance among the ops was judged at;
// without one, the end.
func acceptedAt(ops []storedOp, district oplog.DeviceID) uint64 {
	at := ^uint64(0)
	for i := range ops {
		o := &ops[i].op
		switch {
		case o.Kind != "case.accept":
		case o.Device == district:
			at = min(at, o.Seq-1)
		default:
			at = min(at, o.Powers.Seq)
		}
	}
	return at
}

// factOf shows an op as the domain sees it.
func factOf(o *storedOp, district oplog.DeviceID) counter.Fact {
	f := counter.Fact{ID: o.hash, Kind: o.op.Kind, Entity: o.op.Entity, Actor: o.op.Actor, Device: o.op.Device,
		Scope: string(o.op.Scope), At: o.op.Stamp.Time(), Payload: o.op.Payload, District: o.op.Device == district}
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
var powerTypes = []string{"user", "member", "key", "device"}

func isPower(typ string) bool { return slices.Contains(powerTypes, typ) }
