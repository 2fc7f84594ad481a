package courier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/segment"
)

// station is a device of a test: its identity and a segment.Vault in memory that
// judges as the store does. An op is a line.
type station struct {
	*memVault
	keys *roster.DeviceKeys
	rec  *roster.DeviceRecord
	v    *roster.Verifier
	deny map[oplog.DeviceID]bool
}

type memVault struct {
	self    oplog.DeviceID
	order   []string
	folders map[string]*memFolder
	log     int // files received
}

type memFolder struct {
	id    uint64
	seq   int64
	files map[string]memFile
	peers map[oplog.DeviceID]map[string]segment.FileInfo
	claim map[oplog.DeviceID][2]int64
	bad   map[oplog.Hash]bool
}

type memFile struct {
	segment.FileInfo
	data []byte
}

// realm is a district that enrols stations.
type realm struct {
	t    testing.TB
	auth *roster.Authority
	v    *roster.Verifier
	n    int
}

func newRealm(t testing.TB) *realm {
	t.Helper()
	root, err := roster.NewRoot("440604", "禅城区")
	must(t, err)
	auth, err := root.NewAuthority()
	must(t, err)
	v, err := roster.NewVerifier(root.Cert, auth.Cert())
	must(t, err)
	return &realm{t: t, auth: auth, v: v}
}

func (r *realm) station(folders ...string) *station {
	r.t.Helper()
	keys, err := roster.GenerateKeys()
	must(r.t, err)
	r.n++
	req, err := roster.NewRequest(keys, "440604100001", fmt.Sprintf("%02d", r.n), "服务站")
	must(r.t, err)
	rec, err := r.auth.Issue(req, roster.Village)
	must(r.t, err)
	v := &memVault{self: rec.ID, order: folders, folders: map[string]*memFolder{}}
	for i, f := range folders {
		v.folders[f] = &memFolder{id: uint64(1000*r.n + i + 1), files: map[string]memFile{},
			peers: map[oplog.DeviceID]map[string]segment.FileInfo{}, claim: map[oplog.DeviceID][2]int64{}, bad: map[oplog.Hash]bool{}}
	}
	return &station{v, keys, rec, r.v, map[oplog.DeviceID]bool{}}
}

