package meshtest

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"

	"onedoor/internal/disk"
)

// simDisk is a disk of one device: it keeps what was flushed. A power cut loses
// the rest, or a part of it, or tears it; at any write it may be full or die.
type simDisk struct {
	name    string
	rng     *rand.Rand
	files   map[string]*simFile
	durable map[string]*simFile // as the directory was when something was last flushed
	moves   []move              // changes of the directory since then
	dead    bool                // the power is gone: nothing reaches it any more
	fuse    int                 // writes until it dies; 0 never
	full    bool
	diedAt  string
	steps   int
	refused int // writes that did not fit
	locks   map[string]*lockTable
}

// simFile is a file as programs see it, and how to go back to what the platter has.
type simFile struct {
	data    []byte
	pending []pending
}

// pending is a change that was not flushed; data nil: the file was cut to off.
// Before it the file had size bytes, and old behind off, as far as it changed them.
type pending struct {
	off  int64
	data []byte
	size int64
	old  []byte
}

// move is one change of the directory: put a file at a name, or (nil) take it away.
type move struct {
	name string
	file *simFile
}

var errDead = errors.New("the power is gone")

// disks are found by SQLite through the first element of a path. One mutex
// guards all of them: a simulation is one thread at a time.
var disks = struct {
	sync.Mutex
	m map[string]*simDisk
}{m: map[string]*simDisk{}}

func newDisk(name string, rng *rand.Rand) *simDisk {
	d := &simDisk{name: name, rng: rng, files: map[string]*simFile{}, durable: map[string]*simFile{}, locks: map[string]*lockTable{}}
	disks.Lock()
	defer disks.Unlock()
	disks.m[name] = d
	return d
}

func (d *simDisk) discard() {
	disks.Lock()
	defer disks.Unlock()
	delete(disks.m, d.name)
}

// home is where a device's files lie on its disk.
func (d *simDisk) home() string { return "/" + d.name }

func diskOf(path string) *simDisk {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return disks.m[name]
}

// step counts a change that is about to happen; it tells when the power goes.
func (d *simDisk) step(what string) error {
	if d.dead {
		return errDead
	}
	d.steps++
	if d.fuse > 0 {
		if d.fuse--; d.fuse == 0 {
			d.dead, d.diedAt = true, what
			return errDead
		}
	}
	return nil
}

func (d *simDisk) lookup(path string) (*simFile, error) {
	if d.dead {
		return nil, errDead
	}
	if f := d.files[path]; f != nil {
		return f, nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (d *simDisk) create(path string) *simFile {
	f := &simFile{}
	d.put(path, f)
	return f
}

func (d *simDisk) put(path string, f *simFile) {
	if f == nil {
		delete(d.files, path)
	} else {
		d.files[path] = f
	}
	d.moves = append(d.moves, move{path, f})
}

// write changes a file; the power may go in the middle of it.
func (d *simDisk) write(f *simFile, off int64, data []byte) error {
	if d.dead {
		return errDead
	}
	end := off + int64(len(data))
	if d.full && end > int64(len(f.data)) {
		d.refused++
		return syscall.ENOSPC
	}
	f.change(pending{off: off, data: slices.Clone(data)})
	return d.step("write")
}

func (d *simDisk) cut(f *simFile, size int64) error {
	if d.dead {
		return errDead
	}
	f.change(pending{off: size})
	return d.step("cut")
}

func applied(to []byte, off int64, data []byte) []byte {
	have, end := int64(len(to)), off+int64(len(data))
	if end > have {
		if end > int64(cap(to)) {
			to = slices.Grow(to, int(max(end-have, have)))
		}
		if to = to[:end]; off > have {
			clear(to[have:off])
		}
	}
	copy(to[off:], data)
	return to
}

func cutTo(b []byte, size int64) []byte {
	if size >= int64(len(b)) {
		return append(b, make([]byte, size-int64(len(b)))...)
	}
	return b[:size:size]
}

// flush makes a file's content and the directory durable, as fsync does on a
// file system with a journal.
func (d *simDisk) flush(f *simFile) error {
	if err := d.step("flush"); err != nil {
		return err
	}
	f.pending = nil
	for _, m := range d.moves {
		d.settle(m)
	}
	d.moves = nil
	return nil
}

// change does a write or a cut, and notes how to undo it.
func (f *simFile) change(p pending) {
	p.size = int64(len(f.data))
	if p.data == nil {
		p.old = slices.Clone(f.data[min(p.off, p.size):])
		f.data = cutTo(f.data, p.off)
	} else {
		p.old = slices.Clone(f.data[min(p.off, p.size):min(p.off+int64(len(p.data)), p.size)])
		f.data = applied(f.data, p.off, p.data)
	}
	f.pending = append(f.pending, p)
}

// undo takes a change back.
func (f *simFile) undo(p pending) {
	f.data = cutTo(f.data, p.size)
	copy(f.data[min(p.off, p.size):], p.old)
}

func (d *simDisk) settle(m move) {
	if m.file == nil {
		delete(d.durable, m.name)
	} else {
		d.durable[m.name] = m.file
	}
}

var _ disk.FS = (*simDisk)(nil)

// ReadFile is disk.FS; so are the others.
func (d *simDisk) ReadFile(path string) ([]byte, error) {
	disks.Lock()
	defer disks.Unlock()
	f, err := d.lookup(path)
	if err != nil {
		return nil, err
	}
	return slices.Clone(f.data), nil
}

func (d *simDisk) ReadAt(path string, buf []byte, off int64) (int, error) {
	data, err := d.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return copy(buf, data[min(off, int64(len(data))):]), nil
}

func (d *simDisk) Size(path string) (int64, error) {
	disks.Lock()
	defer disks.Unlock()
	f, err := d.lookup(path)
	if err != nil {
		return 0, err
	}
	return int64(len(f.data)), nil
}

func (d *simDisk) Cut(path string, size int64) error {
	disks.Lock()
	defer disks.Unlock()
	f, err := d.lookup(path)
	if err != nil {
		return err
	}
	return d.cut(f, size)
}

func (d *simDisk) Grow(path string, from int64, data []byte) error {
	disks.Lock()
	defer disks.Unlock()
	f, err := d.lookup(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = d.create(path), nil
	}
	if err != nil {
		return err
	}
	if from < int64(len(f.data)) {
		if err := d.cut(f, from); err != nil {
			return err
		}
	}
	if err := d.write(f, from, data); err != nil {
		return err
	}
	return d.flush(f)
}

func (d *simDisk) Rename(from, to string) error {
	disks.Lock()
	defer disks.Unlock()
	f, err := d.lookup(from)
	if err != nil {
		return err
	}
	d.put(to, f)
	d.put(from, nil)
	return d.step("rename")
}

func (d *simDisk) Remove(path string) error {
	disks.Lock()
	defer disks.Unlock()
	if _, err := d.lookup(path); err != nil {
		return err
	}
	d.put(path, nil)
	return d.step("remove")
}
