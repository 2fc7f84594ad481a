package station

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// image copies a whole disk: a home and the key folder beside it.
func (d *district) image(c Config) (restore func() Config) {
	d.t.Helper()
	saved := d.t.TempDir()
	keys := c.Getenv("ONEDOOR_KEYDIR")
	must(d.t, os.CopyFS(filepath.Join(saved, "home"), os.DirFS(c.Home)))
	must(d.t, os.CopyFS(filepath.Join(saved, "keys"), os.DirFS(keys)))
	return func() Config {
		dir := d.t.TempDir()
		to := configIn(dir, filepath.Base(c.Home))
		must(d.t, os.CopyFS(to.Home, os.DirFS(filepath.Join(saved, "home"))))
		must(d.t, os.CopyFS(to.Getenv("ONEDOOR_KEYDIR"), os.DirFS(filepath.Join(saved, "keys"))))
		return to
	}
}

// tries accepts one case and gives its number, or why not.
func (d *district) tries(c Config, i int) (number string, err error) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		var a desk.Accepted
		a, err = d.session(s, "wang").Accept(context.Background(), desk.Acceptance{Item: easyItem(d.t, s), Applicant: person(i), Materials: desk.Materials{All: true}})
		number = a.Number
	})
	return number, err
}

// TestWholeDiskRestored: an image of a village's PC is put back together with its key
// folder, and the old disk goes on, too. Both tell the same numbers, and both meet the
// hub: nothing is lost, the cases are flagged everywhere, each disk gets a counter number
// of its own, and no number is told twice any more.
func TestWholeDiskRestored(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	hub, addr, _ := d.serve(d.hub, "-")
	day := func() string { return time.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly) }
	today := day()
	first, err := d.tries(d.vil, 1)
	must(t, err)
	d.meets(d.vil, addr)
	clone := d.image(d.vil)()
	one, err := d.tries(d.vil, 2)
	must(t, err)
	two, err := d.tries(clone, 3)
	must(t, err)
	if day() != today {
		t.Skip("midnight in between: the serials began again")
	}
	if one != two || one == first {
		t.Fatalf("%s and %s: not the same number", one, two)
	}
	d.meets(d.vil, addr) // the old disk cannot know yet: it told the hub first
	if n, err := d.tries(d.vil, 4); err != nil || n == one {
		t.Fatalf("%s, %v", n, err)
	}
	d.meets(d.vil, addr)
	told := map[string]bool{first: true, one: true}
	d.newNumber(clone, addr, told)
	d.newNumber(d.vil, addr, told) // now it hears of the other one
	for _, c := range []Config{clone, d.vil, clone, d.vil} {
		d.meets(c, addr)
		n, err := d.tries(c, 10+len(told))
		if err != nil || told[n] {
			t.Fatalf("%s again, %v", n, err)
		}
		told[n] = true
	}
	for _, c := range []Config{clone, d.vil, clone} {
		d.meets(c, addr)
	}
	for _, c := range []Config{clone, d.vil} {
		d.at(c, Read, func(s *Station) {
			agree(t, s, hub, "realm", testVillage)
			rep, err := s.VerifyLogs(context.Background())
			if err != nil || !rep.OK || len(rep.Forks) != 1 || len(rep.Forks[0].Branches) != 2 {
				t.Errorf("%+v, %v", rep, err)
			}
		})
	}
	d.noticesAgain(clone, addr, one)
}

// TestWholeDiskRestoredBySticks: the same where nobody has a line; two journeys.
func TestWholeDiskRestoredBySticks(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.sticks = map[string]string{}
	old := d.vil
	d.byStick(old)
	restored := d.image(old)()
	lost, err := d.tries(old, 1)
	must(t, err)
	d.byStick(old)
	_, err = d.tries(restored, 2)
	must(t, err)
	d.byStick(restored)
	if _, err := d.tries(restored, 3); counter.CodeOf(err) != counter.CodeDenied {
		t.Errorf("it accepts before it has another number: %v", err)
	}
	d.byStick(restored)
	if n, err := d.tries(restored, 3); err != nil || n[20:22] != "02" {
		t.Errorf("%s, %v", n, err)
	}
	d.byStick(restored)
	d.alike(d.hub, restored, "realm", testVillage)
	d.at(restored, Read, func(s *Station) {
		if rows, err := s.v.store.CaseByNumber(context.Background(), lost); err != nil || len(rows) == 0 {
			t.Errorf("what the old disk said is not here: %v", err)
		}
	})
}

// newNumber lets a disk that turned out to be a copy meet the hub: then it accepts again,
// with another counter number.
func (d *district) newNumber(c Config, addr string, told map[string]bool) {
	d.t.Helper()
	d.at(c, Write, func(s *Station) {
		for range 4 {
			_, err := s.Sync(context.Background(), addr, 2*time.Minute)
			must(d.t, err)
		}
		o, err := s.Outlook(context.Background(), 7)
		must(d.t, err)
		if o.Copied || len(o.Forked) != 1 {
			d.t.Errorf("%s: copied %v, forked %v", c.Home, o.Copied, o.Forked)
		}
	})
	n, err := d.tries(c, 20+len(told))
	if err != nil || told[n] || n[20:22] == "01" {
		d.t.Fatalf("%s: %s, %v", c.Home, n, err)
	}
	told[n] = true
}

// noticesAgain prints the notice of one of two cases that bear one number again: it
// tells them apart, and nothing is left to do about the number.
func (d *district) noticesAgain(c Config, addr, number string) {
	d.t.Helper()
	twice := func(s *Station) (out []string) {
		list, err := d.session(s, "wang").Reviews(context.Background(), testVillage)
		must(d.t, err)
		for _, l := range list {
			if slices.Contains(l.Kinds, counter.TaskNumber) {
				out = append(out, l.Number)
			}
		}
		return out
	}
	d.at(c, Write, func(s *Station) {
		ctx, wang := context.Background(), d.session(s, "wang")
		var which *counter.Error
		if _, err := wang.Case(ctx, number); !errors.As(err, &which) || !strings.Contains(which.HintEn, number+"/") {
			d.t.Errorf("which case is %s: %v", number, err)
		}
		both := twice(s)
		if len(both) != 2 {
			d.t.Fatalf("%v bear one number", both)
		}
		out := filepath.Join(d.t.TempDir(), "again.pdf")
		_, err := wang.Print(ctx, both[0], "acceptance", out)
		must(d.t, err)
		pdf, err := os.ReadFile(out)
		must(d.t, err)
		v, err := s.Desk().VerifyDocument(ctx, pdf, true)
		if err != nil || !v.Valid || v.Number != both[0] {
			d.t.Errorf("%+v, %v", v, err)
		}
		if left := twice(s); len(left) != 0 {
			d.t.Errorf("still to be told apart: %v", left)
		}
	})
	d.meets(c, addr)
	d.at(d.hub, Read, func(s *Station) {
		admin := d.session(s, "admin")
		list, err := admin.Reviews(context.Background(), testVillage)
		must(d.t, err)
		if slices.ContainsFunc(list, func(l desk.ReviewLine) bool { return slices.Contains(l.Kinds, counter.TaskNumber) }) {
			d.t.Errorf("the hub: %+v", list)
		}
	})
}
