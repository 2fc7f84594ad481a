package counter

import "time"

// Date is a calendar day in China, written "2006-01-02". The empty Date means
// "open": no beginning or no end. As text it sorts in the order of time, so
// dates are compared with < and >. It is a day of the law, not an instant: it
// has no clock and no time zone.
type Date string

const dateLayout = "2006-01-02"

// DateOf gives the day that t shows in its own location.
func DateOf(t time.Time) Date { return Date(t.Format(dateLayout)) }

// ParseDate reads "2006-01-02", "20060102", "2006/1/2", "2006.1.2" and
// "2006年1月2日". ok is false for anything else and for days that do not exist.
func ParseDate(s string) (d Date, ok bool) {
	s = Narrow(s)
	for _, layout := range []string{dateLayout, "20060102", "2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日"} {
		if t, err := time.Parse(layout, s); err == nil {
			return validYear(t)
		}
	}
	return "", false
}

// validYear keeps years outside any living person's papers from being taken
// for dates: 0202 is a slip of the finger, not a year.
func validYear(t time.Time) (Date, bool) {
	if t.Year() < 1800 || t.Year() > 9999 {
		return "", false
	}
	return DateOf(t), true
}

// Valid reports whether d is a day that exists, in the canonical form.
func (d Date) Valid() bool {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		return false
	}
	_, ok := validYear(t)
	return ok
}

// Time gives midnight UTC of d, for arithmetic only; zero if d is not valid.
func (d Date) Time() time.Time {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// AddDays gives the day n days later (earlier if n < 0).
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// Year gives the year of d, 0 if d is not valid.
func (d Date) Year() int {
	if !d.Valid() {
		return 0
	}
	return d.Time().Year()
}
