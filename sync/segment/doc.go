// Package segment makes and reads the files that carry ops between devices:
// batches of ops, compressed, sealed with the scope's key and signed by their
// writer, appended to a tail file that is sealed at 128 KiB or at day's end.
//
// The formats are specified to the byte in docs/formats/segment.md.
package segment

import "errors"

var (
	// ErrRefused says that bytes are not what their writer can have written: a
	// bad signature, a broken chain, a wrong hash. Trying again does not help.
	ErrRefused = errors.New("segment: refused")
	// ErrTorn says that a file ends in the middle of a batch, as a power cut or
	// a cut connection leaves it. What stands before is good.
	ErrTorn = errors.New("segment: torn")
	// ErrNoKey says that we do not hold the key that a batch is sealed with.
	ErrNoKey = errors.New("segment: key not held")
)
