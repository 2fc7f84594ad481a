package bepnode

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/oplog"
)

const (
	inboxSize   = 64               // index messages waiting to be stored
	serveAtOnce = 16               // blocks in memory for one peer
	askLimit    = 1024             // requests of one peer waiting for their turn
	youth       = 10 * time.Second // how long two crossing dials may be apart
	closeWait   = 2 * time.Second  // for the Close message to leave
	lingerWait  = time.Second      // for the peer to close its side
	replaceWait = 200 * time.Millisecond
)

// session is one accepted connection to one device. Three goroutines work on it
// besides the library's: the announcer sends our index, the storer stores the
// peer's, the fetcher fetches what we lack.
type session struct {
	n        *Node
	peer     PeerInfo
	dialed   bool
	addr     string
	w        *wire
	tls      *tls.Conn
	in       *inbound
	conn     protocol.Connection
	leftover leftovers // parts of files that the connection before had fetched

	ctx    context.Context // ends when the library lets go of the connection
	cancel context.CancelFunc
	dead   chan struct{} // the library has let go
	done   chan struct{} // nothing of the session runs any more
	ready  chan struct{} // the peer's first configuration was applied
	hurry  *time.Timer   // ends a peer that says no hello and configuration
	aging  *time.Timer
	young  atomic.Bool
	linger atomic.Int64 // nanoseconds

	inbox     chan any // *protocol.ClusterConfig, *indexBatch or *protocol.DownloadProgress, in order of arrival
	recheck   chan struct{}
	kick      chan struct{} // something to announce
	flush     chan struct{} // announce it now
	fetchKick chan struct{}
	progress  chan struct{} // for Round
	serving   chan struct{}
	asked     atomic.Int32
	tally     *tally // ops served and acknowledged; only for Round

	mu          sync.Mutex
	err         *Error
	reason      string // why the peer closed
	stock       bool
	since       time.Time
	order       []string // folders that we share with the peer
	folders     map[string]*folder
	config      map[string]peerFolder // what the peer shares with us; nil before it said so
	resend      bool                  // our folders changed since our last configuration
	fetchDirty  map[string]bool
	fetchIdle   bool
	gotOps      int
	refused     int
	peerRefused []refusal
}

func (n *Node) newSession(conn *tls.Conn, w *wire, peer PeerInfo, dialed bool, addr string) *session {
	s := &session{
		n: n, peer: peer, dialed: dialed, addr: addr, w: w, tls: conn, stock: peer.Stock,
		dead: make(chan struct{}), done: make(chan struct{}), ready: make(chan struct{}),
		inbox: make(chan any, inboxSize), serving: make(chan struct{}, serveAtOnce),
		recheck: make(chan struct{}, 1), kick: make(chan struct{}, 1), flush: make(chan struct{}, 1),
		fetchKick: make(chan struct{}, 1), progress: make(chan struct{}, 1),
		folders: map[string]*folder{}, fetchDirty: map[string]bool{}, leftover: leftovers{}, since: n.opt.Now(),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.linger.Store(int64(lingerWait))
	s.in = &inbound{tls: conn, guard: newGuard(conn, s.onReason), onHello: s.onHello, done: make(chan struct{})}
	out := &outbound{tls: conn, hello: n.helloBytes()}
	s.conn = protocol.NewConnection(protocol.DeviceID(peer.Device), s.in, out, closer{s}, model{s},
		connInfo{s}, protocol.CompressionMetadata, n.keys)
	return s
}

// launch is called once, under the Node's lock.
func (s *session) launch() {
	s.young.Store(true)
	s.aging = time.AfterFunc(youth, func() { s.young.Store(false) })
	s.hurry = time.AfterFunc(s.n.opt.Handshake, func() {
		s.setErr(CodeTimeout, errSilent)
		_ = s.w.Close()
	})
	s.conn.Start()
	go s.run()
}

// run lives as long as the session and ends it completely.
func (s *session) run() {
	defer s.n.wg.Done()
	s.n.opt.OnChange(s.peer.Device)
	var work sync.WaitGroup
	var rest leftovers
	work.Go(s.announcer)
	work.Go(s.storer)
	work.Go(func() { rest = s.fetch() })
	<-s.dead
	s.cancel()
	s.hurry.Stop()
	s.aging.Stop()
	work.Wait()
	_ = s.w.Close()
	s.n.release(s, rest)
	if err := s.failure(); err.Code == CodeProtocol {
		s.n.fault(s, "", "", err)
	}
	close(s.done)
	s.n.opt.OnChange(s.peer.Device)
}

// stop ends the session in good order as far as the link allows: what was being
// sent is finished, the reason is sent, the peer's end is awaited for a moment.
func (s *session) stop(code Code, reason string, cause error) {
	s.setErr(code, cause)
	if reason == reasonReplaced {
		s.linger.Store(int64(replaceWait))
	}
	time.AfterFunc(closeWait, func() { _ = s.w.Close() })
	s.conn.Close(errors.New(reason))
}

// setErr keeps the first reason for the end; what follows from it is no news.
func (s *session) setErr(code Code, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = &Error{Code: code, Addr: s.addr, Peer: s.peer.Device, Cause: cause}
	}
}

// failure tells why the session ended; valid after dead.
func (s *session) failure() *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// local ends the session because our own vault failed. What was not stored must
// not be passed over, so there is no going on.
func (s *session) local(err error) { s.stop(CodeLocal, reasonFailed, err) }

func (s *session) onHello(h protocol.Hello) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stock = s.stock || h.ClientName != clientName
	if s.peer.Name == "" {
		s.peer.Name = h.DeviceName[:min(len(h.DeviceName), 128)]
	}
}

func (s *session) onReason(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason = reason
}

// changed is told of a change of our index of a folder.
func (s *session) changed(name string) {
	s.mu.Lock()
	f := s.folders[name]
	if f != nil {
		f.dirty = true
	}
	s.mu.Unlock()
	if f != nil {
		poke(s.kick)
	}
	poke(s.recheck) // the change may be one of powers
}

// device, name and stock as known by now.
func (s *session) who() (oplog.DeviceID, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peer.Device, s.peer.Name
}

func (s *session) isStock() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stock
}

// poke signals without waiting; one signal pending is enough.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// closer is what the library closes. It says goodbye first and waits for the
// peer's: a socket closed with unread bytes takes back what was sent last.
type closer struct{ s *session }

func (c closer) Close() error {
	limit := time.NewTimer(time.Duration(c.s.linger.Load()))
	defer limit.Stop()
	kill := time.AfterFunc(time.Duration(c.s.linger.Load()), func() { _ = c.s.w.Close() })
	defer kill.Stop()
	select {
	case <-c.s.in.done: // reading has failed already
	default:
		if c.s.tls.CloseWrite() == nil {
			select {
			case <-c.s.in.done:
			case <-limit.C: // the reader may wait for a dispatcher that is gone
			}
		}
	}
	return c.s.w.Close()
}
