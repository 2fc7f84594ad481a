package sign

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Stamp is what a QR code states: that the device Key issued the document Kind
// of the case Number at IssuedAt with the content Digest.
type Stamp struct {
	Number   string    // 1 to 64 printable ASCII characters
	Kind     string    // 1 to 24 of a-z, 0-9, "-", "_"
	IssuedAt time.Time // whole seconds, years 1970 to 36812
	Digest   [16]byte  // first half of the document's content digest
	Key      KeyID
}

// QRPrefix begins every QR text and names the format's version. A reader that
// knows another prefix only must say so instead of guessing.
const QRPrefix = "OD1:"

const (
	sigSize  = 64
	qrDomain = "onedoor/qr/v1\x00" // no signature made for anything else fits a QR code
)

// Base 32 stays within the QR alphanumeric mode (5.5 bits a character) and,
// unlike base 45, has no blanks that a shell or a form field would eat.
var b32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// marshal is the signed part of the payload.
func (s Stamp) marshal() ([]byte, error) {
	if !validNumber(s.Number) || !validKind(s.Kind) {
		return nil, fmt.Errorf("number or kind has an unfit length or character")
	}
	at := s.IssuedAt.Unix()
	if at < 0 || at >= 1<<40 {
		return nil, fmt.Errorf("issuing time is out of range")
	}
	b := append([]byte{byte(len(s.Number))}, s.Number...)
	b = append(append(b, byte(len(s.Kind))), s.Kind...)
	b = append(b, binary.BigEndian.AppendUint64(nil, uint64(at))[3:]...)
	return append(append(b, s.Digest[:]...), s.Key[:]...), nil
}

func validNumber(s string) bool {
	return len(s) >= 1 && len(s) <= 64 &&
		strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func validKind(s string) bool {
	return len(s) >= 1 && len(s) <= 24 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// unmarshal reads what marshal wrote and returns what follows it.
func (s *Stamp) unmarshal(b []byte) (rest []byte, err error) {
	short := errors.New("truncated payload")
	text := func() string {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			err = short
			return ""
		}
		t := string(b[1 : 1+b[0]])
		b = b[1+b[0]:]
		return t
	}
	if s.Number = text(); err != nil {
		return nil, err
	}
	if s.Kind = text(); err != nil {
		return nil, err
	}
	if !validNumber(s.Number) || !validKind(s.Kind) {
		return nil, errors.New("number or kind has an unfit length or character")
	}
	if len(b) < 5+len(s.Digest)+len(s.Key) {
		return nil, short
	}
	at := binary.BigEndian.Uint64(append([]byte{0, 0, 0}, b[:5]...))
	s.IssuedAt = time.Unix(int64(at), 0).UTC()
	b = b[5:]
	b = b[copy(s.Digest[:], b):]
	return b[copy(s.Key[:], b):], nil
}

func qrDigest(body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(qrDomain))
	h.Write(body)
	return h.Sum(nil)
}

// SignQR returns the QR text of s, signed by the device's key. s.Key is set
// from the signer; IssuedAt loses its fraction of a second.
func SignQR(s Stamp, signer crypto.Signer) (string, error) {
	var err error
	if s.Key, err = KeyIDOf(signer.Public()); err != nil {
		return "", cannotSign(err)
	}
	body, err := s.marshal()
	if err != nil {
		return "", cannotSign(err)
	}
	sig, err := signLow(signer, qrDigest(body))
	if err != nil {
		return "", cannotSign(err)
	}
	raw := make([]byte, sigSize)
	sig.R.FillBytes(raw[:sigSize/2])
	sig.S.FillBytes(raw[sigSize/2:])
	return QRPrefix + b32.EncodeToString(append(body, raw...)), nil
}

// ParseQR reads a QR text without checking its signature: a statement by
// nobody yet. Blanks around the text are ignored. Error: *Error, NotOurs for
// other texts, Unreadable for what only begins as ours.
func ParseQR(text string) (Stamp, error) {
	s, _, _, err := parseQR(text)
	return s, err
}

func parseQR(text string) (s Stamp, body []byte, sig rs, err error) {
	text = strings.TrimSpace(text)
	code, ok := strings.CutPrefix(text, QRPrefix)
	if !ok || len(text) > 400 {
		return s, nil, sig, notOurs(nil)
	}
	raw, err := b32.DecodeString(code)
	if err != nil {
		return s, nil, sig, unreadable(err)
	}
	if b32.EncodeToString(raw) != code {
		return s, nil, sig, unreadable(errForm) // spare bits at the end were set
	}
	rest, err := s.unmarshal(raw)
	if err == nil && len(rest) != sigSize {
		err = errors.New("wrong length")
	}
	if err != nil {
		return Stamp{}, nil, sig, unreadable(err)
	}
	sig.R = new(big.Int).SetBytes(rest[:sigSize/2])
	sig.S = new(big.Int).SetBytes(rest[sigSize/2:])
	return s, raw[:len(raw)-sigSize], sig, nil
}

// Lookup finds the certificate of a device's signing key. An error means that
// the key is not known here.
type Lookup func(KeyID) (*x509.Certificate, error)

// VerifyQR checks a QR text against the certificates that lookup knows. The
// caller decides whether the device had been revoked at stamp.IssuedAt, and whether
// the digest is that of its own record. On error the Stamp is empty.
func VerifyQR(text string, lookup Lookup) (Stamp, *x509.Certificate, error) {
	s, body, sig, err := parseQR(text)
	if err != nil {
		return Stamp{}, nil, err
	}
	cert, err := lookup(s.Key)
	if err != nil || cert == nil {
		return Stamp{}, nil, unknownSigner(err)
	}
	if id, err := KeyIDOf(cert.PublicKey); err != nil || id != s.Key {
		return Stamp{}, nil, unknownSigner(errors.New("the certificate found is for another key"))
	}
	if err := sig.check(cert.PublicKey, qrDigest(body)); err != nil {
		return Stamp{}, nil, altered(err)
	}
	if err := maySign(cert, s.IssuedAt); err != nil {
		return Stamp{}, nil, badSigner(err)
	}
	return s, cert, nil
}
