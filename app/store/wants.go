package store

import (
	"database/sql"
	"errors"
	"sync"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// refetchSet remembers files whose beginning here differs from the peer's: they
// are fetched whole once.
type refetchSet struct {
	mu sync.Mutex
	m  map[string]bool
}

func (s *Store) refetch(w segment.Want) {
	s.again.mu.Lock()
	defer s.again.mu.Unlock()
	if s.again.m == nil {
		s.again.m = map[string]bool{}
	}
	s.again.m[w.Folder+"/"+w.Name+w.Hash.String()] = true
}

func (s *Store) fetchWhole(e segment.FileInfo) bool {
	s.again.mu.Lock()
	defer s.again.mu.Unlock()
	return s.again.m[e.Folder+"/"+e.Name+e.Hash.String()]
}

// Wants lists what a peer announced and we lack: the district's files first, since
// rights and keys of all others follow from them, and each log in the order of its
// changes: a sealed file therefore comes before the tail that follows it. Which of
// two states of a tail is the later follows from bytes that we hold and verified,
// never from what the peer says of them. Files of our own log are wanted, too, when they
// are no beginning of what we hold: then this disk is a copy of an earlier one.
func (s *Store) Wants(peer oplog.DeviceID, folder string) ([]segment.Want, error) {
	first, devices := s.powers.districts.now().sqlFirst("p.name")
	entries, err := s.fileInfos(`SELECT p.name, p.size, p.hash, p.version, p.mtime, p.sequence FROM peer_files p
		WHERE p.peer = ? AND p.folder = ?
		AND NOT EXISTS (SELECT 1 FROM files f WHERE f.folder = p.folder AND f.name = p.name AND f.hash = p.hash)
		AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.folder = p.folder AND q.name = p.name AND q.hash = p.hash)
		ORDER BY `+first+`, p.sequence`, folder, append([]any{peer[:], folder}, devices...)...)
	if err != nil {
		return nil, err
	}
	var wants []segment.Want
	for _, e := range entries {
		name, err := segment.ParseName(e.Name)
		if err != nil {
			continue
		}
		if past, err := s.known(e, name); err != nil || past {
			if err != nil {
				return nil, err
			}
			continue
		}
		off, err := s.heldPrefix(e)
		if err != nil {
			return nil, err
		}
		wants = append(wants, segment.Want{FileInfo: e, Offset: off})
	}
	return wants, nil
}

// heldPrefix gives how many bytes of an announced file we hold as our tail.
func (s *Store) heldPrefix(e segment.FileInfo) (int64, error) {
	name, err := segment.ParseName(e.Name)
	if err != nil || s.fetchWhole(e) {
		return 0, nil
	}
	var size int64
	var first uint64
	err = s.r.QueryRow("SELECT size, first FROM files WHERE folder = ? AND name = ?",
		e.Folder, segment.TailName(name.Device, name.Epoch)).Scan(&size, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil || size >= e.Size || name.Sealed && first != name.First {
		return 0, err
	}
	return size, nil
}

// Settled tells whether a peer's index as stored here and ours agree.
func (s *Store) Settled(peer oplog.DeviceID, folder string) (bool, error) {
	wants, err := s.Wants(peer, folder)
	if err != nil || len(wants) > 0 {
		return false, err
	}
	var missing int
	// By their bytes, not by name: one side may hold sealed what is a tail at the other
	// whose disk is a copy from before.
	err = s.r.QueryRow(`SELECT count(*) FROM files WHERE folder = ?1 AND hash NOT IN
		(SELECT hash FROM peer_files WHERE peer = ?2 AND folder = ?1)`,
		folder, peer[:]).Scan(&missing)
	return missing == 0, err
}

// OpsIn counts the ops of those batches of our file that end in the byte range
// (from, to]: what a peer that held the file up to from gains with the rest.
func (s *Store) OpsIn(folder, name string, from, to int64) (int, error) {
	data, err := s.readPrefix(s.SegmentPath(folder, name), to)
	if err != nil {
		return 0, err
	}
	_, n, err := segment.ParseHeader(data)
	if err != nil {
		return 0, err
	}
	batches, _, _ := segment.Scan(data, int64(n))
	ops := 0
	for i := range batches {
		if end := batches[i].Offset + batches[i].Size; end > from && end <= to {
			ops += batches[i].Count
		}
	}
	return ops, nil
}
