package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/sync/merge"
	"onedoor/sync/oplog"
)

// folded is one entity's history in order, and what follows from it.
type folded struct {
	ops     []storedOp // in the deterministic order
	waiting []storedOp
	facts   []counter.Fact
	state   counter.Folded
	typ     string // see entityType: every replica chooses alike
}

// heldFunc tells how much of the district's log in a scope is held.
type heldFunc func(oplog.Scope) (heldLog, error)

func (s *Store) heldNow(ctx context.Context) heldFunc {
	return func(scope oplog.Scope) (heldLog, error) {
		return held(ctx, s.r, scope, &s.powers)
	}
}

// foldOps orders, judges and folds the ops of one entity. Ops that name a
// position which is not held wait, and so does what follows from them.
func (s *Store) foldOps(q querier, powers powersFunc, at heldFunc, ops []storedOp) (*folded, error) {
	var f folded
	ready, err := s.splitByPosition(at, ops, &f)
	if err != nil {
		return nil, err
	}
	facts, line := make([]counter.Fact, len(ready)), s.powers.districts.now()
	for i := range ready {
		facts[i] = factOf(&ready[i], line)
		if ready[i].forked {
			facts[i].Leads = leads(q, &ready[i])
		}
	}
	if err := s.judge(powers, ready, facts); err != nil {
		return nil, err
	}
	nodes := make([]merge.Node, len(ready))
	for i := range ready {
		o := &ready[i].op
		nodes[i] = merge.Node{ID: ready[i].hash, Device: o.Device, Epoch: o.Epoch, Seq: o.Seq, Stamp: o.Stamp, Parents: o.Parents, Branch: ready[i].log}
		if facts[i].Verdict.OK {
			nodes[i].Authority = facts[i].Verdict.Authority
		}
	}
	for i, cause := range crossing(ready) {
		nodes[i].Parents = append(slices.Clip(nodes[i].Parents), ready[cause].hash)
	}
	if broken.Is(broken.UnstableTieBreak) {
		breakTies(nodes)
	}
	res := merge.Order(nodes)
	if broken.Is(broken.PairwiseSort) {
		sortPairwise(nodes, &res)
	}
	for _, i := range res.Waiting {
		f.waiting = append(f.waiting, ready[i])
	}
	f.ops, f.facts = make([]storedOp, 0, len(res.Order)), make([]counter.Fact, 0, len(res.Order))
	for _, i := range res.Order {
		f.ops, f.facts = append(f.ops, ready[i]), append(f.facts, facts[i])
	}
	h := counter.History{Facts: f.facts, Past: pastOf(res)}
	f.typ = entityType(h)
	f.state = counter.Fold(f.typ, h)
	if broken.Is(broken.SupersededDropped) {
		f.dropSuperseded()
	}
	return &f, nil
}

// entityType is the type of an entity. Should somebody use one id for two things,
// an acceptance stands whatever was said beside it: it is a fixed act. Else the
// first act that had a right decides, so that nobody without any can.
func entityType(h counter.History) string {
	first := ""
	for i := range h.Facts {
		f := &h.Facts[i]
		switch {
		case !f.Verdict.OK:
		case f.Kind == "case.accept":
			return "case"
		case first == "":
			first = f.Type()
		}
	}
	if first == "" {
		return h.EntityType()
	}
	return first
}

// pastOf answers questions about causes by place in the order. The ancestor
// sets are made on the first question: linear histories never ask.
func pastOf(res merge.Result) func(i, j int) bool {
	if straight(res) {
		return nil
	}
	var anc [][]uint64
	return func(i, j int) bool {
		if anc == nil {
			anc = res.Ancestors()
		}
		return merge.Has(anc[res.Order[i]], res.Order[j])
	}
}

// straight tells that each op names the one before it as its cause, which is
// almost always so.
func straight(res merge.Result) bool {
	for k := 1; k < len(res.Order); k++ {
		if !slices.Contains(res.Causes[res.Order[k]], res.Order[k-1]) {
			return false
		}
	}
	return true
}

// splitByPosition keeps back the ops whose named positions we do not hold.
func (s *Store) splitByPosition(at heldFunc, ops []storedOp, f *folded) ([]storedOp, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	realm, err := at(oplog.Realm)
	if err != nil {
		return nil, err
	}
	powers, err := at(ops[0].op.Scope)
	if err != nil {
		return nil, err
	}
	ready, line := make([]storedOp, 0, len(ops)), s.powers.districts.now()
	for _, o := range ops {
		if !line.is(o.op.Device) && !(realm.has(o.op.Realm) && powers.has(o.op.Powers)) {
			o.why = waitPosition
			f.waiting = append(f.waiting, o)
			continue
		}
		ready = append(ready, o)
	}
	return ready, nil
}

