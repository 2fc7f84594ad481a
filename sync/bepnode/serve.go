package bepnode

import (
	"context"
	"errors"
	"net"
	"time"

	"onedoor/sync/oplog"
)

// Serve accepts connections until ctx ends or the Node is closed, and returns nil
// then. Accepted connections live on until Close. Serve closes ln.
func (n *Node) Serve(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	stopNode := context.AfterFunc(n.ctx, func() { _ = ln.Close() })
	defer stopNode()
	for pause := 5 * time.Millisecond; ; {
		c, err := ln.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			n.accept(c)
			continue
		}
		if ctx.Err() != nil || n.ctx.Err() != nil || n.isClosing() {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		// Out of file descriptors, for instance: it passes.
		sleep(ctx, pause)
		pause = min(2*pause, time.Second)
	}
}

// accept handles one incoming connection; too many strangers at a time are sent away.
func (n *Node) accept(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(keepAlive)
	}
	select {
	case n.slots <- struct{}{}:
	default:
		_ = c.Close()
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closing {
		_ = c.Close()
		<-n.slots
		return
	}
	n.wg.Add(1)
	go func() {
		defer n.wg.Done()
		defer func() { <-n.slots }()
		_, _ = n.establish(n.ctx, c, false, addrOf(c), nil)
	}()
}

// errEnrolled ends a connection that was no peer's. Nobody sees it.
var errEnrolled = errors.New("an enrolment")

func addrOf(c net.Conn) string {
	if a := c.RemoteAddr(); a != nil {
		return a.String()
	}
	return ""
}

// establish takes a raw connection through handshake and allow-list to a session.
func (n *Node) establish(ctx context.Context, c net.Conn, dialed bool, addr string, t *tally) (*session, error) {
	w, err := n.track(c)
	if err != nil {
		return nil, err
	}
	defer n.untrack(w)
	conn, peer, err := n.handshake(ctx, w, dialed)
	if err != nil {
		return nil, at(err, addr)
	}
	if !dialed && conn.ConnectionState().NegotiatedProtocol == EnrollALPN { // only where Enroll is set
		n.opt.Enroll(ctx, conn)
		_ = conn.Close()
		return nil, errEnrolled
	}
	s := n.newSession(conn, w, peer, dialed, addr)
	s.tally = t
	if _, err := s.loadFolders(); err != nil {
		s.cancel()
		_ = w.Close()
		return nil, &Error{Code: CodeUntrusted, Addr: addr, Peer: peer.Device, Cause: err}
	}
	if err := n.admit(s); err != nil {
		s.cancel()
		_ = w.Close()
		return nil, at(err, addr)
	}
	return s, nil
}

// at adds the address to an Error that has none.
func at(err error, addr string) error {
	var e *Error
	if errors.As(err, &e) && e.Addr == "" {
		e.Addr = addr
	}
	return err
}

// open dials and waits until the peer has introduced itself.
func (n *Node) open(ctx context.Context, addr string, t *tally) (*session, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)()
	limit, end := context.WithTimeout(ctx, n.opt.Handshake)
	c, err := n.opt.Dial(limit, addr)
	end()
	if err != nil {
		return nil, &Error{Code: dialCode(ctx), Addr: addr, Cause: err}
	}
	s, err := n.establish(ctx, c, true, addr, t)
	if err != nil {
		return nil, err
	}
	select {
	case <-s.ready:
		return s, nil
	case <-s.done:
		return nil, s.failure()
	case <-ctx.Done():
		go s.stop(CodeClosed, reasonDone, ctx.Err())
		<-s.done
		return nil, &Error{Code: classify(ctx.Err()), Addr: addr, Peer: s.peer.Device, Cause: ctx.Err()}
	}
}

// dialCode: whatever keeps a connection from being made means that the address
// cannot be reached, unless the caller's own time ran out.
func dialCode(ctx context.Context) Code {
	if ctx.Err() != nil {
		return classify(ctx.Err())
	}
	return CodeUnreachable
}

// Dial connects to addr ("tcp://host:port") and returns when the peer has accepted
// us and introduced itself; the connection then lives until Close. The error is an
// *Error. A connection to the same device is replaced.
func (n *Node) Dial(ctx context.Context, addr string) (PeerInfo, error) {
	s, err := n.open(ctx, addr, nil)
	if err != nil {
		return PeerInfo{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peer, nil
}

// Disconnect ends the connection to a device, if there is one, because it may no
// longer be a peer. The Vault's refusal at the next change would do it as well.
func (n *Node) Disconnect(peer oplog.DeviceID) {
	n.mu.Lock()
	s := n.peers[peer]
	n.mu.Unlock()
	if s != nil {
		s.stop(CodeUntrusted, reasonRefused, nil)
		<-s.done
	}
}

func (n *Node) isClosing() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closing
}

// sleep waits, but not beyond ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
