package station

import (
	"context"
	"os"
	"testing"
	"time"

	"onedoor/app/counter"
)

// meets syncs a station with a hub until both hold the same: the first round may
// teach it who the hub is.
func (d *district) meets(c Config, addr string) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		var err error
		for range 3 {
			if _, err = s.Sync(context.Background(), addr, time.Minute); err == nil {
				return
			}
		}
		d.t.Fatalf("sync with the successor: %v", err)
	})
}

func (d *district) login(c Config, user string) (err error) {
	d.at(c, Write, func(s *Station) { _, err = s.Desk().Login(context.Background(), user, "pw-"+user+"-1") })
	return err
}

// TestSuccessorOfAStolenHub: a hub is stolen and goes on. Another one, with keys of its
// own and the root's word, takes its place at a village by network, at another one by
// the town's relay, at a third by a stick. The stolen one is refused on all sides, what
// it said after the archive does not count, and nobody else can read what comes.
func TestSuccessorOfAStolenHub(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	town, vil2, vil3 := d.enrol("town", testTown, "town"), d.enrol("village2", testVillage2, "village"), d.enrol("village3", testVillage3, "village")
	d.addUser("zhao", "clerk", testVillage2)
	hub, addr, _ := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	d.sync(town, addr)
	d.sync(vil2, addr)
	archive, kept := d.shelve(hub), d.safe(hub)
	d.cases(2)
	// The thief goes on, and the village cannot know.
	d.addUserAt(hub, "dieb")
	planted := d.enrolAt("planted", testVillage, "09", "village", hub)
	must(t, hub.v.store.Flush())
	d.sync(d.vil, addr)
	var byThief string
	d.at(d.vil, Write, func(s *Station) { byThief = d.accept(s, "dieb", 70, 1)[0] })
	oldKey, _ := d.writingKey(d.vil, testVillage)

	heir := config(t, "heir")
	r := kept.revival(archive)
	r.Successor, r.Addresses = HubStolen, []string{"tcp://127.0.0.1:1"}
	made, err := ReviveHub(t.Context(), heir, r)
	must(t, err)
	if len(made.Refused) != 0 {
		t.Fatalf("%+v", made)
	}
	hub2, addr2, stop2 := d.serve(heir, "-")
	if hub2.id.Device.ID == hub.id.Device.ID {
		t.Fatal("the same device")
	}
	d.meets(d.vil, addr2)
	d.refuses(planted, addr2)
	d.refusesTheOld(hub, addr, addr2)
	if key, held := d.writingKey(d.vil, testVillage); key == oldKey || !held {
		t.Errorf("the village writes with the old key (%v), held %v", key == oldKey, held)
	}
	if err := d.login(d.vil, "dieb"); err == nil {
		t.Error("the thief's user logs in")
	}
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 80, 1) })
	d.meets(d.vil, addr2)
	d.at(d.vil, Write, func(s *Station) {
		agree(t, s, hub2, "realm", testVillage)
		if _, err := d.session(s, "wang").Case(t.Context(), byThief); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("the thief's case: %v", err)
		}
	})
	// By the town, both ways.
	d.meets(town, addr2)
	_, townAddr, stopTown := d.serve(town, "-")
	d.meets(vil2, townAddr)
	d.at(vil2, Write, func(s *Station) { d.accept(s, "zhao", 1, 1) })
	d.meets(vil2, townAddr)
	stopTown()
	d.meets(town, addr2)
	d.at(vil2, Read, func(s *Station) { agree(t, s, hub2, "realm", testVillage2) })
	// Somebody new gets the whole history from the successor.
	fresh := d.enrolAt("fresh", testVillage2, "02", "village", hub2)
	d.at(fresh, Read, func(s *Station) { agree(t, s, hub2, "realm") })
	d.meets(fresh, addr2)
	rep, err := hub2.VerifyLogs(t.Context())
	if err != nil || !rep.OK {
		t.Errorf("%+v %v", rep, err)
	}
	stop2()
	// By stick, opened again.
	stick := t.TempDir()
	d.export(heir, stick)
	d.imports(vil3, stick)
	d.alike(heir, vil3, "realm", testVillage3)
}

