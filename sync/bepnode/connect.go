package bepnode

import (
	"context"
	"time"

	"onedoor/sync/oplog"
)

// link is one address that Connect keeps a connection to.
type link struct {
	addr string
	wake chan struct{}

	// Guarded by the Node's lock.
	connected bool
	peer      oplog.DeviceID
	err       error
	pause     time.Duration
}

// Connect keeps a connection to addr until ctx ends or the Node is closed. After a
// failure it waits, longer each time up to BackoffMax, with jitter so that a
// thousand stations do not come back in the same second; LinkUp ends the wait.
func (n *Node) Connect(ctx context.Context, addr string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)()
	l := &link{addr: addr, wake: make(chan struct{}, 1)}
	n.mu.Lock()
	n.links[l] = struct{}{}
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.links, l)
		n.mu.Unlock()
	}()
	pause := n.opt.BackoffMin
	for ctx.Err() == nil {
		err := n.hold(ctx, l)
		if err == nil || CodeOf(err) == CodeReplaced {
			pause = n.opt.BackoffMin
		}
		if ctx.Err() != nil || n.isClosing() {
			break
		}
		wait := time.Duration((0.5 + n.opt.Jitter()/2) * float64(pause))
		n.setLink(l, nil, err, wait)
		n.rest(ctx, l, wait)
		pause = min(2*pause, n.opt.BackoffMax)
	}
	return nil
}

// hold makes one connection and keeps it to its end. nil says that it had worked.
func (n *Node) hold(ctx context.Context, l *link) error {
	for {
		s, err := n.open(ctx, l.addr, nil)
		if err != nil {
			if CodeOf(err) == CodeReplaced {
				n.awaitOther(ctx, err)
			}
			return err
		}
		select {
		case <-l.wake: // told while we were dialling
		default:
		}
		n.setLink(l, s, nil, 0)
		select {
		case <-s.done:
			if f := s.failure(); f.Code == CodeReplaced {
				n.awaitOther(ctx, f)
			}
			return nil
		case <-ctx.Done():
			go s.stop(CodeClosed, reasonStopping, ctx.Err())
			<-s.done
			return nil
		case <-l.wake:
			// The link was away and is back: the old connection may be dead without
			// knowing. A new one replaces it.
		}
	}
}

// awaitOther waits for the end of the connection that replaced ours, so that two
// of them do not replace each other in turns.
func (n *Node) awaitOther(ctx context.Context, err error) {
	e, ok := err.(*Error)
	if !ok {
		return
	}
	n.mu.Lock()
	s := n.peers[e.Peer]
	n.mu.Unlock()
	if s == nil {
		return
	}
	select {
	case <-s.done:
	case <-ctx.Done():
	}
}

// rest waits out the pause, or until LinkUp.
func (n *Node) rest(ctx context.Context, l *link, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.wake:
	case <-ctx.Done():
	}
}

// LinkUp tells that the network is back, or has changed: every Connect tries at
// once, and replaces a connection that it believes to have.
func (n *Node) LinkUp() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.links {
		poke(l.wake)
	}
}

func (n *Node) setLink(l *link, s *session, err error, pause time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.connected, l.err, l.pause = s != nil, err, pause
	if s != nil {
		l.peer = s.peer.Device
	}
}
