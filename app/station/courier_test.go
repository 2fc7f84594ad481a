package station

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// accept takes n cases at a station and gives their numbers.
func (d *district) accept(s *Station, user string, from, n int) (numbers []string) {
	d.t.Helper()
	ctx := context.Background()
	who, err := s.Desk().Login(ctx, user, "pw-"+user+"-1")
	must(d.t, err)
	item := easyItem(d.t, s)
	for i := from; i < from+n; i++ {
		a, err := who.Accept(ctx, desk.Acceptance{Item: item, Applicant: person(i), Materials: desk.Materials{All: true}})
		must(d.t, err)
		numbers = append(numbers, a.Number)
	}
	return numbers
}

func (d *district) export(c Config, dir string) (r StickReport) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		var err error
		r, err = s.ExportStick(context.Background(), dir, "")
		must(d.t, err)
	})
	return r
}

func (d *district) imports(c Config, dir string) (r StickReport) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		var err error
		r, err = s.ImportStick(context.Background(), dir, "")
		must(d.t, err)
	})
	return r
}

// alike compares the digests of scopes at two devices.
func (d *district) alike(a, b Config, scopes ...string) {
	d.t.Helper()
	for _, scope := range scopes {
		var line [2]string
		for i, c := range []Config{a, b} {
			d.at(c, Read, func(s *Station) {
				x, err := s.Digests(context.Background(), scope)
				must(d.t, err)
				line[i] = fmt.Sprintf("%+v", x)
			})
		}
		if line[0] != line[1] {
			d.t.Fatalf("%s differs\n%s\n%s", scope, line[0], line[1])
		}
	}
}

func TestByStickOnly(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	// A long name: it is looked for among sealed bytes, where four letters occur by chance.
	const newcomer = "liqiulan-second-counter"
	stick := t.TempDir()
	var numbers []string
	d.at(d.vil, Write, func(s *Station) { numbers = d.accept(s, "wang", 1, 3) })
	out := d.export(d.vil, stick)
	if !out.Converged || out.SentOps < 6 || out.Peer != "" {
		t.Fatalf("%+v", out)
	}
	if again := d.export(d.vil, stick); again.Files != 0 || again.SentBytes != 0 {
		t.Fatalf("again: %+v", again)
	}
	in := d.imports(d.hub, stick)
	if !in.Converged || in.ReceivedOps != 6 || len(in.Faults) != 0 {
		t.Fatalf("%+v", in)
	}
	d.alike(d.hub, d.vil, testVillage)
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(ctx, "admin", "pw-admin-1")
		must(t, err)
		for _, n := range numbers {
			if _, err := admin.Case(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		_, err = admin.AddUser(ctx, desk.NewUser{Name: newcomer, Role: "clerk", Division: testVillage, Password: "pw-" + newcomer + "-1"})
		must(t, err)
		r, err := s.ExportStick(ctx, stick, testVillage)
		must(t, err)
		if !r.Converged {
			t.Fatalf("%+v", r)
		}
	})
	if back := d.imports(d.vil, stick); !back.Converged || back.ReceivedOps == 0 {
		t.Fatalf("%+v", back)
	}
	d.alike(d.hub, d.vil, "realm", testVillage)
	d.at(d.vil, Write, func(s *Station) { d.accept(s, newcomer, 4, 1) }) // the new user works
	if replay := d.imports(d.vil, stick); !replay.Converged || replay.Files != 0 {
		t.Fatalf("replay: %+v", replay)
	}
	assertSilent(t, stick, "测试1", person(1).Number, "13800000000", newcomer)
	d.at(d.vil, Read, func(s *Station) {
		v, err := s.VerifyLogs(ctx)
		must(t, err)
		if !v.OK {
			t.Fatalf("%+v", v)
		}
	})
}

func TestStickOfAnotherDistrictAndOfARevokedStation(t *testing.T) {
	t.Parallel()
	d, other := newDistrict(t), otherDistrict(t)
	ctx := context.Background()
	stick := t.TempDir()
	other.export(other.vil, stick)
	d.at(d.hub, Write, func(s *Station) {
		_, err := s.ImportStick(ctx, stick, "")
		if counter.CodeOf(err) != counter.CodeDenied {
			t.Fatalf("%v", err)
		}
	})
	d.export(d.vil, stick) // one stick may serve both
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 1) })
	d.export(d.vil, stick)
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(ctx, "admin", "pw-admin-1")
		must(t, err)
		_, err = s.Revoke(ctx, admin, s.deviceOf(t, testVillage))
		must(t, err)
		r, err := s.ImportStick(ctx, stick, "")
		must(t, err)
		if r.Converged || r.ReceivedOps != 0 || len(r.Faults) == 0 || r.Faults[0].What != "unread" {
			t.Fatalf("%+v", r)
		}
	})
}

