package bepnode

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"onedoor/sync/oplog"
)

// Code is the machine-readable kind of an Error. The list is append-only.
type Code string

const (
	CodeUnreachable   Code = "unreachable"    // no connection, or the link was cut
	CodeUntrusted     Code = "untrusted"      // we do not accept the peer's certificate
	CodeRefused       Code = "refused"        // the peer does not accept ours: not enrolled there, or revoked
	CodeTimeout       Code = "timeout"        // the peer or the link went silent, or the time given ran out
	CodeProtocol      Code = "protocol"       // the peer said what the protocol does not allow
	CodeNothingShared Code = "nothing_shared" // accepted, but no folder in common
	CodeReplaced      Code = "replaced"       // a newer connection of the same device took over
	CodeClosed        Code = "closed"         // closed in good order, by either side
	CodeLocal         Code = "local"          // our own vault failed (disk full, database locked)
)

// Error is a failure of a connection. Its text is for a log; a person is told by
// Code. It never holds personal data.
type Error struct {
	Code  Code
	Addr  string         // as dialled or accepted; may be empty
	Peer  oplog.DeviceID // zero when the handshake did not get that far
	Cause error
}

// Error gives code, peer, address and cause.
func (e *Error) Error() string {
	s := "bepnode: " + string(e.Code)
	if !e.Peer.IsZero() {
		s += " " + e.Peer.Short()
	}
	if e.Addr != "" {
		s += " at " + e.Addr
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain; "" for nil, and
// CodeUnreachable for an error of another kind.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeUnreachable
}

var (
	errSilent   = errors.New("no byte within the silence limit")
	errNoHello  = errors.New("closed before its hello")
	errNotOurs  = errors.New("not a device certificate: want exactly one, ECDSA, over bep/1.0")
	errSelf     = errors.New("connected to ourselves")
	errStopping = errors.New("node is closing")
)

// protocolError marks what only a faulty or hostile peer sends.
type protocolError struct{ why string }

func (e *protocolError) Error() string { return e.why }

func badFrame(format string, args ...any) error {
	return &protocolError{fmt.Sprintf(format, args...)}
}

// classify finds the code of a failure of the transport. TLS 1.3 lets a client
// finish before the server has judged its certificate, so a refusal arrives as an
// alert (a "remote error") on the first read; stock daemons close without one.
func classify(err error) Code {
	var typed *Error
	var frame *protocolError
	var op *net.OpError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &typed):
		return typed.Code
	case errors.As(err, &frame), errors.As(err, &record):
		return CodeProtocol
	case errors.As(err, &op) && op.Op == "remote error":
		return CodeRefused
	case errors.Is(err, errNoHello):
		return CodeRefused
	case errors.Is(err, errSilent), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return CodeTimeout
	case errors.Is(err, context.Canceled):
		return CodeClosed
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.As(err, &op):
		return CodeUnreachable
	}
	return CodeUnreachable
}

// Reasons travel in BEP's Close message; the prefix keeps them apart from a stock
// daemon's free text.
const (
	reasonDone     = "onedoor:done"
	reasonRefused  = "onedoor:refused"
	reasonReplaced = "onedoor:replaced"
	reasonStopping = "onedoor:stopping"
	reasonFailed   = "onedoor:failed"
)

// codeOfReason reads what the peer gave as its reason to close.
func codeOfReason(reason string) Code {
	switch reason {
	case reasonRefused:
		return CodeRefused
	case reasonReplaced:
		return CodeReplaced
	}
	return CodeClosed
}
