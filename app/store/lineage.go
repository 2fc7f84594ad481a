package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sort"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// place is where in the district's log of a scope something is judged: after the
// op that a position names, or, with epoch set, after a number of that epoch.
type place struct {
	oplog.Position
	epoch oplog.Epoch
}

// now is the end of what is held.
var now = place{Position: oplog.Position{Seq: ^uint64(0)}}

// lineage is the district's log in a scope as one tree of epochs. As a rule there
// is one. A hub that was restored from a backup begins another, whose first op
// names what it continues from (epoch.begin); what it gets back later of the ops
// that it had lost, it takes over by name (branch.adopt).
type lineage struct {
	epochs []*epochLine // by the stamp of their beginning
	places map[oplog.Hash]place
	force  map[oplog.Epoch]uint64 // covered(false)
	line   *districtLine
	upTo   map[oplog.Epoch]uint64 // of stolen hubs: what a successor took over
	since  uint64                 // rank of the first op of the last successor
}

// epochLine is what the district wrote in one epoch.
type epochLine struct {
	epoch   oplog.Epoch
	device  oplog.DeviceID
	began   oplog.Stamp
	ops     []storedOp   // from 1 on, without a gap; only while the lineage is made
	hashes  []oplog.Hash // of these
	from    *counter.ContinuePayload
	base    *epochLine
	before  uint64 // ops of the epochs that it comes from
	whole   uint64 // ops of which everything that they build on is held
	states  []powersAt
	touched map[oplog.EntityID]bool
	adopted []counter.ContinuePayload
	busy    bool
	done    bool
}

func (e *epochLine) seq() uint64 { return uint64(len(e.hashes)) }

func (e *epochLine) hashAt(seq uint64) oplog.Hash {
	if seq == 0 || seq > e.seq() {
		return oplog.Hash{}
	}
	return e.hashes[seq-1]
}

func readLineage(ctx context.Context, q querier, scope oplog.Scope, line *districtLine) (*lineage, error) {
	in, args := line.sqlIn("l.device")
	ops, err := collectOps(q.QueryContext(ctx, selectOps+"WHERE l.scope = ? AND "+in+" ORDER BY l.epoch, o.seq", append([]any{string(scope)}, args...)...))
	if err != nil {
		return nil, err
	}
	return newLineage(scope, ops, line), nil
}

// newLineage takes the district's ops of a scope, by epoch and number. A successor's
// epochs come after those of whom it followed, whatever their stamps.
func newLineage(scope oplog.Scope, ops []storedOp, line *districtLine) *lineage {
	l := &lineage{line: line}
	for i := 0; i < len(ops); {
		j := i
		for j < len(ops) && ops[j].op.Epoch == ops[i].op.Epoch {
			j++
		}
		e := &epochLine{epoch: ops[i].op.Epoch, device: ops[i].op.Device, began: ops[i].op.Stamp, ops: ops[i:j], touched: map[oplog.EntityID]bool{}}
		for _, o := range e.ops {
			e.hashes = append(e.hashes, o.hash)
		}
		if p, ok := continuation(&e.ops[0].op, kindBegin); ok {
			e.from = &p
		}
		l.epochs = append(l.epochs, e)
		i = j
	}
	slices.SortFunc(l.epochs, func(a, b *epochLine) int {
		return cmp.Or(cmp.Compare(line.rank(a.device), line.rank(b.device)), cmp.Compare(a.began, b.began), bytes.Compare(a.epoch[:], b.epoch[:]))
	})
	for _, e := range l.epochs {
		l.work(e, scope)
	}
	for _, e := range l.epochs {
		e.ops = nil // bodies of a whole catalogue
	}
	if len(l.epochs) < 2 {
		return l
	}
	l.places, l.force = map[oplog.Hash]place{}, l.covered(false)
	l.sever()
	for _, e := range l.epochs {
		for i, h := range e.hashes {
			l.places[h] = place{oplog.Position{Seq: uint64(i + 1), Hash: h}, e.epoch}
		}
	}
	return l
}

const (
	kindBegin = "epoch.begin"
	kindAdopt = "branch.adopt"
)

