package store

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"sync"
)

// subscribers are told which folders changed.
type subscribers struct {
	mu   sync.Mutex
	next int
	f    map[int]func(folder string)
}

// Subscribe calls f after our index of a folder changed, until cancel.
func (s *Store) Subscribe(f func(folder string)) (cancel func()) {
	s.subs.mu.Lock()
	defer s.subs.mu.Unlock()
	if s.subs.f == nil {
		s.subs.f = map[int]func(string){}
	}
	id := s.subs.next
	s.subs.next++
	s.subs.f[id] = f
	return func() {
		s.subs.mu.Lock()
		defer s.subs.mu.Unlock()
		delete(s.subs.f, id)
	}
}

func (b *subscribers) tell(folders []string) {
	slices.Sort(folders)
	folders = slices.Compact(folders)
	b.mu.Lock()
	fs := make([]func(string), 0, len(b.f))
	for _, f := range b.f {
		fs = append(fs, f)
	}
	b.mu.Unlock()
	for _, folder := range folders {
		for _, f := range fs {
			f(folder)
		}
	}
}

// newIndexID names a life of our index of a folder: 63 random bits.
func newIndexID() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}
