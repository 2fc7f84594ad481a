package scan

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

const (
	// PieceSize is how much of a file one piece holds, in bytes: with header and
	// tag just under one BEP block.
	PieceSize = 128<<10 - headerSize - seal.Overhead
	// MaxFile bounds a scanned file, in bytes.
	MaxFile = 50 << 20

	magic      = "ODSC"
	version    = 1
	headerSize = 4 + 1 + 1 + 8 + 16 + 4 + seal.NonceSize
	rootIndex  = 1<<32 - 1
)

// Manifest is what a root piece says of its file.
type Manifest struct {
	ID     [16]byte     // random, in the header of every piece
	SHA256 oplog.Hash   // of the plain file
	Size   int64        // of the plain file, in bytes
	Parts  []oplog.Hash // of the sealed pieces, in order
}

// bytes is the plain text of a root piece.
func (m *Manifest) bytes() []byte {
	b := binary.BigEndian.AppendUint64(append([]byte(nil), m.SHA256[:]...), uint64(m.Size))
	for _, h := range m.Parts {
		b = append(b, h[:]...)
	}
	return b
}

func parseManifest(b []byte) (m Manifest, err error) {
	const fixed, hash = 40, 32
	if len(b) < fixed+hash || (len(b)-fixed)%hash != 0 {
		return m, errManifest
	}
	copy(m.SHA256[:], b)
	m.Size = int64(binary.BigEndian.Uint64(b[hash:]))
	for b = b[fixed:]; len(b) > 0; b = b[hash:] {
		m.Parts = append(m.Parts, oplog.Hash(b[:hash]))
	}
	if m.Size <= 0 || m.Size > MaxFile || int64(len(m.Parts)) != (m.Size+PieceSize-1)/PieceSize {
		return m, errManifest
	}
	return m, nil
}

var errManifest = fmt.Errorf("%w: a root that lists no file", segment.ErrRefused)

// Piece is one sealed piece and its name.
type Piece struct {
	Name Name
	Data []byte
}

// header stands before the sealed bytes of every piece and is authenticated.
type header struct {
	suite seal.Suite
	key   oplog.KeyID
	id    [16]byte
	index uint32
	nonce [seal.NonceSize]byte
}

func (h *header) bytes() []byte {
	b := append([]byte(magic), version, byte(h.suite))
	b = append(b, h.key[:]...)
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint32(b, h.index)
	return append(b, h.nonce[:]...)
}

func parseHeader(data []byte) (h header, sealed []byte, err error) {
	if len(data) < headerSize+seal.Overhead || string(data[:4]) != magic || data[4] != version {
		return h, nil, fmt.Errorf("%w: not a piece of a scan", segment.ErrRefused)
	}
	h.suite = seal.Suite(data[5])
	copy(h.key[:], data[6:])
	copy(h.id[:], data[14:])
	h.index = binary.BigEndian.Uint32(data[30:])
	copy(h.nonce[:], data[34:])
	return h, data[headerSize:], nil
}

// Split seals a file under a scope's key: its parts in order, then the root. Errors:
// the file is empty or over MaxFile.
func Split(s *seal.Sealer, suite seal.Suite, plain []byte) (root Piece, parts []Piece, err error) {
	if len(plain) == 0 || len(plain) > MaxFile {
		return root, nil, errors.New("scan: empty or too large")
	}
	m := Manifest{SHA256: sha256.Sum256(plain), Size: int64(len(plain))}
	rand.Read(m.ID[:])
	for i := 0; len(plain) > 0; i++ {
		n := min(len(plain), PieceSize)
		p := sealPiece(s, suite, m.ID, uint32(i), plain[:n])
		m.Parts = append(m.Parts, p.Name.Hash)
		parts = append(parts, p)
		plain = plain[n:]
	}
	root = sealPiece(s, suite, m.ID, rootIndex, m.bytes())
	root.Name.Root = true
	return root, parts, nil
}

func sealPiece(s *seal.Sealer, suite seal.Suite, id [16]byte, index uint32, plain []byte) Piece {
	h := header{suite: suite, key: s.ID, id: id, index: index}
	rand.Read(h.nonce[:])
	head := h.bytes()
	data := s.SealScan(head, h.nonce, head, plain)
	return Piece{Name{Hash: sha256.Sum256(data)}, data}
}

// Keys finds the key of a scope by its id; nil when it is not held.
type Keys func(oplog.KeyID) *seal.Sealer

// Check tells whether bytes are the piece of that name. It needs no key, so a
// carrier can ask it, too.
func Check(n Name, data []byte) error {
	if sha256.Sum256(data) != n.Hash {
		return fmt.Errorf("%w: bytes are not those of the name", segment.ErrRefused)
	}
	_, _, err := parseHeader(data)
	return err
}

func open(keys Keys, data []byte) (h header, plain []byte, err error) {
	h, sealed, err := parseHeader(data)
	if err != nil {
		return h, nil, err
	}
	s := keys(h.key)
	if s == nil {
		return h, nil, ErrKey
	}
	plain, err = s.OpenScan(h.nonce, data[:headerSize], sealed)
	if err != nil {
		return h, nil, fmt.Errorf("%w: %w", segment.ErrRefused, err)
	}
	return h, plain, nil
}

// ErrKey says that the key of a piece is not held (yet).
var ErrKey = errors.New("scan: sealed with a key that is not held")

// OpenRoot reads a root piece. Errors: ErrKey, segment.ErrRefused.
func OpenRoot(keys Keys, n Name, data []byte) (m Manifest, err error) {
	if !n.Root {
		return m, fmt.Errorf("%w: not a root", segment.ErrRefused)
	}
	if err := Check(n, data); err != nil {
		return m, err
	}
	h, plain, err := open(keys, data)
	if err != nil {
		return m, err
	}
	if h.index != rootIndex {
		return m, errManifest
	}
	m, err = parseManifest(plain)
	m.ID = h.id
	return m, err
}

// Join opens the parts of a file, which read gives, and checks the whole. Errors:
// ErrKey, segment.ErrRefused, and those of read.
func Join(keys Keys, m Manifest, read func(Name) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, m.Size)
	for i, hash := range m.Parts {
		n := Name{Hash: hash}
		data, err := read(n)
		if err != nil {
			return nil, err
		}
		if err := Check(n, data); err != nil {
			return nil, err
		}
		h, plain, err := open(keys, data)
		if err != nil {
			return nil, err
		}
		if h.id != m.ID || h.index != uint32(i) {
			return nil, fmt.Errorf("%w: a part of another file", segment.ErrRefused)
		}
		out = append(out, plain...)
	}
	if int64(len(out)) != m.Size || sha256.Sum256(out) != m.SHA256 {
		return nil, fmt.Errorf("%w: the parts are not the file", segment.ErrRefused)
	}
	return out, nil
}
