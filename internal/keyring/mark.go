package keyring

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"onedoor/internal/atomicfile"
)

// Mark is how far a device had come. It lies outside the home, so that a home that
// was restored from a copy is seen to be older than what the device has told the
// world. All fields but Epoch and Commit only rise, for ever.
//
// What it promises: every number that was told has a date <= Date and a serial
// <= Serial. After a restore, numbers of a date <= Date begin after Serial.
type Mark struct {
	Epoch  [8]byte // of the device's logs
	Commit uint64  // device-wide count of commits in this epoch
	Date   uint32  // yyyymmdd of the latest date that a number carries
	Serial uint64  // the greatest serial of any number
	Stamp  uint64  // the greatest stamp of any op
}

// merge gives the mark that stands for both: old, and next after it.
func (m Mark) merge(next Mark) Mark {
	next.Date, next.Serial, next.Stamp = max(m.Date, next.Date), max(m.Serial, next.Serial), max(m.Stamp, next.Stamp)
	if next.Epoch == m.Epoch {
		next.Commit = max(m.Commit, next.Commit)
	}
	return next
}

const (
	slotSize = 64
	// slotStride keeps the slots in different physical sectors, which have up to 4 KiB:
	// a write that tears one sector leaves the other slot whole.
	slotStride = 4096
	markSize   = 2 * slotStride
	markMagic  = "ODM1"
)

// disk is what MarkFile needs of a file; tests put faults behind it.
type disk interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	flush() error
}

// MarkFile is "<name>.mark" in the key folder. One process at a time may call
// Advance (the holder of the home's lock); others may Load meanwhile.
type MarkFile struct {
	name string
	path string
	f    disk

	mu sync.Mutex
	// failed is the slot of an update that may not have reached the disk, or -1. The
	// next update goes there again: the other slot is the last that surely holds.
	failed int
}

// CreateMark makes the mark of a new device, durably, at its full and final size.
// Errors: CodeExists, CodeBadName, CodeIO.
func CreateMark(dir, name string, m Mark) (*MarkFile, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := markPath(dir, name)
	if _, err := os.Lstat(path); err == nil {
		return nil, &Error{Code: CodeExists, Path: path}
	}
	data := make([]byte, markSize)
	copy(data, encodeSlot(name, 1, m))
	if err := atomicfile.Write(path, data, atomicfile.Secret); err != nil {
		return nil, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	return OpenMark(dir, name)
}

// OpenMark opens an existing mark and checks that it can be read.
// Errors: CodeMarkMissing, CodeMarkDamaged, CodeBadName, CodeIO.
func OpenMark(dir, name string) (*MarkFile, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := markPath(dir, name)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Code: CodeMarkMissing, Path: path}
	}
	if err != nil {
		return nil, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	mf, err := newMarkFile(name, path, osDisk{f})
	if err != nil {
		f.Close()
		return nil, err
	}
	return mf, nil
}

func newMarkFile(name, path string, f disk) (*MarkFile, error) {
	mf := &MarkFile{name: name, path: path, f: f, failed: -1}
	if _, err := mf.Load(); err != nil {
		return nil, err
	}
	// A program that died between write and flush left its update in the cache only,
	// where Load sees it: before we build on it, it must be on the disk.
	if err := f.flush(); err != nil {
		return nil, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	return mf, nil
}

// Load reads the mark from disk. Of two good slots the later counts; one that was
// torn by a power cut is passed over, and its update had not been acted upon.
func (mf *MarkFile) Load() (Mark, error) {
	m, _, _, err := mf.load()
	return m, err
}

// Advance makes m durable: one write, one flush, no change of the file's size. It
// never goes backwards: within an epoch Commit, and always Date, Serial and Stamp,
// keep the greater value; what changes nothing is not written.
// Call it after the commit, before a number is told or a byte leaves the device.
func (mf *MarkFile) Advance(m Mark) error {
	mf.mu.Lock()
	defer mf.mu.Unlock()
	old, count, slot, err := mf.load()
	if err != nil {
		return err
	}
	if m = old.merge(m); m == old && mf.failed < 0 {
		return nil
	}
	target := 1 - slot // the slot of the current mark stays untouched until the next update
	if mf.failed >= 0 {
		target = mf.failed
	}
	mf.failed = target
	if _, err := mf.f.WriteAt(encodeSlot(mf.name, count+1, m), int64(target)*slotStride); err != nil {
		return &Error{Code: CodeIO, Path: mf.path, Cause: err}
	}
	if err := mf.f.flush(); err != nil {
		return &Error{Code: CodeIO, Path: mf.path, Cause: err}
	}
	mf.failed = -1
	return nil
}

// Close closes the file; the mark is durable already.
func (mf *MarkFile) Close() error { return mf.f.Close() }

func (mf *MarkFile) load() (m Mark, count uint64, slot int, err error) {
	slot = -1
	for i := range 2 {
		b := make([]byte, slotSize)
		if _, err := mf.f.ReadAt(b, int64(i)*slotStride); err != nil && !errors.Is(err, io.EOF) {
			return m, 0, 0, &Error{Code: CodeIO, Path: mf.path, Cause: err}
		}
		if got, n, ok := decodeSlot(mf.name, b); ok && n > count {
			m, count, slot = got, n, i
		}
	}
	if slot < 0 {
		return m, 0, 0, &Error{Code: CodeMarkDamaged, Path: mf.path}
	}
	return m, count, slot, nil
}

func encodeSlot(name string, count uint64, m Mark) []byte {
	b := make([]byte, 0, slotSize)
	b = append(b, markMagic...)
	b = binary.BigEndian.AppendUint64(b, count)
	b = append(b, m.Epoch[:]...)
	b = binary.BigEndian.AppendUint64(b, m.Commit)
	b = binary.BigEndian.AppendUint32(b, m.Date)
	b = binary.BigEndian.AppendUint64(b, m.Serial)
	b = binary.BigEndian.AppendUint64(b, m.Stamp)
	return append(b, slotSum(name, b)...)
}

// decodeSlot tells whether b is a whole slot of this device's mark; count is >= 1.
func decodeSlot(name string, b []byte) (m Mark, count uint64, ok bool) {
	body, sum := b[:slotBody], b[slotBody:slotSize]
	if string(body[:4]) != markMagic || string(sum) != string(slotSum(name, body)) {
		return m, 0, false
	}
	be := binary.BigEndian
	copy(m.Epoch[:], body[12:20])
	m.Commit, m.Date = be.Uint64(body[20:]), be.Uint32(body[28:])
	m.Serial, m.Stamp = be.Uint64(body[32:]), be.Uint64(body[40:])
	return m, be.Uint64(body[4:]), true
}

const slotBody = 48

// slotSum is a checksum against torn writes and bad disks, not against people: who
// can write here can delete the file as well. The name keeps a mark from being
// taken for another device's.
func slotSum(name string, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte("onedoor mark 1\n" + name))
	h.Write(body)
	return h.Sum(nil)[:slotSize-slotBody]
}

func markPath(dir, name string) string { return filepath.Join(dir, name+".mark") }

// osDisk is a real file.
type osDisk struct{ *os.File }
