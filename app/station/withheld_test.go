package station

import (
	"context"
	"slices"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestActsAfterTheCutOffWait: what a stolen PC had handed to the town only, and
// what the town built on it before it knew, has no effect anywhere until a
// supervisor admits it. What the hub held stands as it is.
func TestActsAfterTheCutOffWait(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	town := d.enrol("town", testTown, "town")
	d.addUser("sun", "supervisor", testTown)
	var before, after string
	d.at(d.vil, Write, func(s *Station) { before = d.accept(s, "wang", 1, 1)[0] })
	d.throughHub(d.vil)
	d.throughHub(town)
	d.at(d.vil, Write, func(s *Station) { after = d.accept(s, "wang", 2, 1)[0] })
	d.throughTown(town, d.vil)
	d.at(town, Write, func(s *Station) {
		sun, err := s.Desk().Login(ctx, "sun", "pw-sun-1")
		must(t, err)
		_, err = sun.Act(ctx, after, "handover", desk.ActOptions{})
		must(t, err)
	})
	d.revoke(d.vil)
	d.throughHub(town)
	d.throughHub(town)
	d.alike(d.hub, town, "realm", testVillage)
	for _, c := range []Config{town, d.hub} {
		d.at(c, Read, func(s *Station) {
			who := d.anySession(s)
			v, err := who.Case(ctx, before)
			must(t, err)
			if v.Status != "accepted" || v.Timeline[0].Review || len(v.Tasks) != 0 {
				t.Fatalf("what counted: %+v", v)
			}
			if _, err := who.Case(ctx, after); counter.CodeOf(err) != counter.CodeNotFound {
				t.Fatalf("%v", err)
			}
			list, err := who.Reviews(ctx, testVillage)
			must(t, err)
			if !slices.ContainsFunc(list, func(l desk.ReviewLine) bool {
				return l.Number == after && slices.Contains(l.Kinds, counter.TaskWithheld)
			}) {
				t.Fatalf("%+v", list)
			}
		})
	}
	d.at(town, Write, func(s *Station) {
		sun, err := s.Desk().Login(ctx, "sun", "pw-sun-1")
		must(t, err)
		v, err := sun.Act(ctx, after, "admit", desk.ActOptions{Opinion: "当面核实"})
		must(t, err)
		if v.Status != "under_review" || v.Applicant.Name == "" {
			t.Fatalf("%+v", v)
		}
		_, err = sun.Act(ctx, after, "admit", desk.ActOptions{})
		if counter.CodeOf(err) != counter.CodeInvalid {
			t.Fatalf("twice: %v", err)
		}
		_, err = sun.Act(ctx, after, "return", desk.ActOptions{})
		must(t, err)
	})
	d.throughHub(town)
	d.alike(d.hub, town, "realm", testVillage)
	d.at(d.hub, Read, func(s *Station) {
		v, err := d.anySession(s).Case(ctx, after)
		must(t, err)
		if v.Status != "accepted" {
			t.Fatalf("%+v", v)
		}
		list, err := d.anySession(s).Reviews(ctx, "")
		must(t, err)
		if len(list) != 0 {
			t.Fatalf("still to be seen to: %+v", list)
		}
	})
}

// anySession logs somebody in who may look at cases here.
func (d *district) anySession(s *Station) *desk.Session {
	d.t.Helper()
	for _, name := range []string{"admin-1", "sun-1"} {
		user := name[:len(name)-2]
		if who, err := s.Desk().Login(context.Background(), user, "pw-"+name); err == nil {
			return who
		}
	}
	d.t.Fatal("nobody can log in")
	return nil
}
