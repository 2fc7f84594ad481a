package segment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"onedoor/sync/oplog"
)

// SealSize is the length in bytes at which a tail is sealed: one BEP block.
const SealSize = 128 << 10

// FolderID names the BEP folder of a scope and year.
func FolderID(scope oplog.Scope, year int) string { return fmt.Sprintf("%s-%04d", scope, year) }

// ParseFolder reads the form of FolderID.
func ParseFolder(id string) (oplog.Scope, int, error) {
	scope, year, ok := strings.Cut(id, "-")
	y, err := strconv.Atoi(year)
	if !ok || err != nil || oplog.Scope(scope).Check() != nil || FolderID(oplog.Scope(scope), y) != id || y < 1 || y > 9999 {
		return "", 0, fmt.Errorf("%w: folder %q", ErrRefused, id)
	}
	return oplog.Scope(scope), y, nil
}

// ScansFolder names the BEP folder of the scanned materials of a scope and year. It
// is another one than that of the ops, so that these always go first.
func ScansFolder(scope oplog.Scope, year int) string { return FolderID(scope, year) + scansSuffix }

const scansSuffix = "-scans"

// ParseScans reads the form of ScansFolder.
func ParseScans(id string) (oplog.Scope, int, bool) {
	base, ok := strings.CutSuffix(id, scansSuffix)
	if !ok {
		return "", 0, false
	}
	scope, year, err := ParseFolder(base)
	return scope, year, err == nil
}

// ScopeOf gives the scope that a folder of ops or of scans belongs to.
func ScopeOf(folder string) (oplog.Scope, error) {
	if scope, _, ok := ParseScans(folder); ok {
		return scope, nil
	}
	scope, _, err := ParseFolder(folder)
	return scope, err
}

// TailName is the name of the growing file of a log. It stays the same when the
// tail is sealed and starts again, so no tombstones pile up in peers' indexes.
func TailName(device oplog.DeviceID, epoch oplog.Epoch) string {
	return fmt.Sprintf("%s/%s.tail", device, epoch)
}

// SealedName is the name of a finished file: its month, log, first op and the
// beginning of its hash. A device restored from a backup can therefore never
// announce other bytes under a name that its peers know.
func SealedName(h Header, day time.Time, hash oplog.Hash) string {
	return fmt.Sprintf("%s/%s/%s-%010d-%s.seg", h.Device, day.Format("200601"), h.Epoch, h.First, hash.Short())
}

var namePattern = regexp.MustCompile(
	`^([a-z2-7]{52})/(?:([0-9a-f]{16})\.tail|[0-9]{4}(?:0[1-9]|1[0-2])/([0-9a-f]{16})-([0-9]{10,19})-([0-9a-f]{8})\.seg)$`)

// Name is a parsed file name.
type Name struct {
	Device oplog.DeviceID
	Epoch  oplog.Epoch
	Sealed bool
	First  uint64 // of a sealed file
	Hash8  string // of a sealed file
}

// ParseName reads a file name and refuses all that this package does not make:
// names come from peers and become paths on our disk.
func ParseName(name string) (n Name, err error) {
	m := namePattern.FindStringSubmatch(name)
	if m == nil {
		return n, fmt.Errorf("%w: file name", ErrRefused)
	}
	if n.Device, err = oplog.ParseDeviceID(m[1]); err != nil {
		return n, fmt.Errorf("%w: file name", ErrRefused)
	}
	if n.Device.String() != m[1] {
		return n, fmt.Errorf("%w: file name", ErrRefused) // another spelling of the same device
	}
	n.Sealed = m[2] == ""
	n.Epoch, err = oplog.ParseEpoch(m[2] + m[3])
	if n.Sealed && err == nil {
		n.Hash8 = m[5]
		n.First, err = strconv.ParseUint(m[4], 10, 64)
		if err == nil && (n.First == 0 || fmt.Sprintf("%010d", n.First) != m[4]) {
			err = fmt.Errorf("%w: file name", ErrRefused)
		}
	}
	return n, err
}
