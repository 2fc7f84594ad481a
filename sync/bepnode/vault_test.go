package bepnode

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// memVault is a segment.Vault in memory. It outlives the Node that uses it, as a
// disk outlives a program. An op is a line.
type memVault struct {
	mu      sync.Mutex
	folders map[string]*memFolder
	order   []string
	banned  map[oplog.DeviceID]bool
	refuse  map[string]bool // file names that Receive refuses
	flaky   map[string]int  // file names that Receive fails for so many times
	subs    map[int]func(string)
	nextSub int
	wantLog []segment.Want           // every successful Receive
	grow    func(name string) string // folder to share once that file was received
}

type memFolder struct {
	id    uint64
	seq   int64
	files map[string]memFile
	peers map[oplog.DeviceID]*memIndex
	bad   map[oplog.Hash]bool
}

type memFile struct {
	info segment.FileInfo
	data []byte
}

type memIndex struct {
	id    uint64
	max   int64
	files map[string]segment.FileInfo
}

func newVault(folders ...string) *memVault {
	v := &memVault{
		folders: map[string]*memFolder{}, banned: map[oplog.DeviceID]bool{},
		refuse: map[string]bool{}, flaky: map[string]int{}, subs: map[int]func(string){},
	}
	for _, f := range folders {
		v.share(f)
	}
	return v
}

func (v *memVault) share(name string) {
	v.mu.Lock()
	v.shareLocked(name)
	v.mu.Unlock()
	v.tell(name)
}

func (v *memVault) shareLocked(name string) {
	if v.folders[name] == nil {
		v.folders[name] = &memFolder{
			id: rand.Uint64() | 1, files: map[string]memFile{},
			peers: map[oplog.DeviceID]*memIndex{}, bad: map[oplog.Hash]bool{},
		}
		v.order = append(v.order, name)
	}
}

// write appends to a file of our own; the result is announced.
func (v *memVault) write(folder, name string, data []byte) {
	v.mu.Lock()
	old := v.folders[folder].files[name]
	v.putLocked(folder, name, append(bytes.Clone(old.data), data...), old.info.Version+1)
	v.mu.Unlock()
	v.tell(folder)
}

func (v *memVault) putLocked(folder, name string, data []byte, version uint64) {
	f := v.folders[folder]
	f.seq++
	f.files[name] = memFile{segment.FileInfo{
		Folder: folder, Name: name, Size: int64(len(data)), Hash: sha256.Sum256(data),
		Version: version, ModTime: 1_790_000_000, Sequence: f.seq,
	}, data}
}

func (v *memVault) tell(folder string) {
	v.mu.Lock()
	subs := make([]func(string), 0, len(v.subs))
	for _, f := range v.subs {
		subs = append(subs, f)
	}
	v.mu.Unlock()
	for _, f := range subs {
		f(folder)
	}
}

func (v *memVault) folder(name string) (*memFolder, error) {
	f := v.folders[name]
	if f == nil {
		return nil, fmt.Errorf("no folder %q", name)
	}
	return f, nil
}

func (v *memVault) IndexID(folder string) (uint64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return 0, err
	}
	return f.id, nil
}

func (v *memVault) Folders(peer oplog.DeviceID) ([]string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.banned[peer] {
		return nil, errors.New("revoked")
	}
	return slices.Clone(v.order), nil
}

func (v *memVault) Since(folder string, seq int64, limit int) (list []segment.FileInfo, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return nil, err
	}
	for _, file := range f.files {
		if file.info.Sequence > seq {
			list = append(list, file.info)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Sequence < list[j].Sequence })
	return list[:min(limit, len(list))], nil
}

func (v *memVault) MaxSequence(folder string) (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return 0, err
	}
	return f.seq, nil
}

func (f *memFolder) peer(d oplog.DeviceID) *memIndex {
	if f.peers[d] == nil {
		f.peers[d] = &memIndex{files: map[string]segment.FileInfo{}}
	}
	return f.peers[d]
}

