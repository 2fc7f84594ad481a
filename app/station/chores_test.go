package station

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

const singleItem = "ZJ001" // 公共租赁住房: one case at a time

// single accepts the same matter of the same person at a station.
func (d *district) single(c Config, user, name string) (number string, pdf []string) {
	d.t.Helper()
	out := d.t.TempDir()
	d.at(c, Write, func(s *Station) {
		a, err := d.trySingle(s, user, name, out)
		must(d.t, err)
		number, pdf = a.Number, []string{a.Documents[0].File}
	})
	return number, pdf
}

func (d *district) trySingle(s *Station, user, name, out string) (desk.Accepted, error) {
	d.t.Helper()
	ctx := context.Background()
	who, err := s.Desk().Login(ctx, user, "pw-"+user+"-1")
	must(d.t, err)
	p := person(77)
	p.Name = name
	return who.Accept(ctx, desk.Acceptance{Item: singleItem, Applicant: p, Out: out, Materials: desk.Materials{All: true},
		Form: map[string]any{"family_size": 3, "income": "20000", "area": 60}})
}

// told is what a device says of a case: its status, and what it was joined with.
func (d *district) told(c Config, number string) string {
	d.t.Helper()
	var out string
	d.at(c, Read, func(s *Station) {
		rows, err := s.v.store.CaseByNumber(context.Background(), number)
		must(d.t, err)
		if len(rows) != 1 {
			d.t.Fatalf("%d cases %s", len(rows), number)
		}
		e, err := s.v.store.Entity(context.Background(), rows[0].Scope, rows[0].Entity)
		must(d.t, err)
		out = string(e.Folded.Case.Status)
		for _, j := range e.Folded.Case.Joins {
			word := " < "
			if j.Survives {
				word = " > "
			}
			out += word + j.Number
		}
	})
	return out
}

// TestSamePersonAtTwoVillages: both accept offline, one goes on, whatever the road.
func TestSamePersonAtTwoVillages(t *testing.T) {
	t.Parallel()
	for _, road := range []string{"hub", "town", "stick"} {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			d := newDistrict(t)
			two := d.enrol("village2", testVillage2, "village")
			town := d.enrol("town", testTown, "town")
			d.addUser("zhao", "clerk", testVillage2)
			d.throughHub(two)
			d.throughHub(town)
			first, receipt := d.single(d.vil, "wang", "重复甲")
			d.at(d.vil, Write, func(s *Station) {
				_, err := d.trySingle(s, "wang", "重复甲", "")
				if counter.CodeOf(err) != counter.CodeInvalid || !strings.Contains(err.Error(), first) {
					t.Fatalf("a second case here: %v", err)
				}
			})
			second, receipt2 := d.single(two, "zhao", "重复甲")
			stick := t.TempDir()
			for range 2 {
				for _, c := range []Config{d.vil, two} {
					switch road {
					case "hub":
						d.throughHub(c)
					case "town":
						d.throughTown(town, c)
					case "stick":
						d.export(c, stick)
						d.imports(d.hub, stick)
						d.export(d.hub, stick)
						d.imports(c, stick)
					}
				}
			}
			d.throughHub(town)
			d.throughHub(town)
			for _, c := range []Config{d.vil, town, d.hub} {
				if got, want := d.told(c, first), "accepted > "+second; got != want {
					t.Fatalf("%s: %s, want %s", c.Home, got, want)
				}
			}
			for _, c := range []Config{two, town, d.hub} {
				if got, want := d.told(c, second), "joined < "+first; got != want {
					t.Fatalf("%s: %s, want %s", c.Home, got, want)
				}
			}
			d.alike(d.hub, town, testVillage, testVillage2)
			d.alike(d.hub, d.vil, testVillage)
			d.alike(d.hub, two, testVillage2)
			d.receiptsVerify(append(receipt, receipt2...))
			d.joinNotice(d.vil, "wang", first, second, "由本件")
			d.joinNotice(two, "zhao", second, first, "本件不再另行办理")
		})
	}
}

func (d *district) receiptsVerify(files []string) {
	d.t.Helper()
	d.at(d.hub, Read, func(s *Station) {
		for _, f := range files {
			pdf, err := os.ReadFile(f)
			must(d.t, err)
			v, err := s.Desk().VerifyDocument(context.Background(), pdf, true)
			must(d.t, err)
			if !v.Valid {
				d.t.Fatalf("%+v", v)
			}
		}
	})
}

