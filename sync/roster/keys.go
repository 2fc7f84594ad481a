package roster

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"onedoor/sync/oplog"
)

// DeviceKeys are a device's own: made on it, and never leaving it. Marshal gives
// them in clear; the caller seals the result with the keyring.
type DeviceKeys struct {
	TLS     *ecdsa.PrivateKey // P-256: the transport
	Signing *ecdsa.PrivateKey // P-256: batches and documents
	Wrap    *ecdh.PrivateKey  // X25519: receives scope keys
}

// GenerateKeys makes a device's keys.
func GenerateKeys() (*DeviceKeys, error) {
	var k DeviceKeys
	var err error
	if k.TLS, err = newP256(); err != nil {
		return nil, err
	}
	if k.Signing, err = newP256(); err != nil {
		return nil, err
	}
	if k.Wrap, err = ecdh.X25519().GenerateKey(rand.Reader); err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return &k, nil
}

func newP256() (*ecdsa.PrivateKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return k, nil
}

// String and GoString keep the keys out of logs.
func (k *DeviceKeys) String() string { return "device keys" }

// GoString is String.
func (k *DeviceKeys) GoString() string { return k.String() }

// Signer signs a digest of SHA-256 for other formats (CMS of a PDF).
func (k *DeviceKeys) Signer() crypto.Signer { return lowS{k.Signing} }

// TLSCertificate is what the transport presents: the device certificate alone, as
// Syncthing devices do.
func (k *DeviceKeys) TLSCertificate(rec *DeviceRecord) tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{rec.TLSCert}, PrivateKey: k.TLS}
}

// keysJSON holds PKCS #8 DER and, for wrap, the 32 bytes of RFC 7748.
type keysJSON struct {
	Version int    `json:"version"`
	TLS     []byte `json:"tls"`
	Signing []byte `json:"signing"`
	Wrap    []byte `json:"wrap"`
}

// Marshal gives the keys as JSON, in clear.
func (k *DeviceKeys) Marshal() ([]byte, error) {
	tlsKey, err := x509.MarshalPKCS8PrivateKey(k.TLS)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	signing, err := x509.MarshalPKCS8PrivateKey(k.Signing)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return json.Marshal(keysJSON{1, tlsKey, signing, k.Wrap.Bytes()})
}

// UnmarshalKeys reads what Marshal gave. Errors: CodeAltered, CodeNewer.
func UnmarshalKeys(data []byte) (*DeviceKeys, error) {
	const what = "device keys"
	var j keysJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, refuse(CodeAltered, what, "not JSON")
	}
	if j.Version > 1 {
		return nil, refuse(CodeNewer, what, fmt.Sprintf("version %d", j.Version))
	}
	var k DeviceKeys
	var err error
	if k.TLS, err = parseP256(j.TLS); err != nil {
		return nil, &Error{Code: CodeAltered, What: what, Cause: err}
	}
	if k.Signing, err = parseP256(j.Signing); err != nil {
		return nil, &Error{Code: CodeAltered, What: what, Cause: err}
	}
	if k.Wrap, err = ecdh.X25519().NewPrivateKey(j.Wrap); err != nil {
		return nil, &Error{Code: CodeAltered, What: what, Cause: err}
	}
	return &k, nil
}

func parseP256(der []byte) (*ecdsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("not a private key")
	}
	k, ok := key.(*ecdsa.PrivateKey)
	if !ok || k.Curve != elliptic.P256() {
		return nil, errors.New("not a P-256 key")
	}
	return k, nil
}

// ScopeKey is a key of a scope with its id.
type ScopeKey struct {
	Scope oplog.Scope
	ID    oplog.KeyID
	Key   [32]byte
}

// String and GoString keep the key out of logs.
func (k ScopeKey) String() string { return fmt.Sprintf("key %s of %s", k.ID, k.Scope) }

// GoString is String.
func (k ScopeKey) GoString() string { return k.String() }

// WrapKey seals a scope's key for one device with HPKE (RFC 9180) in base mode:
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Scope, key id and device are
// the info, so that a wrapped key opens as nothing else and nowhere else. HPKE does
// not say who wrapped it: what carries the result must be signed.
func WrapKey(to *DeviceRecord, key ScopeKey) ([]byte, error) {
	pub, err := ecdh.X25519().NewPublicKey(to.WrapKey)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, What: "device", Field: "wrap_key", Cause: err}
	}
	hp, err := hpke.NewDHKEMPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	info := wrapInfo(to.ID, key.Scope, key.ID)
	out, err := hpke.Seal(hp, hpke.HKDFSHA256(), hpke.AES256GCM(), info, key.Key[:])
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return out, nil
}

// UnwrapKey opens a key that was wrapped for this device under exactly this scope
// and id; self is this device's ID. Error: CodeAltered.
func (k *DeviceKeys) UnwrapKey(self oplog.DeviceID, scope oplog.Scope, id oplog.KeyID, wrapped []byte) (ScopeKey, error) {
	out := ScopeKey{Scope: scope, ID: id}
	hp, err := hpke.NewDHKEMPrivateKey(k.Wrap)
	if err != nil {
		return ScopeKey{}, fmt.Errorf("roster: %w", err)
	}
	plain, err := hpke.Open(hp, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(self, scope, id), wrapped)
	if err != nil || len(plain) != len(out.Key) {
		return ScopeKey{}, refuse(CodeAltered, "wrapped key", "it does not open for this device, scope and id")
	}
	copy(out.Key[:], plain)
	return out, nil
}

// wrapInfo is unambiguous: all but the scope have fixed lengths.
func wrapInfo(device oplog.DeviceID, scope oplog.Scope, id oplog.KeyID) []byte {
	b := append([]byte("onedoor wrap 1\n"), device[:]...)
	b = append(b, id[:]...)
	return append(b, scope...)
}
