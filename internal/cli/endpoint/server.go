package endpoint

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"onedoor/internal/cli"
	"onedoor/internal/clock"
)

// Handler runs one command for a client and gives its exit code. It is called from
// several goroutines at once; ctx ends when the client goes away or the server stops.
type Handler func(ctx context.Context, env *cli.Env) int

// Server serves the commands of other processes on a home.
type Server struct {
	home     string
	listener net.Listener
	cleanup  func()
	token    []byte
	now      clock.Func
	handle   Handler
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// Serve starts to listen and writes the endpoint file; it returns at once. Only an
// owner can call it, so two daemons cannot write one endpoint file.
func (l *Lease) Serve(now clock.Func, handle Handler) (*Server, error) {
	listener, cleanup, err := listen(l.home)
	if err != nil {
		return nil, err
	}
	s := &Server{home: l.home, listener: listener, cleanup: cleanup, token: newNonce(), now: now, handle: handle}
	at := place{
		Network: listener.Addr().Network(), Address: listener.Addr().String(), Token: s.token, PID: os.Getpid(),
	}
	if err := at.write(l.home); err != nil {
		listener.Close()
		cleanup()
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.running.Go(s.accept)
	return s, nil
}

// Close stops listening, cancels the commands that run and waits for them.
func (s *Server) Close() error {
	os.Remove(filepath.Join(s.home, EndpointName)) // a stale one is recognised anyway
	err := s.listener.Close()
	s.cancel()
	s.running.Wait()
	s.cleanup()
	return err
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors, or a client that left at once
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(100 * time.Millisecond):
				continue
			}
		}
		s.running.Go(func() { s.serve(conn) })
	}
}

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	frames := &frameWriter{w: conn}
	req, err := s.greet(conn, frames)
	if err != nil {
		return // a stranger, or a client that left: nothing to tell
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	r := &remote{frames: frames, input: make(chan []byte, 1), answers: make(chan answer, 1), ctx: ctx}
	s.running.Go(func() {
		r.receive(conn)
		cancel() // the client is gone
	})
	code := s.handle(ctx, r.env(req, s.now))
	frames.write(kindExit, []byte{byte(code)})
}

// greet proves both sides to each other and reads the request.
func (s *Server) greet(conn net.Conn, frames *frameWriter) (request, error) {
	var req request
	if err := conn.SetDeadline(deadline(handshakeTimeout)); err != nil {
		return req, err
	}
	var h hello
	if err := expect(conn, kindHello, &h); err != nil {
		return req, err
	}
	nonce := newNonce()
	if len(h.Nonce) != len(nonce) {
		return req, fmt.Errorf("endpoint: nonce of %d bytes", len(h.Nonce))
	}
	p := proof{Protocol: protocol, Nonce: nonce, MAC: mac(s.token, "server", h.Nonce, nonce)}
	if err := frames.writeJSON(kindProof, p); err != nil {
		return req, err
	}
	if err := expect(conn, kindRequest, &req); err != nil {
		return req, err
	}
	if !hmac.Equal(req.MAC, mac(s.token, "client", h.Nonce, nonce)) {
		frames.write(kindRefused, nil)
		return req, errNotOurs
	}
	return req, conn.SetDeadline(time.Time{})
}
