package station

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

const testTown2 = "440604012000"

func (d *district) session(s *Station, user string) *desk.Session {
	d.t.Helper()
	who, err := s.Desk().Login(context.Background(), user, "pw-"+user+"-1")
	must(d.t, err)
	return who
}

func (d *district) move(village, town, from string) (m Moved, err error) {
	d.t.Helper()
	d.at(d.hub, Write, func(s *Station) { m, err = s.Move(context.Background(), d.session(s, "admin"), village, town, from) })
	return m, err
}

// effects gives, per division and verb, whether the last act of it on a case counts, and why not.
func (d *district) effects(c Config, number string) map[string]string {
	d.t.Helper()
	out := map[string]string{}
	d.at(c, Read, func(s *Station) {
		rows, err := s.v.store.CaseByNumber(context.Background(), number)
		must(d.t, err)
		if len(rows) == 0 {
			return
		}
		x, err := s.v.store.Entity(context.Background(), rows[0].Scope, rows[0].Entity)
		must(d.t, err)
		division := map[[32]byte]string{}
		devices, err := s.v.store.Devices(context.Background())
		must(d.t, err)
		for _, r := range devices {
			division[r.Device] = r.Division
		}
		for i, f := range x.Facts {
			out[division[f.Device]+string(f.Verb())] = x.Folded.Effects[i].Reason
		}
	})
	return out
}

// act records an act at a device past the facade's advice, as an older program would.
func (d *district) act(c Config, user, number, verb string) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		rows, err := s.v.store.CaseByNumber(context.Background(), number)
		must(d.t, err)
		if len(rows) == 0 {
			d.t.Fatalf("%s does not hold %s", c.Home, number)
		}
		must(d.t, s.v.store.Record(context.Background(), func(r counter.Recorder) error {
			_, err := r.Append(counter.Act{Scope: rows[0].Scope, Kind: "case." + verb, Entity: rows[0].Entity,
				Actor: d.session(s, user).UserID(), Payload: counter.ActPayload{Reason: map[bool]string{true: "r"}[verb == "void"]}})
			return err
		}))
	})
}

func (d *district) moves() []Moved {
	d.t.Helper()
	var out []Moved
	d.at(d.hub, Write, func(s *Station) {
		must(d.t, s.SettleMoves(context.Background(), d.session(s, "admin")))
		var err error
		out, err = s.Moves(context.Background())
		must(d.t, err)
	})
	return out
}

// TestVillageMovesToAnotherTown: what the former town had begun it may finish, what
// comes after it may not touch; then it is out, and the key is another one.
func TestVillageMovesToAnotherTown(t *testing.T) {
	t.Parallel()
	newDistrict(t).villageMoves()
}

// TestVillageMovesBySticksAlone: the same where nobody has a line.
func TestVillageMovesBySticksAlone(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.sticks = map[string]string{}
	d.villageMoves()
}