// fold brings the projections of the touched entities up to date. Powers come
// first: other entities of the same transaction may be judged by them.
func (t *txn) fold(set touchedSet) error {
	list := make([]entry, 0, len(set))
	for id, e := range set {
		list = append(list, entry{id, e})
		if e.power {
			t.changePowers(id.scope)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(rank(a.typ), rank(b.typ)) })
	next, stop, err := t.foldAhead(list)
	if err != nil {
		return err
	}
	if stop != nil {
		defer stop()
	}
	for _, e := range list {
		if next != nil && e.alone() {
			if err := t.keepFold(e.entityKey, next(), true); err != nil {
				return err
			}
			continue
		}
		ops := e.ops
		if !e.new {
			if ops, err = t.history(e.entityKey); err != nil {
				return err
			}
		}
		if err := t.foldEntity(e.entityKey, ops, e.new); err != nil {
			return err
		}
	}
	return t.recheck(set)
}

func rank(typ string) int {
	if isPower(typ) {
		return 0
	}
	return 1
}

func (t *txn) foldEntity(k entityKey, ops []storedOp, isNew bool) error {
	f, err := t.s.foldOps(t, t.powersAt, t.held, ops)
	return t.keepFold(k, foldedOne{f, err}, isNew)
}

// keepFold brings the tables up to date with a fold.
func (t *txn) keepFold(k entityKey, one foldedOne, isNew bool) error {
	f := one.f
	if one.err != nil {
		return one.err
	}
	if !isNew {
		if _, err := t.exec("DELETE FROM waiting WHERE entity = ? AND scope = ?", k.id[:], string(k.scope)); err != nil {
			return err
		}
	}
	for i := range f.waiting {
		if err := t.insertWaiting(&f.waiting[i]); err != nil {
			return err
		}
	}
	return t.project(k, f, isNew)
}

// unproject removes what tables say of an entity.
func (t *txn) unproject(k entityKey, tables ...string) error {
	for _, table := range tables {
		res, err := t.exec("DELETE FROM "+table+" WHERE entity = ? AND scope = ?", k.id[:], string(k.scope))
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n > 0 && table == "cases" {
			t.cases = append(t.cases, k)
		}
	}
	return nil
}

// Why an op waits, as kept in the table of waiting ops.
const (
	waitParent   = "parent"   // an op that it names as its cause is not held
	waitPosition = "position" // the district's log is not held as far as its device held it
)

func (t *txn) insertWaiting(o *storedOp) error {
	why := o.why
	if why == "" {
		why = waitParent
	}
	_, err := t.exec(`INSERT OR IGNORE INTO waiting (op, scope, entity, why)
		SELECT o.id, l.scope, o.entity, ? FROM ops o JOIN logs l ON l.id = o.log
		WHERE l.scope = ? AND l.device = ? AND substr(l.epoch, 1, 8) = ? AND o.seq = ? AND o.hash = ?`,
		why, string(o.op.Scope), o.op.Device[:], o.op.Epoch[:], o.op.Seq, o.hash[:])
	return err
}

// project writes the entity's state and the rows that queries need of it.
func (t *txn) project(k entityKey, f *folded, isNew bool) error {
	if f.state.Case != nil {
		t.cases = append(t.cases, k)
	}
	if err := t.projectReviews(k, f, isNew); err != nil {
		return err
	}
	if f.state.JSON == nil {
		if isNew {
			return nil
		}
		return t.unproject(k, "entities", "cases", "lookup")
	}
	sum := sha256.Sum256(f.state.JSON)
	if broken.Is(broken.FoldReadsClock) {
		sum = sha256.Sum256(t.s.now().AppendFormat(f.state.JSON, "2006-01-02"))
	}
	state := f.state.JSON
	if f.state.Case != nil || f.state.Person != nil {
		// Shown one at a time, folded from the ops when they are: keeping the
		// state of every case as well would double the hub's disk.
		state = []byte{}
	}
	if _, err := t.exec(`INSERT INTO entities (entity, scope, type, state, hash) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (entity, scope) DO UPDATE SET type = excluded.type, state = excluded.state, hash = excluded.hash`,
		k.id[:], string(k.scope), f.typ, state, sum[:]); err != nil {
		return err
	}
	if !isNew { // it may have been taken for something else until now
		other := "lookup"
		if f.state.Case == nil {
			other = "cases"
		}
		if err := t.unproject(k, other); err != nil {
			return err
		}
	}
	switch {
	case f.state.Case != nil:
		if err := t.projectOtherNumbers(k, f); err != nil {
			return err
		}
		return t.projectCase(k, f.state.Case)
	case f.state.Person != nil:
		return t.projectPerson(k, f)
	case f.typ == "device":
		return t.projectDevice(f)
	}
	return nil
}
