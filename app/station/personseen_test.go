package station

import (
	"context"
	"slices"
	"strings"
	"testing"

	"onedoor/app/counter"
)

// toReview lists the people of whom something has to be looked at, as a user sees it.
func (d *district) toReview(s *Station, user string) (ids []string) {
	list, err := d.session(s, user).Reviews(context.Background(), testVillage)
	must(d.t, err)
	for _, l := range list {
		if l.Type == "person" {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// TestPersonIsSeenTo: a clerk whose account was disabled meanwhile recorded somebody. A
// supervisor finds the record on the list, looks at it and says so; it is off the list
// everywhere, what was written is kept, and nobody else may say it.
func TestPersonIsSeenTo(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	town := d.enrol("town", testTown, "town")
	d.addUser("sun", "supervisor", testTown)
	d.addUser("lin", "clerk", testTown)
	d.throughHub(d.vil)
	d.throughHub(town)
	d.disable("wang")
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 1) })
	for range 2 {
		d.throughHub(d.vil)
		d.throughHub(town)
	}
	d.at(town, Write, func(s *Station) {
		sun := d.session(s, "sun")
		ids := d.toReview(s, "sun")
		if len(ids) != 1 {
			t.Fatalf("%v", ids)
		}
		p, err := sun.ShowPerson(ctx, ids[0])
		must(t, err)
		if !p.MaySee || len(p.Reviews) != 1 || !strings.HasPrefix(p.Reviews[0].What, "登记（手工录入）：身份信息") || p.Reviews[0].Actor != "wang" || len(p.Notes) != 0 {
			t.Fatalf("%+v", p)
		}
		seen := []string{p.Reviews[0].Op}
		if lin, err := d.session(s, "lin").ShowPerson(ctx, ids[0]); err != nil || lin.MaySee || len(lin.Reviews) != 1 {
			t.Errorf("a clerk: %+v %v", lin, err)
		}
		for _, c := range []struct {
			who, person string
			ops         []string
			text        string
			code        counter.Code
		}{
			{"lin", ids[0], seen, "看过", counter.CodeDenied},
			{"sun", ids[0], seen, "  ", counter.CodeUsage},
			{"sun", ids[0], []string{strings.Repeat("0", 16)}, "看过", counter.CodeInvalid},
			{"sun", "x", nil, "看过", counter.CodeUsage},
		} {
			if _, err := d.session(s, c.who).SeenPerson(ctx, c.person, c.ops, c.text); counter.CodeOf(err) != c.code {
				t.Errorf("%+v: %v", c, err)
			}
		}
		p, err = sun.SeenPerson(ctx, ids[0], seen, "电话核对，登记属实")
		must(t, err)
		if len(p.Reviews) != 0 || len(p.Notes) != 1 || p.Notes[0].Text != "电话核对，登记属实" || p.Notes[0].Actor != "sun" {
			t.Errorf("%+v", p)
		}
		if _, err := sun.SeenPerson(ctx, ids[0], nil, "再看"); counter.CodeOf(err) != counter.CodeInvalid {
			t.Errorf("twice: %v", err)
		}
		if left := d.toReview(s, "sun"); slices.Contains(left, ids[0]) {
			t.Errorf("still on the list: %v", left)
		}
	})
	d.throughHub(town)
	d.alike(d.hub, town, "realm", testVillage)
	d.at(d.hub, Read, func(s *Station) {
		if left := d.toReview(s, "admin"); len(left) != 0 {
			t.Errorf("at the hub: %v", left)
		}
	})
}

func (d *district) disable(name string) {
	d.t.Helper()
	d.at(d.hub, Write, func(s *Station) { must(d.t, d.admin(s).DisableUser(context.Background(), name)) })
}
