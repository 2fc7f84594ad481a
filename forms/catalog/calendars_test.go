package catalog

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"onedoor/app/counter"
)

func TestReadChineseDays(t *testing.T) {
	f, err := os.Open("testdata/chinese-days-2022.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cs, err := ReadCalendars(f, "2022.json")
	if err != nil || len(cs) != 1 || cs[0].Year != 2022 || cs[0].Holidays[0] != (counter.CalendarDay{Date: "2022-01-01", Name: "元旦"}) {
		t.Fatalf("%+v %v", cs, err)
	}
	if works, _ := counter.Workday("2022-01-29", cs); !works {
		t.Error("2022-01-29 was a working Saturday")
	}
}

func TestReadCalendarsOfSeveralYears(t *testing.T) {
	cs, err := ReadCalendars(strings.NewReader(`{"holidays":{"2027-01-01":"x,元旦,1","2026-01-01":"x,元旦,1"},"workdays":{"2026-01-04":"x,元旦,1"},"inLieuDays":{}}`), "all.json")
	if err != nil || len(cs) != 2 || cs[0].Year != 2026 || cs[1].Year != 2027 || len(cs[0].Workdays) != 1 {
		t.Error(cs, err)
	}
}

func TestOwnCalendarsComeBack(t *testing.T) {
	want := []counter.Calendar{
		{Year: 2026, Source: "s", Document: "d", Holidays: []counter.CalendarDay{{Date: "2026-01-01", Name: "元旦"}}, Workdays: []counter.CalendarDay{}},
		{Year: 2027, Source: "s", Document: "e", Holidays: []counter.CalendarDay{{Date: "2026-12-31", Name: "元旦"}}, Workdays: []counter.CalendarDay{}},
	}
	data, _ := plainJSON(want)
	got, err := ReadCalendars(strings.NewReader(string(data)), "own.json")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Error(got, err)
	}
}

func TestReadCalendarsFaults(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", "nonsense", `{"year":2026}`, `{"year":2026,"source":"s","hollidays":[]}`,
		`{"year":2026,"source":"s","holidays":[{"date":"2026-02-30","name":""}]}`, `{"holidays":{"2026-13-01":"x"}}`,
		`[{"year":2026,"source":"s"},{"year":2026,"source":"s"}]`, `{"year":2026,"source":"s"} {}`, strings.Repeat(" ", maxCalendar+2)} {
		_, err := ReadCalendars(strings.NewReader(text), "x.json")
		if e, ok := err.(*counter.Error); !ok || e.Code != counter.CodeInvalid || len(e.Details) == 0 {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func FuzzReadCalendars(f *testing.F) {
	f.Add(`{"year":2026,"source":"s","holidays":[{"date":"2026-01-01","name":"元旦"}],"workdays":[]}`)
	f.Add(`{"holidays":{"2026-01-01":"New Year's Day,元旦,1"},"workdays":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		cs, err := ReadCalendars(strings.NewReader(text), "f")
		if err != nil {
			return
		}
		for _, c := range cs {
			if len(c.Validate()) != 0 {
				t.Error("an invalid calendar was accepted")
			}
		}
		counter.DueDate("2026-12-20", 30, cs)
	})
}
