package cardreader

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"onedoor/app/cardreader/internal/usb"
	"onedoor/app/cardreader/sdt"
	"onedoor/app/cardreader/simulator"
)

// module makes a simulator look like the bulk endpoints of a native module.
type module struct {
	conn net.Conn
	in   map[uint8]chan byte
}

func newModule(sim *simulator.Simulator) *module {
	host, far := net.Pipe()
	go sim.Serve(far)
	m := &module{conn: host, in: map[uint8]chan byte{0x81: make(chan byte, 1<<16), 0x85: make(chan byte, 1<<16)}}
	go m.listen()
	return m
}

// listen sorts answers into the two endpoints.
func (m *module) listen() {
	scan, buf := sdt.NewScanner(sdt.MinAnswer), make([]byte, 4096)
	for {
		n, err := m.conn.Read(buf)
		if err != nil {
			close(m.in[0x81])
			return
		}
		scan.Push(buf[:n])
		for payload, err := scan.Next(); payload != nil || err != nil; payload, err = scan.Next() {
			if err != nil {
				continue
			}
			for i, b := range sdt.Encode(payload) {
				ep := uint8(0x85)
				if i < 7 {
					ep = 0x81
				}
				m.in[ep] <- b
			}
		}
	}
}

func (m *module) Bulk(endpoint uint8, p []byte, limit time.Duration) (n int, err error) {
	if endpoint < 0x80 {
		return m.conn.Write(p)
	}
	wait := time.After(limit)
	for n < len(p) && (endpoint != 0x81 || n < 7) {
		select {
		case b, open := <-m.in[endpoint]:
			if !open {
				return 0, io.ErrClosedPipe
			}
			p[n] = b
			n++
			continue
		default:
		}
		if n > 0 { // the packet is short
			return n, nil
		}
		select {
		case b, open := <-m.in[endpoint]:
			if !open {
				return 0, io.ErrClosedPipe
			}
			p[0] = b
			n = 1
			time.Sleep(time.Millisecond) // the rest of the packet follows at once
		case <-wait:
			return 0, usb.ErrTimeout
		}
	}
	return n, nil
}

func (m *module) Close() error { return m.conn.Close() }

func TestUSBModule(t *testing.T) {
	noLeak(t, func() {
		sim, err := simulator.New(simulator.Options{Cards: deck(t, "R2,F2"), Faults: "badsum@read,silent@select,unplug@address"})
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		r := New(func(context.Context, int) (Port, error) { return usb.NewPort(newModule(sim), 64), nil })
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if id, err := r.SAMID(ctx); err != nil || id == "" {
			t.Error(id, err)
		}
		if _, err := r.ReadCard(ctx); CodeOf(err) != CodeUnplugged {
			t.Error(err)
		}
		seen := map[string]bool{}
		for range 2 {
			card, err := r.ReadCard(ctx)
			if err != nil {
				t.Fatal(err)
			}
			seen[card.Name] = true
		}
		if !seen["李䶮𠅤"] || !seen["杜约翰"] {
			t.Error(seen)
		}
		short, cancelShort := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancelShort()
		start := time.Now()
		if _, err := r.ReadCard(short); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Error(err, time.Since(start))
		}
	})
}

func TestUSBAddress(t *testing.T) {
	for url, want := range map[string]string{
		"sdt+usb://9-9.9.9": CodeNoReader, "sdt+usb://1-1/x": CodeBadURL, "sdt+usb://1-1?a=b": CodeBadURL, "sdt+hid://": CodeNotImplemented,
	} {
		_, err := Open(t.Context(), url)
		wantCode(t, err, want)
	}
}
