package cardreader

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"go.bug.st/serial"

	"onedoor/app/cardreader/internal/usb"
)

// Port is a byte stream to a reader. One goroutine uses it at a time.
type Port interface {
	// Read waits for at least one byte. When ctx ends first it returns
	// ctx.Err(); any other error means that the port is gone.
	Read(ctx context.Context, p []byte) (int, error)
	// Write sends all of p, or fails like Read.
	Write(ctx context.Context, p []byte) error
	Close() error
}

// NewConnPort makes a Port of a connection that supports deadlines: TCP, or one
// end of net.Pipe.
func NewConnPort(c net.Conn) Port { return connPort{c} }

type connPort struct{ net.Conn }

func (c connPort) Read(ctx context.Context, p []byte) (n int, err error) {
	err = c.within(ctx, c.SetReadDeadline, func() error {
		n, err = c.Conn.Read(p)
		return err
	})
	return n, err
}

func (c connPort) Write(ctx context.Context, p []byte) error {
	return c.within(ctx, c.SetWriteDeadline, func() error {
		_, err := c.Conn.Write(p)
		return err
	})
}

// within runs a blocking call that ends when ctx ends: a deadline in the past,
// set from outside, interrupts it. It needs no clock.
func (c connPort) within(ctx context.Context, set func(time.Time) error, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := set(time.Time{}); err != nil {
		return err
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		set(time.Unix(1, 0))
		close(interrupted)
	})
	err := call()
	if !stop() {
		<-interrupted // or the old deadline could hit the next call
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ctx.Err()
	}
	return err
}

// serialPort polls in short slices: the serial package can only be interrupted
// by Close, and closing while another goroutine reads may hit a reused handle.
type serialPort struct{ serial.Port }

const serialSlice = 20 * time.Millisecond

func openSerial(device string, baud int) (Port, error) {
	p, err := serial.Open(device, &serial.Mode{
		BaudRate: baud, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit})
	if err != nil {
		return nil, openError(err)
	}
	if err := p.SetReadTimeout(serialSlice); err != nil {
		p.Close()
		return nil, openError(err)
	}
	// Bytes of an earlier program mean nothing to us. Failure does not matter:
	// every session begins by finding its place in the stream.
	p.ResetInputBuffer()
	return serialPort{p}, nil
}

func (s serialPort) Read(ctx context.Context, p []byte) (int, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := s.Port.Read(p)
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (s serialPort) Write(ctx context.Context, p []byte) error {
	for len(p) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.Port.Write(p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

func openTCP(ctx context.Context, address string) (Port, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, openError(err)
	}
	return NewConnPort(conn), nil
}

// openUSB opens a native module. A system without usbfs says that it has none.
func openUSB(socket string) (Port, error) {
	p, err := usb.Open(socket)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil, newError(CodeNotImplemented, 0, nil)
	case err != nil:
		return nil, openError(err)
	}
	return p, nil
}

// openError sorts the reasons why a port does not open by what helps. The cause
// is kept without the path or address, which the caller knows.
func openError(err error) *Error {
	var pe *serial.PortError
	code := CodeNoReader
	switch {
	case errors.As(err, &pe) && pe.Code() == serial.PermissionDenied, errors.Is(err, fs.ErrPermission):
		code = CodeNoPermission
	case errors.As(err, &pe) && pe.Code() == serial.PortBusy, errors.Is(err, syscall.EBUSY):
		code = CodeBusy
	}
	return newError(code, 0, err)
}
