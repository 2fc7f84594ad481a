package bepnode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	lz4 "github.com/pierrec/lz4/v4"
	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of one frame. They are far above what our own peers and stock daemons
// send, and far below what hurts.
const (
	maxFrame  = 4 << 20 // a message, also after inflating it
	maxHeader = 64
	keepFrame = 32 << 10 // a larger buffer is not kept while an idle peer says nothing
	frameHead = 8        // room before the message for our own header
)

// Message types of BEP v1, in the order of its enum.
const (
	msgClusterConfig = iota
	msgIndex
	msgIndexUpdate
	msgRequest
	msgResponse
	msgDownloadProgress
	msgPing
	msgClose
	msgTypes
)

// guard stands between TLS and the library. It reads whole frames, refuses those
// that lib/protocol v1.30.0 would die of (a device ID that is not 32 bytes, a
// compressed message under 4 bytes, absurd lengths), inflates under a cap, and
// hands on plain frames with a header of its own making.
type guard struct {
	r       *bufio.Reader
	out     []byte // rest of the frame being handed on
	frame   []byte // frameHead bytes, then the message
	err     error
	onClose func(reason string) // the peer's reason, before the library sees it
}

func newGuard(r io.Reader, onClose func(string)) *guard {
	return &guard{r: bufio.NewReaderSize(r, 16<<10), onClose: onClose}
}

// Read hands on checked frames. After an error every call returns it.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.out) == 0 {
		if g.err != nil {
			return 0, g.err
		}
		if cap(g.frame) > keepFrame {
			g.frame = nil
		}
		if g.err = g.next(); g.err != nil {
			return 0, g.err
		}
	}
	n := copy(p, g.out)
	g.out = g.out[n:]
	return n, nil
}

// next reads, checks and re-frames one frame.
func (g *guard) next() error {
	kind, packed, err := g.readHeader()
	if err != nil {
		return err
	}
	if err := g.readBody(packed); err != nil {
		return err
	}
	msg := g.frame[frameHead:]
	if err := checkMessage(kind, msg); err != nil {
		return err
	}
	if kind == msgClose && g.onClose != nil {
		g.onClose(closeReason(msg))
	}
	g.out = g.seal(kind)
	return nil
}

func (g *guard) readHeader() (kind int, packed bool, err error) {
	var size [2]byte
	if _, err := io.ReadFull(g.r, size[:]); err != nil {
		return 0, false, err // a clean io.EOF only here, between frames
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if n > maxHeader {
		return 0, false, badFrame("header of %d bytes", n)
	}
	var hdr [maxHeader]byte
	if _, err := io.ReadFull(g.r, hdr[:n]); err != nil {
		return 0, false, midFrame(err)
	}
	var typ, compression uint64
	err = eachField(hdr[:n], func(f field) error {
		switch {
		case f.num == 1 && f.typ == protowire.VarintType:
			typ = f.n
		case f.num == 2 && f.typ == protowire.VarintType:
			compression = f.n
		}
		return nil
	})
	if err == nil && (typ >= msgTypes || compression > 1) {
		err = badFrame("message type %d, compression %d", typ, compression)
	}
	return int(typ), compression == 1, err
}

// readBody puts the plain message into the frame. Memory grows with the bytes that
// really arrive, not with the length that is claimed.
func (g *guard) readBody(packed bool) error {
	var size [4]byte
	if _, err := io.ReadFull(g.r, size[:]); err != nil {
		return midFrame(err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxFrame {
		return badFrame("message of %d bytes", n)
	}
	g.frame = append(g.frame[:0], make([]byte, frameHead)...)
	for left := int(n); left > 0; {
		part := min(left, max(keepFrame, len(g.frame)))
		g.frame = slices.Grow(g.frame, part)
		at := len(g.frame)
		g.frame = g.frame[:at+part]
		if _, err := io.ReadFull(g.r, g.frame[at:]); err != nil {
			return midFrame(err)
		}
		left -= part
	}
	if !packed {
		return nil
	}
	var err error
	g.frame, err = inflate(g.frame[frameHead:])
	return err
}

// inflate undoes BEP's compression: the plain size (4 bytes, big endian), then one
// LZ4 block. The result has room for a header.
func inflate(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, badFrame("compressed message of %d bytes", len(b))
	}
	n := binary.BigEndian.Uint32(b)
	// LZ4 cannot do better than 255 to 1, so a larger claim is a lie.
	if n > maxFrame || uint64(n) > 255*uint64(len(b)) {
		return nil, badFrame("message of %d bytes claims to inflate to %d", len(b), n)
	}
	plain := make([]byte, frameHead+n)
	got, err := lz4.UncompressBlock(b[4:], plain[frameHead:])
	if err != nil || got != int(n) {
		return nil, badFrame("compressed message is damaged")
	}
	return plain, nil
}

// seal writes our own header before the message and gives the frame: the length of
// the header (2 bytes), the type unless it is 0, the length of the message (4).
func (g *guard) seal(kind int) []byte {
	start := frameHead - 6
	if kind != 0 {
		start = frameHead - 8
		g.frame[start+1], g.frame[start+2], g.frame[start+3] = 2, 0x08, byte(kind)
	}
	binary.BigEndian.PutUint32(g.frame[frameHead-4:], uint32(len(g.frame)-frameHead))
	return g.frame[start:]
}

func midFrame(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
