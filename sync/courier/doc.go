// Package courier carries segment files between devices in a folder: on a USB
// stick, or on any disk that somebody takes from one place to the other. The
// files are those that travel over the network, byte for byte.
//
// A stick is a peer without a device. It holds, per folder, the files of every
// station that wrote to it and an index of each of them, signed with that
// station's key and written last: what an index names is on the stick, whole, at
// whatever moment it was pulled. All else on it is ignored.
//
// What may leave this device, what it lacks and whether bytes are genuine is asked
// of the segment.Vault, as the network asks it.
//
// The layout is specified to the byte in docs/formats/courier.md.
package courier

import (
	"errors"
	"fmt"

	"onedoor/sync/oplog"
)

// Code is the machine-readable kind of an Error. The list is append-only.
type Code string

const (
	CodeEmpty         Code = "empty"          // nothing of ours on the stick
	CodeOtherDistrict Code = "other_district" // only data of other districts
	CodeFull          Code = "full"           // no room left; what is complete stands in the index
	CodeDisk          Code = "disk"           // the stick cannot be read or written: pulled, protected, broken
	CodeVault         Code = "vault"          // this device's own store failed
	CodeNothingShared Code = "nothing_shared" // the scope asked for is none of ours
)

// Error is a failure of a whole export or import. It holds no personal data.
type Error struct {
	Code  Code
	Cause error
}

// Error gives code and cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return "courier: " + string(e.Code)
	}
	return fmt.Sprintf("courier: %s: %v", e.Code, e.Cause)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Trouble is the kind of a Fault. The list is append-only.
type Trouble string

const (
	Damaged Trouble = "damaged" // bytes are not those that were written
	Missing Trouble = "missing" // named in an index and not there
	Refused Trouble = "refused" // whole, but its writer cannot have written it
	Waiting Trouble = "waiting" // whole; something it builds on is not here yet
	Unread  Trouble = "unread"  // an index that does not hold: foreign, altered, of a revoked device
	Partial Trouble = "partial" // an index that does not name all that its station held
	Changed Trouble = "changed" // our own file is not as our index says
)

// Fault is one file that was passed over. Everything else went on.
type Fault struct {
	File   string // on the stick, "/" separated
	Device oplog.DeviceID
	What   Trouble
	Err    error
}

// Report tells what one export or import did.
type Report struct {
	SentOps       int              // ops that the stick did not hold before; -1 when the Vault does not count ops
	ReceivedOps   int              // ops new here, as the Vault's receipts say
	SentBytes     int64            // written to the stick, indexes included
	ReceivedBytes int64            // of files taken over
	Files         int              // written, or taken over
	Stations      []oplog.DeviceID // whose indexes were read
	Faults        []Fault
	Converged     bool // export: the stick holds all that we hold. import: we hold all that it shows of our scopes
}

// Peer is the name under which what a station's index on a stick shows is kept in
// the Vault: never its device ID, since what a device was told over the network
// and what a stick showed of it are two indexes, and one must not be claimed for
// the other.
func Peer(d oplog.DeviceID) oplog.DeviceID {
	return oplog.DeviceID(hashOf([]byte("onedoor courier 1\n"), d[:]))
}
