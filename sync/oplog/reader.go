package oplog

import "encoding/binary"

// Reader takes fields off the front of B. The first fault sticks, later reads
// give zero values: callers check Err once. It accepts minimal varints only,
// because a canonical format has one encoding for a value.
type Reader struct {
	B   []byte
	bad bool
}

// Err gives ErrMalformed after any fault.
func (r *Reader) Err() error {
	if r.bad {
		return ErrMalformed
	}
	return nil
}

// Fail marks what was read as faulty.
func (r *Reader) Fail() { r.bad, r.B = true, nil }

// Take takes n bytes; they alias B.
func (r *Reader) Take(n int) []byte {
	if r.bad || n < 0 || n > len(r.B) {
		r.Fail()
		return nil
	}
	p := r.B[:n:n]
	r.B = r.B[n:]
	return p
}

// Byte takes one byte.
func (r *Reader) Byte() byte {
	if p := r.Take(1); p != nil {
		return p[0]
	}
	return 0
}

// Uint64 takes 8 bytes, big-endian.
func (r *Reader) Uint64() uint64 {
	if p := r.Take(8); p != nil {
		return binary.BigEndian.Uint64(p)
	}
	return 0
}

// Uvarint takes a minimal unsigned varint of at most limit.
func (r *Reader) Uvarint(limit uint64) uint64 {
	if r.bad {
		return 0
	}
	v, n := binary.Uvarint(r.B)
	if n <= 0 || v > limit || (n > 1 && r.B[n-1] == 0) {
		r.Fail()
		return 0
	}
	r.B = r.B[n:]
	return v
}

// Bytes takes a length-prefixed string of at most limit bytes.
func (r *Reader) Bytes(limit int) []byte {
	n := r.Uvarint(uint64(limit))
	return r.Take(int(n))
}
