package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// What is held as the tail of another device's log may be finished meanwhile, and what
// is received is the tail after it. As a rule peers have said so before (sealAnnounced);
// bytes that were long on their way come before the word. Both have one name on the disk,
// so the earlier one gets its sealed name first, durably: a power cut or a transaction
// that fails must not leave the later one's bytes under the record of the earlier one,
// and who holds only the later one could not pass on what comes before it.

// makeWay seals what the given files would take the place of. Those whose way is not
// clear because ops between are missing have to wait for what came with them.
func (s *Store) makeWay(files []*incoming) (clear, wait []*incoming, err error) {
	for _, in := range files {
		ok, err := s.wayOf(in)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			clear = append(clear, in)
		} else {
			wait = append(wait, in)
		}
	}
	if len(clear) == 0 {
		return wait, nil, nil // it is for them to say what they miss
	}
	return clear, wait, nil
}

func (s *Store) wayOf(in *incoming) (clear bool, err error) {
	if in.name.Sealed || s.ownLog(in.name) {
		return true, nil
	}
	var log, size int64
	var first, last uint64
	var hash []byte
	err = s.w.QueryRow("SELECT log, first, version, size, hash FROM files WHERE folder = ? AND name = ?", in.w.Folder, in.w.Name).
		Scan(&log, &first, &last, &size, &hash)
	if errors.Is(err, sql.ErrNoRows) || err == nil && first >= in.head.First {
		return true, nil
	}
	if err != nil || last < in.head.First-1 {
		return false, diskError(err)
	}
	if ok, err := s.signedStart(in); err != nil || !ok {
		return true, err // it is refused as it would be without a tail in its way
	}
	t, err := s.begin(context.Background())
	if err != nil {
		return false, err
	}
	defer t.rollback()
	row, err := scanLog(t.row(selectLog+"WHERE l.id = ?", log))
	if err != nil {
		return false, diskError(err)
	}
	day, err := t.dayOf(row.holder(first), first)
	if err != nil {
		return false, diskError(err)
	}
	e := segment.FileInfo{Folder: in.w.Folder, Size: size, Hash: oplog.Hash(hash)}
	e.Name = segment.SealedName(segment.Header{LogID: in.head.LogID, First: first}, day, e.Hash)
	if err := t.renameTail(e.Folder, in.w.Name, e, log, first, last); err != nil {
		return false, diskError(err)
	}
	return true, t.commit()
}

// signedStart tells whether the writer of a file signed where it begins. Before that is
// known, nobody's word moves what we hold.
func (s *Store) signedStart(in *incoming) (bool, error) {
	pub, err := signKey(context.Background(), s.w, &s.signers, in.head.Device)
	if errors.Is(err, errUnknownWriter) {
		return false, nil
	}
	if err != nil {
		return false, diskError(err)
	}
	return in.batches[0].Verify(in.head, pub) == nil, nil
}

// renameTail gives a tail its sealed name, in our index and on the disk. A damaged one
// keeps its own: it is fetched under the sealed one, and then given up.
func (t *txn) renameTail(folder, tail string, e segment.FileInfo, log int64, first, last uint64) error {
	data, err := t.s.readPrefix(t.s.SegmentPath(folder, tail), e.Size)
	if err != nil || sha256.Sum256(data) != e.Hash {
		return nil
	}
	if err := t.growFile(t.s.SegmentPath(folder, e.Name), data); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM files WHERE folder = ? AND name = ?", folder, tail); err != nil {
		return err
	}
	t.removeAfter(t.s.SegmentPath(folder, tail))
	return t.putFile(folder, e.Name, log, first, last, e.Size, e.Hash)
}

// growFile is Store.growFile for a file that stays, whatever the transaction was to
// remove under its name.
func (t *txn) growFile(path string, data []byte) error {
	for i := range t.gone {
		if t.gone[i] == path {
			t.gone[i] = ""
		}
	}
	return t.s.growFile(path, data)
}
