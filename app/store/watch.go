package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"onedoor/sync/oplog"
)

// Unhanded is a case of this device whose acceptance no superior has confirmed to
// hold yet.
type Unhanded struct {
	Number, Scope string
	AcceptedAt    string // RFC 3339
}

// Unhanded lists such cases, oldest first, in the sense of Backlog: a later act that
// is not sent yet does not make a case that was handed over unhanded again.
func (s *Store) Unhanded(ctx context.Context, superiors []oplog.DeviceID) (out []Unhanded, err error) {
	logs, err := s.sentUpTo(ctx, superiors)
	if err != nil {
		return nil, diskError(err)
	}
	for _, l := range logs {
		if l.sent >= l.seq {
			continue
		}
		rows, err := s.r.QueryContext(ctx, `SELECT c.number, c.scope, c.accepted_at FROM ops o JOIN cases c ON c.entity = o.entity AND c.scope = ?
			WHERE o.log = ? AND o.seq > ? AND o.id = (SELECT min(id) FROM ops WHERE entity = o.entity)`, l.scope, l.id, l.sent)
		if err != nil {
			return nil, diskError(err)
		}
		for rows.Next() {
			var u Unhanded
			if err := rows.Scan(&u.Number, &u.Scope, &u.AcceptedAt); err != nil {
				rows.Close()
				return nil, diskError(err)
			}
			out = append(out, u)
		}
		if err := rows.Close(); err != nil {
			return nil, diskError(err)
		}
	}
	sortUnhanded(out)
	return out, nil
}

func sortUnhanded(list []Unhanded) {
	slices.SortFunc(list, func(a, b Unhanded) int { return strings.Compare(a.AcceptedAt+a.Number, b.AcceptedAt+b.Number) })
}

// Wait is a number of ops of one writer in one scope that wait for the same reason.
type Wait struct {
	Scope  string
	Device oplog.DeviceID // that wrote them
	Why    string         // parent, position
	Ops    int
}

// Waits tells which ops wait, and for what.
func (s *Store) Waits(ctx context.Context) (out []Wait, err error) {
	rows, err := s.r.QueryContext(ctx, `SELECT w.scope, l.device, w.why, count(*) FROM waiting w JOIN ops o ON o.id = w.op JOIN logs l ON l.id = o.log
		GROUP BY w.scope, l.device, w.why ORDER BY w.scope, l.device, w.why`)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var w Wait
		var device []byte
		if err := rows.Scan(&w.Scope, &device, &w.Why, &w.Ops); err != nil {
			return nil, diskError(err)
		}
		copy(w.Device[:], device)
		out = append(out, w)
	}
	return out, diskError(rows.Err())
}

// Newest gives for each device the time at which it made the last op of it that is
// held here, by its own clock.
func (s *Store) Newest(ctx context.Context) (map[oplog.DeviceID]time.Time, error) {
	rows, err := s.r.QueryContext(ctx, "SELECT l.device, o.body FROM logs l JOIN ops o ON o.log = l.id AND o.seq = l.seq")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	out := map[oplog.DeviceID]time.Time{}
	for rows.Next() {
		var device, body []byte
		if err := rows.Scan(&device, &body); err != nil {
			return nil, diskError(err)
		}
		var id oplog.DeviceID
		copy(id[:], device)
		var op oplog.Op
		if err := op.DecodeBody(body); err == nil && op.Stamp.Time().After(out[id]) {
			out[id] = op.Stamp.Time()
		}
	}
	return out, diskError(rows.Err())
}

// Quarantined counts the files that were refused because they cannot be what their
// writer wrote.
func (s *Store) Quarantined(ctx context.Context) (n int, err error) {
	err = s.r.QueryRowContext(ctx, "SELECT count(*) FROM quarantine").Scan(&n)
	return n, diskError(err)
}
