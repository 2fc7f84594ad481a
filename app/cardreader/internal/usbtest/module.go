// Package usbtest makes a simulated reader look like a native USB module, for
// tests. It stands in for a module and for the kernel.
package usbtest

import (
	"io"
	"net"
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

// New serves a simulator at the endpoints of a module until it is closed.
func New(sim *simulator.Simulator) usb.Device {
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
