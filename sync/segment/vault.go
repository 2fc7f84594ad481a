package segment

import (
	"context"

	"onedoor/sync/oplog"
)

// FileInfo is one segment file as a device announces it to its peers. A file
// only ever grows, until a sealed copy of the same bytes takes its place under
// another name and the tail starts again, empty. All of it is the announcer's
// word: a receiver decides by bytes that it verified.
type FileInfo struct {
	Folder   string
	Name     string     // relative, "/" separated, only [a-z0-9._-] in its elements
	Size     int64      // bytes; at most MaxFile
	Hash     oplog.Hash // SHA-256 of the whole content
	Version  uint64     // number of its last op, for stock daemons; rises over all files of a log
	ModTime  int64      // Unix seconds of the last change
	Sequence int64      // rises with every change within the announcing device's folder
}

// MaxFile bounds a segment file: one BEP block of 128 KiB, and room for one
// batch that would not be split.
const MaxFile = 1 << 20

// Want is a byte range of a peer's file that we lack. Offset > 0 continues a
// tail of which we hold the beginning.
type Want struct {
	FileInfo
	Offset int64
}

// Receipt tells what became of received bytes.
type Receipt struct {
	Ops int // ops that are new here, applied or waiting
}

// Vault is what the transport asks of the holder of segments. All methods may
// be called from several goroutines. A transport moves bytes; whether they are
// genuine and who may have them is decided behind this interface.
type Vault interface {
	// IndexID names the life of our index of a folder; a restored home has a new one.
	IndexID(folder string) (uint64, error)
	// Folders lists what we share with a peer now, in the order to be sent:
	// realm first. A peer that is not (or no longer) enrolled gets an error.
	Folders(peer oplog.DeviceID) ([]string, error)
	// Since lists our files of a folder with Sequence > seq, ascending.
	Since(folder string, seq int64, limit int) ([]FileInfo, error)
	// MaxSequence is the highest Sequence of our index of a folder; 0 if empty.
	MaxSequence(folder string) (int64, error)
	// Claim gives how much of the peer's index of a folder is stored here.
	Claim(peer oplog.DeviceID, folder string) (indexID uint64, maxSeq int64, err error)
	// Announced stores entries of the peer's index durably, before Claim covers
	// them. full says that they begin a new index (all earlier ones are void).
	Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []FileInfo) error
	// Wants lists what the peer has announced and we lack, in the order to be
	// fetched. It is computed from stored entries, so it survives a restart.
	Wants(peer oplog.DeviceID, folder string) ([]Want, error)
	// Read serves a byte range of one of our files to a peer. It errors when the
	// peer may not have it, or when we do not hold the file (any more) as asked.
	Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error)
	// Receive takes the bytes of a Want: verifies them, applies what they hold
	// and keeps the file, all durable on return. An error that unwraps to
	// ErrRefused is final for these bytes (quarantined, named); others may be retried.
	Receive(ctx context.Context, peer oplog.DeviceID, w Want, data []byte) (Receipt, error)
	// Settled tells whether the peer's index, as stored here, and ours agree for
	// a folder: each side holds all that the other announced.
	Settled(peer oplog.DeviceID, folder string) (bool, error)
	// Subscribe calls f after our index of a folder changed, until cancel. f must not block.
	Subscribe(f func(folder string)) (cancel func())
}
