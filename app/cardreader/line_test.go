package cardreader

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"onedoor/app/cardreader/sdt"
	"onedoor/app/cardreader/simulator"
)

// A line is a cable with a buffer at each end, like a UART or a TCP connection,
// whose waits synctest understands: tests on it run in virtual time.
type wire struct {
	mu     sync.Mutex
	buf    []byte
	closed bool
	wake   chan struct{}
}

func (w *wire) put(p []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return io.ErrClosedPipe
	}
	w.buf = append(w.buf, p...)
	w.poke()
	return nil
}

func (w *wire) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *wire) take(ctx context.Context, p []byte) (int, error) {
	for {
		w.mu.Lock()
		n := copy(p, w.buf)
		w.buf = w.buf[n:]
		closed := w.closed
		w.mu.Unlock()
		switch {
		case ctx.Err() != nil && n == 0:
			return 0, ctx.Err()
		case n > 0:
			return n, nil
		case closed:
			return 0, io.EOF
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
		}
	}
}

func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.poke()
}

type hostEnd struct{ in, out *wire }

func (e hostEnd) Read(ctx context.Context, p []byte) (int, error) { return e.in.take(ctx, p) }
func (e hostEnd) Write(ctx context.Context, p []byte) error       { return e.out.put(p) }
func (e hostEnd) Close() error                                    { e.in.close(); e.out.close(); return nil }

type moduleEnd struct{ in, out *wire }

func (e moduleEnd) Read(p []byte) (int, error)  { return e.in.take(context.Background(), p) }
func (e moduleEnd) Write(p []byte) (int, error) { return len(p), e.out.put(p) }
func (e moduleEnd) Close() error                { e.in.close(); e.out.close(); return nil }

func newLine() (hostEnd, moduleEnd) {
	a, b := &wire{wake: make(chan struct{}, 1)}, &wire{wake: make(chan struct{}, 1)}
	return hostEnd{a, b}, moduleEnd{b, a}
}

// bench is a simulator and a Reader on a line to it.
type bench struct {
	t      *testing.T
	sim    *simulator.Simulator
	r      *Reader
	events []EventKind
	onLift func() // what the person at the counter does when asked
	dials  int
}

func newBench(t *testing.T, o simulator.Options) *bench {
	t.Helper()
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, sim: sim}
	b.r = New(func(context.Context, int) (Port, error) {
		b.dials++
		host, module := newLine()
		go sim.Serve(module)
		return host, nil
	}, WithNotify(func(e Event) {
		b.events = append(b.events, e.Kind)
		if e.Kind == EventLift && b.onLift != nil {
			b.onLift()
		}
	}))
	return b
}

func (b *bench) close() {
	b.r.Close()
	b.sim.Close()
}

func (b *bench) read(limit time.Duration) (*Card, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return b.r.ReadCard(ctx)
}

// scripted is a module whose every answer the test chooses; it records what it
// was asked.
type scripted struct {
	asked []sdt.Command
	reply func(n int, c sdt.Command) []byte // n counts requests from 1; nil: silence
}

func (s *scripted) dial(context.Context, int) (Port, error) {
	host, module := newLine()
	go s.serve(module)
	return host, nil
}

func (s *scripted) serve(conn io.ReadWriteCloser) {
	defer conn.Close()
	scan, buf := sdt.NewScanner(sdt.MinRequest), make([]byte, 256)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		scan.Push(buf[:n])
		for payload, err := scan.Next(); payload != nil && err == nil; payload, err = scan.Next() {
			cmd, _, _ := sdt.ParseRequest(payload)
			s.asked = append(s.asked, cmd)
			if frame := s.reply(len(s.asked), cmd); frame != nil {
				conn.Write(frame)
			}
		}
	}
}

// deck returns built-in cards by id.
func deck(t testing.TB, ids string) []simulator.Card {
	t.Helper()
	cards, err := simulator.FindCards(ids)
	if err != nil {
		t.Fatal(err)
	}
	return cards
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if CodeOf(err) != code {
		t.Errorf("error %v (%s), want %s", err, CodeOf(err), code)
	}
	if e := (*Error)(nil); err != nil && !errors.As(err, &e) {
		t.Errorf("%T is not an *Error", err)
	}
}
