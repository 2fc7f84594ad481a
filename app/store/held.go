package store

import (
	"context"
	"errors"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// heldLog is how much of the district's log in a scope is held: up to an op, and
// where it has several epochs, how they hang together.
type heldLog struct {
	oplog.Position
	epoch oplog.Epoch // of the op
	by    oplog.DeviceID
	lines *lineage // nil with a single epoch
}

// has tells whether a named position is held, with all that it builds on.
func (h heldLog) has(p oplog.Position) bool {
	if p.Seq == 0 || h.lines == nil {
		return p.Seq <= h.Seq
	}
	e, _ := h.lines.find(place{Position: p})
	return e != nil
}

// held gives how much of the district's log in a scope is held.
func held(ctx context.Context, q querier, scope oplog.Scope, c *powersCache) (h heldLog, err error) {
	in, args := c.districts.now().sqlIn("device")
	rows, err := q.QueryContext(ctx, "SELECT device, epoch, seq, head FROM logs WHERE scope = ? AND "+in+" AND seq > 0", append([]any{string(scope)}, args...)...)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var device, epoch, head []byte
		if err := rows.Scan(&device, &epoch, &h.Seq, &head); err != nil {
			return h, err
		}
		copy(h.by[:], device)
		copy(h.epoch[:], epoch)
		copy(h.Hash[:], head)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || n == 0 {
		return h, err
	}
	lines, err := c.lineage(ctx, q, scope)
	if err != nil || n == 1 && lines.tip() != nil {
		return h, err
	}
	h.lines = lines // several epochs, or one that continues from what is not held
	h.Position, h.epoch = h.lines.end(), oplog.Epoch{}
	if e := h.lines.tip(); e != nil {
		h.by, h.epoch = e.device, e.epoch
	}
	return h, nil
}

// forward checks that a log names no position before one that it named already.
// That holds within an epoch of the district's log; from one epoch to another a
// number may be lower, but never back to an epoch that began earlier.
func (t *txn) forward(h segment.Header, old, next segment.State) error {
	for _, p := range []struct {
		scope     oplog.Scope
		old, next oplog.Position
	}{{oplog.Realm, old.Realm, next.Realm}, {h.Scope, old.Powers, next.Powers}} {
		if p.next.Seq >= p.old.Seq {
			continue
		}
		back := fmt.Errorf("%w: a position goes backwards at op %d", segment.ErrRefused, old.Seq+1)
		have, err := t.held(p.scope)
		if err != nil {
			return err
		}
		if have.lines == nil {
			if t.s.isHub() || p.next.Seq == 0 {
				return back // there is nothing that we do not know
			}
			return errPosition
		}
		a, _ := have.lines.find(place{Position: p.old})
		b, _ := have.lines.find(place{Position: p.next})
		switch {
		case a == nil || b == nil:
			return errPosition
		case !have.lines.later(b, a):
			return back
		}
	}
	return nil
}

func (l *lineage) later(a, b *epochLine) bool {
	for _, e := range l.epochs {
		if e == a || e == b {
			return e == b && a != b
		}
	}
	return false
}
