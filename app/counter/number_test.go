package counter

import (
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// The example of ISO 7064's users that everybody checks against: the Global
// Release Identifier A1-2425G-ABC1234002-M.
func TestCheckCharacterVector(t *testing.T) {
	if c := check3736("A12425GABC1234002"); c != 'M' {
		t.Fatalf("%c", c)
	}
}

func TestFormatNumber(t *testing.T) {
	s := FormatNumber("440604100001", "2026-11-20", "01", 17)
	if !strings.HasPrefix(s, "44060410000120261120010017") || len(s) != 27 {
		t.Fatal(s)
	}
	for _, typed := range []string{s, strings.ToLower(s), SpacedNumber(s), " 440604-100001-2026-1120-01-0017-" + s[26:], "４４０６０４" + s[6:]} {
		n, err := ParseNumber(typed)
		if err != nil || n.String() != s || n.Serial != 17 || n.Date != "2026-11-20" || n.Counter != "01" || n.Division != "440604100001" {
			t.Errorf("%q: %+v %v", typed, n, err)
		}
	}
	if grown := FormatNumber("440604100001", "2026-11-20", "A1", 123456); len(grown) != 29 {
		t.Fatal(grown)
	}
	for _, bad := range []string{FormatNumber("4406", "2026-11-20", "01", 1), FormatNumber("440604100001", "2026-02-30", "01", 1),
		FormatNumber("440604100001", "2026-11-20", "1", 1), FormatNumber("440604100001", "2026-11-20", "a1", 1),
		FormatNumber("440604100001", "2026-11-20", "01", 0), FormatNumber("44060410000X", "2026-11-20", "01", 1),
		FormatNumber("440604100001", "2026-11-20", "01", 1e11)} {
		if bad != "" {
			t.Errorf("made %q", bad)
		}
	}
}

func TestParseNumberNamesTheFault(t *testing.T) {
	good := FormatNumber("440604100001", "2026-11-20", "01", 17)
	withCheck := func(body string) string { return body + string(check3736(body)) }
	for in, want := range map[string]error{
		"":                                       ErrNumberLength,
		good[:26]:                                ErrNumberLength,
		good + "123456789":                       ErrNumberLength,
		"X" + good[1:]:                           ErrNumberCharacter,
		good[:26] + "?":                          ErrNumberCharacter,
		good[:25] + "8" + good[26:]:              ErrNumberCheck,
		withCheck("44060410000120260230010017"):  ErrNumberDate,
		withCheck("04060410000120261120010017"):  ErrNumberDate,
		withCheck("44060410000120261120010000"):  ErrNumberSerial,
		withCheck("440604100001202611200100017"): ErrNumberSerial,
	} {
		if _, err := ParseNumber(in); !errors.Is(err, want) || CodeOf(err) != CodeInvalid {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
	}
}

// Any single changed character is refused, for numbers of every shape. Of the
// exchanges of neighbours the standard's hybrid system cannot find every one:
// more than 99 of 100 are refused.
func TestNumberCatchesSlips(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	missed, total := 0, 0
	for range 80 {
		s := randomNumber(rng)
		for i := range s {
			for _, c := range numberAlphabet {
				if changed := s[:i] + string(c) + s[i+1:]; changed != s {
					if _, err := ParseNumber(changed); err == nil {
						t.Fatalf("%s and %s both parse", s, changed)
					}
				}
			}
			if i > 0 && s[i] != s[i-1] {
				total++
				swapped := s[:i-1] + s[i:i+1] + s[i-1:i] + s[i+1:]
				if _, err := ParseNumber(swapped); err == nil {
					missed++
				}
			}
		}
	}
	if missed*100 > total {
		t.Fatalf("%d of %d exchanges not found", missed, total)
	}
}

func randomNumber(rng *rand.Rand) string {
	division := fmt.Sprintf("%06d%06d", 110000+rng.Intn(540000), rng.Intn(1000000))
	counter := string([]byte{numberAlphabet[rng.Intn(36)], numberAlphabet[rng.Intn(36)]})
	if rng.Intn(2) == 0 {
		counter = fmt.Sprintf("%02d", rng.Intn(100))
	}
	return FormatNumber(division, Date("2026-01-01").AddDays(rng.Intn(3000)), counter, uint64(1+rng.Intn(1<<(1+rng.Intn(20)))))
}

// Two numbers are equal only when all their parts are.
func TestNumberIsInjective(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	seen := map[string]Number{}
	for range 5000 {
		s := randomNumber(rng)
		n, err := ParseNumber(s)
		if err != nil || n.String() != s {
			t.Fatal(s, n, err)
		}
		if other, dup := seen[s]; dup && other != n {
			t.Fatal(s, n, other)
		}
		seen[s] = n
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add(FormatNumber("440604100001", "2026-11-20", "01", 17))
	f.Add("440604 100001-20261120")
	f.Add("４４０６０４")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			if CodeOf(err) != CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseNumber(n.String())
		if err != nil || again != n {
			t.Fatalf("%q: %+v, then %+v %v", s, n, again, err)
		}
	})
}
