package store

import (
	"context"
	"errors"
	"sync"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Files of several peers that wait at the same moment share one transaction and one
// flush: at a hub that all villages meet in the morning, waiting for the disk is most
// of the time. Whoever gets the store takes what is queued with him. A receipt is given
// after the commit only; a file that is refused takes nothing from the others.

// togetherBytes bounds what one transaction takes: acceptance waits for it.
const togetherBytes = 512 << 10

// incoming is one received file on its way into the store.
type incoming struct {
	peer oplog.DeviceID
	w    segment.Want
	data []byte

	full    []byte // the file as it will be, from here on checked
	head    segment.Header
	name    segment.Name
	batches []segment.Batch
	looked  []looked // of batches, as far as they could be opened ahead

	done  bool
	known bool // nothing in it is new
	ops   int
	err   error
}

// inbox is the queue of received files.
type inbox struct {
	mu    sync.Mutex
	queue []*incoming
}

func (b *inbox) put(in *incoming) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(b.queue, in)
}

// take gives a file and those of the queue that may go with it. The district's own go
// alone: keys and powers that they bring hold at once; so do ours, which may tell that
// this disk is a copy and begin another epoch.
func (b *inbox) take(first *incoming, alone func(*incoming) bool) []*incoming {
	b.mu.Lock()
	defer b.mu.Unlock()
	out, rest, size := []*incoming{first}, b.queue[:0], len(first.data)
	for _, in := range b.queue {
		switch {
		case in == first:
		case alone(first) || alone(in) || size+len(in.data) > togetherBytes:
			rest = append(rest, in)
		default:
			out, size = append(out, in), size+len(in.data)
		}
	}
	clear(b.queue[len(rest):])
	b.queue = rest
	return out
}

func (s *Store) receiveLocked(_ context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (int, error) {
	in, seen := s.ahead.take(peer, w, data)
	if !seen {
		s.look(in)
	}
	s.inbox.put(in)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !in.done { // else somebody took it with his own
		s.receive(s.inbox.take(in, s.goesAlone))
	}
	return in.ops, in.err
}

func (s *Store) goesAlone(in *incoming) bool {
	name, err := segment.ParseName(in.w.Name)
	return err != nil || s.isDistrict(name.Device) || s.self != nil && name.Device == s.self.Device
}

// receive takes files into the store and says in each what became of it.
func (s *Store) receive(all []*incoming) {
	var ready []*incoming
	for _, in := range all {
		in.done = true
		if in.full == nil {
			in.err = s.check(in)
		}
		if in.err == nil {
			ready = append(ready, in)
		}
	}
	for len(ready) > 0 {
		part, rest, err := s.makeWay(ready)
		if err == nil {
			err = s.apply(part)
		} else {
			part, rest = ready, nil
		}
		for _, in := range part {
			if err != nil && in.err == nil && !in.known {
				in.ops, in.err = 0, err
			}
		}
		ready = rest
	}
	var folders []string
	for _, in := range all {
		if errors.Is(in.err, segment.ErrRefused) && !errors.Is(in.err, errBytes) || broken.Is(broken.GapIsFinal) && errors.Is(in.err, errGap) {
			in.err = errors.Join(in.err, s.quarantine(context.Background(), in.peer, in.w, in.err))
		}
		if in.err == nil && !in.known {
			folders = append(folders, in.w.Folder)
		}
	}
	s.subs.tell(folders)
}

// check looks at a file by itself: whole, as announced, of one log.
func (s *Store) check(in *incoming) error {
	if s.self == nil {
		return notEnrolled()
	}
	scope, _, err := segment.ParseFolder(in.w.Folder)
	if err != nil {
		return err
	}
	if in.full, err = s.wholeFile(in.w, in.data); err != nil {
		return err
	}
	var n int
	if in.head, n, err = segment.ParseHeader(in.full); err != nil {
		return refuse(err)
	}
	if in.name, err = checkName(in.head, scope, in.w.Name); err != nil {
		return err
	}
	if in.batches, _, err = segment.Scan(in.full, int64(n)); err != nil {
		return refuse(err)
	}
	if len(in.batches) == 0 || in.batches[0].First != in.head.First {
		// The header is not signed; what it says must follow from what is.
		return errHeader
	}
	return nil
}

// apply takes checked files into one transaction. Each says what is wrong with it; the
// error given is that of all. As a rule nothing is wrong with any: behind a savepoint,
// SQLite copies every page before it is changed, so files are set apart from each other
// only after one of them has failed and all of it was rolled back.
func (s *Store) apply(files []*incoming) error {
	again, err := s.applyIn(files, false)
	if again {
		s.knows.forget() // it may have learnt from what was rolled back
		_, err = s.applyIn(files, true)
	}
	if err != nil {
		s.knows.forget()
	}
	return err
}

// applyIn is one try of apply. Again says that it left nothing behind, because one of
// several files that were not apart is no good.
func (s *Store) applyIn(files []*incoming, apart bool) (again bool, err error) {
	t, err := s.begin(context.Background())
	if err != nil {
		return false, err
	}
	defer t.rollback()
	some := false
	for _, in := range files {
		if err := t.apart(apart, func() error { return t.receive(in) }, &in.err); err != nil {
			return false, err
		}
		if in.err != nil && !apart && len(files) > 1 {
			for _, in := range files {
				in.known, in.ops, in.err = false, 0, nil
			}
			return true, nil
		}
		some = some || in.err == nil && !in.known
	}
	if !some {
		return false, nil
	}
	return false, t.commit()
}

// receive applies and keeps one file.
func (t *txn) receive(in *incoming) (err error) {
	if in.known, err = t.s.isBeginning(t, in.w.FileInfo, in.name, in.head.First); err != nil || in.known {
		t.s.knows.add(in.w.FileInfo)
		return err
	}
	end, ops, err := t.applyFile(in)
	if err != nil {
		return err
	}
	if in.ops = ops; t.s.ownLog(in.name) && t.prog.Epoch == t.s.epoch.now() {
		in.known = true // all of it is ours: our files say it better
		t.s.knows.add(in.w.FileInfo)
		return nil
	}
	if err = t.keepFile(in.head, in.w, in.full, end); err != nil {
		in.ops = 0
	}
	return diskError(err)
}

// apart does a part of a transaction of which nothing stays when it fails; its error
// goes to why. Alone in its transaction, it needs no savepoint: that is rolled back.
func (t *txn) apart(needed bool, f func() error, why *error) error {
	if !needed {
		*why = f()
		return nil
	}
	if _, err := t.exec("SAVEPOINT part"); err != nil {
		return diskError(err)
	}
	prog, moved, gone, cases, keys := t.prog, t.moved, len(t.gone), len(t.cases), len(t.keys)
	if *why = f(); *why == nil {
		_, err := t.exec("RELEASE part")
		return diskError(err)
	}
	for _, q := range []string{"ROLLBACK TO part", "RELEASE part"} {
		if _, err := t.exec(q); err != nil {
			return diskError(err)
		}
	}
	t.prog, t.moved, t.gone, t.cases = prog, moved, t.gone[:gone], t.cases[:cases]
	t.s.keys.drop(t.keys[keys:])
	t.keys = t.keys[:keys]
	clear(t.pos)
	clear(t.heldAt)
	for scope := range t.changed {
		t.powers.forget(scope)
	}
	return nil
}
