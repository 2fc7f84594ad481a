package bepnode

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/oplog"
)

func newCert(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "syncthing"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// device is one node with its vault and allow-list, for tests.
type device struct {
	*Node
	vault  *memVault
	trust  *sync.Map // oplog.DeviceID
	mu     sync.Mutex
	faults []Fault
	addr   string
}

type tweak func(*Options)

func newDevice(t testing.TB, name string, v *memVault, tweaks ...tweak) *device {
	t.Helper()
	d := &device{vault: v, trust: &sync.Map{}}
	opt := Options{
		Certificate: newCert(t), Name: name, Version: "test", Vault: v, Now: time.Now,
		Verify: func(leaf *x509.Certificate) (PeerInfo, error) {
			if _, ok := d.trust.Load(deviceOf(leaf.Raw)); !ok {
				return PeerInfo{}, errors.New("unknown device")
			}
			return PeerInfo{}, nil
		},
		OnFault: func(f Fault) {
			d.mu.Lock()
			d.faults = append(d.faults, f)
			d.mu.Unlock()
		},
		Handshake: 5 * time.Second, Coalesce: 20 * time.Millisecond, Retry: 10 * time.Millisecond,
		BackoffMin: 5 * time.Millisecond, Stall: 4 * time.Second,
	}
	for _, f := range tweaks {
		f(&opt)
	}
	n, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	d.Node = n
	t.Cleanup(func() { _ = n.Close() })
	return d
}

// listen serves on loopback TCP.
func (d *device) listen(t testing.TB) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = "tcp://" + ln.Addr().String()
	go func() { _ = d.Serve(context.Background(), ln) }()
}

func befriend(a, b *device) {
	a.trust.Store(b.Device(), true)
	b.trust.Store(a.Device(), true)
}

func (d *device) faultCount() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.faults)
}

// pair is a village that dials and a hub that listens, sharing realm and s.
func pair(t testing.TB, tweaks ...tweak) (village, hub *device) {
	t.Helper()
	hub = newDevice(t, "hub", newVault("realm", "s"), tweaks...)
	village = newDevice(t, "village", newVault("realm", "s"), tweaks...)
	befriend(village, hub)
	hub.listen(t)
	return village, hub
}

func mustRound(t testing.TB, d *device, addr string) Report {
	t.Helper()
	r, err := d.Round(context.Background(), addr, time.Minute)
	if err != nil || !r.Converged {
		t.Fatalf("round: %+v, %v", r, err)
	}
	return r
}

func sameVaults(t testing.TB, a, b *memVault, folders ...string) {
	t.Helper()
	for _, f := range folders {
		if x, y := a.dump(f), b.dump(f); x != y {
			t.Fatalf("%s differs:\n%s\n%s", f, x, y)
		}
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(limit) {
			buf := make([]byte, 1<<20)
			t.Fatalf("never: %s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// noLeak fails when goroutines of this package or the library are left at the end.
func noLeak(t *testing.T) {
	t.Cleanup(func() {
		eventually(t, "all goroutines of nodes ended", func() bool {
			buf := make([]byte, 1<<20)
			stacks := string(buf[:runtime.Stack(buf, true)])
			return strings.Count(stacks, "lib/protocol.(*rawConnection)") == 0 &&
				strings.Count(stacks, "bepnode.(*session)") == 0 && strings.Count(stacks, "bepnode.(*Node)") == 0
		})
	})
}

func payload(seed uint64, n int) []byte {
	r := mrand.New(mrand.NewPCG(seed, 7))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32()) | 0x10 // never a line feed
		if i%50 == 49 {
			b[i] = '\n'
		}
	}
	return b
}

// cutConn breaks after a number of bytes in either direction.
type cutConn struct {
	net.Conn
	left *atomic.Int64
}

func (c cutConn) take(n int) bool {
	if c.left.Add(-int64(n)) < 0 {
		_ = c.Conn.Close()
		return false
	}
	return true
}

func (c cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.take(n) {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c cutConn) Write(p []byte) (int, error) {
	if !c.take(len(p)) {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}

// cutAfter makes a dialer whose connections break after next() bytes.
func cutAfter(next func() int64) tweak {
	return func(o *Options) {
		o.Dial = func(ctx context.Context, addr string) (net.Conn, error) {
			c, err := dialTCP(ctx, addr)
			if err != nil {
				return nil, err
			}
			left := &atomic.Int64{}
			left.Store(next())
			return cutConn{c, left}, nil
		}
	}
}

// pipeListener hands out net.Pipe ends: no network at all.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipe() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (p *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipeListener) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipeListener) dial(ctx context.Context, _ string) (net.Conn, error) {
	a, b := net.Pipe()
	select {
	case p.conns <- b:
		return a, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func hasPeer(n *Node, d oplog.DeviceID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.peers[d] != nil
}
