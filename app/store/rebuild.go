package store

import (
	"context"
	"crypto/sha256"
	"errors"

	"onedoor/sync/oplog"
)

// Rebuild throws the projections away and makes them again from the ops.
func (s *Store) Rebuild(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self == nil {
		return notEnrolled()
	}
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	for _, table := range []string{"entities", "cases", "lookup", "reviews", "waiting"} {
		if _, err := t.exec("DELETE FROM " + table); err != nil {
			return diskError(err)
		}
	}
	t.s.powers.forget()
	set, err := t.everything("")
	if err != nil {
		return diskError(err)
	}
	if err := t.fold(set); err != nil {
		return diskError(err)
	}
	defer s.outbox.forget() // cases have other rows
	return t.commit()
}

// everything lists all entities that there are ops about, in one scope or in all.
func (t *txn) everything(scope oplog.Scope) (touchedSet, error) {
	rows, err := t.query("SELECT o.entity, l.scope, o.body FROM ops o JOIN logs l ON l.id = o.log WHERE ?1 = '' OR l.scope = ?1 GROUP BY o.entity, l.scope ORDER BY min(o.id)", string(scope))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	set := touchedSet{}
	for rows.Next() {
		var id, body []byte
		var scope string
		if err := rows.Scan(&id, &scope, &body); err != nil {
			return nil, err
		}
		var o oplog.Op
		if err := decodeKept(&o, body); err != nil {
			return nil, err
		}
		k := entityKey{scope: oplog.Scope(scope)}
		copy(k.id[:], id)
		set[k] = &touched{typ: o.Type(), power: isPower(o.Type())}
	}
	return set, rows.Err()
}

// RewriteOwnFiles makes every segment file of this device's own logs again from
// the database, which is the truth of them, and has damaged ones of others fetched again.
func (s *Store) RewriteOwnFiles(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	if err := t.rewriteOwn(func(*ownFile, string) bool { return true }); err != nil {
		return err
	}
	if err := t.dropDamaged(); err != nil {
		return diskError(err)
	}
	return t.commit()
}

// dropDamaged takes files of other devices that are not what was recorded out of our
// index: what is not held is wanted, so a peer that has them sends them again.
func (t *txn) dropDamaged() error {
	files, err := t.s.fileRows(t.ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := t.s.readPrefix(t.s.SegmentPath(f.folder, f.name), f.size)
		if err == nil && int64(len(data)) == f.size && sha256.Sum256(data) == f.hash {
			continue
		}
		if _, err := t.exec("DELETE FROM files WHERE folder = ? AND name = ? AND hash = ? AND log IN (SELECT id FROM logs WHERE own = 0)",
			f.folder, f.name, f.hash[:]); err != nil {
			return err
		}
		t.s.knows.forget()
	}
	return nil
}

// rewriteOwn writes the own files that bad names again.
func (t *txn) rewriteOwn(bad func(f *ownFile, path string) bool) error {
	rows, err := t.query("SELECT f.folder, f.name, f.log, f.first, f.size FROM files f JOIN logs l ON l.id = f.log WHERE l.own = 1 ORDER BY f.id")
	if err != nil {
		return diskError(err)
	}
	type file struct {
		folder, name string
		log          int64
		first        uint64
		size         int64
	}
	var files []file
	for rows.Next() {
		var f file
		if err := rows.Scan(&f.folder, &f.name, &f.log, &f.first, &f.size); err != nil {
			rows.Close()
			return diskError(err)
		}
		files = append(files, f)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return diskError(err)
	}
	for _, f := range files {
		own, err := t.ownFile(f.log, f.first)
		if err != nil {
			return diskError(err)
		}
		own.recorded = min(f.size, int64(len(own.data)))
		path := t.s.SegmentPath(f.folder, f.name)
		if !bad(own, path) {
			continue
		}
		if err := t.s.growFile(path, own.data[:own.recorded]); err != nil {
			return diskError(err)
		}
	}
	return nil
}

// repairOwn writes own files again that are missing or shorter than recorded,
// as a crash of the disk leaves them. Files that are long enough but differ are
// left for log verify to name.
func (t *txn) repairOwn() error {
	return t.rewriteOwn(func(f *ownFile, path string) bool {
		have, err := t.s.disk.Size(path)
		return err != nil || have < f.recorded
	})
}
