package store

import (
	"context"
	"crypto/sha256"
	"sync"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// knownSet remembers announcements that turned out to be the beginning of what we
// hold: earlier states of a tail. It saves work only, so it may be forgotten.
type knownSet struct {
	mu sync.Mutex
	m  map[string]bool
}

// knownMax bounds the memory of what peers announced.
const knownMax = 1 << 14

func (k *knownSet) add(e segment.FileInfo) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= knownMax {
		k.m = map[string]bool{}
	}
	k.m[e.Folder+"/"+e.Name+e.Hash.String()] = true
}

func (k *knownSet) has(e segment.FileInfo) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m[e.Folder+"/"+e.Name+e.Hash.String()]
}

// forget drops everything, because files of ours are not what they were.
func (k *knownSet) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m = nil
}

// known tells that an announced file is the beginning of one that we hold, by the
// bytes of ours: nothing in it is new. What is not found out here shows when the
// bytes have come.
func (s *Store) known(e segment.FileInfo, name segment.Name) (bool, error) {
	if s.knows.has(e) {
		return true, nil
	}
	past, err := s.isBeginning(s.r, e, name, name.First)
	if past {
		s.knows.add(e)
	}
	return past, err
}

// beginningsLooked is how many of the newest files of a log are looked at: a peer
// that is further behind sends its state of the tail once.
const beginningsLooked = 20

// isBeginning tells whether an announced file is the beginning of one that we hold.
// A tail of ours does not stand for the same bytes sealed: these take its place. first
// is the number of its first op; 0 for a tail that is not here yet.
func (s *Store) isBeginning(q querier, e segment.FileInfo, n segment.Name, first uint64) (bool, error) {
	if broken.Is(broken.StaleTail) {
		return false, nil
	}
	from, to := ofDevice(n.Device)
	rows, err := q.QueryContext(context.Background(), `SELECT f.name, f.size, f.hash FROM files f JOIN logs l ON l.id = f.log
		WHERE f.folder = ? AND f.name > ? AND f.name < ? AND substr(l.epoch, 1, 8) = ? AND f.size >= ? AND (? = 0 OR f.first = ?) ORDER BY f.first DESC LIMIT ?`,
		e.Folder, from, to, n.Epoch[:], e.Size, first, first, beginningsLooked)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var have int64
		var whole []byte
		if err := rows.Scan(&name, &have, &whole); err != nil {
			return false, err
		}
		if have == e.Size {
			if string(whole) == string(e.Hash[:]) && (!n.Sealed || name == e.Name) {
				return true, nil
			}
			continue
		}
		data, err := s.readPrefix(s.SegmentPath(e.Folder, name), e.Size)
		if err == nil && int64(len(data)) == e.Size && sha256.Sum256(data) == e.Hash {
			return true, nil
		}
	}
	return false, rows.Err()
}

// ofDevice bounds the names of a device's files in a folder.
func ofDevice(d oplog.DeviceID) (from, to string) { return d.String() + "/", d.String() + "0" }
