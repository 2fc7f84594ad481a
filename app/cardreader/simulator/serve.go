package simulator

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"onedoor/app/cardreader/sdt"
)

// requestGap is the longest silence inside a request.
const requestGap = 500 * time.Millisecond

var errUnplugged = errors.New("simulator: unplugged")

// stream is one connection to the module.
type stream struct {
	m    *module
	conn io.ReadWriteCloser
	// hostBaud tells the speed that the host has set; nil where a line has none.
	hostBaud func() int
	writing  sync.Mutex
	late     sync.WaitGroup
}

// serve answers requests until the connection or ctx ends, or a fault unplugs
// it (errUnplugged). It closes the connection.
func (s *stream) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.late.Wait()
	defer s.conn.Close()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	scan := sdt.NewScanner(sdt.MinRequest)
	var buf [512]byte
	for {
		// Half a request is forgotten after a silence, as by a UART's receiver.
		forgotten := make(chan struct{})
		gap := time.AfterFunc(requestGap, func() { close(forgotten) })
		n, err := s.conn.Read(buf[:])
		if !gap.Stop() {
			<-forgotten
			scan.Reset()
		}
		if err != nil {
			return err
		}
		if s.deaf() {
			s.noise(1 + n/2) // what a wrong line speed makes of bytes
			continue
		}
		scan.Push(buf[:n])
		for {
			payload, bad := scan.Next()
			if payload == nil && bad == nil {
				break
			}
			frame, hit := s.m.reply(payload)
			err := s.deliver(ctx, frame, hit)
			if _, due := hit["late"]; !due {
				s.m.answered()
			}
			if err != nil {
				return err
			}
		}
	}
}

// deliver sends an answer the way its faults want it.
func (s *stream) deliver(ctx context.Context, frame []byte, hit map[string]Fault) error {
	has := func(name string) bool { _, ok := hit[name]; return ok }
	if has("delay") {
		sleep(ctx, hit["delay"].Time)
	}
	if has("silent") {
		return nil
	}
	if has("badsum") {
		frame[len(frame)-1] ^= byte(s.m.random(255))
	}
	if has("garbage") {
		frame = append(s.garbage(hit["garbage"].Size), frame...)
	}
	if has("truncate") {
		frame = frame[:s.m.random(len(frame)-1)]
	}
	if has("unplug") {
		s.send(ctx, frame[:len(frame)/2], hit)
		sleep(ctx, 20*time.Millisecond) // let the first half arrive
		return errUnplugged
	}
	if !has("late") {
		return s.send(ctx, frame, hit)
	}
	s.late.Go(func() {
		if sleep(ctx, hit["late"].Time) {
			s.send(ctx, frame, hit)
			s.m.answered()
		}
	})
	return nil
}

// send writes a frame, whole or in pieces. Pieces of a slow line are as long as
// what a UART buffers.
func (s *stream) send(ctx context.Context, frame []byte, hit map[string]Fault) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.deaf() {
		frame = s.garbage(len(frame))
	}
	fragment, inPieces := hit["fragment"]
	baud, paced := s.m.line()
	if f, ok := hit["pace"]; ok {
		baud, paced = f.Size, true
	}
	for len(frame) > 0 {
		n := len(frame)
		if paced {
			n = min(n, 16)
		}
		if inPieces {
			n = min(n, s.m.random(fragment.Size))
		}
		if paced && !sleep(ctx, time.Duration(n)*10*time.Second/time.Duration(baud)) {
			return ctx.Err()
		}
		if _, err := s.conn.Write(frame[:n]); err != nil {
			return err
		}
		frame = frame[n:]
		if inPieces && len(frame) > 0 && !sleep(ctx, time.Duration(s.m.random(4000))*time.Microsecond) {
			return ctx.Err()
		}
	}
	return nil
}

// garbage is random bytes; half of the time they end like a preamble begins.
func (s *stream) garbage(n int) []byte {
	p := make([]byte, s.m.random(n))
	for i := range p {
		p[i] = byte(s.m.random(256))
	}
	if s.m.random(2) == 1 {
		copy(p[max(0, len(p)-3):], []byte{0xAA, 0xAA, 0xAA})
	}
	return p
}

func (s *stream) noise(n int) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.conn.Write(s.garbage(n))
}

// deaf reports whether host and module use different line speeds.
func (s *stream) deaf() bool {
	baud, fixed := s.m.line()
	return fixed && s.hostBaud != nil && s.hostBaud() != baud
}

// sleep waits, and reports whether it waited to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
