package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"onedoor/app/cardreader/sdt"
)

// Options of a simulated reader.
type Options struct {
	Cards  []Card // the first lies on the reader; none: it is empty
	Faults string // see ParseFaults
	Seed   uint64 // of everything random

	// A card that was read is lifted AutoLift after the last answer (0: 150 ms),
	// and the next card is placed after the same time again, so that programs can
	// read one after the other. ManualLift leaves this to Lift and Place.
	AutoLift   time.Duration
	ManualLift bool
}

// Simulator is a running reader.
type Simulator struct {
	m      *module
	life   context.Context
	end    context.CancelFunc
	group  sync.WaitGroup
	mu     sync.Mutex
	url    string
	closer io.Closer // listener; nil for a pseudo-terminal
}

// New makes a simulated reader that serves no connection yet; see Serve.
func New(o Options) (*Simulator, error) {
	faults, err := ParseFaults(o.Faults)
	if err != nil {
		return nil, err
	}
	m := &module{baud: sdt.Bauds[0], faults: faults, rng: rand.New(rand.NewPCG(o.Seed, 0x5D7)), autoLift: o.AutoLift}
	switch {
	case o.ManualLift:
		m.autoLift = 0
	case o.AutoLift == 0:
		m.autoLift = 150 * time.Millisecond
	}
	for i, c := range o.Cards {
		ch, err := c.encode()
		if err != nil {
			return nil, fmt.Errorf("simulator: card %d (%s): %w", i+1, c.ID, err)
		}
		m.deck = append(m.deck, ch)
	}
	if len(m.deck) > 0 {
		m.chip = m.deck[0]
	}
	s := &Simulator{m: m}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// Listen makes a simulated reader and serves it until Close, at
// tcp://host:port (port 0: any free one; any number of connections, also after
// each other), or at a new pseudo-terminal: pty, or pty:///path/of/a/link that
// is kept pointing to it (Linux).
func Listen(address string, o Options) (*Simulator, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	scheme, rest, _ := strings.Cut(address, "://")
	switch scheme {
	case "tcp":
		err = s.listenTCP(rest)
	case "pty":
		err = s.listenPTY(rest)
	default:
		err = fmt.Errorf("simulator: listen on tcp://host:port or pty, not %q", address)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// URL is the address for cardreader.Open. A pseudo-terminal has a new one after
// it was unplugged, unless there is a link.
func (s *Simulator) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

func (s *Simulator) setURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = url
}

// Lift takes the card off the reader.
func (s *Simulator) Lift() {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.lift()
}

// Place puts a card on the reader, in place of any other; the automatic lift
// then goes on with this card alone.
func (s *Simulator) Place(c Card) error {
	ch, err := c.encode()
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.deck = []*chip{ch}
	s.m.place(ch)
	return nil
}

// SetFaults replaces the faults that are still to come.
func (s *Simulator) SetFaults(text string) error {
	faults, err := ParseFaults(text)
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.faults = faults
	return nil
}

// Serve speaks to one connection until it ends, and closes it.
func (s *Simulator) Serve(conn io.ReadWriteCloser) error {
	return (&stream{m: s.m, conn: conn}).serve(s.life)
}

// Close ends all connections and waits until nothing is left running.
func (s *Simulator) Close() error {
	s.end()
	s.m.close()
	if s.closer != nil {
		s.closer.Close()
	}
	s.group.Wait()
	return nil
}

func (s *Simulator) listenTCP(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s.closer = l
	s.setURL("sdt+tcp://" + l.Addr().String())
	s.group.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				sleep(s.life, 50*time.Millisecond) // out of handles: try again
				continue
			}
			s.group.Go(func() { s.Serve(conn) })
		}
	})
	return nil
}
