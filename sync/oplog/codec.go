package oplog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of one op. They bound what a decoder allocates for bytes from outside.
const (
	MaxBody    = 1 << 20 // bytes of one canonical body
	MaxParents = 1024
	MaxParts   = 64
	maxName    = 128 // bytes of a kind or field name
	bodyV1     = 1
)

// ErrMalformed says that bytes are not the canonical body of an op.
var ErrMalformed = errors.New("oplog: malformed op")

// AppendBody appends the canonical body of o to b. Equal ops give equal bytes;
// o must be normalized.
func (o *Op) AppendBody(b []byte) []byte {
	b = append(b, bodyV1)
	b = appendString(b, o.Kind)
	b = append(b, o.Entity[:]...)
	b = append(b, o.Actor[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(o.Stamp))
	b = binary.AppendUvarint(b, uint64(len(o.Parents)))
	for i := range o.Parents {
		b = append(b, o.Parents[i][:]...)
	}
	b = appendBytes(b, o.Payload)
	b = binary.AppendUvarint(b, uint64(len(o.Sealed)))
	if len(o.Sealed) == 0 {
		return b
	}
	b = append(b, o.Nonce[:]...)
	for _, p := range o.Sealed {
		b = appendString(b, p.Field)
		b = append(b, p.Key[:]...)
		b = appendBytes(b, p.Data)
	}
	return b
}

// DecodeBody reads a canonical body into o, leaving its place in the log as it
// is. It refuses everything that AppendBody would not write, so that an op has
// exactly one encoding. Slices of o alias body.
func (o *Op) DecodeBody(body []byte) error {
	if len(body) > MaxBody {
		return fmt.Errorf("%w: %d bytes", ErrMalformed, len(body))
	}
	r := Reader{B: body}
	if r.Byte() != bodyV1 {
		return fmt.Errorf("%w: unknown body version", ErrMalformed)
	}
	o.Kind = string(r.Bytes(maxName))
	copy(o.Entity[:], r.Take(16))
	copy(o.Actor[:], r.Take(16))
	o.Stamp = Stamp(r.Uint64())
	o.readParents(&r)
	o.Payload = r.Bytes(MaxBody)
	o.readParts(&r)
	if r.Err() != nil || len(r.B) != 0 {
		return fmt.Errorf("%w: truncated or trailing bytes", ErrMalformed)
	}
	if o.Kind == "" {
		return fmt.Errorf("%w: no kind", ErrMalformed)
	}
	return nil
}

func (o *Op) readParents(r *Reader) {
	n := r.Uvarint(MaxParents)
	o.Parents = nil
	for range n {
		var h Hash
		copy(h[:], r.Take(len(h)))
		if k := len(o.Parents); k > 0 && bytes.Compare(o.Parents[k-1][:], h[:]) >= 0 {
			r.Fail()
		}
		if r.Err() != nil {
			return
		}
		o.Parents = append(o.Parents, h)
	}
}

func (o *Op) readParts(r *Reader) {
	n := r.Uvarint(MaxParts)
	o.Sealed, o.Nonce = nil, [NonceSize]byte{}
	if n == 0 {
		return
	}
	copy(o.Nonce[:], r.Take(NonceSize))
	for range n {
		var p Part
		p.Field = string(r.Bytes(maxName))
		copy(p.Key[:], r.Take(len(p.Key)))
		p.Data = r.Bytes(MaxBody)
		if k := len(o.Sealed); k > 0 && o.Sealed[k-1].Field >= p.Field {
			r.Fail()
		}
		if r.Err() != nil {
			return
		}
		o.Sealed = append(o.Sealed, p)
	}
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, p []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(p))), p...)
}
