package recording

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Port is a byte stream to a reader, the same as cardreader.Port.
type Port interface {
	Read(ctx context.Context, p []byte) (int, error)
	Write(ctx context.Context, p []byte) error
	Close() error
}

// Recorder listens to any number of connections, one after the other. What it
// holds is personal until Session has scrubbed it, and never leaves it before.
type Recorder struct {
	mu     sync.Mutex
	now    func() time.Time
	start  time.Time
	events []Event
}

// NewRecorder makes a recorder that takes times from now.
func NewRecorder(now func() time.Time) *Recorder { return &Recorder{now: now} }

// Listen notes that a connection was made and returns it with ears.
func (r *Recorder) Listen(p Port, baud int) Port {
	r.note(Event{Kind: Open, Baud: baud})
	return &heard{Port: p, r: r}
}

func (r *Recorder) note(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.now()
	if len(r.events) == 0 {
		r.start = t
	}
	// A clock that is set back must not make a recording that cannot be read.
	e.At = max(t.Sub(r.start), 0)
	if n := len(r.events); n > 0 {
		e.At = max(e.At, r.events[n-1].At)
	}
	r.events = append(r.events, e)
}

// Session returns what was recorded since the last call, scrubbed, and wipes the
// original.
func (r *Recorder) Session() *Session {
	r.mu.Lock()
	events := r.events
	r.events = nil
	r.mu.Unlock()
	scrub(events)
	return &Session{Events: events}
}

type heard struct {
	Port
	r      *Recorder
	closed bool
}

func (h *heard) Read(ctx context.Context, p []byte) (int, error) {
	n, err := h.Port.Read(ctx, p)
	if n > 0 {
		h.r.note(Event{Kind: Recv, Bytes: bytes.Clone(p[:n])})
	}
	if err != nil && ctx.Err() == nil {
		h.r.note(Event{Kind: Lost})
	}
	return n, err
}

func (h *heard) Write(ctx context.Context, p []byte) error {
	err := h.Port.Write(ctx, p)
	switch {
	case err == nil:
		h.r.note(Event{Kind: Send, Bytes: bytes.Clone(p)})
	case ctx.Err() == nil:
		h.r.note(Event{Kind: Lost})
	}
	return err
}

func (h *heard) Close() error {
	if !h.closed {
		h.closed = true
		h.r.note(Event{Kind: Close})
	}
	return h.Port.Close()
}
