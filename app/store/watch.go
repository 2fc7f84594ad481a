package store

import (
	"cmp"
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

// UnhandedDay is how many such cases were accepted on one day.
type UnhandedDay struct {
	Day   time.Time // its beginning, in China; zero when the time of acceptance cannot be read
	Cases int
}

// UnhandedDays counts what Unhanded lists by the day of acceptance, in no order, and
// gives the oldest cases, most at the most, oldest first.
func (s *Store) UnhandedDays(ctx context.Context, superiors []oplog.DeviceID, most int) (days []UnhandedDay, oldest []Unhanded, err error) {
	const secs, zone = 86_400, 8 * 3600
	byDay := map[int64]int{}
	var first []outItem
	_, err = s.unsent(ctx, superiors, func(it outItem, l *sentLog) {
		if it.first <= l.sent {
			return
		}
		day := int64(noTime)
		if it.at != noTime {
			day = (it.at + zone) / secs
		}
		byDay[day]++
		first = amongFirst(first, it, most)
	})
	if err != nil {
		return nil, nil, diskError(err)
	}
	for day, n := range byDay {
		d := UnhandedDay{Cases: n}
		if day != noTime {
			d.Day = time.Unix(day*secs-zone, 0).In(china)
		}
		days = append(days, d)
	}
	for _, it := range first {
		var u Unhanded
		if err := s.r.QueryRowContext(ctx, "SELECT number, scope, accepted_at FROM cases WHERE id = ?", it.id).Scan(&u.Number, &u.Scope, &u.AcceptedAt); err != nil {
			return nil, nil, diskError(err)
		}
		oldest = append(oldest, u)
	}
	sortUnhanded(oldest)
	return days, oldest, nil
}

// amongFirst keeps the most oldest items in order. They come nearly in order, so that
// as a rule one comparison tells.
func amongFirst(list []outItem, it outItem, most int) []outItem {
	older := func(x, y outItem) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.id, y.id)) }
	if len(list) >= most && (most == 0 || older(it, list[len(list)-1]) >= 0) {
		return list
	}
	i, _ := slices.BinarySearchFunc(list, it, older)
	list = slices.Insert(list, i, it)
	return list[:min(len(list), most)]
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
		if err := decodeKept(&op, body); err == nil && op.Stamp.Time().After(out[id]) {
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
