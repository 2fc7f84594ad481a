package roster

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"onedoor/internal/password"
)

// JoinCode is a one-time code for enrolment over the network: 100 random bits for paper,
// "K7QF-2M9X-...". Its first group names it; the other 80 bits are the secret.
type JoinCode string

// NewJoinCode makes a code.
func NewJoinCode() JoinCode { return JoinCode(password.Generate()) }

// ParseJoinCode reads a code as somebody typed it: case, dashes and blanks do not matter.
// Error: CodeInvalid.
func ParseJoinCode(s string) (JoinCode, error) {
	c := password.Canonical(s)
	if len(c) != 24 || strings.Count(c, "-") != 4 {
		return "", invalid("code", "code", "not five groups of four characters")
	}
	return JoinCode(c), nil
}

// Name is the part that is sent in the clear.
func (c JoinCode) Name() string { name, _, _ := strings.Cut(string(c), "-"); return name }

// String and GoString keep the secret out of logs.
func (c JoinCode) String() string { return "code " + c.Name() }

// GoString is String.
func (c JoinCode) GoString() string { return c.String() }

// The two who prove to each other that they know a code.
const (
	FromStation = "station"
	FromHub     = "hub"
)

// Proof shows that its sender knows the code, on this very TLS connection and for
// this message: HMAC-SHA-256 over role, the connection's exported keying material
// (RFC 8446, 7.5) and the message's hash. Somebody in the middle has two connections
// with two exports, so what one side says is nothing to the other.
func (c JoinCode) Proof(role string, exported, message []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, []byte(c), nil, "onedoor code 1 "+role, 32)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(message)
	m := hmac.New(sha256.New, key)
	m.Write(exported) // of fixed length
	m.Write(sum[:])
	return m.Sum(nil), nil
}

// Holds tells whether a proof is what Proof gives.
func (c JoinCode) Holds(proof []byte, role string, exported, message []byte) bool {
	want, err := c.Proof(role, exported, message)
	return err == nil && hmac.Equal(proof, want)
}

// Of tells whether a request is by the device of a record: all three keys are its.
func (r *Request) Of(d *DeviceRecord) bool {
	transport, err := parseLeaf(d.TLSCert, uriWrap)
	if err != nil {
		return false
	}
	signing, err := parseLeaf(d.SignCert, uriDevice)
	return err == nil && r.tlsKey.Equal(transport.pub) && r.signKey.Equal(signing.pub) && string(r.WrapKey) == string(d.WrapKey)
}

// Keys stands for the three public keys of a request.
func (r *Request) Keys() [32]byte {
	h := sha256.New()
	for _, k := range []interface{ Bytes() ([]byte, error) }{r.tlsKey, r.signKey} {
		b, _ := k.Bytes() // on the curve: it was checked
		h.Write(b)
	}
	h.Write(r.WrapKey)
	return [32]byte(h.Sum(nil))
}