func (s *Station) deviceOf(t testing.TB, division string) string {
	rows, err := s.v.store.Devices(context.Background())
	must(t, err)
	for _, r := range rows {
		if r.Division == division {
			return r.Device.String()
		}
	}
	t.Fatal("no device")
	return ""
}

// otherDistrict is one with a root of its own.
func otherDistrict(t *testing.T) *district {
	d := &district{t: t, hub: config(t, "hub"), vil: config(t, "village")}
	d.found()
	return d
}

// copyOf is a device as it stands now, at another place: what happens to it there
// does not happen here.
func (d *district) copyOf(c Config) Config {
	d.t.Helper()
	to := config(d.t, filepath.Base(c.Home))
	copyDevice(d.t, filepath.Dir(c.Home), to)
	return to
}

// TestThreeRoadsOneState: the same history by network, by stick, and by both in turns
// with replays, gives the same state everywhere.
func TestThreeRoadsOneState(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	town := d.enrol("town", testTown, "town")
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 3) })
	d.addUser("li", "clerk", testVillage)

	var states []string
	for road := range 3 {
		w := &district{t: t, hub: d.copyOf(d.hub), vil: d.copyOf(d.vil)}
		mid := d.copyOf(town)
		switch sticks := []string{t.TempDir(), t.TempDir()}; road {
		case 0:
			w.throughTown(mid, w.vil)
			w.throughHub(mid)
			w.throughTown(mid, w.vil)
		case 1:
			for _, c := range []Config{w.vil, mid, w.hub, mid, w.vil, mid} {
				w.importsIfAny(c, sticks[0])
				w.export(c, sticks[0])
			}
		case 2:
			w.export(w.vil, sticks[0])
			w.export(w.hub, sticks[1])
			w.imports(mid, sticks[0])
			w.throughHub(mid)
			w.imports(w.vil, sticks[1])
			w.imports(w.hub, sticks[0]) // what it has by now
			w.throughTown(mid, w.vil)
			w.imports(mid, sticks[1])
		}
		w.alike(w.hub, w.vil, "realm", testVillage)
		w.alike(w.hub, mid, "realm", testVillage)
		w.at(w.hub, Read, func(s *Station) { states = append(states, digestsOf(t, s, "realm", testVillage)) })
	}
	if states[0] != states[1] || states[1] != states[2] {
		t.Fatalf("the roads differ:\n%s", states)
	}
}

// importsIfAny is imports of a stick that may be empty yet.
func (d *district) importsIfAny(c Config, dir string) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		d.imports(c, dir)
	}
}

// TestRestoredHomeGetsItsOwnFromAStick: a PC is restored from an old backup of its
// home. What only its stick has of its own log comes back, and numbers go on.
func TestRestoredHomeGetsItsOwnFromAStick(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	stick := t.TempDir()
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 2) })
	restored := d.copyOf(d.vil) // the backup
	var lost []string
	d.at(d.vil, Write, func(s *Station) { lost = d.accept(s, "wang", 3, 3) })
	d.export(d.vil, stick)
	// The key folder is not part of the backup: its mark is ahead of the database.
	must(t, os.RemoveAll(restored.Getenv("ONEDOOR_KEYDIR")))
	keys := config(t, "keys")
	copyDevice(t, filepath.Dir(d.vil.Home), keys)
	must(t, os.CopyFS(restored.Getenv("ONEDOOR_KEYDIR"), os.DirFS(keys.Getenv("ONEDOOR_KEYDIR"))))
	if r := d.imports(restored, stick); !r.Converged || r.ReceivedOps != 6 {
		t.Fatalf("%+v", r)
	}
	d.at(restored, Write, func(s *Station) {
		wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		for _, n := range lost {
			if _, err := wang.Case(ctx, n); err != nil {
				t.Errorf("%s: %v", n, err)
			}
		}
		for _, n := range d.accept(s, "wang", 9, 2) {
			if slices.Contains(lost, n) {
				t.Errorf("%s was given twice", n)
			}
		}
	})
	d.export(restored, stick)
	if r := d.imports(d.hub, stick); !r.Converged {
		t.Fatalf("%+v", r)
	}
	d.alike(d.hub, restored, testVillage)
}
