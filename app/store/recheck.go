package store

import (
	"encoding/json"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// takenBack is what a transaction may have taken from users and devices of a
// scope, and from when on.
type takenBack struct {
	users   map[oplog.EntityID]bool
	devices bool // some device: its ops are found by the fold
	since   time.Time
	revoked map[oplog.DeviceID]bool // whatever the time that their ops claim
}

// recheck folds those entities again that somebody acted on who, as it now
// turns out, had been disabled or removed by then: their acts stand, marked for
// review. Every replica does so when the power op arrives, so all agree.
func (t *txn) recheck(set touchedSet) error {
	byScope := map[oplog.Scope]*takenBack{}
	for k, e := range set {
		if err := t.collectTaken(k, e, byScope); err != nil {
			return err
		}
	}
	for scope, tb := range byScope {
		again, err := t.actedOnSince(scope, tb)
		if err != nil {
			return err
		}
		for id := range again {
			k := entityKey{scope, id}
			ops, err := t.history(k)
			if err != nil {
				return err
			}
			if err := t.foldEntity(k, ops, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// collectTaken notes an entity of powers whose latest op can take a right away.
func (t *txn) collectTaken(k entityKey, e *touched, byScope map[oplog.Scope]*takenBack) error {
	if e.typ != "member" && (e.typ != "user" || e.new) {
		return nil // a new user takes nothing from anybody
	}
	ops := e.ops
	if !e.new {
		var err error
		if ops, err = t.history(k); err != nil {
			return err
		}
	}
	for i := range ops {
		o := &ops[i].op
		if o.Kind == "member.add" {
			continue
		}
		tb := byScope[k.scope]
		if tb == nil {
			tb = &takenBack{users: map[oplog.EntityID]bool{}, revoked: map[oplog.DeviceID]bool{}, since: o.Stamp.Time()}
			byScope[k.scope] = tb
		}
		if at := o.Stamp.Time(); at.Before(tb.since) {
			tb.since = at
		}
		if e.typ == "user" {
			tb.users[k.id] = true
		} else {
			tb.devices = true
			tb.noteRevoked(o)
		}
	}
	return nil
}

// noteRevoked notes a device whose later ops have no effect any more.
func (tb *takenBack) noteRevoked(o *oplog.Op) {
	var p counter.DevicePayload
	if json.Unmarshal(o.Payload, &p) == nil && p.Cut {
		tb.revoked[oplog.DeviceID(p.Device)] = true
	}
}

// actedOnSince lists the entities of a scope that one of the users, or any
// device when devices were removed, has acted on since.
func (t *txn) actedOnSince(scope oplog.Scope, tb *takenBack) (map[oplog.EntityID]bool, error) {
	rows, err := t.query("SELECT l.device, o.body FROM ops o JOIN logs l ON l.id = o.log WHERE l.scope = ?", string(scope))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[oplog.EntityID]bool{}
	for rows.Next() {
		var device, body []byte
		if err := rows.Scan(&device, &body); err != nil {
			return nil, err
		}
		var o oplog.Op
		if err := decodeKept(&o, body); err != nil {
			return nil, err
		}
		later := !o.Stamp.Time().Before(tb.since) && (tb.devices || tb.users[o.Actor])
		if (later || tb.revoked[oplog.DeviceID(device)]) && !isPower(o.Type()) {
			out[o.Entity] = true
		}
	}
	return out, rows.Err()
}
