package station

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestOneOfADeviceIsAdmitted: of two cases that a lost PC made after its cut-off one
// is admitted, with its applicant's record and nothing else.
func TestOneOfADeviceIsAdmitted(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	town := d.enrol("town", testTown, "town")
	d.addUser("sun", "supervisor", testTown)
	d.addUser("lin", "clerk", testTown)
	d.throughHub(d.vil)
	d.throughHub(town)
	var late []string
	d.at(d.vil, Write, func(s *Station) { late = append(d.accept(s, "wang", 2, 1), d.accept(s, "wang", 3, 1)...) })
	d.throughTown(town, d.vil)
	d.revoke(d.vil)
	d.throughHub(town)
	d.throughHub(town)
	d.at(town, Write, func(s *Station) {
		sun, err := s.Desk().Login(ctx, "sun", "pw-sun-1")
		must(t, err)
		lin, err := s.Desk().Login(ctx, "lin", "pw-lin-1")
		must(t, err)
		list, err := sun.Withheld(ctx)
		must(t, err)
		lost, things := list[0].Device, d.lookedAt(sun)
		of := func(number string) (thing, person desk.WithheldThing) {
			thing = things[slices.IndexFunc(things, func(w desk.WithheldThing) bool { return w.Number == number })]
			return thing, things[slices.IndexFunc(things, func(w desk.WithheldThing) bool { return w.ID == thing.Applicant })]
		}
		one, who := of(late[1])
		acts := len(one.Acts) + len(who.Acts)
		id := uuid.MustParse(one.ID)
		if _, err := sun.AdmitThing(ctx, lost, id, acts-1, "核实"); counter.CodeOf(err) != counter.CodeInvalid {
			t.Errorf("another number of acts: %v", err)
		}
		if _, err := sun.AdmitThing(ctx, lost, uuid.New(), acts, "核实"); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("a thing that is not there: %v", err)
		}
		if _, err := lin.AdmitThing(ctx, lost, id, acts, "核实"); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("a clerk: %v", err)
		}
		got, err := sun.AdmitThing(ctx, lost, id, acts, "逐件核实")
		must(t, err)
		if got.Ops != acts || got.People != 1 || len(got.Cases) != 1 || got.Cases[0] != late[1] || got.Name == "" {
			t.Errorf("%+v", got)
		}
		if v, err := sun.Case(ctx, late[1]); err != nil || v.Status != "accepted" {
			t.Errorf("%+v %v", v, err)
		}
		left := d.lookedAt(sun)
		if len(left) != len(things)-2 {
			t.Errorf("left: %+v", left)
		}
		if other, _ := of(late[0]); !slices.ContainsFunc(left, func(w desk.WithheldThing) bool { return w.ID == other.ID && w.Applicant != "" }) {
			t.Errorf("the other case was admitted too: %+v", left)
		}
		if _, err := sun.AdmitThing(ctx, lost, id, acts, "again"); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("again: %v", err)
		}
	})
	d.throughHub(town)
	d.alike(d.hub, town, "realm", testVillage)
}