// continuation reads what an op of the district continues or takes over.
func continuation(op *oplog.Op, kind string) (p counter.ContinuePayload, ok bool) {
	return p, op.Kind == kind && json.Unmarshal(op.Payload, &p) == nil
}

func epochOf(p *counter.ContinuePayload) (e oplog.Epoch) {
	raw, err := hex.DecodeString(p.Epoch)
	if err == nil && len(raw) == len(e) {
		copy(e[:], raw)
	}
	return e
}

func (l *lineage) epoch(id oplog.Epoch) *epochLine {
	i := slices.IndexFunc(l.epochs, func(e *epochLine) bool { return e.epoch == id })
	if i < 0 {
		return nil
	}
	return l.epochs[i]
}

// work computes the powers along an epoch, from those at the place that it
// continues from. It goes as far as everything that it builds on is held.
func (l *lineage) work(e *epochLine, scope oplog.Scope) {
	if e.done || e.busy {
		return // busy: epochs that continue from each other build on nothing
	}
	e.busy = true
	defer func() { e.busy, e.done = false, true }()
	start := counter.NewPowers(string(scope))
	if e.from != nil {
		e.base = l.epoch(epochOf(e.from))
		if e.base == nil || e.base == e || e.base.hashAt(e.from.Seq) != oplog.Hash(e.from.Hash) {
			return
		}
		if l.work(e.base, scope); e.base.busy || e.base.whole < e.from.Seq {
			return
		}
		start, e.before = e.base.powersAfter(e.from.Seq), e.base.before+e.from.Seq
	}
	e.states = []powersAt{{0, start}}
	for i := range e.ops {
		o := &e.ops[i]
		was := e.states[len(e.states)-1].powers
		next := was.Apply(e.fact(o, o.op.Seq, l.line))
		if p, ok := continuation(&o.op, kindAdopt); ok {
			x := l.epoch(epochOf(&p))
			if x == nil || x == e || x.hashAt(p.Seq) != oplog.Hash(p.Hash) {
				return
			}
			next = e.adopt(x, &p, was, o.op.Seq, l.line)
		}
		if e.touched[o.op.Entity] = true; next != was {
			e.states = append(e.states, powersAt{o.op.Seq, next})
		}
		e.whole = o.op.Seq
	}
}

// fact is an op of the district as it counts in this epoch from op seq on.
func (e *epochLine) fact(o *storedOp, seq uint64, line *districtLine) counter.Fact {
	f := factOf(o, line)
	f.Position = e.before + seq - 1
	return f
}

// adopt applies ops of another epoch that this one had not known of. Where it has
// said something about the same user, device or key itself, that stands.
func (e *epochLine) adopt(x *epochLine, p *counter.ContinuePayload, state *counter.Powers, seq uint64, line *districtLine) *counter.Powers {
	for i := p.After; i < min(p.Seq, x.seq()); i++ {
		if o := &x.ops[i]; !e.touched[o.op.Entity] {
			state = state.Apply(e.fact(o, seq, line))
		}
	}
	e.adopted = append(e.adopted, *p)
	return state
}

// powersAfter gives the powers after op seq of this epoch.
func (e *epochLine) powersAfter(seq uint64) *counter.Powers {
	i := sort.Search(len(e.states), func(i int) bool { return e.states[i].seq > seq })
	return e.states[i-1].powers // states[0].seq is 0
}

// tip is the epoch that the district goes on in: the one that began last, of those
// that are held down to where they come from.
func (l *lineage) tip() *epochLine {
	for i := len(l.epochs) - 1; i >= 0; i-- {
		if e := l.epochs[i]; e.whole > 0 {
			return e
		}
	}
	return nil
}

// end is the last op that is in force.
func (l *lineage) end() (p oplog.Position) {
	if e := l.tip(); e != nil {
		p = oplog.Position{Seq: e.whole, Hash: e.hashAt(e.whole)}
	}
	return p
}

