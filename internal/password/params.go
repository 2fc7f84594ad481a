// Package password turns what a person remembers into keys and verifiers with
// Argon2id (RFC 9106). It keeps no state, knows no users and has no rules on
// what a good password is.
//
// The formats are specified in docs/formats/keys.md.
package password

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Params is the cost of one derivation. It is stored beside whatever was derived
// with it, so that the default may rise without locking anybody out.
type Params struct {
	Time    uint32 `json:"time"`       // passes over the memory
	Memory  uint32 `json:"memory_kib"` // KiB
	Threads uint8  `json:"threads"`    // lanes
}

// Default is the second recommended option of RFC 9106, section 4 (3 passes over
// 64 MiB), with two lanes in place of four. Two lanes are what an old two-core
// PC can use; their number does not change what a guess costs an attacker. It
// takes about 0.1 s on a server core and 0.2 s without the assembler of amd64,
// so a PC four times as slow still logs in within the budget of 1 s. 64 MiB is
// what a counter with 4 GB can spare for a moment; more would make it swap.
var Default = Params{Time: 3, Memory: 64 << 10, Threads: 2}

// Bounds of what is accepted from a file. They are above every cost that we would
// write, and far below what would make a program fail for want of memory.
const (
	maxTime    = 64
	maxMemory  = 512 << 10 // KiB
	maxThreads = 16
	saltSize   = 16
	keySize    = 32
	// maxLength bounds a password in bytes: nobody types more, and a request with
	// megabytes must not be hashed.
	maxLength = 1024
)

var (
	// ErrEmpty says that no password was given.
	ErrEmpty = errors.New("password: empty")
	// ErrTooLong says that a password has more than 1,024 bytes.
	ErrTooLong = errors.New("password: too long")
	// ErrWrong says that the passphrase does not open what was sealed with it, or
	// that the sealed bytes were altered: the two cannot be told apart.
	ErrWrong = errors.New("password: wrong passphrase, or the sealed data was altered")
	// ErrMalformed says that a stored verifier or sealed box has not the form that
	// this program writes, or asks for a cost out of bounds.
	ErrMalformed = errors.New("password: malformed")
)

// Check tells whether p is within the accepted bounds.
func (p Params) Check() error {
	ok := p.Time >= 1 && p.Time <= maxTime &&
		p.Threads >= 1 && p.Threads <= maxThreads &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory
	if !ok {
		return fmt.Errorf("%w: cost t=%d m=%d p=%d", ErrMalformed, p.Time, p.Memory, p.Threads)
	}
	return nil
}

// less tells whether p costs a guesser less than q in any respect that counts.
func (p Params) less(q Params) bool { return p.Time < q.Time || p.Memory < q.Memory }

// fold gives the bytes that are hashed: NFKC, because a Chinese input method left
// in full-width mode types "１２３" where the clerk means "123".
func fold(password string) ([]byte, error) {
	switch {
	case password == "":
		return nil, ErrEmpty
	case len(password) > maxLength:
		return nil, ErrTooLong
	}
	return norm.NFKC.Bytes([]byte(password)), nil
}

func derive(password string, salt []byte, p Params) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	secret, err := fold(password)
	if err != nil {
		return nil, err
	}
	return argon2.IDKey(secret, salt, p.Time, p.Memory, p.Threads, keySize), nil
}
