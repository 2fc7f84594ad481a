package roster

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// ECDSA signatures come in pairs: with (r, s) also (r, n-s) verifies. A device is
// named by the hash of its whole certificate, so a revoked device could flip s and
// come back under a fresh name. Therefore everything signed here has the smaller s,
// and nothing else is accepted.

var halfOrder = new(big.Int).Rsh(elliptic.P256().Params().N, 1)

var errSignature = errors.New("the signature does not hold")

// lowS is a crypto.Signer over P-256 that gives the one accepted form.
type lowS struct{ *ecdsa.PrivateKey }

func (k lowS) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	sig, err := k.PrivateKey.Sign(r, digest, opts)
	if err != nil {
		return nil, err
	}
	return canonicalSignature(sig)
}

// canonicalSignature gives the DER of (r, min(s, n-s)).
func canonicalSignature(sig []byte) ([]byte, error) {
	var in cryptobyte.String = sig
	var seq cryptobyte.String
	r, s := new(big.Int), new(big.Int)
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() ||
		!seq.ReadASN1Integer(r) || !seq.ReadASN1Integer(s) || !seq.Empty() {
		return nil, errSignature
	}
	if s.Cmp(halfOrder) > 0 {
		s.Sub(elliptic.P256().Params().N, s)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(r)
		b.AddASN1BigInt(s)
	})
	return b.Bytes()
}

// digest separates the uses of a signing key: SHA-256(domain || 0x0a || message).
// domain is a constant of the program without a line feed.
func digest(domain string, message []byte) []byte {
	h := sha256.New()
	h.Write([]byte(domain + "\n"))
	h.Write(message)
	return h.Sum(nil)
}

// Sign gives the ECDSA P-256 signature (DER, smaller s) of a message by the device's
// signing key. domain names what is signed ("onedoor batch 1"), so that a signature
// of one thing is never one of another.
func (k *DeviceKeys) Sign(domain string, message []byte) ([]byte, error) {
	return k.Signer().Sign(rand.Reader, digest(domain, message), crypto.SHA256)
}

// VerifySignature checks what Sign made; it accepts one form of a signature only.
func VerifySignature(pub *ecdsa.PublicKey, domain string, message, sig []byte) error {
	canon, err := canonicalSignature(sig)
	if err != nil || !bytes.Equal(canon, sig) || !ecdsa.VerifyASN1(pub, digest(domain, message), sig) {
		return errSignature
	}
	return nil
}

// checkCanonical refuses every spelling of a certificate but the one that Authority
// makes from its signed part: another s, or padding around the signature, would be
// another hash and thus another device.
func checkCanonical(cert *x509.Certificate) error {
	sig, err := canonicalSignature(cert.Signature)
	if err != nil {
		return err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(cert.RawTBSCertificate)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidECDSAWithSHA256)
		})
		b.AddASN1BitString(sig)
	})
	der, err := b.Bytes()
	if err != nil || !bytes.Equal(der, cert.Raw) {
		return errors.New("not the one encoding of this certificate")
	}
	return nil
}

var oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
