package counter

import (
	"math/rand"
	"testing"
)

func days(name string, dates ...Date) (out []CalendarDay) {
	for _, d := range dates {
		out = append(out, CalendarDay{d, name})
	}
	return out
}

// calendar2026 is the notice 国办发明电〔2025〕7号, weekends that are free anyway left out.
var calendar2026 = Calendar{
	Year: 2026, Source: "test", Document: "国办发明电〔2025〕7号",
	Holidays: days("休", "2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20",
		"2026-02-23", "2026-04-06", "2026-05-01", "2026-05-04", "2026-05-05", "2026-06-19", "2026-09-25",
		"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"),
	Workdays: days("班", "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
}

func TestDueDate(t *testing.T) {
	for _, c := range []struct {
		accepted    Date
		days        int
		due         Date
		provisional bool
	}{
		{"2026-02-10", 5, "2026-02-24", false},
		{"2026-02-10", 20, "2026-03-16", false},
		{"2026-02-10", 30, "2026-03-30", false},
		{"2026-04-29", 5, "2026-05-09", false},
		{"2026-09-21", 10, "2026-10-12", false},
		{"2026-09-30", 5, "2026-10-13", false},
		{"2026-01-01", 1, "2026-01-04", false},
		{"2026-11-20", 20, "2026-12-18", false},
		{"2026-12-25", 1, "2026-12-28", false},
		{"2026-12-25", 2, "2026-12-29", true},  // within reach of the notice for 2027
		{"2026-12-25", 20, "2027-01-22", true}, // by weekends alone
		{"2025-12-25", 1, "2025-12-26", true},  // 2025 is not loaded
	} {
		due, provisional, err := DueDate(c.accepted, c.days, []Calendar{calendar2026})
		if err != nil || due != c.due || provisional != c.provisional {
			t.Errorf("%s + %d = %s provisional %v, %v; want %s %v", c.accepted, c.days, due, provisional, err, c.due, c.provisional)
		}
	}
}

func TestDueDateRefuses(t *testing.T) {
	for _, c := range []struct {
		d Date
		n int
	}{{"2026-02-30", 5}, {"", 5}, {"2026-02-03", 0}, {"2026-02-03", -1}, {"2026-02-03", 4000}} {
		if _, _, err := DueDate(c.d, c.n, nil); CodeOf(err) != CodeInvalid {
			t.Errorf("%q + %d: %v", c.d, c.n, err)
		}
	}
}

// A later notice overrides the December days of the year before it, and makes
// the deadline certain.
func TestNextNoticeSettlesDecember(t *testing.T) {
	next := Calendar{Year: 2027, Source: "test", Holidays: days("元旦", "2026-12-31", "2027-01-01")}
	if ps := next.Validate(); len(ps) != 0 {
		t.Fatal(ps)
	}
	due, provisional, err := DueDate("2026-12-30", 1, []Calendar{next, calendar2026})
	if due != "2027-01-04" || provisional || err != nil {
		t.Fatal(due, provisional, err)
	}
}

// Counting one day at a time reaches the same day as counting at once, and a
// due date is always a working day after acceptance.
func TestDueDateAddsUp(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	cals := []Calendar{calendar2026}
	for range 300 {
		start := Date("2026-01-01").AddDays(rng.Intn(360))
		a, b := 1+rng.Intn(30), 1+rng.Intn(30)
		mid, p1, _ := DueDate(start, a, cals)
		end, p2, _ := DueDate(mid, b, cals)
		all, p, _ := DueDate(start, a+b, cals)
		if end != all || p != (p1 || p2) || mid <= start {
			t.Fatalf("%s: %d then %d gives %s, together %s", start, a, b, end, all)
		}
		if works, _ := Workday(all, cals); !works {
			t.Fatalf("%s is due on a free day", all)
		}
	}
}

func TestCalendarValidate(t *testing.T) {
	bad := Calendar{Year: 26, Holidays: days("x", "2026-01-01", "2026-01-01", "2026-13-01"), Workdays: days("y", "2024-12-30")}
	if ps := bad.Validate(); len(ps) != 7 {
		t.Fatalf("%d problems: %v", len(ps), ps)
	}
	if ps := calendar2026.Validate(); len(ps) != 0 {
		t.Fatal(ps)
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]Date{
		"2026-01-02": "2026-01-02", " 2026/1/2 ": "2026-01-02", "20260102": "2026-01-02", "2026年1月2日": "2026-01-02",
		"２０２６－０１－０２": "2026-01-02", "2026-02-29": "", "0202-01-01": "", "长期": "", "": "",
	} {
		if got, ok := ParseDate(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
}
