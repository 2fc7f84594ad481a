package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// KeyID names a device's signing key in a QR code: the first 8 bytes of the
// SHA-256 of its SubjectPublicKeyInfo.
type KeyID [8]byte

// String is the id in lower-case hex.
func (k KeyID) String() string { return fmt.Sprintf("%x", k[:]) }

// KeyIDOf returns the id of a public key, which must be ECDSA P-256.
func KeyIDOf(pub crypto.PublicKey) (id KeyID, err error) {
	if err := mustBeP256(pub); err != nil {
		return id, err
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return id, err
	}
	sum := sha256.Sum256(der)
	copy(id[:], sum[:])
	return id, nil
}

func mustBeP256(pub crypto.PublicKey) error {
	if k, ok := pub.(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() {
		return fmt.Errorf("the key is %T, not ECDSA P-256", pub)
	}
	return nil
}

// rs is an ECDSA signature.
type rs struct{ R, S *big.Int }

var (
	order     = elliptic.P256().Params().N
	halfOrder = new(big.Int).Rsh(order, 1)
)

var errForm = errors.New("the signature is not in its one permitted form")

// signLow signs digest and chooses the smaller of the two values of s that an
// ECDSA signature can have.
func signLow(signer crypto.Signer, digest []byte) (rs, error) {
	if err := mustBeP256(signer.Public()); err != nil {
		return rs{}, err
	}
	random := rand.Reader
	if _, ok := signer.(*ecdsa.PrivateKey); ok {
		random = nil // RFC 6979: a reprint has the same QR code, and a weak generator cannot leak the key
	}
	der, err := signer.Sign(random, digest, crypto.SHA256)
	if err != nil {
		return rs{}, err
	}
	var sig rs
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 {
		return rs{}, errors.New("the signer gave no ASN.1 ECDSA signature")
	}
	if sig.S.Cmp(halfOrder) > 0 {
		sig.S.Sub(order, sig.S)
	}
	return sig, nil
}

// check verifies sig and refuses its other form.
func (s rs) check(pub crypto.PublicKey, digest []byte) error {
	if err := mustBeP256(pub); err != nil {
		return err
	}
	if s.R == nil || s.S == nil || s.R.Sign() <= 0 || s.S.Sign() <= 0 || s.S.Cmp(halfOrder) > 0 {
		return errForm
	}
	if !ecdsa.Verify(pub.(*ecdsa.PublicKey), digest, s.R, s.S) {
		return errors.New("the signature does not fit the content")
	}
	return nil
}
