package roster

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
)

const (
	requestFormat = "onedoor request"
	maxRequest    = 64 << 10 // bytes; a real one has about 2,000
)

// Request asks the district to enrol a device. It is made by the device, carried by
// file, and holds nothing secret. The signing key signs it whole, so the three keys
// belong together; each certificate request proves that its key is held.
type Request struct {
	Division string `json:"division"` // 12 digits
	Counter  string `json:"counter"`  // 2 digits
	Name     string `json:"name"`     // of the station
	TLSCSR   []byte `json:"tls_csr"`  // PKCS #10 DER
	SignCSR  []byte `json:"sign_csr"` // PKCS #10 DER
	WrapKey  []byte `json:"wrap_key"` // X25519 public key, 32 bytes

	tlsKey, signKey *ecdsa.PublicKey // of the checked CSRs
}

// NewRequest asks for the device with these keys. division has 6, 9 or 12 digits.
// Errors: CodeInvalid.
func NewRequest(keys *DeviceKeys, division, counter, name string) (*Request, error) {
	division, err := Division(division)
	if err != nil {
		return nil, err
	}
	r := &Request{Division: division, Counter: counter, Name: name, WrapKey: keys.Wrap.PublicKey().Bytes()}
	if r.TLSCSR, err = newCSR(keys.TLS, tlsName); err != nil {
		return nil, err
	}
	if r.SignCSR, err = newCSR(keys.Signing, division+"-"+counter); err != nil {
		return nil, err
	}
	return r, r.check()
}

// Encode gives the request file, signed by the device's signing key.
func (r *Request) Encode(keys *DeviceKeys) ([]byte, error) {
	return encodeFile(requestFormat, r, func(signed []byte) (any, error) {
		return keys.Sign(requestFormat, signed)
	})
}

// DecodeRequest reads a request file and checks every signature in it.
// Errors: CodeWrongFile, CodeNewer, CodeAltered, CodeInvalid, CodeTooLarge.
func DecodeRequest(data []byte) (*Request, error) {
	var r Request
	var sig []byte
	signed, err := decodeFile(data, requestFormat, "request", maxRequest, &r, &sig)
	if err != nil {
		return nil, err
	}
	_, pub, err := parseCSR(r.SignCSR)
	if err != nil || VerifySignature(pub, requestFormat, signed, sig) != nil {
		return nil, refuse(CodeAltered, "request", "the signature does not hold")
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	return &r, nil
}

// check tells whether a request is complete and sound, and keeps its public keys.
func (r *Request) check() error {
	const what = "request"
	if err := checkDivision(what, r.Division); err != nil {
		return err
	}
	if err := checkCounter(what, r.Counter); err != nil {
		return err
	}
	if err := checkName(what, "name", r.Name); err != nil {
		return err
	}
	tlsCSR, tlsKey, err := parseCSR(r.TLSCSR)
	if err != nil || tlsCSR.Subject.CommonName != tlsName {
		return invalid(what, "tls_csr", "not a request for a transport certificate")
	}
	signCSR, signKey, err := parseCSR(r.SignCSR)
	if err != nil || signCSR.Subject.CommonName != r.Division+"-"+r.Counter {
		return invalid(what, "sign_csr", "not a request for this device's signing certificate")
	}
	if tlsKey.Equal(signKey) {
		return invalid(what, "sign_csr", "one key cannot serve for transport and signing")
	}
	if _, err := ecdh.X25519().NewPublicKey(r.WrapKey); err != nil {
		return invalid(what, "wrap_key", "not an X25519 key")
	}
	r.tlsKey, r.signKey = tlsKey, signKey
	return nil
}

func newCSR(key *ecdsa.PrivateKey, cn string) ([]byte, error) {
	tmpl := &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}, SignatureAlgorithm: x509.ECDSAWithSHA256}
	der, err := x509.CreateCertificateRequest(rand.Reader, tmpl, lowS{key})
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return der, nil
}

func parseCSR(der []byte) (*x509.CertificateRequest, *ecdsa.PublicKey, error) {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, nil, err
	}
	pub, ok := csr.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, nil, errSignature
	}
	return csr, pub, nil
}
