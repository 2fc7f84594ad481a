// Package thinline is a bad line inside one process, for tests: a rate, a delay,
// loss and cuts, from one seed. Loss shows as TCP shows it: nothing is missing, but
// a lost packet comes a retransmission later and holds up all behind it. The
// narrowing of TCP's window after a loss is not imitated.
package thinline

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Line describes a line. Fields are set before Forward and not changed after.
type Line struct {
	Rate  int           // bytes a second in each direction
	Delay time.Duration // one way
	Loss  float64       // of packets, 0 to 1
	Seed  uint64
	Now   func() time.Time

	mu    sync.Mutex
	conns map[net.Conn]bool
	left  int64 // bytes until the next cut; 0 never
	total int64
	down  bool
}

const (
	packetSize = 1400 // bytes of payload
	overhead   = 52   // IP and TCP headers with timestamps
	// minRTO is the least time after which TCP repeats a packet that nothing behind
	// it told of (RFC 6298 says 1 s, systems use 200 ms).
	minRTO = 200 * time.Millisecond
)

// Forward listens on loopback and carries every connection to addr over the line.
// It gives the address to dial. close ends it and all connections.
func (l *Line) Forward(addr string) (at string, closeLine func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for n := uint64(0); ; n++ {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			go l.carry(in, addr, n)
		}
	}()
	return ln.Addr().String(), func() { _ = ln.Close(); l.Cut() }, nil
}

// Cut breaks all connections of the moment.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		_ = c.Close()
	}
	clear(l.conns)
}

// Down breaks all connections and refuses new ones until it is called with false: the
// line is away for a while, as when a cable is out.
func (l *Line) Down(down bool) {
	l.mu.Lock()
	l.down = down
	l.mu.Unlock()
	if down {
		l.Cut()
	}
}

// CutAfter breaks all connections when n more bytes went over the line, in either
// direction; 0 never.
func (l *Line) CutAfter(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = n
}

// Bytes counts what went over the line, both ways.
func (l *Line) Bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

func (l *Line) carry(in net.Conn, addr string, n uint64) {
	out, err := net.Dial("tcp", addr)
	if err != nil {
		_ = in.Close()
		return
	}
	l.mu.Lock()
	if l.down {
		l.mu.Unlock()
		_, _ = in.Close(), out.Close()
		return
	}
	if l.conns == nil {
		l.conns = map[net.Conn]bool{}
	}
	l.conns[in], l.conns[out] = true, true
	l.mu.Unlock()
	// The loopback made TCP's handshake at once; the line would have taken a round trip.
	up := &lane{l: l, rng: rand.New(rand.NewPCG(l.Seed, 2*n)), first: 2 * l.Delay}
	down := &lane{l: l, rng: rand.New(rand.NewPCG(l.Seed, 2*n+1))}
	go up.run(out, in)
	go down.run(in, out)
}

// lane is one direction of one connection.
type lane struct {
	l     *Line
	rng   *rand.Rand
	first time.Duration
}

type packet struct {
	b   []byte
	due time.Time
}

// run reads no further ahead than the queue of a modem holds.
func (a *lane) run(dst, src net.Conn) {
	queue := make(chan packet, 256)
	go func() {
		for p := range queue {
			time.Sleep(p.due.Sub(a.l.Now()))
			if !a.l.pass(len(p.b)) {
				break
			}
			_, _ = dst.Write(p.b)
		}
		_ = dst.Close()
		for range queue { // let the reader end
		}
	}()
	defer close(queue)
	free := a.l.Now().Add(a.first)
	var last time.Time
	for {
		buf := make([]byte, packetSize)
		n, err := src.Read(buf)
		if n > 0 {
			if now := a.l.Now(); free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(n+overhead) * time.Second / time.Duration(a.l.Rate))
			due := free.Add(a.l.Delay + a.repeats())
			if due.Before(last) {
				due = last // in order, as TCP hands it over
			}
			last = due
			queue <- packet{buf[:n], due}
		}
		if err != nil {
			return
		}
	}
}

// repeats is how much later a packet comes for having been lost: a round trip until
// the sender learns of it, or its timeout, each time.
func (a *lane) repeats() (late time.Duration) {
	for wait := max(2*a.l.Delay, minRTO); a.rng.Float64() < a.l.Loss; wait *= 2 {
		late += wait
	}
	return late
}

// pass counts bytes and makes the cut that is due.
func (l *Line) pass(n int) bool {
	l.mu.Lock()
	l.total += int64(n)
	cut := false
	if l.left > 0 {
		if l.left -= int64(n); l.left <= 0 {
			l.left, cut = 0, true
		}
	}
	l.mu.Unlock()
	if cut {
		l.Cut()
	}
	return !cut
}
