package counter

import "testing"

var creditVectors = []CreditCode{
	"91350100M000100Y43", // the standard's own example
	"114406040070440007", "54440604MJL0000015", "N2440604MF70000013", "12440604MB2000001H", "92440604MA0000001T",
}

func TestCreditCode(t *testing.T) {
	for _, c := range creditVectors {
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	if !CreditCode("N2440604MF70000013").VillageCollective() || creditVectors[0].VillageCollective() {
		t.Error("village collective")
	}
	if NormalizeCreditCode(" 91350100m000100y43 ") != creditVectors[0] || NormalizeCreditCode("９１３５０１００Ｍ０００１００Ｙ４３") != creditVectors[0] {
		t.Error("normalise")
	}
}

// 3 generates the units mod 31, so no change of one character keeps the sum.
func TestCreditCodeCatchesSingleChange(t *testing.T) {
	for _, c := range creditVectors {
		for i := range c {
			for _, r := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-中" {
				changed := CreditCode(string(c[:i]) + string(r) + string(c[i+1:]))
				if changed != c && changed.Check() == nil {
					t.Errorf("%s: change at %d to %c passed", c, i, r)
				}
			}
		}
	}
}
