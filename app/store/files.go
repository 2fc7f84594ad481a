package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// SegmentsDir is the folder of segment files below a home.
const SegmentsDir = "segments"

// SegmentPath is where a file of a folder lies.
func (s *Store) SegmentPath(folder, name string) string {
	return filepath.Join(s.home, SegmentsDir, folder, filepath.FromSlash(name))
}

// flushEvery is how soon after a commit its bytes are in the tail file.
const flushEvery = 300 * time.Millisecond

// flushAgain is how long after a failed flush the next one is tried.
const flushAgain = 5 * time.Second

func (s *Store) wakeFlusher() {
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

func (s *Store) flushLoop() {
	defer s.wg.Done()
	for {
		select {
		case <-s.stop:
			return
		case <-s.dirty:
		case <-time.After(sealEvery): // a day may have ended without a commit
		}
		select { // commits that follow closely share one flush
		case <-s.stop:
			return
		case <-time.After(flushEvery):
		}
		// A failure shows at the next Flush or Close; the database has the bytes.
		if s.Flush() == nil {
			continue
		}
		select { // a full disk may have room again
		case <-s.stop:
			return
		case <-time.After(flushAgain):
			s.wakeFlusher()
		}
	}
}

// Flush writes what own logs have gained into their segment files and announces
// it. It is called within a second of every commit, and at the end.
func (s *Store) Flush() error { return s.flush(s.now().In(china).Format(fileDay)) }

// SealTails seals every tail of this device now, not at the end of its day: before
// a hub is taken out of service, say, so that archives hold all that it wrote.
func (s *Store) SealTails() error {
	if err := s.Flush(); err != nil {
		return err
	}
	return s.flush(allDays)
}

func (s *Store) flush(today string) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self == nil || s.w == nil {
		return nil
	}
	defer func() { s.halfFlushed = err != nil }()
	if s.markOwed {
		if err := s.advanceMark(); err != nil {
			return err
		}
	}
	ctx := context.Background()
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	if s.halfFlushed { // a tail has its sealed name, and nothing seals it any more if the clock went back
		if err := t.repairOwn(); err != nil {
			return err
		}
	}
	changed, err := t.flushOwn()
	if err != nil {
		return diskError(err)
	}
	sealed, err := t.sealOld(today)
	if err != nil {
		return diskError(err)
	}
	if changed = append(changed, sealed...); len(changed) == 0 {
		s.sealedDay = today
		return nil
	}
	if err := t.commit(); err != nil {
		return err
	}
	s.sealedDay = today
	s.subs.tell(changed)
	return nil
}

// ownFile is a file of an own log as its batches say it should be.
type ownFile struct {
	log   logRow
	first uint64
	last  uint64 // its last op
	day   time.Time
	tail  bool
	data  []byte
}

// flushOwn brings the files of own logs and our index of them up to date. A
// tail whose successor has begun is renamed to its sealed name first.
func (t *txn) flushOwn() (changed []string, err error) {
	rows, err := t.query(`SELECT DISTINCT b.log, b.file_first FROM batches b WHERE b.id >
		(SELECT flushed FROM progress) ORDER BY b.log, b.file_first`)
	if err != nil {
		return nil, err
	}
	type key struct {
		log   int64
		first uint64
	}
	var keys []key
	for rows.Next() {
		var k key
		if err := rows.Scan(&k.log, &k.first); err != nil {
			rows.Close()
			return nil, err
		}
		keys = append(keys, k)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(keys) == 0 {
		return nil, err
	}
	for i, k := range keys {
		if i == 0 || keys[i-1].log != k.log {
			if err := t.sealStaleTail(k.log, k.first); err != nil {
				return nil, err
			}
		}
		f, err := t.ownFile(k.log, k.first)
		if err != nil {
			return nil, err
		}
		folder, err := t.writeOwnFile(f)
		if err != nil {
			return nil, err
		}
		changed = append(changed, folder)
	}
	_, err = t.exec("UPDATE progress SET flushed = (SELECT max(id) FROM batches)")
	return changed, err
}

// sealStaleTail seals the tail on disk when it holds an earlier file than the
// one that is about to be written.
func (t *txn) sealStaleTail(log int64, next uint64) error {
	var first uint64
	err := t.row("SELECT first FROM files WHERE log = ? AND name LIKE '%.tail'", log).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) || first == next {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := t.ownFile(log, first)
	if err != nil {
		return err
	}
	_, err = t.writeOwnFile(f)
	return err
}

// ownFile makes a file's bytes from the batches.
func (t *txn) ownFile(log int64, first uint64) (*ownFile, error) {
	row, err := scanLog(t.row(selectLog+"WHERE l.id = ?", log))
	if err != nil {
		return nil, err
	}
	f := &ownFile{log: row, first: first, tail: row.fileFirst == first}
	prev := row.filePrev
	if !f.tail {
		if prev, err = t.hashOf(log, first-1); err != nil {
			return nil, err
		}
	}
	f.data = segment.Header{Suite: t.s.self.Suite, LogID: row.LogID, First: first, Prev: prev}.Append(nil)
	rows, err := t.query("SELECT offset, bytes, first + count - 1 FROM batches WHERE log = ? AND file_first = ? ORDER BY first", log, first)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var off int64
		var b []byte
		if err := rows.Scan(&off, &b, &f.last); err != nil {
			return nil, err
		}
		if off != int64(len(f.data)) {
			return nil, fmt.Errorf("batch of log %d at %d, file has %d bytes", log, off, len(f.data))
		}
		f.data = append(f.data, b...)
	}
	f.day, err = t.dayOf(log, first)
	return f, errors.Join(err, rows.Err())
}

