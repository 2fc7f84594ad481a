package roster

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"onedoor/internal/password"
	"onedoor/sync/oplog"
)

const (
	kitFormat  = "onedoor recovery kit"
	keysFormat = "onedoor scope keys"
	maxKit     = 64 << 10
	maxKeys    = 8 << 20 // bytes; room for every scope of a district, many times rotated
)

// RecoveryKit is what a district keeps in its safe: the root's private key, which
// signs a successor hub, and the certificates that stations know.
type RecoveryKit struct {
	Root *Root
	CAs  [][]byte // DER of the issuing authorities so far
}

// KitInfo is what a kit or key file tells without its passphrase.
type KitInfo struct {
	Realm
	Fingerprint string `json:"fingerprint"` // of the root
}

type kitSecret struct {
	RootKey []byte   `json:"root_key"` // PKCS #8 DER
	Root    []byte   `json:"root"`     // DER
	CAs     [][]byte `json:"authorities"`
}

// String and GoString keep the key out of logs.
func (k *RecoveryKit) String() string { return "recovery kit" }

// GoString is String.
func (k *RecoveryKit) GoString() string { return k.String() }

// GeneratePassphrase makes a passphrase of 100 bits for paper: "K7QF-2M9X-...".
func GeneratePassphrase() string { return password.Generate() }

// Encode seals the kit. A passphrase from GeneratePassphrase may later be typed
// without care for case, dashes and blanks. Errors: CodePassphrase, CodeUntrusted.
func (k *RecoveryKit) Encode(passphrase string) ([]byte, error) {
	return k.encode(passphrase, password.Default)
}

func (k *RecoveryKit) encode(passphrase string, cost password.Params) ([]byte, error) {
	if _, err := NewVerifier(k.Root.Cert, k.CAs...); err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(k.Root.Key)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return sealFile(kitFormat, "recovery kit", k.Root.Cert, kitSecret{key, k.Root.Cert, k.CAs}, passphrase, cost)
}

// DecodeRecoveryKit opens a kit. Errors: CodeWrongFile, CodeNewer, CodeAltered,
// CodePassphrase, CodeUntrusted, CodeTooLarge.
func DecodeRecoveryKit(data []byte, passphrase string) (*RecoveryKit, error) {
	const what = "recovery kit"
	var s kitSecret
	info, err := openFile(data, kitFormat, what, maxKit, passphrase, &s)
	if err != nil {
		return nil, err
	}
	v, err := NewVerifier(s.Root, s.CAs...)
	if err != nil {
		return nil, err
	}
	key, err := parseP256(s.RootKey)
	if err != nil || !key.PublicKey.Equal(v.root.PublicKey) || info != infoOf(v) {
		return nil, refuse(CodeAltered, what, "the key is not the root's")
	}
	return &RecoveryKit{Root: &Root{Key: key, Cert: s.Root}, CAs: s.CAs}, nil
}

// ReadKitInfo tells of which district a recovery kit or key file is, without its
// passphrase: what it says is not proven before the file is opened.
func ReadKitInfo(data []byte) (KitInfo, error) {
	info, _, _, err := parseSealed(data, kitFormat, "recovery kit", maxKit)
	if CodeOf(err) == CodeWrongFile {
		info, _, _, err = parseSealed(data, keysFormat, "keys", maxKeys)
	}
	return info, err
}

type keysSecret struct {
	Root []byte      `json:"root"` // DER
	Keys []scopeJSON `json:"keys"`
	Hub  []byte      `json:"hub,omitempty"` // Deposit
}

// KeyBackup is what a district keeps beside its recovery kit.
type KeyBackup struct {
	Root []byte     // DER
	Keys []ScopeKey // of all scopes, old ones too
	Hub  []byte     // the hub's own keys, as Deposit sealed them; nil in older backups
}

type scopeJSON struct {
	Scope oplog.Scope `json:"scope"`
	ID    string      `json:"id"`
	Key   []byte      `json:"key"` // 32 bytes
}

// EncodeKeys seals scope keys of a realm for the safe: with the recovery kit and an
// archive of sealed segments they are enough to make a hub again.
func EncodeKeys(b KeyBackup, passphrase string) ([]byte, error) {
	return encodeKeys(b, passphrase, password.Default)
}

func encodeKeys(b KeyBackup, passphrase string, cost password.Params) ([]byte, error) {
	s := keysSecret{Root: b.Root, Hub: b.Hub}
	for _, k := range b.Keys {
		s.Keys = append(s.Keys, scopeJSON{k.Scope, k.ID.String(), k.Key[:]})
	}
	data, err := sealFile(keysFormat, "keys", b.Root, s, passphrase, cost)
	if err == nil && len(data) > maxKeys {
		return nil, refuse(CodeTooLarge, "keys", fmt.Sprintf("%d bytes", len(data)))
	}
	return data, err
}

// DecodeKeys opens exported keys; they are of use with their realm only. Errors as
// DecodeRecoveryKit.
func DecodeKeys(data []byte, passphrase string) (*KeyBackup, error) {
	const what = "keys"
	var s keysSecret
	info, err := openFile(data, keysFormat, what, maxKeys, passphrase, &s)
	if err != nil {
		return nil, err
	}
	v, err := NewVerifier(s.Root)
	if err != nil {
		return nil, err
	}
	if info != infoOf(v) {
		return nil, refuse(CodeAltered, what, "the root is of another district")
	}
	b := &KeyBackup{Root: s.Root, Hub: s.Hub}
	for _, k := range s.Keys {
		id, err := oplog.ParseKeyID(k.ID)
		if err != nil || k.Scope.Check() != nil || len(k.Key) != 32 {
			return nil, refuse(CodeAltered, what, "a key is malformed")
		}
		b.Keys = append(b.Keys, ScopeKey{k.Scope, id, [32]byte(k.Key)})
	}
	return b, nil
}

func infoOf(v *Verifier) KitInfo { return KitInfo{v.Realm(), Fingerprint(v.RootCert())} }

// sealFile writes an envelope with a readable header, and secret sealed under it.
func sealFile(format, what string, rootDER []byte, secret any, passphrase string, cost password.Params) ([]byte, error) {
	v, err := NewVerifier(rootDER)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return encodeFile(format, infoOf(v), func(header []byte) (any, error) {
		box, err := password.SealBox(password.Canonical(passphrase), header, plain, cost)
		if err != nil {
			return nil, &Error{Code: CodePassphrase, What: what, Cause: err}
		}
		return box, nil
	})
}

func openFile(data []byte, format, what string, limit int, passphrase string, secret any) (KitInfo, error) {
	info, box, header, err := parseSealed(data, format, what, limit)
	if err != nil {
		return info, err
	}
	plain, err := password.OpenBox(password.Canonical(passphrase), header, box)
	switch {
	case errors.Is(err, password.ErrMalformed):
		return info, &Error{Code: CodeAltered, What: what, Cause: err}
	case err != nil:
		return info, &Error{Code: CodePassphrase, What: what, Cause: err}
	}
	if err := strictJSON(plain, secret); err != nil {
		return info, refuse(CodeAltered, what, "its content is not as this program writes it")
	}
	return info, nil
}

func parseSealed(data []byte, format, what string, limit int) (info KitInfo, box *password.Box, header []byte, err error) {
	box = new(password.Box)
	header, err = decodeFile(data, format, what, limit, &info, box)
	if err != nil {
		return KitInfo{}, nil, nil, err
	}
	if err := box.Check(); err != nil {
		return KitInfo{}, nil, nil, &Error{Code: CodeAltered, What: what, Cause: err}
	}
	return info, box, header, nil
}
