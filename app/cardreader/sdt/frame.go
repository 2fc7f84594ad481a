package sdt

import (
	"bytes"
	"errors"
)

// MaxLen is the largest LEN that is believed; the longest real answer has 2314.
// A larger one is noise that happened to look like a preamble.
const MaxLen = 4096

// Smallest LEN of each direction: two bytes of command or three of status, and
// the checksum.
const (
	MinRequest = 3
	MinAnswer  = 4
)

const header = 7 // preamble and LEN

var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// ErrChecksum says that a complete frame arrived and was damaged.
var ErrChecksum = errors.New("sdt: checksum of a frame does not match")

// Encode puts the frame around a payload (everything between LEN and XOR).
// A payload of MaxLen bytes or more does not fit and gives nil.
func Encode(payload []byte) []byte {
	n := len(payload) + 1
	if n > MaxLen {
		return nil
	}
	f := make([]byte, 0, header+n)
	f = append(f, preamble...)
	f = append(f, byte(n>>8), byte(n))
	f = append(f, payload...)
	return append(f, xor(f[len(preamble):]))
}

// Scanner finds frames in a stream that arrives in arbitrary pieces, with
// anything between them. It holds at most one frame and what was pushed after it.
type Scanner struct {
	min int
	buf []byte
}

// NewScanner makes a scanner for frames with LEN of at least min
// (MinRequest or MinAnswer).
func NewScanner(min int) *Scanner { return &Scanner{min: min} }

// Push appends received bytes.
func (s *Scanner) Push(p []byte) { s.buf = append(s.buf, p...) }

// Next takes the next frame out of the stream and returns a copy of its
// payload. Without a complete frame it returns nil, nil; a frame with a wrong
// checksum is removed and gives ErrChecksum.
func (s *Scanner) Next() ([]byte, error) {
	for {
		s.seek()
		if len(s.buf) < header {
			return nil, nil
		}
		n := int(s.buf[5])<<8 | int(s.buf[6])
		if n < s.min || n > MaxLen {
			s.drop(1)
			continue
		}
		if len(s.buf) < header+n {
			return nil, nil
		}
		payload := bytes.Clone(s.buf[header : header+n-1])
		sum := s.buf[header+n-1]
		good := xor(s.buf[len(preamble):header+n-1]) == sum
		s.drop(header + n)
		if !good {
			clear(payload)
			return nil, ErrChecksum
		}
		return payload, nil
	}
}

// Started reports whether a frame has begun, that is, whether more bytes are
// due without another request. Call it after Next.
func (s *Scanner) Started() bool { return bytes.HasPrefix(s.buf, preamble) }

// Reset forgets everything; the bytes are wiped since they may name a person.
func (s *Scanner) Reset() {
	clear(s.buf[:cap(s.buf)])
	s.buf = s.buf[:0]
}

// seek drops what cannot be the start of a frame. A tail that may be the first
// part of a preamble stays.
func (s *Scanner) seek() {
	if i := bytes.Index(s.buf, preamble); i >= 0 {
		s.drop(i)
		return
	}
	keep := min(len(preamble)-1, len(s.buf))
	for ; keep > 0; keep-- {
		if bytes.HasPrefix(preamble, s.buf[len(s.buf)-keep:]) {
			break
		}
	}
	s.drop(len(s.buf) - keep)
}

func (s *Scanner) drop(n int) {
	if n == 0 {
		return
	}
	rest := copy(s.buf, s.buf[n:])
	clear(s.buf[rest:])
	s.buf = s.buf[:rest]
}

func xor(p []byte) (x byte) {
	for _, b := range p {
		x ^= b
	}
	return x
}
