// Package seal holds the one place where ops are encrypted: whole batches on
// their way between devices, and the personal parts of an op wherever it lies.
// It uses standard constructions only (AES-256-GCM, HKDF-SHA-256).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"onedoor/sync/oplog"
)

// Suite names the algorithms of a district; it is fixed when the district is
// set up and stands in every header.
type Suite byte

const (
	// AES is AES-256-GCM with ECDSA P-256 over SHA-256.
	AES Suite = 1
	// SM is SM4-GCM with SM2 over SM3: reserved, refused by this version.
	SM Suite = 2
)

// Check tells whether this version can work with s.
func (s Suite) Check() error {
	if s != AES {
		return fmt.Errorf("seal: suite %d is not supported by this version", s)
	}
	return nil
}

// Key is the secret of a scope. Batches and parts use keys derived from it, so
// that a nonce in one can never meet the same nonce in the other.
type Key [32]byte

// NewKey makes a random key for a scope and a random id for it.
func NewKey() (oplog.KeyID, Key) {
	var id oplog.KeyID
	var k Key
	rand.Read(id[:])
	rand.Read(k[:])
	id[0] = oplog.KeyKindScope
	return id, k
}

// Seed is a hub's secret that its keys of scopes are made from, so that a hub restored
// from an older backup knows the keys that it has made since.
type Seed [32]byte

// NewSeed makes a random seed.
func NewSeed() (s Seed) {
	rand.Read(s[:])
	return s
}

// NewKey makes a key for a scope: HKDF-SHA-256 (RFC 5869) of the seed, with the scope
// and a random id as info.
func (s Seed) NewKey(scope oplog.Scope) (oplog.KeyID, Key, error) {
	id, _ := NewKey()
	k, err := s.Key(scope, id)
	return id, k, err
}

// Key makes the key of an id again. Whether that key was made from this seed shows
// when it opens something.
func (s Seed) Key(scope oplog.Scope, id oplog.KeyID) (k Key, err error) {
	raw, err := hkdf.Key(sha256.New, s[:], nil, "onedoor scope key 1\n"+string(id[:])+string(scope), len(k))
	copy(k[:], raw)
	return k, err
}

// Overhead is what sealing a batch adds to its length; parts also carry a nonce.
const (
	NonceSize = 12
	Overhead  = 16
)

// ErrOpen says that sealed bytes were altered, or belong elsewhere, or that the
// key is another one.
var ErrOpen = errors.New("seal: does not open")

// Sealer seals and opens with one key of one scope. It is safe for concurrent use.
type Sealer struct {
	ID    oplog.KeyID
	scope oplog.Scope
	suite Suite
	batch cipher.AEAD
	part  cipher.AEAD
	scan  cipher.AEAD
}

// New derives the sealer of a scope's key.
func New(suite Suite, scope oplog.Scope, id oplog.KeyID, key Key) (*Sealer, error) {
	if err := suite.Check(); err != nil {
		return nil, err
	}
	s := &Sealer{ID: id, scope: scope, suite: suite}
	var err error
	if s.batch, err = derive(key, "onedoor batch 1"); err != nil {
		return nil, err
	}
	if s.part, err = derive(key, "onedoor part 1"); err != nil {
		return nil, err
	}
	s.scan, err = derive(key, "onedoor scan 1")
	return s, err
}

func derive(key Key, label string) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, key[:], nil, label, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// BatchAAD is what a batch is bound to besides its key: suite, key id, scope,
// device, epoch and the number of its first op.
func (s *Sealer) BatchAAD(log oplog.LogID, first uint64) []byte {
	b := []byte{byte(s.suite)}
	b = append(b, s.ID[:]...)
	b = append(b, byte(len(log.Scope)))
	b = append(b, log.Scope...)
	b = append(b, log.Device[:]...)
	b = append(b, log.Epoch[:]...)
	for i := 56; i >= 0; i -= 8 {
		b = append(b, byte(first>>i))
	}
	return b
}

// SealBatch appends the sealed form of plain to dst.
func (s *Sealer) SealBatch(dst []byte, nonce [NonceSize]byte, log oplog.LogID, first uint64, plain []byte) []byte {
	return s.batch.Seal(dst, nonce[:], plain, s.BatchAAD(log, first))
}

// OpenBatch opens what SealBatch made for the same log and place.
func (s *Sealer) OpenBatch(nonce [NonceSize]byte, log oplog.LogID, first uint64, sealed []byte) ([]byte, error) {
	plain, err := s.batch.Open(nil, nonce[:], sealed, s.BatchAAD(log, first))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// SealPart seals one personal field of an op: nonce, ciphertext, tag. It is
// bound to the entity, to the op (by its random nonce) and to the field, so a
// part cannot be moved to another person or another field.
func (s *Sealer) SealPart(entity oplog.EntityID, op [oplog.NonceSize]byte, field string, plain []byte) oplog.Part {
	data := make([]byte, NonceSize, NonceSize+len(plain)+Overhead)
	rand.Read(data)
	data = s.part.Seal(data, data[:NonceSize], plain, s.partAAD(entity, op, field))
	return oplog.Part{Field: field, Key: s.ID, Data: data}
}

// OpenPart opens a part of an op about entity.
func (s *Sealer) OpenPart(entity oplog.EntityID, op [oplog.NonceSize]byte, p oplog.Part) ([]byte, error) {
	if len(p.Data) < NonceSize+Overhead || p.Key != s.ID {
		return nil, ErrOpen
	}
	plain, err := s.part.Open(nil, p.Data[:NonceSize], p.Data[NonceSize:], s.partAAD(entity, op, p.Field))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func (s *Sealer) partAAD(entity oplog.EntityID, op [oplog.NonceSize]byte, field string) []byte {
	b := []byte{byte(s.suite)}
	b = append(b, s.ID[:]...)
	b = append(b, entity[:]...)
	b = append(b, op[:]...)
	return append(b, field...)
}

// SealScan appends the sealed form of a piece of a scanned material to dst. It is
// bound to the scope and to the piece's header.
func (s *Sealer) SealScan(dst []byte, nonce [NonceSize]byte, header, plain []byte) []byte {
	return s.scan.Seal(dst, nonce[:], plain, s.scanAAD(header))
}

// OpenScan opens what SealScan made under the same header.
func (s *Sealer) OpenScan(nonce [NonceSize]byte, header, sealed []byte) ([]byte, error) {
	plain, err := s.scan.Open(nil, nonce[:], sealed, s.scanAAD(header))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func (s *Sealer) scanAAD(header []byte) []byte {
	b := append([]byte{byte(s.suite), byte(len(s.scope))}, s.scope...)
	return append(b, header...)
}
