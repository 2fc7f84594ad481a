package usb

import (
	"bytes"
	"context"
	"errors"
	"time"

	"onedoor/app/cardreader/sdt"
)

// The endpoints of the module.
const (
	outHead = 0x02
	outBody = 0x06
	inHead  = 0x81
	inBody  = 0x85
)

const (
	headLen  = 7
	slice    = 50 * time.Millisecond // how soon a cancelled read is noticed
	outLimit = time.Second
	leftover = 5 * time.Millisecond
)

// ErrTimeout says that a transfer found nothing in its time.
var ErrTimeout = errors.New("usb: transfer timed out")

// Device does one bulk transfer at a time: to the device for endpoints below
// 80, else from it. An IN transfer ends with a short packet or when p is full.
type Device interface {
	Bulk(endpoint uint8, p []byte, limit time.Duration) (n int, err error)
	Close() error
}

// Port is a byte stream to the module, the same as cardreader.Port.
type Port struct {
	dev    Device
	packet int // largest packet of the endpoints; an IN transfer asks for one
	scan   *sdt.Scanner
	ready  []byte // received and not yet given out
	body   int    // bytes of the present answer that IN 85 still holds
}

// NewPort makes a Port; packet is the largest packet of the IN endpoints.
func NewPort(dev Device, packet int) *Port {
	return &Port{dev: dev, packet: packet, scan: sdt.NewScanner(sdt.MinRequest)}
}

// Write sends requests. Only whole frames travel on USB: parts are held until
// they are whole, and noise has nowhere to go.
func (p *Port) Write(ctx context.Context, b []byte) error {
	if whole(b) { // also a damaged one: the module should say so
		p.scan.Reset()
		return p.request(ctx, b)
	}
	p.scan.Push(b)
	for {
		payload, err := p.scan.Next()
		if err != nil {
			continue // the rest of a request that was given up
		}
		if payload == nil {
			return nil
		}
		if err := p.request(ctx, sdt.Encode(payload)); err != nil {
			return err
		}
	}
}

func whole(b []byte) bool {
	return len(b) >= headLen+sdt.MinRequest && bytes.HasPrefix(b, []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}) &&
		int(b[5])<<8|int(b[6]) == len(b)-headLen
}

func (p *Port) request(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.forget(); err != nil {
		return err
	}
	for _, part := range []struct {
		endpoint uint8
		bytes    []byte
	}{{outHead, frame[:headLen]}, {outBody, frame[headLen:]}} {
		n, err := p.dev.Bulk(part.endpoint, part.bytes, outLimit)
		if err != nil {
			return err
		}
		if n != len(part.bytes) {
			return errors.New("usb: the module took a part of a request")
		}
	}
	return nil
}

// forget empties the body endpoint when an answer was left in the middle: what
// remained there would be taken for the body of the next one.
func (p *Port) forget() error {
	p.give(nil)
	if p.body == 0 {
		return nil
	}
	p.body = 0
	buf := make([]byte, p.packet)
	defer clear(buf)
	for {
		_, err := p.dev.Bulk(inBody, buf, leftover)
		if errors.Is(err, ErrTimeout) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (p *Port) Read(ctx context.Context, b []byte) (int, error) {
	for len(p.ready) == 0 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if err := p.fill(); err != nil && !errors.Is(err, ErrTimeout) {
			return 0, err
		}
	}
	return p.give(b), nil
}

// fill does one IN transfer of one packet, so that a timeout never loses a part.
func (p *Port) fill() error {
	endpoint := uint8(inHead)
	if p.body > 0 {
		endpoint = inBody
	}
	buf := make([]byte, p.packet)
	n, err := p.dev.Bulk(endpoint, buf, slice)
	if err != nil {
		return err
	}
	p.ready = append(p.ready, buf[:n]...)
	clear(buf)
	if endpoint == inBody {
		p.body = max(p.body-n, 0)
		return nil
	}
	if head := p.ready; len(head) >= headLen && bytes.HasPrefix(head, []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}) {
		if rest := int(head[5])<<8 | int(head[6]); rest <= sdt.MaxLen {
			p.body = max(rest-(len(head)-headLen), 0)
		}
	}
	return nil
}

// give hands out what is ready and wipes it here; nil throws it away.
func (p *Port) give(b []byte) int {
	n := copy(b, p.ready)
	if b == nil {
		n = len(p.ready)
	}
	clear(p.ready[:n])
	p.ready = p.ready[n:]
	return n
}

// Close gives the module back to the system.
func (p *Port) Close() error {
	p.give(nil)
	p.scan.Reset()
	return p.dev.Close()
}
