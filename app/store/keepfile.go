package store

import (
	"context"
	"database/sql"
	"errors"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// stale tells that we hold a later state of the file than these bytes, which
// came late or by another way: they would cut what is there. When the writer
// itself announces less than it once wrote, as after a restore, our state is
// announced anew, as the later one.
func (t *txn) stale(h segment.Header, w segment.Want) (bool, error) {
	if broken.Is(broken.StaleTail) {
		return false, nil
	}
	if done, err := t.sealedAlready(h, w); err != nil || done {
		return done, err
	}
	var log, size int64
	var first, version uint64
	var hash []byte
	err := t.row("SELECT log, first, size, hash, version FROM files WHERE folder = ? AND name = ?", w.Folder, w.Name).
		Scan(&log, &first, &size, &hash, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil || version >= w.Version {
		return err == nil && string(hash) != string(w.Hash[:]), err
	}
	if first < h.First || first == h.First && size <= w.Size {
		return false, nil
	}
	var have oplog.Hash
	copy(have[:], hash)
	if err := t.putFile(w.Folder, w.Name, log, first, size, have, w.Version+1); err != nil {
		return true, err
	}
	if err := t.commit(); err != nil {
		return true, err
	}
	t.s.subs.tell([]string{w.Folder})
	return true, nil
}

// sealedAlready tells that a tail is the beginning of what we hold sealed. Where
// no later tail takes its name, as at the end of a year, we would keep it and
// announce it for ever.
func (t *txn) sealedAlready(h segment.Header, w segment.Want) (done bool, err error) {
	if name, err := segment.ParseName(w.Name); err != nil || name.Sealed {
		return false, err
	}
	err = t.row(`SELECT EXISTS (SELECT 1 FROM files f JOIN logs l ON l.id = f.log WHERE f.folder = ? AND f.name LIKE '%.seg'
		AND f.first = ? AND f.size >= ? AND l.scope = ? AND l.device = ? AND l.epoch = ?)`,
		w.Folder, h.First, w.Size, string(h.Scope), h.Device[:], h.Epoch[:]).Scan(&done)
	if err != nil || !done {
		return false, err
	}
	// A restored writer may announce it as the later one: it would be wanted again.
	if _, err := t.exec("DELETE FROM peer_files WHERE folder = ? AND name = ? AND hash = ?", w.Folder, w.Name, w.Hash[:]); err != nil {
		return true, err
	}
	return true, t.commit()
}

// keepFile stores the file on disk and in our index. Bytes come first: what the
// database does not record is cut at the next start.
func (t *txn) keepFile(h segment.Header, w segment.Want, full []byte) error {
	row, err := t.log(h.LogID, false)
	if err != nil {
		return err
	}
	if err := t.s.growFile(t.s.SegmentPath(w.Folder, w.Name), full); err != nil {
		return err
	}
	name, err := segment.ParseName(w.Name)
	if err != nil {
		return err
	}
	if name.Sealed {
		if err := t.dropTail(w.Folder, h); err != nil {
			return err
		}
	}
	return t.putFile(w.Folder, w.Name, row.id, h.First, w.Size, w.Hash, w.Version)
}

// dropTail removes our tail of a log when the file it was is now held sealed.
func (t *txn) dropTail(folder string, h segment.Header) error {
	tail := segment.TailName(h.Device, h.Epoch)
	res, err := t.exec("DELETE FROM files WHERE folder = ? AND name = ? AND first <= ?", folder, tail, h.First)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	t.removeAfter(t.s.SegmentPath(folder, tail))
	return nil
}

func (s *Store) quarantine(ctx context.Context, peer oplog.DeviceID, w segment.Want, why error) error {
	_, err := s.w.ExecContext(ctx, "INSERT OR IGNORE INTO quarantine (peer, folder, name, hash, at, why) VALUES (?, ?, ?, ?, ?, ?)",
		peer[:], w.Folder, w.Name, w.Hash[:], s.now().Unix(), why.Error())
	return err
}