// TestTownAndDistrictJoinAtOnce: neither knows what the other says, and a third
// acceptance turns up at one of them only. All come to the same.
func TestTownAndDistrictJoinAtOnce(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	two := d.enrol("village2", testVillage2, "village")
	three := d.enrol("village3", testVillage3, "village")
	town := d.enrol("town", testTown, "town")
	d.addUser("zhao", "clerk", testVillage2)
	d.addUser("qin", "clerk", testVillage3)
	for _, c := range []Config{two, three, town, d.vil} {
		d.throughHub(c)
	}
	x, _ := d.single(d.vil, "wang", "重复乙")
	y, _ := d.single(two, "zhao", "重复乙")
	z, _ := d.single(three, "qin", "重复乙")
	d.throughTown(town, two)
	d.throughTown(town, three) // the town: y goes on, z joins it
	stick := t.TempDir()
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	stick = t.TempDir()
	d.export(two, stick) // as it was before the town spoke? its own ops only matter
	d.imports(d.hub, stick)
	for range 3 {
		d.throughHub(town)
		for _, c := range []Config{two, three, d.vil} {
			d.throughTown(town, c)
		}
	}
	d.throughHub(town)
	for _, c := range []Config{two, three, d.vil} {
		d.throughHub(c)
	}
	goesOn := 0
	for _, n := range []string{x, y, z} {
		if strings.HasPrefix(d.told(d.hub, n), "accepted") {
			goesOn++
		}
	}
	if goesOn != 1 {
		t.Fatalf("%d go on: %s; %s; %s", goesOn, d.told(d.hub, x), d.told(d.hub, y), d.told(d.hub, z))
	}
	d.alike(d.hub, town, testVillage, testVillage2, testVillage3)
	d.alike(d.hub, d.vil, testVillage)
	d.alike(d.hub, two, testVillage2)
	d.alike(d.hub, three, testVillage3)
}

// TestInstantAndEndedMattersAreNotJoined: what is finished is no double.
func TestOtherMattersAreNotJoined(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	two := d.enrol("village2", testVillage2, "village")
	d.addUser("zhao", "clerk", testVillage2)
	d.throughHub(two)
	first, _ := d.single(d.vil, "wang", "重复丙")
	d.at(d.vil, Write, func(s *Station) { // taken back before the other was accepted
		wang, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
		must(t, err)
		_, err = wang.Act(context.Background(), first, "withdraw", desk.ActOptions{})
		must(t, err)
		d.accept(s, "wang", 1, 1) // not a single item
	})
	second, _ := d.single(two, "zhao", "重复丙")
	d.at(two, Write, func(s *Station) { d.accept(s, "zhao", 1, 1) })
	d.throughHub(d.vil)
	d.throughHub(two)
	d.throughHub(d.vil)
	if a, b := d.told(d.hub, first), d.told(d.hub, second); a != "withdrawn" || b != "accepted" {
		t.Fatalf("%s, %s", a, b)
	}
	d.alike(d.hub, d.vil, testVillage)
}

// TestNextYearsCalendarSettlesDates: a due date in a year whose holidays were not
// published is provisional, and is counted anew at the station when they come.
func TestNextYearsCalendarSettlesDates(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	now := time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC)
	d.hub.Now, d.vil.Now = func() time.Time { return now }, func() time.Time { return now }
	ctx := context.Background()
	var number, before string
	d.at(d.vil, Write, func(s *Station) {
		number = d.accept(s, "wang", 1, 1)[0]
		wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		v, err := wang.Case(ctx, number)
		must(t, err)
		if before = *v.Due; !v.DueProvisional || before < "2027" {
			t.Fatalf("%+v", v)
		}
	})
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(ctx, "admin", "pw-admin-1")
		must(t, err)
		_, err = admin.ImportCalendar(ctx, strings.NewReader(`[{"year":2027,"source":"样例","version":"1","holidays":[{"date":"2027-01-01"},{"date":"2027-01-04"},{"date":"2027-01-05"}],"workdays":[]}]`), "2027.json")
		must(t, err)
	})
	d.throughHub(d.vil)
	d.throughHub(d.vil)
	d.alike(d.hub, d.vil, "realm", testVillage)
	for _, c := range []Config{d.hub, d.vil} {
		d.at(c, Read, func(s *Station) {
			rows, err := s.v.store.CaseByNumber(ctx, number)
			must(t, err)
			e, err := s.v.store.Entity(ctx, rows[0].Scope, rows[0].Entity)
			must(t, err)
			k := e.Folded.Case
			if k.DueProvisional || string(*k.Due) <= before || rows[0].Due != string(*k.Due) || len(k.Tasks) != 1 || k.Tasks[0].Kind != counter.TaskNotice || len(e.Facts) != 2 {
				t.Fatalf("%+v", k)
			}
		})
	}
}
