package store

import (
	"context"
	"crypto/ecdsa"
	"sync"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// What can be found out of a received file without the store's turn is found out
// before: its hash, its signatures, what its batches hold, how the table will keep it.
// While one file is being written, the other core looks at the next one. All of it
// hangs on the bytes and on keys alone; in its turn the store takes it over where the
// log stands where the file says, and does it again where it does not.

// looked is what a batch holds, found out ahead.
type looked struct {
	st     segment.State // that it continues, by the file's own word
	opened *segment.Opened
	kept   [][]byte         // bodies as the table keeps them
	with   any              // the sealer that opened it
	by     *ecdsa.PublicKey // that its signature was verified with
}

// fits tells whether a batch that was opened ahead continues the log as it stands.
func (l *looked) fits(b *segment.Batch, st segment.State) bool {
	if l.opened == nil || l.st.Seq != st.Seq || l.st.Prev != st.Prev {
		return false
	}
	return b.NamesPositions() || l.st.Realm == st.Realm && l.st.Powers == st.Powers
}

// maxAhead bounds the files that are looked at before they are received.
const maxAhead = 8

// ahead are files that were looked at and not yet received.
type ahead struct {
	mu    sync.Mutex
	files []*incoming
}

func (a *ahead) put(in *incoming) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.files) == maxAhead {
		a.files = a.files[:copy(a.files, a.files[1:])]
	}
	a.files = append(a.files, in)
}

// take gives the file with the very same bytes, or a new one.
func (a *ahead) take(peer oplog.DeviceID, w segment.Want, data []byte) (in *incoming, seen bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, f := range a.files {
		if f.peer == peer && f.w == w && len(data) > 0 && len(f.data) == len(data) && &f.data[0] == &data[0] {
			a.files = append(a.files[:i], a.files[i+1:]...)
			return f, true
		}
	}
	return &incoming{peer: peer, w: w, data: data}, false
}

// Prepare looks at the bytes of a Want that Receive will be given next; data must stay
// as it is until then. What is wrong with them is for Receive to say.
func (s *Store) Prepare(peer oplog.DeviceID, w segment.Want, data []byte) {
	in := &incoming{peer: peer, w: w, data: data}
	if s.look(in); in.full != nil { // a scan, say, is not for us, and long
		s.ahead.put(in)
	}
}

// look finds out what can be found out of a file without the store's turn.
func (s *Store) look(in *incoming) {
	if s.check(in) != nil {
		in.full = nil // said in its turn: until then, what is missing may have come
		return
	}
	pub, err := signKey(context.Background(), s.r, &s.signers, in.head.Device)
	if err != nil {
		return
	}
	in.looked = make([]looked, len(in.batches))
	st, known := segment.State{Seq: in.head.First - 1, Prev: in.head.Prev}, false
	for i := range in.batches {
		b := &in.batches[i]
		if b.NamesPositions() {
			known = true
		}
		if in.w.Offset <= b.Offset && known {
			in.looked[i] = s.lookAt(in.head, b, st, pub)
		}
		if o := in.looked[i].opened; o != nil {
			st = o.After
		} else {
			st, known = segment.State{Seq: b.LastSeq(), Prev: b.Last}, false
		}
	}
}

// lookAt opens a batch on the word of its file, if its signature and key are known.
func (s *Store) lookAt(h segment.Header, b *segment.Batch, st segment.State, pub *ecdsa.PublicKey) (l looked) {
	sealer := s.keys.byID(h.Scope, b.Key())
	if sealer == nil || b.Verify(h, pub) != nil {
		return l
	}
	o, err := s.codec.Open(b, h, st, sealer)
	if err != nil {
		return l
	}
	return looked{st: st, opened: o, kept: packAll(o.Bodies), with: sealer, by: pub}
}
