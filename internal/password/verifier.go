package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Hash gives the verifier of a password at the default cost, in the PHC string
// form "$argon2id$v=19$m=65536,t=3,p=2$salt$hash" (base64 without padding).
func Hash(password string) (string, error) { return HashWith(password, Default) }

// HashWith is Hash at another cost; tests use a low one.
func HashWith(password string, p Params) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	key, err := derive(password, salt, p)
	if err != nil {
		return "", err
	}
	return encode(p, salt, key), nil
}

// Verify compares a password with a verifier in constant time. upgrade tells, when
// ok, that the verifier was made at a lower cost than Default: the caller then
// stores Hash of the same password. An empty or over-long password is not an
// error but wrong; err is ErrMalformed for a verifier that this program did not make.
func Verify(verifier, password string) (ok, upgrade bool, err error) {
	p, salt, want, err := decode(verifier)
	if err != nil {
		return false, false, err
	}
	got, err := derive(password, salt, p)
	if err != nil {
		return false, false, nil
	}
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return false, false, nil
	}
	return true, p.less(Default), nil
}

// Waste spends the time of one Verify. A login calls it for a user that does not
// exist, so that the answer's delay does not tell which names do.
func Waste(password string) {
	derive(password, make([]byte, saltSize), Default)
}

func encode(p Params, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.Memory, p.Time, p.Threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decode reads the form of encode and nothing else: what does not encode back to
// the same string is refused, so a verifier has one spelling.
func decode(s string) (p Params, salt, key []byte, err error) {
	fail := func() (Params, []byte, []byte, error) {
		return Params{}, nil, nil, fmt.Errorf("%w verifier", ErrMalformed)
	}
	f := strings.Split(s, "$")
	if len(s) > 256 || len(f) != 6 {
		return fail()
	}
	if _, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); err != nil {
		return fail()
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(salt) != saltSize || len(key) != keySize || encode(p, salt, key) != s {
		return fail()
	}
	if err := p.Check(); err != nil {
		return Params{}, nil, nil, err
	}
	return p, salt, key, nil
}
