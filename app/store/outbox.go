package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"onedoor/sync/oplog"
)

// outbox remembers which cases of own logs no superior held at the last look, so that
// what waits is counted without going through all that waits: a counter that has met
// nobody for years asks at every change of the link. It is made at the first look and
// follows the commits of this process; nothing is lost when it is forgotten.
type outbox struct {
	look  sync.Mutex // one look at a time
	items []outItem  // by case
	base  map[int64]int64

	mu    sync.Mutex // never held while the database is asked: every commit takes it
	live  bool       // made, and told of commits
	stale map[entityKey]bool
}

// outItem is a case that has ops of an own log.
type outItem struct {
	id    int64 // row of cases
	log   int64
	first int64 // number of its first op, when that is in the log; else 0
	last  int64 // number of its last op in the log
	at    int64 // acceptance, Unix seconds; noTime when it cannot be read
}

const (
	noTime = math.MinInt64
	// staleMost bounds what is followed one by one; with more, all is read anew.
	staleMost = 5000
)

// note takes the cases that a commit projected.
func (b *outbox) note(keys []entityKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.live {
		return
	}
	for _, k := range keys {
		b.stale[k] = true
	}
	if len(b.stale) > staleMost {
		b.live, b.stale = false, nil
	}
}

// forget makes the next look read everything.
func (b *outbox) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live, b.stale = false, nil
}

// take gives what became stale, and whether the items are live at all.
func (b *outbox) take() (stale map[entityKey]bool, live bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	stale, live = b.stale, b.live
	b.live, b.stale = true, map[entityKey]bool{}
	return stale, live
}

// unsent calls f for every case of own logs that has an op after what a superior
// holds, and gives the logs.
func (s *Store) unsent(ctx context.Context, superiors []oplog.DeviceID, f func(outItem, *sentLog)) ([]sentLog, error) {
	b := &s.outbox
	b.look.Lock()
	defer b.look.Unlock()
	stale, live := b.take()
	logs, err := s.sentUpTo(ctx, superiors)
	if err == nil {
		err = s.bringUp(ctx, logs, stale, live && !s.opt.ReadOnly)
	}
	if err != nil {
		b.forget()
		return nil, err
	}
	byID := map[int64]*sentLog{}
	for i := range logs {
		byID[logs[i].id], b.base[logs[i].id] = &logs[i], logs[i].sent
	}
	kept := b.items[:0]
	for _, it := range b.items {
		if l := byID[it.log]; l != nil && it.last > l.sent {
			kept = append(kept, it)
			f(it, l)
		}
	}
	b.items = kept
	return logs, nil
}

// bringUp makes the items fit what is recorded.
func (s *Store) bringUp(ctx context.Context, logs []sentLog, stale map[entityKey]bool, live bool) error {
	b := &s.outbox
	for i := range logs {
		from, known := b.base[logs[i].id]
		live = live && (known || logs[i].sent == 0) && logs[i].sent >= from // a hub that lost what it held
	}
	for k := range stale {
		if !live {
			break
		}
		found, err := s.refreshItems(ctx, k)
		if err != nil {
			return err
		}
		live = found // a case that is none any more: which it was is not known
	}
	if live {
		return nil
	}
	b.items, b.base = nil, map[int64]int64{}
	for i := range logs {
		if err := s.loadItems(ctx, &logs[i]); err != nil {
			return err
		}
	}
	slices.SortFunc(b.items, func(x, y outItem) int { return cmp.Compare(x.id, y.id) })
	return nil
}

// loadItems reads the cases of which an op of a log is not sent.
func (s *Store) loadItems(ctx context.Context, l *sentLog) error {
	if l.sent >= l.seq {
		return nil
	}
	rows, err := s.r.QueryContext(ctx, `SELECT c.id, c.accepted_at, max(o.seq), CASE WHEN min(o.id) = (SELECT min(x.id) FROM ops x WHERE x.entity = o.entity) THEN min(o.seq) ELSE 0 END
		FROM ops o JOIN cases c ON c.entity = o.entity AND c.scope = ? WHERE o.log = ? AND o.seq > ? GROUP BY o.entity`, l.scope, l.id, l.sent)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		it, at := outItem{log: l.id}, ""
		if err := rows.Scan(&it.id, &at, &it.last, &it.first); err != nil {
			return err
		}
		it.at = unixOf(at)
		s.outbox.items = append(s.outbox.items, it)
	}
	return rows.Err()
}

// refreshItems reads one case again. found tells that it is a case.
func (s *Store) refreshItems(ctx context.Context, k entityKey) (found bool, err error) {
	var it outItem
	var at string
	q := s.r
	err = q.QueryRowContext(ctx, "SELECT id, accepted_at FROM cases WHERE entity = ? AND scope = ?", k.id[:], string(k.scope)).Scan(&it.id, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT o.log, max(o.seq), CASE WHEN min(o.id) = (SELECT min(x.id) FROM ops x WHERE x.entity = ?1) THEN min(o.seq) ELSE 0 END
		FROM ops o JOIN logs l ON l.id = o.log WHERE o.entity = ?1 AND l.own = 1 AND l.scope = ?2 GROUP BY o.log`, k.id[:], string(k.scope)).Scan(&it.log, &it.last, &it.first)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil // others wrote all of it
	}
	if err != nil {
		return true, err
	}
	it.at = unixOf(at)
	items := s.outbox.items
	i, known := slices.BinarySearchFunc(items, it.id, func(x outItem, id int64) int { return cmp.Compare(x.id, id) })
	if known {
		items[i] = it
		return true, nil
	}
	s.outbox.items = slices.Insert(items, i, it)
	return true, nil
}

func unixOf(at string) int64 {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return noTime
	}
	return t.Unix()
}
