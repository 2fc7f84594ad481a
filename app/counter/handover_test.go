package counter

import "testing"

// The week of the National Day 2026 as data: free 1 to 7 October, worked on Saturday
// 10 October instead.
var october = []Calendar{{Year: 2026, Source: "test",
	Holidays: []CalendarDay{{"2026-10-01", "国庆节"}, {"2026-10-02", "国庆节"}, {"2026-10-05", "国庆节"}, {"2026-10-06", "国庆节"}, {"2026-10-07", "国庆节"}},
	Workdays: []CalendarDay{{"2026-10-10", "国庆节"}}}}

func TestHandover(t *testing.T) {
	for _, c := range []struct {
		accepted, asOf, due Date
		overdue, today      bool
	}{
		{"2026-09-30", "2026-10-01", "2026-10-10", false, false}, // the holidays do not count
		{"2026-09-30", "2026-10-10", "2026-10-10", false, true},  // a Saturday that is worked
		{"2026-09-30", "2026-10-11", "2026-10-10", true, false},
		{"2026-11-20", "2026-11-25", "2026-11-25", false, true}, // from a Friday
		{"2026-11-20", "2026-11-26", "2026-11-25", true, false},
	} {
		h, err := HandoverOf(c.accepted, c.asOf, october)
		if err != nil || h.Due != c.due || h.Overdue != c.overdue || h.DueToday != c.today || h.Provisional {
			t.Errorf("%s seen on %s: %+v, %v", c.accepted, c.asOf, h, err)
		}
	}
	if h, err := HandoverOf("2026-11-20", "2026-11-21", nil); err != nil || !h.Provisional {
		t.Errorf("without a calendar: %+v, %v", h, err)
	}
	if _, err := HandoverOf("", "2026-11-21", october); CodeOf(err) != CodeInvalid {
		t.Errorf("no day: %v", err)
	}
}

func TestWorkdaysSince(t *testing.T) {
	for _, c := range []struct {
		from, to Date
		want     int
	}{
		{"2026-09-30", "2026-10-10", 3}, {"2026-11-20", "2026-11-22", 0}, {"2026-11-20", "2026-11-23", 1},
		{"2026-11-20", "2026-11-20", 0}, {"2026-11-20", "2026-11-01", 0}, {"", "2026-11-01", 0},
	} {
		if n := WorkdaysSince(c.from, c.to, october); n != c.want {
			t.Errorf("%s to %s: %d, want %d", c.from, c.to, n, c.want)
		}
	}
}
