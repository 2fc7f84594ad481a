package lan

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"onedoor/sync/oplog"
)

// Beacon is what a station says of itself.
type Beacon struct {
	Realm  [8]byte        // beginning of the hash of the realm's root: others pass it over
	Device oplog.DeviceID // who listens
	Port   uint16         // TCP port where it listens; 0 says that it leaves
}

const (
	magic      = "ODLN"
	version    = 1
	beaconSize = 4 + 1 + 8 + 32 + 2
)

// RealmOf names a district in beacons, by the DER of its root.
func RealmOf(root []byte) (r [8]byte) {
	h := sha256.Sum256(root)
	copy(r[:], h[:])
	return r
}

// Encode gives the datagram: magic, version, realm, device, port (big endian).
func (b Beacon) Encode() []byte {
	out := append([]byte(magic), version)
	out = append(out, b.Realm[:]...)
	out = append(out, b.Device[:]...)
	return binary.BigEndian.AppendUint16(out, b.Port)
}

var errBeacon = errors.New("lan: not a beacon")

// Decode reads a datagram. Longer ones are of later versions and read as far as known.
func Decode(p []byte) (b Beacon, err error) {
	if len(p) < beaconSize || !bytes.HasPrefix(p, []byte(magic)) || p[4] < version {
		return b, errBeacon
	}
	copy(b.Realm[:], p[5:])
	copy(b.Device[:], p[13:])
	b.Port = binary.BigEndian.Uint16(p[45:])
	if b.Device.IsZero() {
		return b, errBeacon
	}
	return b, nil
}
