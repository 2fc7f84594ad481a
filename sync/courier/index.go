package courier

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/scan"
	"onedoor/sync/segment"
)

const (
	indexMagic  = "ODIDX\x00\x00\x01" // the last byte is the version of the format
	indexDomain = "onedoor courier index 1"

	maxCert    = 8 << 10
	maxEntries = 1 << 20
	maxName    = 256
	maxSig     = 128
	// maxIndex bounds an index file: a folder-year of a district with a file a
	// working day of every counter has some 10,000 entries of 160 bytes.
	maxIndex = 192 << 20

	flagComplete = 1
)

// index is what one station says to hold of one folder.
type index struct {
	device   oplog.DeviceID
	cert     []byte // DER of its signing certificate
	folder   string
	indexID  uint64
	complete bool  // all that the station held; else the stick had no room, or was pulled
	written  int64 // Unix seconds by the station's clock
	entries  []segment.FileInfo
}

// last is the highest sequence that the index shows.
func (x *index) last() (top int64) {
	for _, e := range x.entries {
		top = max(top, e.Sequence)
	}
	return top
}

func (x *index) body() []byte {
	b := append([]byte(indexMagic), x.device[:]...)
	b = appendBytes(b, x.cert)
	b = appendBytes(b, []byte(x.folder))
	b = binary.BigEndian.AppendUint64(b, x.indexID)
	flags := byte(0)
	if x.complete {
		flags = flagComplete
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, uint64(max(x.written, 0)))
	b = binary.AppendUvarint(b, uint64(len(x.entries)))
	for _, e := range x.entries {
		b = appendBytes(b, []byte(e.Name))
		b = binary.AppendUvarint(b, uint64(e.Size))
		b = append(b, e.Hash[:]...)
		b = binary.AppendUvarint(b, e.Version)
		b = binary.AppendUvarint(b, uint64(max(e.ModTime, 0)))
		b = binary.AppendUvarint(b, uint64(e.Sequence))
	}
	return b
}

// encode signs the index.
func (x *index) encode(keys *roster.DeviceKeys) ([]byte, error) {
	b := x.body()
	sig, err := keys.Sign(indexDomain, b)
	if err != nil {
		return nil, fmt.Errorf("courier: sign: %w", err)
	}
	return append(b, sig...), nil
}

// decodeIndex reads an index and gives its signature and what that covers. Nothing
// of it is proven before verify.
func decodeIndex(data []byte) (x *index, signed, sig []byte, err error) {
	x = &index{}
	r := oplog.Reader{B: data}
	if string(r.Take(len(indexMagic))) != indexMagic {
		return nil, nil, nil, fmt.Errorf("courier: not an index of a known version")
	}
	copy(x.device[:], r.Take(len(x.device)))
	x.cert = r.Bytes(maxCert)
	x.folder = string(r.Bytes(maxName))
	x.indexID = r.Uint64()
	flags := r.Byte()
	x.complete = flags&flagComplete != 0
	x.written = int64(r.Uvarint(1 << 62))
	n := r.Uvarint(maxEntries)
	if flags&^flagComplete != 0 {
		r.Fail()
	}
	for range n {
		e := segment.FileInfo{Folder: x.folder, Name: string(r.Bytes(maxName)), Size: int64(r.Uvarint(segment.MaxFile))}
		copy(e.Hash[:], r.Take(len(e.Hash)))
		e.Version = r.Uvarint(1 << 62)
		e.ModTime, e.Sequence = int64(r.Uvarint(1<<62)), int64(r.Uvarint(1<<62))
		if r.Err() != nil {
			break
		}
		x.entries = append(x.entries, e)
	}
	if r.Err() != nil || len(r.B) == 0 || len(r.B) > maxSig {
		return nil, nil, nil, fmt.Errorf("courier: index: %w", oplog.ErrMalformed)
	}
	return x, data[:len(data)-len(r.B)], r.B, x.check()
}

// check refuses what no station writes: names become paths here.
func (x *index) check() error {
	if _, err := segment.ScopeOf(x.folder); err != nil {
		return err
	}
	seen := make(map[string]bool, len(x.entries))
	for _, e := range x.entries {
		if err := checkName(x.folder, e.Name); err != nil {
			return err
		}
		if seen[e.Name] || e.Size == 0 || e.Version == 0 || e.Sequence == 0 {
			return fmt.Errorf("courier: index entry: %w", oplog.ErrMalformed)
		}
		seen[e.Name] = true
	}
	return nil
}

func checkName(folder, name string) (err error) {
	if _, _, scans := segment.ParseScans(folder); scans {
		_, err = scan.ParseName(name)
	} else {
		_, err = segment.ParseName(name)
	}
	return err
}

// verify checks that the index was signed by the device it names, and that the
// realm's root stands behind that device.
func (x *index) verify(v *roster.Verifier, signed, sig []byte) error {
	who, pub, err := v.CheckSigning(x.cert)
	if err != nil {
		return err
	}
	if who.ID != x.device {
		return fmt.Errorf("courier: the index names another device than its certificate")
	}
	return roster.VerifySignature(pub, indexDomain, signed, sig)
}

func appendBytes(b, p []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(p))), p...)
}

func hashOf(parts ...[]byte) (h oplog.Hash) {
	d := sha256.New()
	for _, p := range parts {
		d.Write(p)
	}
	copy(h[:], d.Sum(nil))
	return h
}
