package bepnode

import (
	"context"
	"errors"
	"sync"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Report tells what one Round did.
type Report struct {
	Peer          oplog.DeviceID
	PeerName      string
	SentOps       int   // ops of ours that the peer fetched and acknowledged by its index; -1 when the Vault does not count ops
	ReceivedOps   int   // ops new here, as the Vault's receipts say
	SentBytes     int64 // TCP payload, under TLS
	ReceivedBytes int64
	Refused       int      // files of the peer that the Vault refused
	PeerRefused   []string // "folder/name" of our files that the peer refused
	Converged     bool     // each side holds all that the other announced
}

var (
	errStalled = errors.New("no byte moved, and the two sides do not hold the same")
	errNothing = errors.New("no folder in common")
)

// Round connects to addr, exchanges until both sides hold the same, and closes in
// good order. When it cannot converge because files were refused, it returns
// Converged false and no error; else the error is an *Error, and Report tells how
// far it came. An existing connection to the same device is replaced.
func (n *Node) Round(ctx context.Context, addr string, timeout time.Duration) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	t := newTally(n.opt.Vault)
	s, err := n.open(ctx, addr, t)
	if err != nil {
		var e *Error
		errors.As(err, &e)
		return Report{Peer: e.Peer, SentOps: t.total(false)}, err
	}
	converged, err := s.settle(ctx)
	go s.stop(CodeClosed, reasonDone, nil)
	<-s.done
	r := Report{
		SentOps: t.total(converged), SentBytes: s.w.out.Load(), ReceivedBytes: s.w.in.Load(), Converged: converged,
	}
	r.Peer, r.PeerName = s.who()
	r.PeerRefused = s.refusedByPeer()
	s.mu.Lock()
	r.ReceivedOps, r.Refused = s.gotOps, s.refused
	s.mu.Unlock()
	return r, at(err, addr)
}

// settle waits for convergence, for the end of the connection, or for the certainty
// that nothing moves any more.
func (s *session) settle(ctx context.Context) (bool, error) {
	tick := time.NewTicker(s.n.opt.Stall / 20)
	defer tick.Stop()
	still, moved := 0, int64(-1)
	for {
		ok, err := s.converged()
		if ok || err != nil {
			return ok, err
		}
		select {
		case <-s.progress:
			still = 0
		case <-s.done:
			return false, s.failure()
		case <-ctx.Done():
			return false, &Error{Code: classify(ctx.Err()), Peer: s.peer.Device, Cause: ctx.Err()}
		case <-tick.C:
			still++
			if now := s.w.in.Load() + s.w.out.Load(); now != moved {
				still, moved = 0, now
			}
			if s.hasRefused() && still >= 2 {
				return false, nil // the peer's own fetching is over as well
			}
			if still >= 20 {
				return false, &Error{Code: CodeTimeout, Peer: s.peer.Device, Cause: errStalled}
			}
		}
	}
}

func (s *session) hasRefused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return (s.refused > 0 || len(s.peerRefused) > 0) && s.fetchIdle
}

// converged tells whether both sides hold the same: the peer's whole index is
// stored, ours was sent, and the Vault finds that they agree.
func (s *session) converged() (bool, error) {
	quiet, now, shared := s.quiet()
	if !quiet {
		return false, nil
	}
	want, err := s.n.shared(s.peer.Device)
	if err != nil {
		return false, &Error{Code: CodeUntrusted, Peer: s.peer.Device, Cause: err}
	}
	if !want.equal(now) { // now, not what the storer may have loaded since: shared lacks that
		poke(s.recheck)
		return false, nil
	}
	if len(shared) == 0 {
		return false, &Error{Code: CodeNothingShared, Peer: s.peer.Device, Cause: errNothing}
	}
	for _, f := range shared {
		if ok, err := s.folderConverged(f); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (s *session) folderConverged(f *folder) (bool, error) {
	if s.isTakeOnly(f) {
		wants, err := s.wants(f)
		if err != nil {
			return false, &Error{Code: CodeLocal, Peer: s.peer.Device, Cause: err}
		}
		return len(wants) == 0, nil
	}
	top, err := s.n.opt.Vault.MaxSequence(f.name)
	if err == nil {
		s.mu.Lock()
		behind := f.sent < top
		f.dirty = f.dirty || behind
		s.mu.Unlock()
		if behind {
			poke(s.flush)
			return false, nil
		}
		var ok bool
		if ok, err = s.n.opt.Vault.Settled(s.peer.Device, f.name); err == nil {
			return ok, nil
		}
	}
	return false, &Error{Code: CodeLocal, Peer: s.peer.Device, Cause: err}
}

// quiet tells, without asking the Vault, whether nothing is known to be under way,
// and gives what our side shares and the folders that both sides do.
func (s *session) quiet() (ok bool, now share, shared []*folder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config == nil || !s.fetchIdle || s.resend || len(s.inbox) > 0 {
		return false, now, nil
	}
	now = s.sharesNow()
	for _, name := range s.order {
		f := s.folders[name]
		if !f.theirs {
			continue
		}
		if !f.open || f.full || !f.known || f.have < f.theirMax {
			return false, now, nil
		}
		shared = append(shared, f)
	}
	return true, now, shared
}

// tally counts the ops of the byte ranges that a peer fetched from us, to be
// believed when its index shows the file.
type tally struct {
	counts OpCounter // nil: not countable
	mu     sync.Mutex
	ranges map[partKey]map[int64]opRange
	acked  map[partKey]bool
}

type opRange struct {
	to  int64
	ops int
}

func newTally(v segment.Vault) *tally {
	t := &tally{ranges: map[partKey]map[int64]opRange{}, acked: map[partKey]bool{}}
	t.counts, _ = v.(OpCounter)
	return t
}

// served notes a range; the same range served again replaces the earlier one.
func (t *tally) served(_ segment.Vault, folder, name string, hash []byte, off, size int64) {
	if t.counts == nil || len(hash) != len(oplog.Hash{}) {
		return
	}
	ops, err := t.counts.OpsIn(folder, name, off, off+size)
	if err != nil {
		return
	}
	key := partKey{folder, name, oplog.Hash(hash)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ranges[key] == nil {
		t.ranges[key] = map[int64]opRange{}
	}
	t.ranges[key][off] = opRange{off + size, ops}
}

func (t *tally) acknowledged(entries []segment.FileInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range entries {
		t.acked[partKey{e.Folder, e.Name, e.Hash}] = true
	}
}

// total sums what was acknowledged; after convergence that is everything.
func (t *tally) total(converged bool) int {
	if t.counts == nil {
		return -1
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := 0
	for key, ranges := range t.ranges {
		if converged || t.acked[key] {
			for _, r := range ranges {
				sum += r.ops
			}
		}
	}
	return sum
}
