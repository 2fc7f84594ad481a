package roster

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
)

// A deposit is what only the holder of the root's key can open: the hub's own keys
// lie in the exported keys in this form, so that neither the exported keys nor the
// recovery kit is a hub by itself.

const depositInfo = "onedoor deposit 1\n"

// Deposit seals bytes for the holder of the realm's recovery kit: HPKE (RFC 9180),
// base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; the fingerprint of
// the root is the info. Errors: CodeUntrusted.
func Deposit(rootDER, plain []byte) ([]byte, error) {
	root, err := parseRoot(rootDER)
	if err != nil {
		return nil, err
	}
	_, pub, err := parseCert(root.Raw)
	if err != nil {
		return nil, err
	}
	key, err := pub.ECDH()
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	hp, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	out, err := hpke.Seal(hp, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(depositInfo+Fingerprint(rootDER)), plain)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return out, nil
}

// OpenDeposit opens what Deposit sealed for this root. Errors: CodeAltered.
func (r *Root) OpenDeposit(box []byte) ([]byte, error) {
	var key *ecdh.PrivateKey
	key, err := r.Key.ECDH()
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	hp, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	plain, err := hpke.Open(hp, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(depositInfo+Fingerprint(r.Cert)), box)
	if err != nil {
		return nil, refuse(CodeAltered, "keys", "the hub's part does not open with this recovery kit")
	}
	return plain, nil
}
