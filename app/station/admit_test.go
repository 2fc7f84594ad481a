package station

import (
	"context"
	"slices"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// lookedAt is all that waits of the first revoked device.
func (d *district) lookedAt(who *desk.Session) []desk.WithheldThing {
	d.t.Helper()
	list, err := who.Withheld(context.Background())
	must(d.t, err)
	things, err := who.WithheldOf(context.Background(), list[0].Device)
	must(d.t, err)
	return things
}

// TestAllOfADeviceIsAdmittedAtOnce: cases and people that a stolen PC handed to
// the town after its cut-off, by a supervisor who looked at how many there are.
func TestAllOfADeviceIsAdmittedAtOnce(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	town := d.enrol("town", testTown, "town")
	d.addUser("sun", "supervisor", testTown)
	d.addUser("lin", "clerk", testTown)
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 1) })
	d.throughHub(d.vil)
	d.throughHub(town)
	var late []string
	d.at(d.vil, Write, func(s *Station) { late = append(d.accept(s, "wang", 2, 1), d.accept(s, "wang", 3, 1)...) })
	d.throughTown(town, d.vil)
	d.at(town, Write, func(s *Station) { // built on one of them in good faith
		sun, err := s.Desk().Login(ctx, "sun", "pw-sun-1")
		must(t, err)
		_, err = sun.Act(ctx, late[0], "handover", desk.ActOptions{})
		must(t, err)
	})
	d.revoke(d.vil)
	d.throughHub(town)
	d.throughHub(town)
	d.at(town, Write, func(s *Station) {
		sun, err := s.Desk().Login(ctx, "sun", "pw-sun-1")
		must(t, err)
		list, err := s.Withheld(ctx, sun)
		must(t, err)
		if len(list) != 1 || len(list[0].Cases) != 2 || list[0].People != 2 || list[0].Ops < 4 || list[0].Name == "" || list[0].Last < list[0].First {
			t.Fatalf("%+v", list)
		}
		w := list[0]
		if lin, err := s.Desk().Login(ctx, "lin", "pw-lin-1"); err != nil {
			t.Fatal(err)
		} else if none, err := s.Withheld(ctx, lin); err != nil || len(none) != 0 {
			t.Fatalf("a clerk: %+v %v", none, err)
		} else if _, err := s.AdmitDevice(ctx, lin, w.Device, 0, ""); counter.CodeOf(err) != counter.CodeNotFound {
			t.Fatalf("a clerk: %v", err)
		}
		things := d.lookedAt(sun)
		named, acts := 0, 0
		for _, thing := range things {
			acts += len(thing.Acts)
			if thing.Name != "" && thing.NumberMasked != "" && (thing.Type == "person" || thing.ItemName != "" && slices.Contains(late, thing.Number)) {
				named++
			}
		}
		if named != 4 || acts != w.Ops {
			t.Fatalf("a supervisor cannot see what is admitted: %+v", things)
		}
		if _, err := s.AdmitDevice(ctx, sun, w.Device, w.Ops+1, ""); counter.CodeOf(err) != counter.CodeInvalid {
			t.Fatalf("another number: %v", err)
		}
		if again, err := s.Withheld(ctx, sun); err != nil || len(again) != 1 || again[0].Ops != w.Ops {
			t.Fatalf("a refusal admitted something: %+v %v", again, err)
		}
		got, err := s.AdmitDevice(ctx, sun, w.Device, w.Ops, "逐件核实")
		must(t, err)
		if got.Ops != w.Ops {
			t.Fatalf("%+v", got)
		}
		if left, err := s.Withheld(ctx, sun); err != nil || len(left) != 0 {
			t.Fatalf("left: %+v %v", left, err)
		}
		for i, want := range []string{"under_review", "accepted"} {
			v, err := sun.Case(ctx, late[i])
			must(t, err)
			if v.Status != want || v.Applicant.Name == "" {
				t.Fatalf("%+v", v)
			}
		}
		if rest, err := sun.Reviews(ctx, ""); err != nil || len(rest) != 0 {
			t.Fatalf("still to be seen to: %+v %v", rest, err)
		}
	})
	d.throughHub(town)
	d.alike(d.hub, town, "realm", testVillage)
}
