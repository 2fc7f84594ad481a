package store

import (
	"context"
	"database/sql"
	"fmt"

	"onedoor/sync/oplog"
)

// storedOp is an op with its identity.
type storedOp struct {
	op      oplog.Op
	hash    oplog.Hash
	waiting bool
	why     string // once it is found to wait; "" is waitParent

	log    int64  // the row of its log; with branches, of its branch
	path   []span // of that
	forked bool   // its log has branches, and had parted before it
}

// entityKey names an entity: the same user, say, stands in every scope where it
// has a right, with a history of its own in each.
type entityKey struct {
	scope oplog.Scope
	id    oplog.EntityID
}

// touchedSet collects the entities that a transaction adds ops to.
type touchedSet map[entityKey]*touched

type touched struct {
	typ   string
	power bool       // some op of it changes powers
	new   bool       // all its ops are in ops: nothing to read back
	ops   []storedOp // only kept while new
}

func (s touchedSet) fresh(k entityKey) bool { return s[k] != nil && s[k].new }

func (s touchedSet) add(op *oplog.Op, hash oplog.Hash, isNew bool) {
	k := entityKey{op.Scope, op.Entity}
	t := s[k]
	if t == nil {
		t = &touched{typ: op.Type(), new: isNew}
		s[k] = t
	}
	t.power = t.power || isPower(op.Type())
	if t.new {
		t.ops = append(t.ops, storedOp{op: *op, hash: hash})
	}
}

const selectOps = `SELECT l.scope, l.device, l.epoch, o.seq, o.hash, o.body,
	p.realm_seq, p.realm_hash, p.powers_seq, p.powers_hash, w.op IS NOT NULL,
	l.id, l.path, coalesce(l.split < o.seq, 0)
	FROM ops o JOIN logs l ON l.id = o.log JOIN positions p ON p.id = o.pos LEFT JOIN waiting w ON w.op = o.id `

// scanOp reads one row of selectOps; Prev stays zero, folds do not need it.
func scanOp(rows *sql.Rows) (o storedOp, err error) {
	var scope, path string
	var device, epoch, hash, body, rh, ph []byte
	if err = rows.Scan(&scope, &device, &epoch, &o.op.Seq, &hash, &body,
		&o.op.Realm.Seq, &rh, &o.op.Powers.Seq, &ph, &o.waiting,
		&o.log, &path, &o.forked); err != nil {
		return o, err
	}
	if o.path, err = parsePath(path); err != nil {
		return o, err
	}
	o.op.Scope = oplog.Scope(scope)
	copy(o.op.Device[:], device)
	copy(o.op.Epoch[:], epoch)
	copy(o.hash[:], hash)
	copy(o.op.Realm.Hash[:], rh)
	copy(o.op.Powers.Hash[:], ph)
	if err = decodeKept(&o.op, body); err != nil {
		return o, openFailed(fmt.Errorf("op %d of %s: %w", o.op.Seq, o.op.Device.Short(), err))
	}
	return o, nil
}

func collectOps(rows *sql.Rows, err error) (all []storedOp, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanOp(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// history reads all ops about an entity inside the transaction.
func (t *txn) history(k entityKey) ([]storedOp, error) {
	return collectOps(t.query(selectHistory, k.id[:], string(k.scope)))
}

func readHistory(ctx context.Context, q querier, k entityKey) ([]storedOp, error) {
	return collectOps(q.QueryContext(ctx, selectHistory, k.id[:], string(k.scope)))
}

const selectHistory = selectOps + "WHERE o.entity = ? AND l.scope = ?"
