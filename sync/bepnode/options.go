package bepnode

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// PeerInfo is what the allow-list knows of a peer.
type PeerInfo struct {
	Device oplog.DeviceID // set by the Node: SHA-256 of the certificate
	Name   string         // for people; the peer's own hello is used when empty
	Stock  bool           // a stock Syncthing daemon: it also needs directory entries
}

// Fault is something wrong with what one peer sent. The connection goes on unless
// Err is of CodeProtocol.
type Fault struct {
	Device oplog.DeviceID
	Folder string
	Name   string // file; empty when the fault is not about one
	Err    error
}

// Hinter is optional on a Vault. It keeps, across restarts, up to where a peer was
// last sent our index, so that the next connection sends what is newer without
// waiting for the peer's claim: one round trip less. A wrong hint costs its bytes
// and nothing else. Without it the Node remembers while it runs.
type Hinter interface {
	Hint(peer oplog.DeviceID, folder string) (indexID uint64, seq int64, ok bool)
	SetHint(peer oplog.DeviceID, folder string, indexID uint64, seq int64)
}

// OpCounter is optional on a Vault. OpsIn counts the ops of those batches of our
// file that END in the byte range (from, to], so that adjoining ranges add up.
type OpCounter interface {
	OpsIn(folder, name string, from, to int64) (int, error)
}

// Taker is optional on a Vault. Takes lists folders of ours of which we take the
// given writers' files from this peer, although the peer may have nothing of ours
// there: it may have been made a member since we last heard of the members, and
// what it carries tells so. Folders that are shared with it anyway may be listed.
type Taker interface {
	Takes(peer oplog.DeviceID) (folders []string, writers []oplog.DeviceID, err error)
}

// Opener is optional on a Vault. Opens is asked about a folder that a peer shares
// and we do not: a year, perhaps, in which only the peer has written, because it
// came over from an old year or its clock is wrong. It tells whether Folders names it
// from now on.
type Opener interface {
	Opens(peer oplog.DeviceID, folder string) (bool, error)
}

// Options of a Node. Zero values of the limits mean the defaults given.
type Options struct {
	Certificate tls.Certificate // one ECDSA certificate, the device's identity
	Name        string          // told to peers in the hello
	Version     string          // of the program, told in the hello
	Vault       segment.Vault
	// Verify is the allow-list. It is asked inside the TLS handshake, before any
	// byte of BEP; an error refuses the peer.
	Verify func(leaf *x509.Certificate) (PeerInfo, error)
	Now    func() time.Time // for Status and the hello only; deadlines use timers

	// Enroll, where it is set, takes connections that offer EnrollALPN alone: they show
	// no certificate and never reach the protocol library. It reads and writes under
	// deadlines of its own; the Node closes the connection after it.
	Enroll func(context.Context, *tls.Conn)

	Dial     func(ctx context.Context, addr string) (net.Conn, error) // default: TCP with keepalive
	OnFault  func(Fault)                                              // may be nil; must not block
	OnChange func(oplog.DeviceID)                                     // a peer came or went; must not block

	Silence      time.Duration  // 150 s: no byte from the peer for so long ends the connection (pings come every 45-90 s)
	Handshake    time.Duration  // 30 s: TCP and TLS, and again for hello and first configuration
	Coalesce     time.Duration  // 1 s: least time between announcements while busy
	Retry        time.Duration  // 500 ms: first pause before a failed file is asked for again; doubles to a minute
	BackoffMin   time.Duration  // 1 s: Connect, first pause
	BackoffMax   time.Duration  // 5 min
	Stall        time.Duration  // 20 s: Round gives up when no byte moves for so long
	FetchMemory  int64          // 256 MiB: bytes of unfinished files over all peers
	MaxHandshake int            // 128: unauthenticated connections at a time
	Jitter       func() float64 // in [0,1); default: random
}

const (
	clientName = "onedoor"
	// maxChunk bounds one request, so that an announcement never waits longer
	// than one block behind data.
	maxChunk = 128 << 10
)

func (o *Options) check() error {
	if o.Vault == nil || o.Verify == nil || o.Now == nil {
		return errors.New("bepnode: Vault, Verify and Now are required")
	}
	if len(o.Certificate.Certificate) != 1 {
		return errNotOurs
	}
	setDefault(&o.Silence, 150*time.Second)
	setDefault(&o.Handshake, 30*time.Second)
	setDefault(&o.Coalesce, time.Second)
	setDefault(&o.Retry, 500*time.Millisecond)
	setDefault(&o.BackoffMin, time.Second)
	setDefault(&o.BackoffMax, 5*time.Minute)
	setDefault(&o.Stall, 20*time.Second)
	setDefault(&o.FetchMemory, 256<<20)
	setDefault(&o.MaxHandshake, 128)
	if o.Dial == nil {
		o.Dial = dialTCP
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.OnFault == nil {
		o.OnFault = func(Fault) {}
	}
	if o.OnChange == nil {
		o.OnChange = func(oplog.DeviceID) {}
	}
	return nil
}

func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// keepAlive finds a dead middlebox or peer while a connection is idle, well before
// the silence limit.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 45 * time.Second, Interval: 15 * time.Second, Count: 4}

// dialTCP takes "tcp://host:port" or "host:port".
func dialTCP(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: keepAlive}
	return d.DialContext(ctx, "tcp", strings.TrimPrefix(addr, "tcp://"))
}
