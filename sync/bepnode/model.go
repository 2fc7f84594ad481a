package bepnode

import (
	"net"
	"path/filepath"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

// model is what the library calls. All but Request run in its dispatcher, where
// waiting would stop all reading, so they only queue.
type model struct{ s *session }

// indexBatch is an Index (full) or IndexUpdate message.
type indexBatch struct {
	folder     string
	full       bool
	prev, last int64
	files      []protocol.FileInfo
}

func (m model) ClusterConfig(_ protocol.Connection, cc *protocol.ClusterConfig) error {
	return m.queue(cc)
}

func (m model) Index(_ protocol.Connection, x *protocol.Index) error {
	return m.queue(&indexBatch{folder: x.Folder, full: true, last: x.LastSequence, files: x.Files})
}

func (m model) IndexUpdate(_ protocol.Connection, x *protocol.IndexUpdate) error {
	return m.queue(&indexBatch{folder: x.Folder, prev: x.PrevSequence, last: x.LastSequence, files: x.Files})
}

func (m model) DownloadProgress(_ protocol.Connection, p *protocol.DownloadProgress) error {
	return m.queue(p)
}

// queue waits when the storer is behind: the peer is slowed down instead of our
// memory filling up. The storer needs nothing of the network, so it always moves.
func (m model) queue(msg any) error {
	m.s.inbox <- msg
	return nil
}

// Closed is called once, after the last of the calls above.
func (m model) Closed(_ protocol.Connection, err error) {
	s := m.s
	s.mu.Lock()
	reason := s.reason
	s.mu.Unlock()
	select {
	case <-s.in.done:
		if reason == "" {
			err = s.in.err // closer to the cause than what followed from it
		}
	default:
	}
	if reason != "" {
		s.setErr(codeOfReason(reason), err)
	}
	code := classify(err)
	if code == CodeUnreachable && !isCut(err) {
		code = CodeProtocol // the library's own checks
	}
	s.setErr(code, err)
	close(s.dead)
}

// Request serves a byte range. It runs in a goroutine of its own per request,
// without a limit by the library.
func (m model) Request(_ protocol.Connection, r *protocol.Request) (protocol.RequestResponse, error) {
	s := m.s
	defer s.asked.Add(-1)
	if s.asked.Add(1) > askLimit {
		go s.stop(CodeProtocol, reasonFailed, badFrame("more than %d requests at a time", askLimit))
		return nil, protocol.ErrGeneric
	}
	select {
	case s.serving <- struct{}{}:
	case <-s.ctx.Done():
		return nil, protocol.ErrGeneric
	}
	release := func() { <-s.serving }
	name := filepath.ToSlash(r.Name)
	if !s.shares(r.Folder) || r.Offset < 0 || r.Size <= 0 || r.Size > segment.MaxFile || !validName(name) {
		release()
		return nil, protocol.ErrNoSuchFile
	}
	data, err := s.n.opt.Vault.Read(s.peer.Device, r.Folder, name, r.Offset, r.Size)
	if err != nil || len(data) != r.Size {
		release()
		return nil, protocol.ErrNoSuchFile
	}
	if s.tally != nil {
		s.tally.served(s.n.opt.Vault, r.Folder, name, r.Hash, r.Offset, int64(r.Size))
	}
	return response{data, release}, nil
}

func (s *session) shares(folder string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders[folder] != nil
}

// response keeps its place among serveAtOnce until it was written.
type response struct {
	data    []byte
	release func()
}

func (r response) Data() []byte { return r.data }
func (r response) Close()       { r.release() }
func (r response) Wait()        {}

// connInfo describes a connection to the library, which only passes it on.
type connInfo struct{ s *session }

func (c connInfo) Type() string             { return "tcp" }
func (c connInfo) Transport() string        { return "tcp" }
func (c connInfo) IsLocal() bool            { return false }
func (c connInfo) RemoteAddr() net.Addr     { return c.s.w.RemoteAddr() }
func (c connInfo) Priority() int            { return 0 }
func (c connInfo) String() string           { return c.s.peer.Device.Short() }
func (c connInfo) Crypto() string           { return "TLS1.3" }
func (c connInfo) EstablishedAt() time.Time { return c.s.since }
func (c connInfo) ConnectionID() string     { return c.s.peer.Device.Short() }
