package bepnode

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/oplog"
)

// Node is one device on the network. Make it with New, end it with Close.
type Node struct {
	opt   Options
	self  oplog.DeviceID
	hints *hints
	keys  *protocol.KeyGenerator // wanted by the library; we use no encrypted folders

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	unsub  func()
	slots  chan struct{} // unauthenticated connections

	fetching atomic.Int64 // bytes of unfinished files over all peers

	mu      sync.Mutex
	closing bool
	peers   map[oplog.DeviceID]*session
	wires   map[*wire]struct{} // still in their handshake
	known   map[oplog.DeviceID]*peerRecord
	left    map[oplog.DeviceID]leftovers
	links   map[*link]struct{}
}

// New makes a Node and subscribes it to its Vault. It opens no connection.
func New(opt Options) (*Node, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	n := &Node{
		opt:   opt,
		self:  deviceOf(opt.Certificate.Certificate[0]),
		hints: newHints(opt.Vault),
		keys:  protocol.NewKeyGenerator(),
		slots: make(chan struct{}, opt.MaxHandshake),
		peers: map[oplog.DeviceID]*session{},
		wires: map[*wire]struct{}{},
		known: map[oplog.DeviceID]*peerRecord{},
		left:  map[oplog.DeviceID]leftovers{},
		links: map[*link]struct{}{},
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.unsub = opt.Vault.Subscribe(n.changed)
	return n, nil
}

// Device is the Node's own device ID.
func (n *Node) Device() oplog.DeviceID { return n.self }

// Close ends every connection in good order and returns when nothing of the Node
// runs any more.
func (n *Node) Close() error {
	n.mu.Lock()
	again := n.closing
	n.closing = true
	open := n.sessionsLocked()
	for w := range n.wires {
		_ = w.Close()
	}
	n.mu.Unlock()
	if !again {
		n.unsub()
	}
	for _, s := range open {
		go s.stop(CodeClosed, reasonStopping, errStopping)
	}
	for _, s := range open {
		<-s.done
	}
	n.cancel()
	n.wg.Wait()
	return nil
}

// changed is told by the Vault that our index of a folder changed.
func (n *Node) changed(folder string) {
	n.mu.Lock()
	open := n.sessionsLocked()
	n.mu.Unlock()
	for _, s := range open {
		s.changed(folder)
	}
}

func (n *Node) sessionsLocked() []*session {
	all := make([]*session, 0, len(n.peers))
	for _, s := range n.peers {
		all = append(all, s)
	}
	return all
}

// track registers a connection in its handshake, so that Close can end it.
func (n *Node) track(c net.Conn) (*wire, error) {
	w := newWire(c, n.opt.Silence, n.opt.Now)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closing {
		_ = w.Close()
		return nil, &Error{Code: CodeClosed, Cause: errStopping}
	}
	n.wires[w] = struct{}{}
	return w, nil
}

func (n *Node) untrack(w *wire) {
	n.mu.Lock()
	delete(n.wires, w)
	n.mu.Unlock()
}

// admit makes s the one connection of its device. An older one is ended and
// waited for: its last index entries must be stored before newer ones.
func (n *Node) admit(s *session) error {
	for {
		n.mu.Lock()
		if n.closing {
			n.mu.Unlock()
			return &Error{Code: CodeClosed, Peer: s.peer.Device, Cause: errStopping}
		}
		old := n.peers[s.peer.Device]
		if old == nil {
			n.peers[s.peer.Device] = s
			if left := n.left[s.peer.Device]; left != nil {
				s.leftover = left
				delete(n.left, s.peer.Device)
			}
			n.recordLocked(s)
			n.wg.Add(1)
			s.launch()
			n.mu.Unlock()
			return nil
		}
		n.mu.Unlock()
		if n.keeps(old, s) {
			return &Error{Code: CodeReplaced, Peer: s.peer.Device}
		}
		old.stop(CodeReplaced, reasonReplaced, nil)
		<-old.done
	}
}

// keeps settles two devices that dial each other at the same moment: both keep the
// connection that the device with the lesser ID made. Otherwise the newer wins,
// since a device that dials again knows that its old connection is dead.
func (n *Node) keeps(old, s *session) bool {
	if old.dialed == s.dialed || !old.young.Load() {
		return false
	}
	weAreLess := n.self.String() < s.peer.Device.String()
	return old.dialed == weAreLess
}

// release ends the bookkeeping of a session that has fully stopped.
func (n *Node) release(s *session, rest leftovers) {
	n.mu.Lock()
	if n.peers[s.peer.Device] == s {
		delete(n.peers, s.peer.Device)
	}
	if len(rest) > 0 {
		n.keepLocked(s.peer.Device, rest)
	}
	n.recordEndLocked(s)
	n.mu.Unlock()
}

func (n *Node) fault(s *session, folder, name string, err error) {
	n.opt.OnFault(Fault{Device: s.peer.Device, Folder: folder, Name: name, Err: err})
}

// maxLeftPeers bounds the memory for leftovers: maxHeld bytes each.
const maxLeftPeers = 16

func (n *Node) keepLocked(peer oplog.DeviceID, rest leftovers) {
	for other := range n.left {
		if len(n.left) < maxLeftPeers {
			break
		}
		delete(n.left, other)
	}
	n.left[peer] = rest
}
