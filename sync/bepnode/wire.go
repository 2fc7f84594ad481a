package bepnode

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// wire is the raw connection under TLS. It counts the bytes on it and closes it
// when nothing arrives, or nothing can be sent, for longer than the silence limit:
// the library's own limit is a constant of five minutes that is checked every two
// and a half. It uses timers, not deadlines, so that a wrong clock does not matter.
type wire struct {
	net.Conn
	in, out atomic.Int64
	last    atomic.Int64 // Unix nanoseconds of the last byte read
	now     func() time.Time
	silence time.Duration
	timer   *time.Timer
	silent  atomic.Bool
	once    sync.Once
}

func newWire(c net.Conn, silence time.Duration, now func() time.Time) *wire {
	w := &wire{Conn: c, now: now, silence: silence}
	w.timer = time.AfterFunc(silence, w.expire)
	return w
}

func (w *wire) expire() {
	w.silent.Store(true)
	_ = w.Close()
}

// Read counts, and puts off the silence limit.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.in.Add(int64(n))
		w.last.Store(w.now().UnixNano())
		w.timer.Reset(w.silence)
	}
	return n, w.why(err)
}

// Write counts. A peer that takes no byte for the silence limit is given up.
func (w *wire) Write(p []byte) (int, error) {
	t := time.AfterFunc(w.silence, w.expire)
	defer t.Stop()
	n, err := w.Conn.Write(p)
	w.out.Add(int64(n))
	return n, w.why(err)
}

// Close ends the connection at once. Several calls are fine.
func (w *wire) Close() (err error) {
	w.once.Do(func() {
		w.timer.Stop()
		err = w.Conn.Close()
	})
	return err
}

// why tells our own time-out from a cut link, and either from what the layers
// above may find wrong. io.EOF stays as it is: those compare with it.
func (w *wire) why(err error) error {
	switch {
	case err == nil, err == io.EOF:
		return err
	case w.silent.Load():
		return errSilent
	}
	return &linkError{err}
}

// linkError is any failure of the connection below TLS.
type linkError struct{ err error }

func (e *linkError) Error() string { return e.err.Error() }
func (e *linkError) Unwrap() error { return e.err }

// linger lets a peer read our last words (a TLS alert) although it has sent bytes
// that nobody will read: closing at once would make the kernel send a reset that
// overtakes them.
func (w *wire) linger(limit time.Duration) {
	t := time.AfterFunc(limit, func() { _ = w.Close() })
	defer t.Stop()
	if half, ok := w.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	buf := make([]byte, 4<<10)
	for total := 0; total < 64<<10; {
		n, err := w.Conn.Read(buf)
		if total += n; err != nil {
			break
		}
	}
	_ = w.Close()
}
