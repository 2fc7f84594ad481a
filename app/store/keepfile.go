package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// stale tells that we hold a later state of what was received: these bytes are
// verified, but would take the place of more. It is asked after applyFile, so
// that a log that forks is found out also by what is shorter.
func (t *txn) stale(h segment.Header, w segment.Want, log int64) (bool, error) {
	if broken.Is(broken.StaleTail) {
		return false, nil
	}
	name, err := segment.ParseName(w.Name)
	if err != nil || name.Sealed {
		return false, err
	}
	var first uint64
	var size int64
	err = t.row("SELECT first, size FROM files WHERE log = ? AND folder = ? AND name = ?", log, w.Folder, w.Name).Scan(&first, &size)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && (first > h.First || first == h.First && size > w.Size), err
}

// keepFile stores the file on disk and in our index. Bytes come first: what the
// database does not record is cut at the next start.
func (t *txn) keepFile(h segment.Header, w segment.Want, full []byte, end knot) error {
	row := end.row
	if old, err := t.stale(h, w, row.id); err != nil || old {
		t.s.knows.add(w.FileInfo)
		return err
	}
	var err error
	if w.Name, err = t.nameBeside(h, w, full, row); err != nil {
		return err
	}
	if err := t.growFile(t.s.SegmentPath(w.Folder, w.Name), full); err != nil {
		return err
	}
	name, err := segment.ParseName(w.Name)
	if err != nil {
		return err
	}
	if err := t.putFile(w.Folder, w.Name, row.id, h.First, end.seq, w.Size, w.Hash); err != nil {
		return err
	}
	return t.dropBeginnings(w, name, h.First, full)
}

// nameBeside gives the name that a file is kept under: its own, unless that is taken by
// the tail of another branch of the log. Then it is kept as if it were sealed: such a
// name has the hash of the bytes in it, so both branches are shown to peers.
func (t *txn) nameBeside(h segment.Header, w segment.Want, full []byte, row *logRow) (string, error) {
	var log, size int64
	var hash []byte
	err := t.row("SELECT log, size, hash FROM files WHERE folder = ? AND name = ?", w.Folder, w.Name).Scan(&log, &size, &hash)
	if errors.Is(err, sql.ErrNoRows) || err == nil && log == row.id {
		return w.Name, nil
	}
	if err != nil {
		return "", err
	}
	if size <= int64(len(full)) {
		if sum := sha256.Sum256(full[:size]); string(sum[:]) == string(hash) {
			return w.Name, nil // from before the branches parted
		}
	}
	if n, err := segment.ParseName(w.Name); err != nil || n.Sealed {
		return w.Name, err
	}
	day, err := t.dayOf(row.holder(h.First), h.First)
	return segment.SealedName(h, day, w.Hash), err
}

// dropBeginnings removes the files that are the beginning of what is now held: the
// tail of a sealed file, as a rule. Whoever seals a part of another device's tail
// takes nothing from it: what is longer stays, and takes the place of that part.
func (t *txn) dropBeginnings(w segment.Want, n segment.Name, first uint64, full []byte) error {
	from, to := ofDevice(n.Device)
	rows, err := t.query(`SELECT f.name, f.size, f.hash FROM files f JOIN logs l ON l.id = f.log WHERE f.folder = ? AND f.name > ? AND f.name < ?
		AND substr(l.epoch, 1, 8) = ? AND f.first = ? AND f.size <= ? AND f.name <> ?`, w.Folder, from, to, n.Epoch[:], first, w.Size, w.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	var drop []string
	for rows.Next() {
		var name string
		var size int64
		var hash []byte
		if err := rows.Scan(&name, &size, &hash); err != nil {
			return err
		}
		if sum := sha256.Sum256(full[:size]); string(sum[:]) == string(hash) {
			drop = append(drop, name)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, name := range drop {
		if _, err := t.exec("DELETE FROM files WHERE folder = ? AND name = ?", w.Folder, name); err != nil {
			return err
		}
		t.removeAfter(t.s.SegmentPath(w.Folder, name))
	}
	return nil
}

func (s *Store) quarantine(ctx context.Context, peer oplog.DeviceID, w segment.Want, why error) error {
	_, err := s.w.ExecContext(ctx, "INSERT OR IGNORE INTO quarantine (peer, folder, name, hash, at, why) VALUES (?, ?, ?, ?, ?, ?)",
		peer[:], w.Folder, w.Name, w.Hash[:], s.now().Unix(), why.Error())
	return err
}
