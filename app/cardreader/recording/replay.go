package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Player plays a recording as if it were the reader: what is sent to it is looked
// up, and answered as it was answered then, after the same time and in the same
// pieces. Requests need not come exactly as recorded: some may be left out, and
// a status, id or find request may be repeated (it gets the same answer again).
// A request that the rest of the recording does not hold is not answered.
type Player struct {
	mu     sync.Mutex
	events []Event
	next   int            // event to play
	last   map[string]int // request -> where it was last played
}

// NewPlayer makes a player that stands at the beginning.
func NewPlayer(s *Session) *Player {
	return &Player{events: s.Events, last: map[string]int{}}
}

// Dial makes a connection to the recorded reader. The recording goes on where
// the last connection left it.
func (p *Player) Dial(context.Context, int) (Port, error) {
	if len(p.events) == 0 {
		return nil, errors.New("recording: empty")
	}
	return &playback{player: p, wake: make(chan struct{}, 1)}, nil
}

// find returns the index of the Send event that a request plays, or -1.
func (p *Player) find(request []byte) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := -1
	for i := p.next; i < len(p.events); i++ {
		if p.events[i].Kind == Send {
			if bytes.Equal(p.events[i].Bytes, request) {
				at = i
			}
			break
		}
	}
	old, known := p.last[string(request)]
	if at < 0 && known && repeatable(request) {
		return old
	}
	for i := p.next; at < 0 && i < len(p.events); i++ {
		if p.events[i].Kind == Send && bytes.Equal(p.events[i].Bytes, request) {
			at = i
		}
	}
	if at >= 0 {
		p.next, p.last[string(request)] = at+1, at
	}
	return at
}

// repeatable: requests that a program sends as often as it likes.
func repeatable(request []byte) bool {
	return len(request) == 10 && (request[7] == 0x11 || request[7] == 0x12 || request[7] == 0x20 && request[8] == 1)
}

// playback is one connection. Its queue holds what is still to come after the
// last request.
type playback struct {
	player *Player
	mu     sync.Mutex
	queue  []Event
	from   time.Duration    // recorded time that the gate counts from
	gate   <-chan time.Time // opens when the first of the queue is due
	wake   chan struct{}
	closed bool
}

func (b *playback) Write(ctx context.Context, request []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at := b.player.find(request)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return io.ErrClosedPipe
	}
	if at < 0 {
		return nil
	}
	events := b.player.events
	if len(b.queue) == 0 {
		b.from, b.gate = events[at].At, nil
	}
	for _, e := range events[at+1:] {
		if e.Kind != Recv && e.Kind != Lost {
			break
		}
		b.queue = append(b.queue, e)
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return nil
}

func (b *playback) Read(ctx context.Context, p []byte) (int, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		due, closed := b.due()
		if closed {
			return 0, io.ErrClosedPipe
		}
		select {
		case <-due:
			return b.play(p)
		case <-b.wake:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// due returns when the first of the queue may be played; nil is never.
func (b *playback) due() (<-chan time.Time, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 && b.gate == nil {
		b.gate = time.After(max(b.queue[0].At-b.from, 0))
	}
	return b.gate, b.closed
}

func (b *playback) play(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gate = nil
	if len(b.queue) == 0 {
		return 0, io.EOF
	}
	e := &b.queue[0]
	if e.Kind == Lost {
		return 0, io.EOF
	}
	n := copy(p, e.Bytes)
	b.from = e.At
	if e.Bytes = e.Bytes[n:]; len(e.Bytes) == 0 {
		b.queue = b.queue[1:]
	}
	return n, nil
}

func (b *playback) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return nil
}