func (v *memVault) Claim(peer oplog.DeviceID, folder string) (uint64, int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return 0, 0, err
	}
	p := f.peer(peer)
	return p.id, p.max, nil
}

func (v *memVault) Announced(peer oplog.DeviceID, folder string, id uint64, full bool, entries []segment.FileInfo) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return err
	}
	if full {
		delete(f.peers, peer)
	}
	p := f.peer(peer)
	p.id = id
	for _, e := range entries {
		p.files[e.Name] = e
		p.max = max(p.max, e.Sequence)
	}
	return nil
}

func (v *memVault) Wants(peer oplog.DeviceID, folder string) (list []segment.Want, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return nil, err
	}
	for name, e := range f.peer(peer).files {
		have := f.files[name].info
		if f.bad[e.Hash] || have.Version >= e.Version {
			continue
		}
		w := segment.Want{FileInfo: e}
		if have.Size <= e.Size {
			w.Offset = have.Size
		}
		list = append(list, w)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list, nil
}

func (v *memVault) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return nil, err
	}
	data := f.files[name].data
	if v.banned[peer] || offset+int64(size) > int64(len(data)) {
		return nil, errors.New("no such range")
	}
	return bytes.Clone(data[offset : offset+int64(size)]), nil
}

func (v *memVault) Receive(ctx context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	v.mu.Lock()
	rcpt, err := v.receiveLocked(w, data)
	if err == nil && v.grow != nil {
		if more := v.grow(w.Name); more != "" {
			v.shareLocked(more)
		}
	}
	v.mu.Unlock()
	if err == nil {
		v.tell(w.Folder)
	}
	return rcpt, err
}

func (v *memVault) receiveLocked(w segment.Want, data []byte) (segment.Receipt, error) {
	f, err := v.folder(w.Folder)
	if err != nil {
		return segment.Receipt{}, err
	}
	if v.flaky[w.Name] > 0 {
		v.flaky[w.Name]--
		return segment.Receipt{}, errors.New("disk full")
	}
	head := f.files[w.Name].data
	if w.Offset < int64(len(head)) {
		head = head[:w.Offset]
	}
	whole := append(bytes.Clone(head), data...)
	match := sha256.Sum256(whole) == w.Hash
	if !match && w.Offset > 0 {
		delete(f.files, w.Name) // what we hold is the beginning of another tail
		return segment.Receipt{}, errors.New("does not continue what is here")
	}
	if v.refuse[w.Name] || !match {
		f.bad[w.Hash] = true
		return segment.Receipt{}, fmt.Errorf("%s: %w", w.Name, segment.ErrRefused)
	}
	v.putLocked(w.Folder, w.Name, whole, w.Version)
	v.wantLog = append(v.wantLog, w)
	return segment.Receipt{Ops: bytes.Count(data, []byte("\n"))}, nil
}

func (v *memVault) Settled(peer oplog.DeviceID, folder string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := v.folder(folder)
	if err != nil {
		return false, err
	}
	theirs := f.peer(peer).files
	for name, e := range theirs {
		if f.files[name].info.Hash != e.Hash {
			return false, nil
		}
	}
	for name, file := range f.files {
		if theirs[name].Hash != file.info.Hash {
			return false, nil
		}
	}
	return true, nil
}

func (v *memVault) Subscribe(f func(string)) func() {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := v.nextSub
	v.nextSub++
	v.subs[id] = f
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.subs, id)
	}
}

func (v *memVault) OpsIn(folder, name string, from, to int64) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return bytes.Count(v.folders[folder].files[name].data[from:to], []byte("\n")), nil
}

// dump gives the contents of a folder, for comparing two vaults.
func (v *memVault) dump(folder string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var names []string
	for name, f := range v.folders[folder].files {
		names = append(names, name+" "+f.info.Hash.Short())
	}
	sort.Strings(names)
	return fmt.Sprint(names)
}

func (v *memVault) received() []segment.Want {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.wantLog)
}
