package password

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
)

// Box is a secret sealed under a passphrase: Argon2id gives the key, AES-256-GCM
// seals. It is stored as JSON inside the files that use it.
type Box struct {
	KDF    string `json:"kdf"` // "argon2id"
	Params        // at the same level in JSON
	Salt   []byte `json:"salt"`   // 16 bytes
	Sealed []byte `json:"sealed"` // nonce of 12 bytes, ciphertext, tag of 16 bytes
}

const kdfName = "argon2id"

// SealBox seals plain at the cost p. context is authenticated with it (what kind
// of file this is, and its readable header): OpenBox needs the same.
func SealBox(passphrase string, context, plain []byte, p Params) (*Box, error) {
	b := &Box{KDF: kdfName, Params: p, Salt: make([]byte, saltSize)}
	rand.Read(b.Salt) // never fails
	aead, err := b.aead(passphrase)
	if err != nil {
		return nil, err
	}
	b.Sealed = aead.Seal(nil, nil, plain, b.context(context))
	return b, nil
}

// Check tells whether b has the form that SealBox writes, without opening it.
func (b *Box) Check() error {
	if b.KDF != kdfName || len(b.Salt) != saltSize || len(b.Sealed) < 28 {
		return fmt.Errorf("%w box", ErrMalformed)
	}
	return b.Params.Check()
}

// OpenBox gives what was sealed. Errors: ErrWrong, ErrEmpty, ErrTooLong, ErrMalformed.
func OpenBox(passphrase string, context []byte, b *Box) ([]byte, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	aead, err := b.aead(passphrase)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, b.Sealed, b.context(context))
	if err != nil {
		return nil, ErrWrong
	}
	return plain, nil
}

// aead picks its own random nonce and puts it in front of the ciphertext. The key
// is fresh for every box, so a nonce cannot repeat under it.
func (b *Box) aead(passphrase string) (cipher.AEAD, error) {
	key, err := derive(passphrase, b.Salt, b.Params)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// context binds the cost and the salt too, although a change of them changes the key.
func (b *Box) context(context []byte) []byte {
	head := fmt.Appendf(nil, "onedoor box 1\n%s m=%d t=%d p=%d %x\n", b.KDF, b.Memory, b.Time, b.Threads, b.Salt)
	return append(head, context...)
}