func (s *station) courier(t testing.TB, d Disk) *Courier {
	t.Helper()
	c, err := New(Options{Disk: d, Vault: s.memVault, Self: s.rec.ID, Keys: s.keys, Cert: s.rec.SignCert, Verifier: s.v,
		Now: func() time.Time { return time.Unix(1_790_000_000, 0) },
		Allow: func(d oplog.DeviceID) error {
			if s.deny[d] {
				return errors.New("revoked")
			}
			return nil
		}})
	must(t, err)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var testEpoch = oplog.Epoch{1, 2, 3, 4, 5, 6, 7, 8}

// write appends n ops to our tail of a folder; a tail over 600 bytes is sealed.
func (v *memVault) write(folder string, n int) {
	f := v.folders[folder]
	tail := segment.TailName(v.self, testEpoch)
	data := bytes.Clone(f.files[tail].data)
	for range n {
		f.seq++
		data = fmt.Appendf(data, "%s %s %d\n", v.self.Short(), folder, f.seq)
	}
	if len(data) <= 600 {
		f.put(folder, tail, data, uint64(f.seq)+1)
		return
	}
	delete(f.files, tail)
	h := segment.Header{LogID: oplog.LogID{Device: v.self, Epoch: testEpoch}, First: uint64(f.seq)}
	f.put(folder, segment.SealedName(h, time.Unix(1_790_000_000, 0), hashOf(data)), data, uint64(f.seq)+1)
}

func (f *memFolder) put(folder, name string, data []byte, version uint64) {
	f.seq++
	f.files[name] = memFile{segment.FileInfo{Folder: folder, Name: name, Size: int64(len(data)), Hash: hashOf(data),
		Version: version, ModTime: 1_790_000_000, Sequence: f.seq}, data}
}

func (v *memVault) IndexID(folder string) (uint64, error) { return v.folders[folder].id, nil }
func (v *memVault) Folders(oplog.DeviceID) ([]string, error) {
	return v.order, nil
}
func (v *memVault) Since(folder string, seq int64, limit int) (list []segment.FileInfo, err error) {
	for _, f := range v.folders[folder].files {
		if f.Sequence > seq {
			list = append(list, f.FileInfo)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Sequence < list[j].Sequence })
	return list[:min(limit, len(list))], nil
}
func (v *memVault) MaxSequence(folder string) (int64, error) { return v.folders[folder].seq, nil }
func (v *memVault) Claim(peer oplog.DeviceID, folder string) (uint64, int64, error) {
	c := v.folders[folder].claim[peer]
	return uint64(c[0]), c[1], nil
}
func (v *memVault) Announced(peer oplog.DeviceID, folder string, id uint64, full bool, entries []segment.FileInfo) error {
	f := v.folders[folder]
	if full {
		f.peers[peer] = map[string]segment.FileInfo{}
	}
	top := int64(0)
	for _, e := range entries {
		f.peers[peer][e.Name] = e
		top = max(top, e.Sequence)
	}
	f.claim[peer] = [2]int64{int64(id), top}
	return nil
}
func (v *memVault) Wants(peer oplog.DeviceID, folder string) (list []segment.Want, err error) {
	f := v.folders[folder]
	for name, e := range f.peers[peer] {
		n, _ := segment.ParseName(name)
		have := f.files[name]
		if n.Device == v.self || have.Hash == e.Hash || f.bad[e.Hash] || have.Version >= e.Version || f.sealedSince(n, e) {
			continue
		}
		w := segment.Want{FileInfo: e}
		if old := f.files[segment.TailName(n.Device, n.Epoch)]; old.Size < e.Size {
			w.Offset = old.Size
		}
		list = append(list, w)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Sequence < list[j].Sequence })
	return list, nil
}
func (f *memFolder) sealedSince(n segment.Name, e segment.FileInfo) bool {
	for name, have := range f.files {
		if strings.HasPrefix(name, n.Device.String()) && strings.HasSuffix(name, ".seg") && !n.Sealed && have.Version > e.Version {
			return true
		}
	}
	return false
}
func (v *memVault) Read(_ oplog.DeviceID, folder, name string, off int64, size int) ([]byte, error) {
	d := v.folders[folder].files[name].data
	if off+int64(size) > int64(len(d)) {
		return nil, errors.New("no such range")
	}
	return bytes.Clone(d[off : off+int64(size)]), nil
}
func (v *memVault) Receive(_ context.Context, _ oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	f := v.folders[w.Folder]
	n, err := segment.ParseName(w.Name)
	if err != nil {
		return segment.Receipt{}, err
	}
	tail := segment.TailName(n.Device, n.Epoch)
	if int64(len(f.files[tail].data)) < w.Offset {
		return segment.Receipt{}, errors.New("our beginning is gone")
	}
	whole := append(bytes.Clone(f.files[tail].data[:w.Offset]), data...)
	if hashOf(whole) != w.Hash {
		if w.Offset > 0 {
			return segment.Receipt{}, errors.New("another beginning")
		}
		f.bad[w.Hash] = true
		return segment.Receipt{}, segment.ErrRefused
	}
	if bytes.Contains(whole, []byte("FORGED")) {
		f.bad[w.Hash] = true
		return segment.Receipt{}, segment.ErrRefused
	}
	ops := bytes.Count(whole, []byte("\n")) - bytes.Count(f.files[tail].data[:w.Offset], []byte("\n"))
	if n.Sealed {
		delete(f.files, tail)
	}
	f.put(w.Folder, w.Name, whole, w.Version)
	v.log++
	return segment.Receipt{Ops: ops}, nil
}
func (v *memVault) Settled(oplog.DeviceID, string) (bool, error) {
	return false, errors.New("not asked")
}
func (v *memVault) Subscribe(func(string)) func() { return func() {} }
func (v *memVault) OpsIn(folder, name string, from, to int64) (int, error) {
	return bytes.Count(v.folders[folder].files[name].data[from:to], []byte("\n")), nil
}

// dump gives all lines of a folder, sorted: what a user would see.
func (v *memVault) dump(folder string) string {
	var lines []string
	for _, f := range v.folders[folder].files {
		lines = append(lines, strings.Split(strings.TrimSpace(string(f.data)), "\n")...)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
