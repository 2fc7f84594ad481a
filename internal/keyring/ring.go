// Package keyring holds what makes a copied home useless: the device's data key
// and its high-water mark, both in a key folder outside the home. Everything
// personal in the home is sealed under keys derived from the data key.
//
// The formats are specified in docs/formats/keys.md.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
)

// Warning is something that the user should be told about an opened ring.
type Warning string

const (
	// WarnPlainFile: no passphrase; who can read the user's files can read the key.
	WarnPlainFile Warning = "plain_key_file"
	// WarnOpenPermissions: other users of the machine may read the key file.
	WarnOpenPermissions Warning = "open_permissions"
)

// Ring is an opened data key. It is safe for concurrent use.
type Ring struct {
	name     string
	key      [keySize]byte
	warnings []Warning

	mu    sync.Mutex
	aeads map[string]cipher.AEAD // by label
	macs  map[string][]byte      // by label
}

const (
	keySize = 32
	// sealedV1 is the first byte of sealed data: AES-256-GCM under a key per label.
	sealedV1 = 1
	// Overhead is how many bytes Seal adds: version, nonce of 12, tag of 16.
	Overhead = 1 + 12 + 16
)

func newRing(name string, key [keySize]byte, w []Warning) *Ring {
	return &Ring{name: name, key: key, warnings: w, aeads: map[string]cipher.AEAD{}, macs: map[string][]byte{}}
}

// Name is the key name that the home records.
func (r *Ring) Name() string { return r.name }

// Warnings lists what the user should be told, in no order of weight.
func (r *Ring) Warnings() []Warning { return r.warnings }

// String and GoString keep the key out of any log that prints a Ring.
func (r *Ring) String() string { return "keyring " + r.name }

// GoString is String.
func (r *Ring) GoString() string { return r.String() }

// Seal encrypts plain with AES-256-GCM, a random 96-bit nonce and a key derived for
// label; aad is authenticated with it (table, column and row, so that a sealed value
// cannot be moved). A label stands for one column or file and is a constant of the
// program: with random nonces one label is good for 2^32 values.
func (r *Ring) Seal(label string, aad, plain []byte) []byte {
	dst := make([]byte, 1, len(plain)+Overhead)
	dst[0] = sealedV1
	return r.aead(label).Seal(dst, nil, plain, aad)
}

// Open gives what was sealed under the same label and aad, or ErrOpen.
func (r *Ring) Open(label string, aad, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealedV1 {
		return nil, ErrOpen
	}
	plain, err := r.aead(label).Open(nil, nil, sealed[1:], aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// MAC is HMAC-SHA-256 under a key derived for label: a blind index, by which equal
// values are found and nothing else is learned by who has not the data key.
func (r *Ring) MAC(label string, data []byte) [sha256.Size]byte {
	r.mu.Lock()
	key := r.macs[label]
	if key == nil {
		key = r.derive("onedoor mac 1\n" + label)
		r.macs[label] = key
	}
	r.mu.Unlock()
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return [sha256.Size]byte(h.Sum(nil))
}

func (r *Ring) aead(label string) cipher.AEAD {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.aeads[label]
	if a == nil {
		a = newAEAD(r.derive("onedoor seal 1\n" + label))
		r.aeads[label] = a
	}
	return a
}

// derive is HKDF-Expand (RFC 5869); the data key is uniformly random, so the
// extract step has nothing to do.
func (r *Ring) derive(info string) []byte { return expand(r.key, info) }

func expand(key [keySize]byte, info string) []byte {
	out, err := hkdf.Expand(sha256.New, key[:], info, keySize)
	if err != nil { // only for more than 255 hashes of output
		panic(fmt.Sprintf("keyring: %v", err))
	}
	return out
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil { // only for a key of another length
		panic(fmt.Sprintf("keyring: %v", err))
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil { // only for another block size
		panic(fmt.Sprintf("keyring: %v", err))
	}
	return a
}

func newKey() (key [keySize]byte) {
	rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	return key
}