// refuses tries a device at a hub that does not let it in.
func (d *district) refuses(c Config, addr string) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		if _, err := s.Sync(context.Background(), addr, 2*time.Minute); counter.CodeOf(err) != counter.CodeDenied {
			d.t.Errorf("%s at %s: %v", c.Home, addr, err)
		}
	})
}

// TestSuccessorOfALostHub: nobody has the lost hub's keys, so what stations bring of its
// last days is taken over, a user and a device that it enrolled then included.
func TestSuccessorOfALostHub(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	hub, addr, stop := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	archive, kept := d.shelve(hub), d.safe(hub)
	d.addUserAt(hub, "late")
	late := d.enrolAt("late", testVillage, "02", "village", hub)
	d.at(late, Write, func(s *Station) { d.accept(s, "late", 1, 1) })
	d.sync(late, addr)
	d.sync(d.vil, addr)
	stop()

	heir, r := config(t, "heir"), kept.revival(archive)
	r.Successor = HubLost
	_, err := ReviveHub(t.Context(), heir, r)
	must(t, err)
	hub2, addr2, _ := d.serve(heir, "-")
	d.meets(d.vil, addr2)
	d.meets(late, addr2)
	d.meets(d.vil, addr2)
	for _, c := range []Config{d.vil, late} {
		d.at(c, Read, func(s *Station) { agree(t, s, hub2, "realm", testVillage) })
	}
	for c, clerk := range map[*Config]string{&d.vil: "late", &late: "wang"} { // with the keys of now
		d.at(*c, Write, func(s *Station) { d.accept(s, clerk, 5, 1) })
		d.meets(*c, addr2)
	}
	d.meets(d.vil, addr2)
	d.at(d.vil, Read, func(s *Station) { agree(t, s, hub2, "realm", testVillage) })
	d.refuses(d.hub, addr2)
}

// refusesTheOld tries the stolen hub at the successor, and a village at the stolen hub.
func (d *district) refusesTheOld(old *Station, oldAddr, newAddr string) {
	d.t.Helper()
	if _, err := old.Sync(context.Background(), newAddr, 2*time.Minute); counter.CodeOf(err) != counter.CodeDenied {
		d.t.Errorf("the stolen hub at its successor: %v", err)
	}
	d.at(d.vil, Write, func(s *Station) {
		if _, err := s.Sync(context.Background(), oldAddr, 2*time.Minute); counter.CodeOf(err) != counter.CodeDenied {
			d.t.Errorf("a village at the stolen hub: %v", err)
		}
	})
}

// TestRestoredHubHasItsKeys: a hub comes back from a backup of before a rotation. A PC
// enrolled by the backup's key and the village that has the later one end with one key
// that both hold, without anybody's doing; the new PC reads what was sealed in between.
func TestRestoredHubHasItsKeys(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	stolen := d.enrolAs("stolen", testVillage, "02", "village")
	saved := t.TempDir()
	must(t, os.CopyFS(saved, os.DirFS(d.hub.Home)))
	d.revoke(stolen)
	d.at(d.hub, Write, func(s *Station) {
		must(t, s.openScopes(t.Context(), []string{"440604011099"}))
	})
	hub, addr, stop := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	late, _ := d.writingKey(d.vil, testVillage)
	ring := len(hub.v.store.Keys())
	d.cases(1)
	stop()
	must(t, os.RemoveAll(d.hub.Home))
	must(t, os.CopyFS(d.hub.Home, os.DirFS(saved)))
	var after Config
	d.at(d.hub, Write, func(s *Station) {
		if len(s.v.store.Keys()) >= ring {
			t.Fatal("the backup knows all keys")
		}
	})
	after = d.enrolAs("after", testVillage, "03", "village") // it gets the key of before
	hub, addr, _ = d.serve(d.hub, "-")
	d.meets(d.vil, addr)
	d.meets(after, addr)
	d.meets(d.vil, addr)
	key, held := d.writingKey(d.vil, testVillage)
	mine, has := d.writingKey(after, testVillage)
	if key == late || !held || mine != key || !has {
		t.Errorf("the village writes with %s (held %v, the lost one %v), the new PC with %s (held %v)", key, held, key == late, mine, has)
	}
	d.at(after, Write, func(s *Station) { d.accept(s, "wang", 90, 1) })
	d.meets(after, addr)
	d.meets(d.vil, addr)
	d.at(d.vil, Read, func(s *Station) { agree(t, s, hub, "realm", testVillage) })
}