func (d *district) villageMoves() {
	t := d.t
	old, now := d.enrol("old", testTown, "town"), d.enrol("now", testTown2, "town")
	d.addUser("li", "supervisor", testTown)
	d.addUser("sun", "supervisor", testTown2)
	for _, c := range []Config{old, now, d.vil} {
		d.throughHub(c)
	}
	var before, unaware, after []string
	d.at(d.vil, Write, func(s *Station) { before = d.accept(s, "wang", 1, 2) })
	d.throughHub(d.vil)
	d.throughHub(old)
	first, _ := d.writingKey(d.hub, testVillage)

	m, err := d.move(testVillage, testTown2, "")
	if err != nil || m.State != moveOpen || m.Open != 2 || m.From != testTown {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := d.move(testVillage, testTown, ""); counter.CodeOf(err) != counter.CodeInvalid {
		t.Errorf("moved again before the first move is done: %v", err)
	}
	d.at(d.vil, Write, func(s *Station) { unaware = d.accept(s, "wang", 3, 1) }) // has not heard
	d.act(old, "li", before[0], "note")                                          // nor has the former town
	d.throughHub(now)                                                            // learns of the scope from its own
	d.act(now, "sun", before[1], "note")
	d.throughHub(d.vil)
	d.throughHub(old)
	d.at(d.vil, Write, func(s *Station) { after = d.accept(s, "wang", 5, 1) })
	d.throughHub(d.vil)
	d.throughHub(old)
	d.throughHub(now)
	for _, n := range []string{before[1], unaware[0], after[0]} {
		d.act(old, "li", n, "note")
	}
	d.act(now, "sun", after[0], "note")
	d.limitedAccepts(old)
	d.throughHub(old)
	d.throughHub(now)
	d.throughHub(d.vil)
	d.alike(d.hub, d.vil, "realm", testVillage)
	d.alike(d.hub, now, "realm", testVillage, testTown2)
	d.throughHub(old)
	d.alike(d.hub, old, "realm", testVillage)
	for _, c := range []Config{d.hub, d.vil, now, old} {
		for n, want := range map[string]string{before[0]: "", before[1]: "", unaware[0]: "", after[0]: counter.ReasonMovedAway} {
			if got, ok := d.effects(c, n)[testTown+"note"]; got != want || !ok {
				t.Errorf("%s of %s: %q", c.Home, n, got)
			}
		}
	}
	d.finishMove(old, now, before, first)
}

// limitedAccepts lets the former town accept a case in the village, past the facade.
func (d *district) limitedAccepts(old Config) {
	d.at(old, Write, func(s *Station) {
		id := uuid.New()
		must(d.t, s.v.store.Record(context.Background(), func(r counter.Recorder) error {
			_, err := r.Append(counter.Act{Scope: testVillage, Kind: "case.accept", Entity: id, Actor: d.session(s, "li").UserID(), New: true,
				Payload: counter.AcceptPayload{Number: "n", Item: counter.ItemRef{Code: "A1", Version: 1}, Type: "person", Read: "typed"}})
			return err
		}))
		x, err := s.v.store.Entity(context.Background(), testVillage, id)
		must(d.t, err)
		if x.Folded.Effects[0].Effective || x.Folded.Effects[0].Reason != counter.ReasonMovedAway {
			d.t.Errorf("the former town accepts: %+v", x.Folded.Effects[0])
		}
	})
}

func (d *district) finishMove(old, now Config, cases []string, first string) {
	t := d.t
	t.Helper()
	for _, n := range cases {
		if m := d.moves(); m[0].State != moveOpen || m[0].Open == 0 {
			t.Fatalf("%+v", m)
		}
		d.act(d.vil, "wang", n, "void")
		d.throughHub(d.vil)
	}
	if m := d.moves(); len(m) != 1 || m[0].State != moveDone {
		t.Fatalf("%+v", m)
	}
	key, _ := d.writingKey(d.hub, testVillage)
	if key == first {
		t.Error("the key is the old one")
	}
	for _, c := range []Config{now, d.vil, old} {
		d.throughHub(c)
	}
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 7, 1) })
	d.throughHub(d.vil)
	d.throughHub(now)
	d.alike(d.hub, now, "realm", testVillage)
	d.alike(d.hub, d.vil, "realm", testVillage)
	d.throughHub(old)
	for c, want := range map[*Config]bool{&now: true, &old: false} {
		d.at(*c, Read, func(s *Station) {
			held := false
			for _, k := range s.v.store.Keys() {
				held = held || k.ID.String() == key
			}
			if held != want {
				t.Errorf("%s holds the new key: %v", c.Home, held)
			}
		})
	}
	d.sharesNothing(old, d.hub, now, d.vil)
	late := d.enrolAs("late", testTown, "02", "town") // a new PC of the former town gets nothing of it
	d.at(late, Read, func(s *Station) {
		for _, k := range s.v.store.Keys() {
			if k.Scope == testVillage {
				t.Error("a PC enrolled later has the village's keys")
			}
		}
	})
	two := d.enrolAs("two", testTown2, "02", "town")
	d.alike(d.hub, two, "realm")
	d.throughHub(two)
	d.alike(d.hub, two, testVillage)
}

// sharesNothing asks for the village's files as a device that is no member, by name.
func (d *district) sharesNothing(with Config, of ...Config) {
	d.t.Helper()
	var id oplog.DeviceID
	d.at(with, Read, func(s *Station) { id = s.id.Device.ID })
	folder := segment.FolderID(testVillage, time.Now().In(chinaTime).Year())
	for _, c := range of {
		d.at(c, Read, func(s *Station) {
			list, err := s.v.store.Folders(id)
			must(d.t, err)
			files, err := s.v.store.Since(folder, 0, 1000)
			must(d.t, err)
			if slices.Contains(list, folder) || len(files) == 0 {
				d.t.Errorf("%s shares %v", c.Home, list)
			}
			for _, f := range files {
				if _, err := s.v.store.Read(id, folder, f.Name, 0, 10); err == nil {
					d.t.Errorf("%s gives %s", c.Home, f.Name)
				}
			}
		})
	}
}

// TestMoveOnADay: nothing happens before it, and an import by codes does not undo it.
func TestMoveOnADay(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	now := d.enrol("now", testTown2, "town")
	days := 0
	d.hub.Now = func() time.Time { return time.Now().AddDate(0, 0, days) }
	from := string(counter.DateOf(time.Now().In(chinaTime)).AddDays(3))
	if m, err := d.move(testVillage, testTown2, from); err != nil || m.State != movePlanned {
		t.Fatalf("%+v, %v", m, err)
	}
	keys := func() (n int) {
		d.throughHub(now)
		d.at(now, Read, func(s *Station) {
			for _, k := range s.v.store.Keys() {
				if k.Scope == testVillage {
					n++
				}
			}
		})
		return n
	}
	if m := d.moves(); m[0].State != movePlanned || keys() != 0 {
		t.Fatalf("%+v", m)
	}
	d.at(d.hub, Write, func(s *Station) {
		f, err := os.Open("../../forms/catalog/divisions/440604.json")
		must(t, err)
		defer f.Close()
		n, err := d.session(s, "admin").ImportDivisions(context.Background(), f, "440604.json")
		must(t, err)
		if n.Imported != 0 {
			t.Errorf("%+v", n)
		}
	})
	days = 4
	if m := d.moves(); m[0].State != moveDone || keys() == 0 { // nobody of the former town was there
		t.Fatalf("%+v", m)
	}
	for _, bad := range [][3]string{{testVillage, testTown2, ""}, {testTown, testTown2, ""}, {testVillage, testVillage2, ""}, {testVillage, testTown, "soon"}, {"440604099099", testTown2, ""}} {
		if _, err := d.move(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v", bad)
		}
	}
}