// find gives where a place lies; nil when it is not held, or not all that it builds on.
func (l *lineage) find(p place) (*epochLine, uint64) {
	e, seq := l.tip(), p.Seq
	switch {
	case p == now:
		if e != nil {
			seq = e.whole
		}
		return e, seq
	case p.epoch != oplog.Epoch{}:
		e = l.epoch(p.epoch)
	case len(l.epochs) > 1:
		at, ok := l.places[p.Hash]
		if !ok || at.Seq != p.Seq {
			return nil, 0
		}
		e = l.epoch(at.epoch)
	}
	if e == nil || seq > e.whole && len(l.epochs) > 1 {
		return nil, 0
	}
	return e, seq
}

// standing is what a place is worth: how many ops of the district lead to it, over
// all epochs that it comes from, and whether the district has gone on from an earlier
// one, because it had lost what came after. What was done there stands by the powers
// that its writer knew, and is looked at again.
type standing struct {
	rank    uint64
	aside   bool
	severed bool // on the log of a hub that was stolen and has a successor
	upTo    uint64
	since   uint64
}

// at gives the powers at a place.
func (l *lineage) at(p place, scope oplog.Scope) (*counter.Powers, standing) {
	e, seq := l.find(p)
	var st standing
	if upTo, severed := l.upTo[p.epoch]; severed {
		st = standing{severed: true, upTo: upTo, since: l.since}
	}
	if e == nil || len(e.states) == 0 {
		return counter.NewPowers(string(scope)), st
	}
	st.aside = len(l.epochs) > 1 && seq > l.force[e.epoch]
	if e, seq = l.fork(e, seq); e == nil || len(e.states) == 0 {
		return counter.NewPowers(string(scope)), st
	}
	st.rank = e.before + seq
	return e.powersAfter(seq), st
}

// sever works out up to where the logs of stolen hubs count.
func (l *lineage) sever() {
	tip := l.tip()
	if tip == nil {
		return
	}
	covered := l.covered(true)
	for _, e := range l.epochs {
		if l.line.stolen(e.device) && l.line.rank(e.device) < l.line.rank(tip.device) {
			if l.upTo == nil {
				l.upTo = map[oplog.Epoch]uint64{}
			}
			l.upTo[e.epoch] = covered[e.epoch]
		}
	}
	for e := tip; e != nil && e.device == tip.device; e = e.base {
		l.since = e.before + 1
	}
}

// fork goes back from a place on a stolen hub's log to the last one that counts.
func (l *lineage) fork(e *epochLine, seq uint64) (*epochLine, uint64) {
	for e != nil {
		upTo, severed := l.upTo[e.epoch]
		if !severed || seq <= upTo {
			return e, seq
		}
		if upTo > 0 {
			return e, upTo
		}
		if e.from == nil {
			return nil, 0
		}
		e, seq = e.base, e.from.Seq
	}
	return nil, 0
}

// covered gives, for each epoch, up to which op it is in force: as a part of what
// the last one continues from and, if asked, taken over by it.
func (l *lineage) covered(adopted bool) map[oplog.Epoch]uint64 {
	out := map[oplog.Epoch]uint64{}
	e := l.tip()
	if e == nil {
		return out
	}
	for upTo := e.seq(); e != nil; e = e.base {
		out[e.epoch] = max(out[e.epoch], upTo)
		for i := 0; adopted && i < len(e.adopted); i++ {
			x := epochOf(&e.adopted[i])
			out[x] = max(out[x], e.adopted[i].Seq)
		}
		if e.from != nil {
			upTo = e.from.Seq
		}
	}
	return out
}

// lost lists what a new epoch did not know of and has not taken over yet.
func (l *lineage) lost() (out []counter.ContinuePayload) {
	covered := l.covered(true)
	for _, e := range l.epochs {
		if _, severed := l.upTo[e.epoch]; severed {
			continue // what a thief may have written nobody takes over unasked
		}
		if after := covered[e.epoch]; e.seq() > after {
			out = append(out, counter.ContinuePayload{Device: counter.OpID(e.device), Epoch: e.epoch.String(),
				After: after, Seq: e.seq(), Hash: counter.OpID(e.hashAt(e.seq()))})
		}
	}
	return out
}
