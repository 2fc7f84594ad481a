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
	if err := t.rewriteOwn(func(*fileAt, string) bool { return true }); err != nil {
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

// fileAt is a file of our index that an own log is in.
type fileAt struct {
	folder, name string
	log, size    int64
	own          bool // of the epoch that is being written
	first        uint64
	hash         oplog.Hash
}

// ownFiles lists the files of own logs, also those of earlier epochs as far as their
// batches are here: what a restored home had not sent, nobody else has.
func (t *txn) ownFiles() (files []fileAt, err error) {
	var self oplog.DeviceID
	if t.s.self != nil {
		self = t.s.self.Device
	}
	rows, err := t.query(`SELECT f.folder, f.name, f.log, f.first, f.size, f.hash, l.own FROM files f JOIN logs l ON l.id = f.log
		WHERE l.own = 1 OR l.device = ? AND EXISTS (SELECT 1 FROM batches b WHERE b.log = l.id AND b.file_first = f.first) ORDER BY f.id`, self[:])
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var f fileAt
		var hash []byte
		if err := rows.Scan(&f.folder, &f.name, &f.log, &f.first, &f.size, &hash, &f.own); err != nil {
			return nil, diskError(err)
		}
		copy(f.hash[:], hash)
		files = append(files, f)
	}
	return files, diskError(errors.Join(rows.Err(), rows.Close()))
}

// rewriteOwn writes the own files that bad names again, from the batches. Of an earlier
// epoch peers may have given back more than these: then they are not what is recorded.
func (t *txn) rewriteOwn(bad func(f *fileAt, path string) bool) error {
	files, err := t.ownFiles()
	if err != nil {
		return err
	}
	for i := range files {
		f := &files[i]
		path := t.s.SegmentPath(f.folder, f.name)
		if !bad(f, path) {
			continue
		}
		own, err := t.ownFile(f.log, f.first)
		if err != nil {
			return diskError(err)
		}
		data := own.data[:min(f.size, int64(len(own.data)))]
		if !f.own && sha256.Sum256(data) != f.hash {
			continue
		}
		if err := t.s.growFile(path, data); err != nil {
			return diskError(err)
		}
	}
	return nil
}

// repairOwn writes own files again that are missing or shorter than recorded,
// as a crash of the disk leaves them. Files that are long enough but differ are
// left for log verify to name.
func (t *txn) repairOwn() error {
	return t.rewriteOwn(func(f *fileAt, path string) bool {
		have, err := t.s.disk.Size(path)
		return err != nil || have < f.size
	})
}
