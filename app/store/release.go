package store

import (
	"context"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/scan"
)

// ReleaseScans removes this device's copies of scanned materials that were made
// before a time. Below the district only those go of which the district holds every
// piece. The root's line stays, so that they are not fetched again.
func (s *Store) ReleaseScans(ctx context.Context, before time.Time) (released int, err error) {
	due, err := s.releasable(ctx, before)
	if err != nil {
		return 0, err
	}
	for _, r := range due {
		if err := s.releaseScan(ctx, r); err != nil {
			return released, err
		}
		released++
	}
	return released, nil
}

type dueScan struct {
	root   oplog.Hash
	folder string
}

func (s *Store) releasable(ctx context.Context, before time.Time) ([]dueScan, error) {
	rows, err := s.r.QueryContext(ctx, `SELECT root, folder FROM scan_roots r WHERE released = 0 AND made < ?
		AND (? OR NOT EXISTS (SELECT 1 FROM scan_files f WHERE f.folder = r.folder AND f.delivered = 0
			AND (f.hash = r.root OR f.hash IN (SELECT hash FROM scan_parts p WHERE p.root = r.root)))) ORDER BY made`,
		before.Unix(), s.isHub())
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []dueScan
	for rows.Next() {
		var d dueScan
		var root []byte
		if err := rows.Scan(&root, &d.folder); err != nil {
			return nil, err
		}
		copy(d.root[:], root)
		out = append(out, d)
	}
	return out, rows.Err()
}

func (s *Store) releaseScan(ctx context.Context, d dueScan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	names, err := t.pieces(d)
	if err != nil {
		return err
	}
	for _, n := range names {
		if _, err := t.exec("DELETE FROM scan_files WHERE folder = ? AND name = ?", d.folder, n); err != nil {
			return diskError(err)
		}
		t.removeAfter(s.SegmentPath(d.folder, n))
	}
	if _, err := t.exec("UPDATE scan_roots SET released = 1 WHERE root = ?", d.root[:]); err != nil {
		return diskError(err)
	}
	// BEP has no word for "mine no more" that would not delete it at others: the
	// folder's index begins a new life without these files.
	if _, err := t.exec("UPDATE folders SET index_id = ? WHERE folder = ?", newIndexID(), d.folder); err != nil {
		return diskError(err)
	}
	return t.commit()
}

// pieces lists the files of a scan that no other scan needs.
func (t *txn) pieces(d dueScan) ([]string, error) {
	rows, err := t.query(`SELECT name FROM scan_files f WHERE folder = ? AND (hash = ? OR hash IN (SELECT hash FROM scan_parts WHERE root = ?
		EXCEPT SELECT hash FROM scan_parts p JOIN scan_roots r USING (root) WHERE p.root <> ? AND r.released = 0))`,
		d.folder, d.root[:], d.root[:], d.root[:])
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		if _, err := scan.ParseName(n); err == nil {
			out = append(out, n)
		}
	}
	return out, rows.Err()
}

// verifyScans reads every piece that is held: its bytes are what its name says.
func (s *Store) verifyScans(ctx context.Context, rep *LogReport) error {
	rows, err := s.r.QueryContext(ctx, "SELECT folder, name FROM scan_files ORDER BY folder, name")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var folder, name string
		if err := rows.Scan(&folder, &name); err != nil {
			return err
		}
		rep.Files++
		n, err := scan.ParseName(name)
		if err == nil {
			var data []byte
			if data, err = s.disk.ReadFile(s.SegmentPath(folder, name)); err == nil {
				err = scan.Check(n, data)
			}
		}
		if err != nil {
			rep.Faults = append(rep.Faults, Fault{File: folder + "/" + name, What: err.Error()})
		}
	}
	return rows.Err()
}
