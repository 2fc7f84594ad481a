package bepnode

import (
	"crypto/sha256"
	"errors"
	"slices"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// job is one wanted byte range on its way.
type job struct {
	want    segment.Want
	at      int64 // next offset to ask for
	pending int   // requests in flight
	parts   map[int64][]byte
	again   bool   // the wants have changed meanwhile
	ready   *ready // set when it was looked at before its turn
	held    int64  // bytes counted against the limits
	err     error
}

type jobKey struct{ folder, name string }

// partKey names content, so that parts of one version never meet another's.
type partKey struct {
	folder, name string
	hash         oplog.Hash
}

// maxLeft bounds the files of which leftovers are kept.
const maxLeft = 256

// leftovers are fetched parts that a cut connection leaves to the next one.
type leftovers map[partKey]map[int64][]byte

func (l leftovers) bytes() (sum int) {
	for _, parts := range l {
		for _, b := range parts {
			sum += len(b)
		}
	}
	return sum
}

func newJob(w segment.Want, parts map[int64][]byte) *job {
	if parts == nil {
		parts = map[int64][]byte{}
	}
	return &job{want: w, at: w.Offset, parts: parts}
}

func (j *job) key() jobKey { return jobKey{j.want.Folder, j.want.Name} }

func (j *job) content() partKey { return partKey{j.want.Folder, j.want.Name, j.want.Hash} }

// next gives the range to ask for, at most limit bytes, passing over parts that
// are here already; size 0 when everything was asked for.
func (j *job) next(limit int) (off int64, size int) {
	for len(j.parts[j.at]) > 0 && j.at < j.want.Size {
		j.at += int64(len(j.parts[j.at]))
	}
	if j.at >= j.want.Size || j.err != nil {
		return j.at, 0
	}
	end := min(j.want.Size, j.at+int64(limit))
	for start := range j.parts {
		if start > j.at && start < end {
			end = start
		}
	}
	return j.at, int(end - j.at)
}

// complete tells whether all bytes are here.
func (j *job) complete() bool {
	_, more := j.next(1)
	return more == 0 && j.pending == 0 && j.err == nil
}

// failed tells that it ended without all bytes.
func (j *job) failed() bool { return j.err != nil && j.pending == 0 }

// bytes puts the parts together: what was wanted, from its offset on.
func (j *job) bytes() ([]byte, error) {
	data := make([]byte, 0, j.want.Size-j.want.Offset)
	offsets := make([]int64, 0, len(j.parts))
	for off := range j.parts {
		offsets = append(offsets, off)
	}
	slices.Sort(offsets)
	for _, off := range offsets {
		if off == j.want.Offset+int64(len(data)) {
			data = append(data, j.parts[off]...)
		}
	}
	if int64(len(data)) != j.want.Size-j.want.Offset {
		return nil, errTorn
	}
	return data, nil
}

var (
	errTorn = errors.New("parts do not join")
	// errStale: the bytes are not those announced, most likely because the tail
	// began anew in between; its new announcement is on the way.
	errStale = errors.New("content is not as announced")
)

// Preparer is optional on a Vault: it may look at the bytes of the file that it will
// receive next while it is still busy with the one before. data is the same then.
type Preparer interface {
	Prepare(peer oplog.DeviceID, w segment.Want, data []byte)
}

// ready is a complete file, put together.
type ready struct {
	done chan struct{}
	data []byte
	err  error
}

// prepare puts a complete file together and lets the Vault look at it. Bytes that do
// not have the announced hash are given a second try before the Vault sees (and
// quarantines) them.
func (s *session) prepare(j *job, strict bool) {
	r := j.ready
	defer close(r.done)
	if r.data, r.err = j.bytes(); r.err != nil {
		return
	}
	if strict && !s.asAnnounced(j.want, r.data) {
		r.err = errStale
		return
	}
	if p, ok := s.n.opt.Vault.(Preparer); ok {
		p.Prepare(s.peer.Device, j.want, r.data)
	}
}

// receive hands a prepared file to the Vault.
func (s *session) receive(j *job) (segment.Receipt, error) {
	<-j.ready.done
	if j.ready.err != nil {
		return segment.Receipt{}, j.ready.err
	}
	return s.n.opt.Vault.Receive(s.ctx, s.peer.Device, j.want, j.ready.data)
}

// asAnnounced checks the hash over our part and the new one. Without our part at
// hand the Vault is left to judge.
func (s *session) asAnnounced(w segment.Want, data []byte) bool {
	h := sha256.New()
	if w.Offset > 0 {
		head, err := s.n.opt.Vault.Read(s.peer.Device, w.Folder, w.Name, 0, int(w.Offset))
		if err != nil || int64(len(head)) != w.Offset {
			return true
		}
		h.Write(head)
	}
	h.Write(data)
	return oplog.Hash(h.Sum(nil)) == w.Hash
}
