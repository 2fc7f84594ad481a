package station

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// thief is the vault of an enrolled station that wants another's folder: it says to
// share it, asks for files that it knows by name, and shows files of its own making.
type thief struct {
	folders []string
	wants   []segment.Want
	forged  []segment.FileInfo

	mu    sync.Mutex
	shown []segment.FileInfo
	loot  [][]byte
	asked int
	given []string // files that others asked it for
}

var errNotMine = errors.New("not mine")

func (v *thief) IndexID(string) (uint64, error)                      { return 77, nil }
func (v *thief) Folders(oplog.DeviceID) ([]string, error)            { return v.folders, nil }
func (v *thief) MaxSequence(string) (int64, error)                   { return int64(len(v.forged)), nil }
func (v *thief) Subscribe(func(string)) func()                       { return func() {} }
func (v *thief) Settled(oplog.DeviceID, string) (bool, error)        { return false, nil }
func (v *thief) Claim(oplog.DeviceID, string) (uint64, int64, error) { return 0, 0, nil }
func (v *thief) Since(folder string, seq int64, _ int) (list []segment.FileInfo, err error) {
	for _, f := range v.forged {
		if f.Sequence > seq && folder != v.folders[0] {
			f.Folder = folder
			list = append(list, f)
		}
	}
	return list, nil
}

func (v *thief) Announced(_ oplog.DeviceID, folder string, _ uint64, _ bool, entries []segment.FileInfo) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if folder != v.folders[0] {
		v.shown = append(v.shown, entries...)
	}
	return nil
}

func (v *thief) Wants(_ oplog.DeviceID, folder string) ([]segment.Want, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if folder == v.folders[0] {
		return nil, nil
	}
	v.asked++
	return v.wants, nil
}

func (v *thief) Read(_ oplog.DeviceID, _, name string, _ int64, size int) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.given = append(v.given, name)
	return make([]byte, size), nil
}

func (v *thief) Receive(_ context.Context, _ oplog.DeviceID, _ segment.Want, data []byte) (segment.Receipt, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.loot = append(v.loot, data)
	return segment.Receipt{}, errNotMine
}

// TestAVillageNeverObtainsAnothersScope: a station with good certificates asks the
// hub, a town and the victim itself for the victim's folder, with every file's name
// and hash at hand. It is shown nothing, gets no byte, and what it shows is not believed.
func TestAVillageNeverObtainsAnothersScope(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	town := d.enrol("town", testTown, "town")
	bad := d.enrol("thief", testVillage2, "village")
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 5) })
	hub, hubAddr, _ := d.serve(d.hub, "-")
	mid, townAddr, _ := d.serve(town, hubAddr)
	victim, victimAddr, _ := d.serve(d.vil, townAddr)
	agree(t, victim, hub, "realm", testVillage)
	agree(t, mid, hub, testVillage)

	folder := segment.FolderID(testVillage, time.Now().In(chinaTime).Year())
	files, err := hub.v.store.Since(folder, 0, 1000)
	must(t, err)
	if len(files) < 2 {
		t.Fatalf("%d files", len(files))
	}
	v := &thief{folders: []string{segment.FolderID(oplog.Realm, time.Now().In(chinaTime).Year()), folder}}
	for _, f := range files {
		v.wants = append(v.wants, segment.Want{FileInfo: f})
		f.Size, f.Hash, f.Version = f.Size+9, oplog.Hash{1}, f.Version+1<<40
		v.forged = append(v.forged, f)
	}
	d.at(bad, Write, func(s *Station) {
		before := digestsOf(t, hub, testVillage) + digestsOf(t, victim, testVillage)
		patience := 1500 * time.Millisecond
		visit := func(addr string) {
			node, err := bepnode.New(bepnode.Options{Certificate: s.keys.TLSCertificate(&s.id.Device), Name: "thief", Vault: v, Now: time.Now,
				Verify: func(*x509.Certificate) (bepnode.PeerInfo, error) { return bepnode.PeerInfo{}, nil }, Stall: time.Second})
			must(t, err)
			_, err = node.Round(context.Background(), addr, patience)
			if c := bepnode.CodeOf(err); c == bepnode.CodeUntrusted || c == bepnode.CodeRefused {
				t.Fatalf("%s did not even talk to it: %v", addr, err)
			}
			must(t, node.Close())
		}
		for _, addr := range []string{hubAddr, townAddr, victimAddr, hubAddr} {
			visit(addr)
		}
		for v.asked == 0 && patience < time.Minute { // a machine that is busy takes longer to come so far
			patience *= 2
			visit(hubAddr)
		}
		if v.asked == 0 || len(v.shown) != 0 || len(v.loot) != 0 {
			t.Fatalf("asked %d times, shown %d entries, got %d files", v.asked, len(v.shown), len(v.loot))
		}
		if after := digestsOf(t, hub, testVillage) + digestsOf(t, victim, testVillage); after != before {
			t.Fatal("the forged index had an effect")
		}
		for _, name := range v.given {
			if !strings.HasPrefix(name, d.hubDevice(hub)) {
				t.Errorf("it was asked for %s", name)
			}
		}
		for _, st := range []*Station{hub, mid, victim} {
			thiefID := s.id.Device.ID
			if _, err := st.v.store.Read(thiefID, folder, files[0].Name, 0, 10); err == nil {
				t.Error("read without being a member")
			}
			list, err := st.v.store.Folders(thiefID)
			must(t, err)
			for _, f := range list {
				if strings.HasPrefix(f, testVillage+"-") {
					t.Errorf("%s is shared", f)
				}
			}
			if st != hub {
				continue // these look whether it knows news of the district; its bytes had no effect
			}
			if wants, err := st.v.store.Wants(thiefID, folder); err != nil || len(wants) != 0 {
				t.Errorf("the forged files are wanted: %v %v", wants, err)
			}
		}
	})
	d.accept(victim, "wang", 9, 1) // and the honest go on
	agree(t, victim, hub, testVillage)
}

// TestAThiefWithAStick: the district's whole stick gives a village its own scope only.
func TestAThiefWithAStick(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	bad := d.enrol("thief", testVillage2, "village")
	stick := t.TempDir()
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 2) })
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	d.export(d.hub, stick)
	if r := d.imports(bad, stick); !r.Converged {
		t.Fatalf("%+v", r)
	}
	if entries, err := os.ReadDir(bad.Home + "/segments"); err != nil || len(entries) == 0 {
		t.Fatalf("%v, %v", entries, err)
	} else {
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), testVillage+"-") {
				t.Errorf("it keeps %s", e.Name())
			}
		}
	}
	d.at(bad, Read, func(s *Station) {
		for _, k := range s.v.store.Keys() {
			if k.Scope == testVillage {
				t.Error("it holds the key")
			}
		}
		if out := digestsOf(t, s, testVillage); strings.Contains(out, "Ops:") && !strings.Contains(out, "Ops:0") {
			t.Error(out)
		}
	})
}

func (d *district) hubDevice(hub *Station) string { return hub.id.Hub.ID.String() + "/" }
