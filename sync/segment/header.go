package segment

import (
	"encoding/binary"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// magic begins every segment file; the last byte is the version of the format.
const magic = "ODSEG\x00\x00\x01"

// Header stands at the front of a segment file and says once what holds for
// all its batches.
type Header struct {
	Suite seal.Suite
	oplog.LogID
	First uint64     // number of the first op in the file
	Prev  oplog.Hash // the op before it; zero for the first of a first epoch
}

// Append appends the encoded header to b.
func (h Header) Append(b []byte) []byte {
	b = append(b, magic...)
	b = append(b, byte(h.Suite), byte(len(h.Scope)))
	b = append(b, h.Scope...)
	b = append(b, h.Device[:]...)
	b = append(b, h.Epoch[:]...)
	b = binary.AppendUvarint(b, h.First)
	return append(b, h.Prev[:]...)
}

// ParseHeader reads the header at the front of data and gives its length.
func ParseHeader(data []byte) (Header, int, error) {
	var h Header
	r := oplog.Reader{B: data}
	if string(r.Take(len(magic))) != magic {
		return h, 0, fmt.Errorf("%w: not a segment file of a known version", ErrRefused)
	}
	h.Suite = seal.Suite(r.Byte())
	h.Scope = oplog.Scope(r.Take(int(r.Byte())))
	copy(h.Device[:], r.Take(len(h.Device)))
	copy(h.Epoch[:], r.Take(len(h.Epoch)))
	h.First = r.Uvarint(1 << 62)
	copy(h.Prev[:], r.Take(len(h.Prev)))
	if r.Err() != nil {
		return h, 0, ErrTorn
	}
	if err := h.Suite.Check(); err != nil {
		return h, 0, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := h.Scope.Check(); err != nil || h.First == 0 {
		return h, 0, fmt.Errorf("%w: header", ErrRefused)
	}
	return h, len(data) - len(r.B), nil
}
