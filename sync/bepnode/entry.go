package bepnode

import (
	"path/filepath"
	"strings"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// seqStep spaces our sequence numbers on the wire, so that the directories above a
// file can be announced to a stock daemon with numbers of their own, just below it.
const seqStep = 8

// versionCounter is the one counter of our version vectors. It names no device:
// whoever announces the same content must announce the same vector, or a stock
// daemon sees a conflict.
const versionCounter = 1

func shortID(d oplog.DeviceID) protocol.ShortID { return protocol.DeviceID(d).Short() }

// wireEntry describes a file to a peer: one block over the whole content, so that
// its hash is the file's hash and any prefix can be fetched and checked later.
func wireEntry(e segment.FileInfo, by protocol.ShortID, stock bool) protocol.FileInfo {
	size := int64(protocol.MinBlockSize)
	for size < e.Size {
		size *= 2
	}
	f := protocol.FileInfo{
		Name:         e.Name,
		Type:         protocol.FileInfoTypeFile,
		Size:         e.Size,
		Permissions:  0o644,
		ModifiedS:    e.ModTime,
		ModifiedBy:   by,
		Version:      vector(e.Version),
		Sequence:     e.Sequence * seqStep,
		RawBlockSize: int32(size),
		Blocks:       []protocol.BlockInfo{{Size: int(e.Size), Hash: append([]byte(nil), e.Hash[:]...)}},
	}
	if stock {
		// Our own peers compute it; 32 bytes that do not compress.
		f.BlocksHash = protocol.BlocksHash(f.Blocks)
	}
	return f
}

func vector(version uint64) protocol.Vector {
	return protocol.Vector{Counters: []protocol.Counter{{ID: versionCounter, Value: max(version, 1)}}}
}

// wireDirs describes the directories above a file that were not described on this
// connection yet. Without them a stock daemon shows local changes for ever.
func wireDirs(e segment.FileInfo, by protocol.ShortID, told map[string]bool) (dirs []protocol.FileInfo) {
	for i, c := range e.Name {
		if c != '/' || told[e.Name[:i]] || len(dirs) == seqStep-1 {
			continue
		}
		told[e.Name[:i]] = true
		dirs = append(dirs, protocol.FileInfo{
			Name: e.Name[:i], Type: protocol.FileInfoTypeDirectory, Permissions: 0o755,
			ModifiedS: e.ModTime, ModifiedBy: by, Version: vector(1),
		})
	}
	for i := range dirs {
		dirs[i].Sequence = e.Sequence*seqStep - int64(len(dirs)-i)
	}
	return dirs
}

// plainEntry reads an announced entry; ok is false for what is no segment file: a
// directory, a deletion, a conflict copy, several blocks.
func plainEntry(folder string, f protocol.FileInfo) (e segment.FileInfo, ok bool) {
	name := filepath.ToSlash(f.Name) // the library made it native on Windows
	if f.Type != protocol.FileInfoTypeFile || f.Deleted || f.RawInvalid || !validName(name) {
		return e, false
	}
	if f.Size < 0 || f.Size > segment.MaxFile || f.Sequence <= 0 || len(f.Blocks) != 1 {
		return e, false
	}
	b := f.Blocks[0]
	if b.Offset != 0 || int64(b.Size) != f.Size || len(b.Hash) != len(e.Hash) {
		return e, false
	}
	e = segment.FileInfo{
		Folder: folder, Name: name, Size: f.Size, ModTime: f.ModifiedS,
		Sequence: f.Sequence, Version: f.Version.Counter(versionCounter),
	}
	copy(e.Hash[:], b.Hash)
	return e, e.Version > 0
}

// validName admits relative names of [a-z0-9._-] elements, which mean the same on
// every file system, and no conflict copies.
func validName(name string) bool {
	if name == "" || len(name) > 512 || strings.Contains(name, ".sync-conflict-") {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || strings.Trim(part, ".") == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			return false
		}
	}
	return true
}
