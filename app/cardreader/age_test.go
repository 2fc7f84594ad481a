package cardreader

import (
	"bytes"
	"testing"
	"time"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(dateForm, s, time.FixedZone("CST", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	return d.Add(23*time.Hour + 59*time.Minute) // late at night is still that day
}

func TestAgeOn(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
		known     bool
	}{
		{"1966-11-21", "2026-11-20", 59, true}, // the day before
		{"1966-11-21", "2026-11-21", 60, true}, // the day
		{"1966-11-21", "2026-11-22", 60, true}, // the day after
		{"1952-02-29", "2026-02-28", 73, true}, // common year
		{"1952-02-29", "2026-03-01", 74, true},
		{"1952-02-29", "2024-02-28", 71, true}, // leap year
		{"1952-02-29", "2024-02-29", 72, true},
		{"1952-02-29", "2024-03-01", 72, true},
		{"2008-12-31", "2026-12-30", 17, true},
		{"2008-12-31", "2026-12-31", 18, true},
		{"2008-01-01", "2026-01-01", 18, true},
		{"2026-11-21", "2026-11-21", 0, true},
		{"2026-11-22", "2026-11-21", 0, false},
		{"", "2026-11-21", 0, false},
		{"1952-02-30", "2026-11-21", 0, false},
		{"1900-03-01", "2000-02-29", 99, true}, // 2000 is a leap year, 1900 is not
		{"1900-03-01", "2000-03-01", 100, true},
	} {
		got, known := (&Card{Birth: c.birth}).AgeOn(day(t, c.on))
		if got != c.want || known != c.known {
			t.Errorf("born %s, on %s: %d %v, want %d %v", c.birth, c.on, got, known, c.want, c.known)
		}
	}
}

// Ages never fall, and rise by one exactly once in every year.
func TestAgeRisesOnceAYear(t *testing.T) {
	for _, birth := range []string{"1952-02-29", "1960-01-01", "1961-12-31", "1975-02-28", "1976-03-01"} {
		c, last := &Card{Birth: birth}, -1
		born, _ := time.Parse(dateForm, birth)
		for d := born; d.Year() < born.Year()+90; d = d.AddDate(0, 0, 1) {
			age, ok := c.AgeOn(d)
			if !ok || age < last || age > last+1 {
				t.Fatalf("%s on %s: %d after %d", birth, d.Format(dateForm), age, last)
			}
			last = age
		}
		if last != 89 {
			t.Errorf("%s: %d after 90 calendar years", birth, last)
		}
	}
}

func TestValidOn(t *testing.T) {
	for _, c := range []struct {
		from, to, on string
		want         Validity
	}{
		{"2020-01-01", "2040-01-01", "2019-12-31", NotYetValid},
		{"2020-01-01", "2040-01-01", "2020-01-01", Valid},
		{"2020-01-01", "2040-01-01", "2040-01-01", Valid},
		{"2020-01-01", "2040-01-01", "2040-01-02", Expired},
		{"2008-01-01", LongTerm, "2099-01-01", Valid},
		{"2008-01-01", "", "2020-01-01", ValidityUnknown},
		{"", "2040-01-01", "2040-01-02", Expired},
		{"", "2040-01-01", "2039-01-02", ValidityUnknown},
	} {
		if got := (&Card{ValidFrom: c.from, ValidTo: c.to}).ValidOn(day(t, c.on)); got != c.want {
			t.Errorf("%s to %s on %s: %s, want %s", c.from, c.to, c.on, got, c.want)
		}
	}
}

func TestWipe(t *testing.T) {
	text, err := deck(t, "R1")[0].Text()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	raw, name := c.Text, c.NameRaw
	c.Wipe()
	if !bytes.Equal(raw, make([]byte, len(raw))) || !bytes.Equal(name, make([]byte, len(name))) || c.Number != "" || c.Name != "" {
		t.Error("something is left")
	}
	(*Card)(nil).Wipe()
}
