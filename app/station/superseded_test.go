package station

import (
	"context"
	"slices"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestSupersededActIsShownAndRestored: village and town act on one case without
// knowing of each other. The village's act gives way, is shown to its author with
// the reason and as restorable, raises a task, and has effect again once its
// author says so; every device then holds the same.
func TestSupersededActIsShownAndRestored(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	town := d.enrol("town", testTown, "town")
	d.addUser("sun", "supervisor", testTown)
	d.addUser("shen", "reviewer", testVillage)
	d.throughHub(d.vil)
	d.throughHub(town)
	var number string
	d.at(d.vil, Write, func(s *Station) { number = d.accept(s, "wang", 1, 1)[0] })
	step := func(c Config, user, verb string) {
		d.at(c, Write, func(s *Station) {
			_, err := d.session(s, user).Act(ctx, number, verb, desk.ActOptions{Opinion: verb})
			must(t, err)
		})
	}
	step(d.vil, "wang", "handover")
	d.throughTown(town, d.vil)
	d.throughTown(town, d.vil)
	step(d.vil, "shen", "return") // neither knows of the other
	step(town, "sun", "review")
	d.throughTown(town, d.vil)
	d.throughTown(town, d.vil)
	d.alike(d.vil, town, testVillage)

	var op string
	d.at(d.vil, Write, func(s *Station) {
		if v := d.superseded(s, "wang", number); v.Restorable {
			t.Errorf("a clerk may bring back what a reviewer did: %+v", v)
		}
		line := d.superseded(s, "shen", number)
		if !line.Restorable || line.Reason == nil || *line.Reason != counter.ReasonText(counter.ReasonSuperseded, "zh") || line.By == "" || line.Actor != "shen" {
			t.Fatalf("%+v", line)
		}
		op = line.Op
		if _, err := d.session(s, "shen").Act(ctx, number, "restore", desk.ActOptions{Choose: op[:4]}); err == nil {
			t.Error("four letters name an act")
		}
		v, err := d.session(s, "shen").Act(ctx, number, "restore", desk.ActOptions{Choose: op[:12]})
		must(t, err)
		if v.Status != "accepted" {
			t.Errorf("the return does not count: %s", v.Status)
		}
	})
	d.throughTown(town, d.vil)
	d.throughHub(town)
	d.throughHub(town)
	d.alike(d.vil, town, testVillage)
	d.alike(d.hub, town, testVillage)
	d.at(d.hub, Read, func(s *Station) {
		v, err := d.session(s, "admin").Case(ctx, number)
		must(t, err)
		k := slices.IndexFunc(v.Timeline, func(l desk.TimelineLine) bool { return l.Op == op })
		if k < 0 || !v.Timeline[k].Effective || v.Timeline[k].Restorable || v.Status != "accepted" {
			t.Errorf("%s %+v", v.Status, v.Timeline)
		}
	})
}

// superseded gives the one act that gave way, as a user sees it, and checks that
// the case asks for somebody to be told.
func (d *district) superseded(s *Station, user, number string) (out desk.TimelineLine) {
	d.t.Helper()
	v, err := d.session(s, user).Case(context.Background(), number)
	must(d.t, err)
	n := 0
	for _, l := range v.Timeline {
		if !l.Effective {
			out, n = l, n+1
		}
	}
	if n != 1 || out.Verb != "return" || v.Status != "reviewed" {
		d.t.Fatalf("%s %+v", v.Status, v.Timeline)
	}
	if !slices.ContainsFunc(v.Tasks, func(x desk.TaskView) bool { return x.Kind == counter.TaskSuperseded && x.Op == out.Op }) {
		d.t.Fatalf("nobody is told: %+v", v.Tasks)
	}
	return out
}
