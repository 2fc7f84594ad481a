package station

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// revoke takes a device's rights at the hub.
func (d *district) revoke(c Config) (r Revoked) {
	d.t.Helper()
	var id string
	d.at(c, Read, func(s *Station) { id = s.id.Device.ID.String() })
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(d.t, err)
		r, err = s.Revoke(context.Background(), admin, id)
		must(d.t, err)
	})
	return r
}

// writingKey is the key that a device's powers say to write with, and whether it
// holds it.
func (d *district) writingKey(c Config, scope string) (id string, held bool) {
	d.t.Helper()
	d.at(c, Read, func(s *Station) {
		p, err := s.v.store.Powers(context.Background(), scope)
		must(d.t, err)
		keys := p.Keys()
		id = keys[len(keys)-1].ID
		for _, k := range s.v.store.Keys() {
			held = held || string(k.Scope) == scope && k.ID.String() == id
		}
	})
	return id, held
}

// TestRevokedTownRotatesAllItRead: a town's second PC is stolen. Its villages get new
// keys; the town's other PC, and a village that was away for a month, come to them by
// network and by stick; the thief, with every byte at hand, does not.
func TestRevokedTownRotatesAllItRead(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	town, stolen := d.enrol("town", testTown, "town"), d.enrolAs("stolen", testTown, "02", "town")
	vil2 := d.enrol("village2", testVillage2, "village")
	d.addUser("zhao", "clerk", testVillage2)
	d.throughHub(town)
	d.throughHub(stolen)
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 2) })
	stick := t.TempDir()
	d.export(d.vil, stick) // of before the theft
	r := d.revoke(stolen)
	if len(r.Rotated) < 10 || !r.Revoked {
		t.Fatalf("%+v", r)
	}
	for _, k := range r.Rotated {
		if k.Devices < 2 || !strings.HasPrefix(k.Scope, testTown[:9]) {
			t.Errorf("%+v", k)
		}
	}
	key := map[string]string{}
	for _, scope := range []string{testTown, testVillage, testVillage2} {
		key[scope], _ = d.writingKey(d.hub, scope)
	}
	// One village works on offline, then comes by stick; the other by the town.
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 3, 2) })
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	d.export(d.hub, stick)
	d.imports(d.vil, stick)
	d.throughHub(town)
	d.throughTown(town, vil2)
	for c, scopes := range map[*Config][]string{&town: {testTown, testVillage, testVillage2}, &d.vil: {testVillage}, &vil2: {testVillage2}} {
		for _, scope := range scopes {
			if id, held := d.writingKey(*c, scope); id != key[scope] || !held {
				t.Errorf("%s of %s: %s, held %v", filepath.Base(c.Home), scope, id, held)
			}
		}
	}
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 5, 2) })
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	d.throughHub(town)
	d.alike(d.hub, d.vil, "realm", testVillage)
	d.alike(d.hub, town, "realm", testTown, testVillage, testVillage2)
	d.stolenOpensNothing(stolen, stick, key[testVillage])
}

// stolenOpensNothing feeds a stolen PC all files of the hub, past every check of who
// may hold what, and looks at what it can read.
func (d *district) stolenOpensNothing(stolen Config, stick, key string) {
	t, ctx := d.t, context.Background()
	t.Helper()
	var before int
	d.at(stolen, Write, func(s *Station) {
		ds, err := s.Digests(ctx, testVillage)
		must(t, err)
		before = ds[0].Cases
		_, _ = s.ImportStick(ctx, stick, "")
	})
	hub := d.hub.Home
	d.at(d.hub, Write, func(s *Station) {
		var id oplog.DeviceID
		d.at(stolen, Read, func(x *Station) { id = x.id.Device.ID })
		if list, err := s.v.store.Folders(id); err != nil || len(list) != 0 {
			t.Errorf("the hub shares %v with it, %v", list, err)
		}
	})
	closed := 0
	d.at(stolen, Write, func(s *Station) {
		err := filepath.WalkDir(filepath.Join(hub, "segments"), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(filepath.Join(hub, "segments"), path)
			must(t, err)
			folder, name, _ := strings.Cut(filepath.ToSlash(rel), "/")
			data, err := os.ReadFile(path)
			must(t, err)
			w := segment.Want{FileInfo: segment.FileInfo{Folder: folder, Name: name, Size: int64(len(data)), Hash: sha256.Sum256(data), Version: 1 << 40}}
			_, err = s.v.store.Receive(ctx, s.id.Hub.ID, w, data)
			if errors.Is(err, segment.ErrNoKey) {
				closed++
			}
			return nil
		})
		must(t, err)
		for _, k := range s.v.store.Keys() {
			if k.ID.String() == key {
				t.Error("it holds the new key")
			}
		}
		ds, err := s.Digests(ctx, testVillage)
		must(t, err)
		if closed == 0 || ds[0].Cases > before+4 { // written before the others knew: under the old key
			t.Errorf("%d files stayed closed, %d cases", closed, ds[0].Cases)
		}
		rows, err := s.v.store.Cases(ctx, counter.CaseFilter{Scope: testVillage})
		must(t, err)
		if len(rows) >= 6 {
			t.Errorf("it reads %d cases", len(rows))
		}
	})
}

// TestRevokedAndEnrolledAgain: the place of a revoked device is free, and the new
// device gets all keys of the scope, so that it reads what was written before.
func TestRevokedAndEnrolledAgain(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 2) })
	_, addr, stop := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	stop()
	if r := d.revoke(d.vil); len(r.Rotated) != 1 || r.Rotated[0].Devices != 1 {
		t.Fatalf("%+v", r)
	}
	again := d.enrol("again", testVillage, "village")
	d.throughHub(again)
	d.alike(d.hub, again, "realm", testVillage)
	d.at(again, Write, func(s *Station) { d.accept(s, "wang", 7, 1) })
	d.throughHub(again)
	d.alike(d.hub, again, "realm", testVillage)
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(t, err)
		list, err := s.Devices(context.Background(), admin)
		must(t, err)
		for _, l := range list {
			if l.Division == testVillage && (len(l.Keys) != 1 || l.Keys[0].Keys != 2 || l.Keys[0].Current == l.Revoked) {
				t.Errorf("%+v", l)
			}
		}
		if _, err := s.Revoke(context.Background(), admin, list[1].Device); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("revoked twice: %v", err)
		}
	})
}
