package segment

import (
	"encoding/binary"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// Scan parses the batches of data that begin at off. It gives those that are
// whole and the offset behind the last of them. ErrTorn says that bytes of an
// unfinished batch follow; any other error is a fault at that offset.
func Scan(data []byte, off int64) (batches []Batch, good int64, err error) {
	for off < int64(len(data)) {
		b, err := parseBatch(data[off:], off)
		if err != nil {
			return batches, off, err
		}
		batches = append(batches, *b)
		off += b.Size
	}
	return batches, off, nil
}

func parseBatch(data []byte, off int64) (*Batch, error) {
	n, k := binary.Uvarint(data)
	if k == 0 {
		return nil, ErrTorn
	}
	// The length is not signed: it must have one spelling, or a relay could make
	// a second valid file of the same ops.
	if k < 0 || k > 1 && data[k-1] == 0 || n > MaxFile || n < sigSize {
		return nil, fmt.Errorf("%w: length of batch at byte %d", ErrRefused, off)
	}
	if int(n) > len(data)-k {
		return nil, ErrTorn
	}
	whole := data[k : k+int(n)]
	b := &Batch{Offset: off, Size: int64(k) + int64(n), signed: whole[:len(whole)-sigSize], sig: whole[len(whole)-sigSize:]}
	if !b.parse() {
		return nil, fmt.Errorf("%w: batch at byte %d", ErrRefused, off)
	}
	return b, nil
}

func (b *Batch) parse() bool {
	r := oplog.Reader{B: b.signed}
	flags := r.Byte()
	b.First = r.Uvarint(1 << 62)
	b.Count = int(r.Uvarint(maxOps))
	copy(b.Last[:], r.Take(len(b.Last)))
	if b.hasPositions = flags&flagPositions != 0; b.hasPositions {
		b.realm, b.powers = readPosition(&r), readPosition(&r)
	}
	copy(b.key[:], r.Take(len(b.key)))
	b.plainSize = int(r.Uvarint(maxPlain))
	copy(b.nonce[:], r.Take(len(b.nonce)))
	b.sealed = r.Bytes(MaxFile)
	return r.Err() == nil && len(r.B) == 0 && flags&^knownFlags == 0 &&
		b.First > 0 && b.Count > 0 && len(b.sealed) > seal.Overhead
}

func appendPosition(b []byte, p oplog.Position) []byte {
	return append(binary.AppendUvarint(b, p.Seq), p.Hash[:]...)
}

func readPosition(r *oplog.Reader) (p oplog.Position) {
	p.Seq = r.Uvarint(1 << 62)
	copy(p.Hash[:], r.Take(len(p.Hash)))
	return p
}

func appendHeads(b []byte, heads []oplog.Head) []byte {
	b = binary.AppendUvarint(b, uint64(len(heads)))
	for _, h := range heads {
		b = append(b, h.Device[:]...)
		b = append(b, h.Epoch[:]...)
		b = binary.AppendUvarint(b, h.Seq)
		b = append(b, h.Hash[:]...)
	}
	return b
}

func readHeads(r *oplog.Reader) (heads []oplog.Head) {
	for range r.Uvarint(maxHeads) {
		var h oplog.Head
		copy(h.Device[:], r.Take(len(h.Device)))
		copy(h.Epoch[:], r.Take(len(h.Epoch)))
		h.Seq = r.Uvarint(1 << 62)
		copy(h.Hash[:], r.Take(len(h.Hash)))
		if r.Err() != nil {
			return nil
		}
		heads = append(heads, h)
	}
	return heads
}
