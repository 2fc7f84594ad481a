package bepnode

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/syncthing/syncthing/lib/protocol"
)

// helloBytes makes our hello. The library can only exchange hellos, which costs a
// round trip before anything else may be said; so its writing half is used alone.
func (n *Node) helloBytes() []byte {
	stamp := n.opt.Now().UnixNano()
	if stamp == 0 {
		stamp = 1 // the library panics on 0
	}
	var buf bytes.Buffer
	_, _ = protocol.ExchangeHello(struct {
		io.Reader
		io.Writer
	}{strings.NewReader(""), &buf}, protocol.Hello{
		DeviceName:     strings.ToValidUTF8(n.opt.Name, "?"),
		ClientName:     clientName,
		ClientVersion:  strings.ToValidUTF8(n.opt.Version, "?"),
		NumConnections: 1,
		Timestamp:      stamp,
	})
	return buf.Bytes()
}

func readHello(r io.Reader) (protocol.Hello, error) {
	return protocol.ExchangeHello(struct {
		io.Reader
		io.Writer
	}{r, io.Discard}, protocol.Hello{Timestamp: 1})
}

// outbound puts our hello in front of the library's first message, so that both
// leave in one packet.
type outbound struct {
	tls   *tls.Conn
	hello []byte
}

func (o *outbound) Write(p []byte) (int, error) {
	if o.hello == nil {
		return o.tls.Write(p)
	}
	first := append(o.hello, p...)
	o.hello = nil
	if _, err := o.tls.Write(first); err != nil {
		return 0, err
	}
	return len(p), nil
}

// inbound reads the peer's hello and then what the guard lets pass.
type inbound struct {
	tls     *tls.Conn
	guard   *guard
	greeted bool
	onHello func(protocol.Hello)
	done    chan struct{} // closed at the first error
	err     error         // valid after done
	once    sync.Once
}

func (in *inbound) Read(p []byte) (int, error) {
	if !in.greeted {
		hello, err := readHello(in.tls)
		if err != nil {
			return 0, in.fail(helloError(err))
		}
		in.greeted = true
		in.onHello(hello)
	}
	n, err := in.guard.Read(p)
	if err != nil {
		return n, in.fail(err)
	}
	return n, nil
}

func (in *inbound) fail(err error) error {
	in.once.Do(func() {
		in.err = err
		close(in.done)
	})
	return err
}

// helloError: a peer that closes in good order before its hello does not want us.
// Whatever else is not a network error was said in another protocol.
func helloError(err error) error {
	if errors.Is(err, io.EOF) {
		return errNoHello
	}
	if classify(err) == CodeUnreachable && !isCut(err) {
		return &protocolError{"hello: " + err.Error()}
	}
	return err
}

// isCut tells an error of the link from one of the protocol.
func isCut(err error) bool {
	var link *linkError
	return errors.As(err, &link) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe)
}