func (t *txn) hashOf(log int64, seq uint64) (h oplog.Hash, err error) {
	if seq == 0 {
		return h, nil
	}
	var b []byte
	err = t.row("SELECT hash FROM ops WHERE log = ? AND seq = ?", log, seq).Scan(&b)
	copy(h[:], b)
	return h, err
}

// dayOf is the day on which a file was begun, by the stamp of its first op.
func (t *txn) dayOf(log int64, first uint64) (time.Time, error) {
	var body []byte
	if err := t.row("SELECT body FROM ops WHERE log = ? AND seq = ?", log, first).Scan(&body); err != nil {
		return time.Time{}, err
	}
	var o oplog.Op
	err := decodeKept(&o, body)
	return o.Stamp.Time().In(china), err
}

// writeOwnFile makes the file on disk hold exactly data, appending what is
// missing, and records it in our index.
func (t *txn) writeOwnFile(f *ownFile) (folder string, err error) {
	folder = segment.FolderID(f.log.Scope, f.day.Year())
	tail := segment.TailName(f.log.Device, f.log.Epoch)
	if err := t.s.growFile(t.s.SegmentPath(folder, tail), f.data); err != nil {
		return "", err
	}
	hash := oplog.Hash(sha256.Sum256(f.data))
	name := tail
	if !f.tail {
		h := segment.Header{LogID: f.log.LogID, First: f.first}
		if name, err = t.sealFile(folder, tail, h, f.day, hash); err != nil {
			return "", err
		}
	}
	if err := t.putFile(folder, name, f.log.id, f.first, f.last, int64(len(f.data)), hash); err != nil || f.tail {
		return folder, err
	}
	_, err = t.exec("DELETE FROM files WHERE folder = ? AND name = ?", folder, tail)
	return folder, err
}

// sealFile renames a tail to its sealed name; the bytes stay the same.
func (t *txn) sealFile(folder, tail string, h segment.Header, day time.Time, hash oplog.Hash) (string, error) {
	name := segment.SealedName(h, day, hash)
	if err := t.s.opt.Fault("seal"); err != nil {
		return "", err
	}
	return name, t.s.disk.Rename(t.s.SegmentPath(folder, tail), t.s.SegmentPath(folder, name))
}

// putFile records a file in our index under the next sequence of its folder. Its
// version is the number of its last op, as verified: it rises over all files of a
// log and is the same at every holder of the same bytes.
func (t *txn) putFile(folder, name string, log int64, first, last uint64, size int64, hash oplog.Hash) error {
	seq, err := t.nextSequence(folder)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO files (folder, name, log, first, size, hash, version, mtime, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (folder, name) DO UPDATE SET log = excluded.log, first = excluded.first, size = excluded.size, hash = excluded.hash,
		version = excluded.version, mtime = excluded.mtime, sequence = excluded.sequence`,
		folder, name, log, first, size, hash[:], last, t.s.now().Unix(), seq)
	return err
}

func (t *txn) nextSequence(folder string) (int64, error) {
	if !t.moved { // counts as a commit: a restored home is known by its index, too
		t.moved = true
		t.prog.Commit++
	}
	if _, err := t.exec("INSERT OR IGNORE INTO folders (folder, index_id, sequence) VALUES (?, ?, 0)", folder, newIndexID()); err != nil {
		return 0, err
	}
	var seq int64
	err := t.row("UPDATE folders SET sequence = sequence + 1 WHERE folder = ? RETURNING sequence", folder).Scan(&seq)
	return seq, err
}

// growFile makes the file at path hold data. What stands is kept when it is the
// beginning of data; anything else (a torn tail, a foreign byte) is replaced.
func (s *Store) growFile(path string, data []byte) error {
	old, err := s.disk.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	from := 0
	if bytes.HasPrefix(data, old) || broken.Is(broken.TornTail) && len(old) <= len(data) {
		from = len(old)
	}
	if err := s.opt.Fault("segment"); err != nil {
		return err
	}
	return s.disk.Grow(path, int64(from), data[from:])
}

// reconcileFiles makes segment files agree with the database after a crash:
// bytes beyond the recorded length are cut, own files that are short or missing
// are written again from the batches.
func (s *Store) reconcileFiles(ctx context.Context) error {
	rows, err := s.w.QueryContext(ctx, "SELECT f.folder, f.name, f.size FROM files f")
	if err != nil {
		return diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var folder, name string
		var size int64
		if err := rows.Scan(&folder, &name, &size); err != nil {
			return diskError(err)
		}
		path := s.SegmentPath(folder, name)
		if have, err := s.disk.Size(path); err == nil && have > size && !broken.Is(broken.TornTail) {
			if err := s.disk.Cut(path, size); err != nil {
				return diskError(err)
			}
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return diskError(err)
	}
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	s.wakeFlusher()
	return t.repairOwn()
}

// readPrefix reads the first n bytes of a file; n < 0 means all.
func (s *Store) readPrefix(path string, n int64) ([]byte, error) {
	data, err := s.disk.ReadFile(path)
	if err == nil && n >= 0 && int64(len(data)) > n {
		data = data[:n]
	}
	return data, err
}
