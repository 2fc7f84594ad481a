package lan

import (
	"errors"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/ipv4"
)

// Air is where beacons are sent and heard.
type Air interface {
	Send(p []byte) error
	// Receive waits for a datagram. It ends with net.ErrClosed after Close.
	Receive(buf []byte) (n int, from netip.Addr, err error)
	Close() error
}

// group and port of the beacons; the group is of the site-local block (RFC 2365).
var group = &net.UDPAddr{IP: net.IPv4(239, 255, 79, 68), Port: 22827}

// multicast is the Air of this computer's networks.
type multicast struct {
	out    *ipv4.PacketConn
	raw    net.PacketConn
	heard  chan datagram
	done   chan struct{}
	once   sync.Once
	mu     sync.Mutex
	joined map[int]*net.UDPConn // by interface
}

type datagram struct {
	p    []byte
	from netip.Addr
}

// Multicast opens the networks that this computer has now. Interfaces that come
// later are joined with the next Send.
func Multicast() (Air, error) {
	raw, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return nil, err
	}
	m := &multicast{out: ipv4.NewPacketConn(raw), raw: raw, heard: make(chan datagram, 64), done: make(chan struct{}), joined: map[int]*net.UDPConn{}}
	// One hop: an office, not a county. Two programs of one PC hear each other.
	if err := errors.Join(m.out.SetMulticastTTL(1), m.out.SetMulticastLoopback(true)); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	m.join()
	return m, nil
}

// join listens on interfaces that are new and gives all that can multicast.
func (m *multicast) join() (up []net.Interface) {
	all, err := net.Interfaces()
	if err != nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range all {
		if i.Flags&(net.FlagUp|net.FlagMulticast) != net.FlagUp|net.FlagMulticast {
			continue
		}
		up = append(up, i)
		if m.joined[i.Index] != nil {
			continue
		}
		c, err := net.ListenMulticastUDP("udp4", &i, group)
		if err != nil {
			continue // an interface without an IPv4 address, say
		}
		select {
		case <-m.done:
			_ = c.Close()
		default:
			m.joined[i.Index] = c
			go m.listen(i.Index, c)
		}
	}
	return up
}

func (m *multicast) listen(index int, c *net.UDPConn) {
	defer func() {
		m.mu.Lock()
		delete(m.joined, index)
		m.mu.Unlock()
		_ = c.Close()
	}()
	buf := make([]byte, 512)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		select {
		case m.heard <- datagram{append([]byte(nil), buf[:n]...), from.Addr().Unmap()}:
		case <-m.done:
			return
		default: // a flood: what is lost comes again
		}
	}
}

// Send says it on every interface; it fails when it could be said on none.
func (m *multicast) Send(p []byte) (err error) {
	sent := false
	for _, i := range m.join() {
		m.mu.Lock()
		e := m.out.SetMulticastInterface(&i)
		if e == nil {
			_, e = m.out.WriteTo(p, nil, group)
		}
		m.mu.Unlock()
		sent, err = sent || e == nil, errors.Join(err, e)
	}
	if sent {
		return nil
	}
	return err
}

func (m *multicast) Receive(buf []byte) (int, netip.Addr, error) {
	select {
	case <-m.done:
		return 0, netip.Addr{}, net.ErrClosed
	default:
	}
	select {
	case d := <-m.heard:
		return copy(buf, d.p), d.from, nil
	case <-m.done:
		return 0, netip.Addr{}, net.ErrClosed
	}
}

func (m *multicast) Close() error {
	m.once.Do(func() { close(m.done) })
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.joined {
		_ = c.Close()
	}
	return m.raw.Close()
}
