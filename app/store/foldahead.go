package store

import (
	"errors"
	"slices"
	"sync"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// foldAheadFrom is how many new entities make it worth folding them on another core,
// while the rows of those before are written.
const foldAheadFrom = 4

// entry is an entity that a transaction touched.
type entry struct {
	entityKey
	*touched
}

// alone tells that the entity's history is at hand whole, that folding it changes
// nothing that others are judged by, and that nothing of it is on a branch of a log.
func (e entry) alone() bool {
	return e.new && rank(e.typ) > 0 && !e.power && !slices.ContainsFunc(e.ops, func(o storedOp) bool { return o.forked })
}

type foldedOne struct {
	f   *folded
	err error
}

// foldAhead folds the entities of a list that stand alone, in its order. What they are
// judged by is read before; from then on nothing but memory is asked, so that a
// transaction does the same whether it is folded ahead or not. next gives the next one,
// stop ends it; both are nil when there is too little to do.
func (t *txn) foldAhead(list []entry) (next func() foldedOne, stop func(), err error) {
	n := 0
	for _, e := range list {
		if e.alone() {
			n++
		}
	}
	if n < foldAheadFrom {
		return nil, nil, nil
	}
	lines, held, err := t.judgedBy(list)
	if err != nil {
		return nil, nil, err
	}
	powers := func(scope oplog.Scope, p place) (*counter.Powers, standing, error) {
		l := lines[scope]
		if l == nil {
			return nil, standing{}, errNotRead
		}
		powers, st := l.at(p, scope)
		return powers, st, nil
	}
	at := func(scope oplog.Scope) (heldLog, error) {
		h, ok := held[scope]
		if !ok {
			return h, errNotRead
		}
		return h, nil
	}
	out, quit := make(chan foldedOne, 16), make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for _, e := range list {
			if !e.alone() {
				continue
			}
			f, err := t.s.foldOps(nil, powers, at, e.ops)
			select {
			case out <- foldedOne{f, err}:
			case <-quit:
				return
			}
		}
	})
	return func() foldedOne { return <-out }, func() { close(quit); work.Wait() }, nil
}

var errNotRead = errors.New("store: an op is judged by powers of another scope than its own")

// judgedBy reads what the entities of a list are judged by.
func (t *txn) judgedBy(list []entry) (map[oplog.Scope]*lineage, map[oplog.Scope]heldLog, error) {
	lines, held := map[oplog.Scope]*lineage{}, map[oplog.Scope]heldLog{}
	read := func(scope oplog.Scope) (err error) {
		if _, ok := held[scope]; ok {
			return nil
		}
		if held[scope], err = t.held(scope); err != nil {
			return err
		}
		lines[scope], err = t.cache(scope).lineage(t.ctx, t, scope)
		return err
	}
	if err := read(oplog.Realm); err != nil {
		return nil, nil, err
	}
	for _, e := range list {
		if e.alone() {
			if err := read(e.scope); err != nil {
				return nil, nil, err
			}
		}
	}
	return lines, held, nil
}
