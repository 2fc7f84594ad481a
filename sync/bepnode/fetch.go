package bepnode

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

const (
	maxPause  = time.Minute
	hashTries = 2 // times a file may come with a wrong hash before the Vault judges it
)

// fetcher asks for what we lack: folder by folder in the order given, several
// requests in flight, and hands complete files to the Vault one at a time in the
// order wanted. Everything but the requests and the Vault's work runs in one
// goroutine.
type fetcher struct {
	s       *session
	win     window
	events  chan any // fetched or received; never full
	work    sync.WaitGroup
	dirty   map[string]bool // folders whose wants to look at
	current string          // folder of plan
	plan    []*job          // not asked for yet
	line    []*job          // asked for, to be delivered in this order
	active  map[jobKey]*job
	busy    bool // the Vault is receiving the head of line
	held    int64
	blocked map[jobKey]bool  // failed; not before the retry timer or a new announcement
	refused map[partKey]bool // never again on this connection
	retold  map[string]bool  // folders of which the peer knows what was refused before
	wrong   map[partKey]int
	pause   time.Duration
	retry   *time.Timer
}

type fetched struct {
	j     *job
	off   int64
	size  int
	round int
	data  []byte
	pace  pace
	err   error
}

type received struct {
	j    *job
	rcpt segment.Receipt
	err  error
}

// fetch runs until the session's end and gives the parts that were left over.
func (s *session) fetch() leftovers {
	f := &fetcher{
		s: s, win: window{size: startWindow}, events: make(chan any, maxRequests+1),
		dirty: map[string]bool{}, active: map[jobKey]*job{}, blocked: map[jobKey]bool{},
		refused: map[partKey]bool{}, retold: map[string]bool{}, wrong: map[partKey]int{}, pause: s.n.opt.Retry,
		retry: time.NewTimer(time.Hour),
	}
	f.retry.Stop()
	defer f.retry.Stop()
	for {
		f.collect()
		if err := f.advance(); err != nil {
			go s.local(err)
			<-s.ctx.Done()
		}
		select {
		case <-s.ctx.Done():
			return f.abandon()
		case e := <-f.events:
			f.on(e)
		case <-s.fetchKick:
		case <-f.retry.C:
			f.unblock("")
		}
	}
}

// advance plans, asks and delivers as far as it goes without waiting.
func (f *fetcher) advance() error {
	if err := f.fill(); err != nil {
		return err
	}
	f.deliver()
	f.rest(len(f.plan) == 0 && len(f.line) == 0 && len(f.dirty) == 0)
	return nil
}

// collect takes over the folders that others marked. A folder that comes before
// the one being asked for goes first: what was not asked for is planned again.
func (f *fetcher) collect() {
	s := f.s
	s.mu.Lock()
	marked := s.fetchDirty
	s.fetchDirty = map[string]bool{}
	order := s.order
	s.mu.Unlock()
	now := slices.Index(order, f.current)
	for name := range marked {
		f.dirty[name] = true
		f.unblock(name)
		if i := slices.Index(order, name); i >= 0 && i < now && len(f.plan) > 0 {
			f.plan = nil
			f.dirty[f.current] = true
		}
	}
}

// unblock lets failed files of a folder ("" for all) be asked for again.
func (f *fetcher) unblock(folder string) {
	for k := range f.blocked {
		if folder == "" || k.folder == folder {
			delete(f.blocked, k)
			f.dirty[k.folder] = true
		}
	}
}

// fill asks for as much as the limits allow.
func (f *fetcher) fill() error {
	for {
		if j := f.asking(); j != nil {
			off, size := j.next(f.win.chunk())
			if !f.fits(size) {
				return nil
			}
			f.ask(j, off, size)
			continue
		}
		if len(f.plan) == 0 {
			more, err := f.makePlan()
			if err != nil || !more {
				return err
			}
		}
		if f.held > maxHeld {
			return nil
		}
		j := f.plan[0]
		f.plan = f.plan[1:]
		f.line = append(f.line, j)
		f.active[j.key()] = j
		for _, part := range j.parts {
			f.hold(j, int64(len(part)))
		}
	}
}

// asking gives the job that still has bytes to ask for: always the last one.
func (f *fetcher) asking() *job {
	if len(f.line) == 0 {
		return nil
	}
	j := f.line[len(f.line)-1]
	if _, size := j.next(1); size == 0 {
		return nil
	}
	return j
}

// fits checks our own limits and the Node's memory, which may be overdrawn by one
// request per peer, so that nobody starves.
func (f *fetcher) fits(size int) bool {
	if !f.win.fits(size) || f.win.flight > 0 && f.held+int64(size) > maxHeld {
		return false
	}
	return f.win.flight == 0 || f.s.n.fetching.Load()+int64(size) <= f.s.n.opt.FetchMemory
}

func (f *fetcher) hold(j *job, n int64) {
	j.held += n
	f.held += n
	f.s.n.fetching.Add(n)
}

func (f *fetcher) drop(j *job) {
	f.held -= j.held
	f.s.n.fetching.Add(-j.held)
	j.held = 0
	delete(f.active, j.key())
}

// ask sends one request. Its goroutine ends with the answer, the session or the
// time limit.
func (f *fetcher) ask(j *job, off int64, size int) {
	s := f.s
	req := &protocol.Request{Folder: j.want.Folder, Name: j.want.Name, Offset: off, Size: size}
	if !s.isStock() { // a stock daemon would check it against the bytes of this request
		req.Hash = append([]byte(nil), j.want.Hash[:]...)
	}
	j.at += int64(size)
	j.pending++
	f.hold(j, int64(size))
	round := f.win.sent(size)
	f.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, s.n.opt.Silence)
		defer cancel()
		watch := startWatch()
		data, err := s.conn.Request(ctx, req)
		if err == nil && len(data) != size {
			err = badFrame("answer of %d bytes for %d", len(data), size)
		}
		f.events <- fetched{j, off, size, round, data, watch.stop(), err}
	})
}

func (f *fetcher) on(e any) {
	switch e := e.(type) {
	case fetched:
		f.onFetched(e)
	case received:
		f.onReceived(e)
	}
}

func (f *fetcher) onFetched(e fetched) {
	f.win.answered(e.size, e.round, e.pace)
	e.j.pending--
	if e.err == nil {
		e.j.parts[e.off] = e.data
		return
	}
	if errors.Is(e.err, context.DeadlineExceeded) {
		go f.s.stop(CodeTimeout, reasonFailed, e.err)
	}
	e.j.err = e.err
}

// abandon waits for what is under way and keeps the parts that are complete.
func (f *fetcher) abandon() leftovers {
	f.work.Wait()
	for len(f.events) > 0 {
		f.on(<-f.events)
	}
	for _, j := range f.line {
		f.keep(j)
		f.drop(j)
	}
	return f.s.leftover
}

// keep saves the parts of a job that did not come to its end, for the next try on
// this connection or another.
func (f *fetcher) keep(j *job) {
	left := f.s.leftover
	if len(j.parts) == 0 || len(left) >= maxLeft || left.bytes() >= maxHeld || f.refused[j.content()] {
		return
	}
	left[j.content()] = j.parts
}
