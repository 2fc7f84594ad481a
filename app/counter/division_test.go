package counter

import "testing"

func TestDivisionCodes(t *testing.T) {
	for _, c := range []struct {
		in, full, parent, short string
		level                   DivisionLevel
	}{
		{"440604", "440604000000", "", "440604", LevelDistrict},
		{"440604100", "440604100000", "440604000000", "440604100", LevelTown},
		{"440604100001", "440604100001", "440604100000", "440604100001", LevelVillage},
		{"440604000000", "440604000000", "", "440604", LevelDistrict},
		{" ４４０６０４ ", "440604000000", "", "440604", LevelDistrict},
		{"441900003", "441900003000", "441900000000", "441900003", LevelTown}, // a city without districts
	} {
		d, err := NewDivision(c.in, " 名 ")
		if err != nil || d.Code != c.full || d.Parent != c.parent || d.Level != c.level || DivisionShort(d.Code) != c.short || d.Name != "名" {
			t.Errorf("%q: %+v %v", c.in, d, err)
		}
	}
	for _, bad := range []string{"", "44060", "4406041", "44060410000", "4406041000011", "44060a", "04060", "040604"} {
		if _, err := PadDivision(bad); CodeOf(err) != CodeInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDivisionWithin(t *testing.T) {
	for _, c := range []struct {
		code, ancestor string
		want           bool
	}{
		{"440604100001", "440604000000", true}, {"440604100001", "440604100000", true}, {"440604100001", "440604100001", true},
		{"440604100001", "440604010000", false}, {"440604000000", "440604100000", false}, {"440605000000", "440604000000", false}, {"", "440604000000", false},
	} {
		if got := DivisionWithin(c.code, c.ancestor); got != c.want {
			t.Errorf("%s in %s: %v", c.code, c.ancestor, got)
		}
	}
}

func TestValidateDivisions(t *testing.T) {
	ok, _ := NewDivision("440604", "禅城区")
	town, _ := NewDivision("440604100", "南庄镇")
	if ps := ValidateDivisions([]Division{ok, town}); len(ps) != 0 {
		t.Error(ps)
	}
	village, _ := NewDivision("440604010001", "")
	village.ValidFrom = "2026-02-30"
	wrong := town
	wrong.Parent = ""
	if ps := ValidateDivisions([]Division{ok, town, wrong, village, {Code: "1"}}); len(ps) != 6 {
		t.Errorf("%d: %v", len(ps), ps)
	}
}
