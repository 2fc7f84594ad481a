// Package oplog defines the operation: one fact, said once, by one user on one
// device, that every replica keeps for ever. It knows the shape of an op, its
// canonical bytes, its hash and its stamp, and nothing of what ops mean.
//
// The byte formats are specified in docs/formats/op.md.
package oplog

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Hash is a SHA-256. The hash of an op is its identity.
type Hash [sha256.Size]byte

// IsZero tells whether h is unset, as the predecessor of a log's first op is.
func (h Hash) IsZero() bool { return h == Hash{} }

// String gives the full lower-case hexadecimal form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short gives the first 8 hexadecimal digits, for messages and file names.
func (h Hash) Short() string { return hex.EncodeToString(h[:4]) }

// MarshalText makes a Hash readable in JSON.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (h *Hash) UnmarshalText(b []byte) error { return decodeHex(h[:], string(b)) }

// ParseHash reads the form of String.
func ParseHash(s string) (h Hash, err error) { return h, decodeHex(h[:], s) }

// DeviceID names a device: the SHA-256 of its TLS certificate (DER), which is
// also its Syncthing device ID.
type DeviceID [sha256.Size]byte

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// String gives 52 lower-case base32 characters: safe as a file name everywhere.
func (d DeviceID) String() string { return base32Lower.EncodeToString(d[:]) }

// Short gives the first 7 characters, as people read them to each other.
func (d DeviceID) Short() string { return strings.ToUpper(d.String()[:7]) }

// IsZero tells whether d is unset.
func (d DeviceID) IsZero() bool { return d == DeviceID{} }

// MarshalText makes a DeviceID readable in JSON.
func (d DeviceID) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *DeviceID) UnmarshalText(b []byte) error {
	got, err := ParseDeviceID(string(b))
	*d = got
	return err
}

// ParseDeviceID reads the form of String, in either case.
func ParseDeviceID(s string) (d DeviceID, err error) {
	raw, err := base32Lower.DecodeString(strings.ToLower(s))
	if err != nil || len(raw) != len(d) {
		return d, fmt.Errorf("oplog: %q is not a device id", s)
	}
	copy(d[:], raw)
	return d, nil
}

// Epoch is the random name of one unbroken run of a device's logs. A device
// that finds its disk older than its high-water mark begins a new one.
type Epoch [8]byte

// String gives 16 hexadecimal digits.
func (e Epoch) String() string { return hex.EncodeToString(e[:]) }

// ParseEpoch reads the form of String.
func ParseEpoch(s string) (e Epoch, err error) { return e, decodeHex(e[:], s) }

// EntityID names what an op is about. It is random, never derived from anything
// a person could be recognised by.
type EntityID = uuid.UUID

// KeyID names the key that a sealed part or a batch was sealed with. The first
// byte is the kind of key: 1 a scope's key; 2 is reserved for keys per person.
type KeyID [8]byte

// KeyKindScope is the first byte of the id of a scope's key.
const KeyKindScope = 1

// String gives 16 hexadecimal digits.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// ParseKeyID reads the form of String.
func ParseKeyID(s string) (k KeyID, err error) { return k, decodeHex(k[:], s) }

// Scope names who may hold an op: "realm", or the 12-digit division code of a
// service point.
type Scope string

// Realm is the scope that every device of the district holds.
const Realm Scope = "realm"

// ErrScope says that a scope's name is neither "realm" nor 12 digits.
var ErrScope = errors.New("oplog: not a scope")

// Check tells whether s is well-formed; names go into paths and protocol fields.
func (s Scope) Check() error {
	if s == Realm {
		return nil
	}
	if len(s) != 12 || strings.Trim(string(s), "0123456789") != "" {
		return fmt.Errorf("%w: %q", ErrScope, string(s))
	}
	return nil
}

// LogID names one log: what one device wrote into one scope in one epoch.
type LogID struct {
	Scope  Scope
	Device DeviceID
	Epoch  Epoch
}

// Position names how much of the district's log in a scope had been applied:
// the last op, by its number and its hash. The zero Position is "nothing yet";
// in an op of the district's own log it means "at this op's own place".
type Position struct {
	Seq  uint64
	Hash Hash
}

// IsZero tells whether p names no op.
func (p Position) IsZero() bool { return p == Position{} }

// Head is the last op held of a log.
type Head struct {
	Device DeviceID
	Epoch  Epoch
	Seq    uint64
	Hash   Hash
}

func decodeHex(dst []byte, s string) error {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(dst) {
		return fmt.Errorf("oplog: %q is not %d bytes in hexadecimal", s, len(dst))
	}
	copy(dst, raw)
	return nil
}
