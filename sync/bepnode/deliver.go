package bepnode

import (
	"errors"

	"onedoor/sync/segment"
)

// makePlan looks at the first folder that may have wants, and tells whether there
// is anything to ask for.
func (f *fetcher) makePlan() (bool, error) {
	s := f.s
	for _, fo := range s.ours() {
		if !f.dirty[fo.name] {
			continue
		}
		s.mu.Lock()
		early := s.config == nil // the wants of the last time, while the peer introduces itself
		shared := fo.theirs
		s.mu.Unlock()
		delete(f.dirty, fo.name)
		if !shared && !early {
			continue
		}
		wants, err := s.wants(fo)
		if err != nil {
			return false, err
		}
		if err := f.retell(fo.name); err != nil {
			return false, err
		}
		f.current = fo.name
		f.planFolder(fo, wants)
		if len(f.plan) > 0 {
			return true, nil
		}
	}
	clear(f.dirty) // folders that are no longer shared
	return false, nil
}

func (f *fetcher) planFolder(fo *folder, wants []segment.Want) {
	var files, bytes int64
	for _, w := range wants {
		w.Folder = fo.name
		if !sound(w) {
			f.s.n.fault(f.s, fo.name, w.Name, badFrame("want is out of range"))
			continue
		}
		files++
		bytes += w.Size - w.Offset
		j := newJob(w, nil)
		if other := f.active[j.key()]; other != nil {
			other.again = true // look again when that one is done
			continue
		}
		if f.blocked[j.key()] || f.refused[j.content()] {
			continue
		}
		if parts := f.s.leftover[j.content()]; parts != nil {
			delete(f.s.leftover, j.content())
			j = newJob(w, trim(parts, w))
		}
		f.plan = append(f.plan, j)
	}
	f.s.mu.Lock()
	fo.progress.WantFiles, fo.progress.WantBytes = files, bytes
	f.s.mu.Unlock()
}

// trim drops parts before the wanted range: we may hold more than at the last time.
func trim(parts map[int64][]byte, w segment.Want) map[int64][]byte {
	for off, b := range parts {
		if off < w.Offset || off+int64(len(b)) > w.Size || len(b) == 0 {
			delete(parts, off)
		}
	}
	return parts
}

func sound(w segment.Want) bool {
	return w.Offset >= 0 && w.Offset <= w.Size && w.Size <= segment.MaxFile && validName(w.Name)
}

// deliver hands the head of the line to the Vault when it is complete. Files that
// failed leave the line; the others do not wait for them.
func (f *fetcher) deliver() {
	for !f.busy && len(f.line) > 0 {
		j := f.line[0]
		switch {
		case j.failed():
			f.keep(j)
			f.leave(j)
			f.block(j)
		case j.complete():
			f.busy = true
			f.prepare(j)
			f.work.Go(func() {
				rcpt, err := f.s.receive(j)
				f.events <- received{j, rcpt, err}
			})
		default:
			return
		}
	}
	if f.busy && len(f.line) > 1 && f.line[1].complete() {
		f.prepare(f.line[1])
	}
}

// prepare begins to look at a complete file, once.
func (f *fetcher) prepare(j *job) {
	if j.ready != nil {
		return
	}
	j.ready = &ready{done: make(chan struct{})}
	strict := f.wrong[j.content()] < hashTries-1
	f.work.Go(func() { f.s.prepare(j, strict) })
}

// leave takes the head out of the line.
func (f *fetcher) leave(j *job) {
	f.line = f.line[1:]
	f.drop(j)
	if j.again {
		f.dirty[j.want.Folder] = true
	}
}

func (f *fetcher) onReceived(e received) {
	f.busy = false
	if e.err != nil && f.s.ctx.Err() != nil {
		return // interrupted: the parts are kept for the next connection
	}
	f.leave(e.j)
	switch {
	case e.err == nil:
		f.accepted(e)
	case errors.Is(e.err, segment.ErrRefused):
		f.refused[e.j.content()] = true
		f.s.mu.Lock()
		f.s.refused++
		f.s.mu.Unlock()
		f.s.n.fault(f.s, e.j.want.Folder, e.j.want.Name, e.err)
		f.s.tellRefused(e.j.want.FileInfo)
	default:
		if errors.Is(e.err, errStale) {
			f.wrong[e.j.content()]++
		}
		f.block(e.j)
	}
}

func (f *fetcher) accepted(e received) {
	f.pause = f.s.n.opt.Retry
	if len(f.plan) == 0 && len(f.line) == 0 {
		f.dirty[e.j.want.Folder] = true // what came may tell of more to want
	}
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.s.gotOps += e.rcpt.Ops
	fo := f.s.folders[e.j.want.Folder]
	if fo == nil {
		return
	}
	size := e.j.want.Size - e.j.want.Offset
	fo.dirty = true // our index has grown by it
	fo.progress.GotFiles++
	fo.progress.GotBytes += size
	fo.progress.WantFiles = max(0, fo.progress.WantFiles-1)
	fo.progress.WantBytes = max(0, fo.progress.WantBytes-size)
}

// block puts a file off until the peer announces something or the pause is over.
// An index that changed in the meantime is looked at again at once.
func (f *fetcher) block(j *job) {
	f.blocked[j.key()] = true
	f.retry.Reset(f.pause)
	f.pause = min(2*f.pause, maxPause)
}

// rest says whether nothing can be asked for now. When work comes to its end the
// receipts are sent at once.
func (f *fetcher) rest(idle bool) {
	s := f.s
	s.mu.Lock()
	was := s.fetchIdle
	s.fetchIdle = idle && len(s.fetchDirty) == 0
	ended := s.fetchIdle && !was
	s.mu.Unlock()
	if ended {
		poke(s.flush)
		poke(s.progress)
	}
}
