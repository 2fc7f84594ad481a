package counter

import (
	"strings"
	"testing"
)

func TestAgeOnTheDaysAround(t *testing.T) {
	for _, c := range []struct {
		birth, on Date
		want      int
		known     bool
	}{
		{"1946-11-21", "2026-11-20", 79, true}, {"1946-11-21", "2026-11-21", 80, true}, {"1946-11-21", "2026-11-22", 80, true},
		{"1952-02-29", "2026-02-28", 73, true}, {"1952-02-29", "2026-03-01", 74, true},
		{"1952-02-29", "2024-02-28", 71, true}, {"1952-02-29", "2024-02-29", 72, true}, {"1952-02-29", "2024-03-01", 72, true},
		{"2026-11-21", "2026-11-21", 0, true}, {"2026-11-22", "2026-11-21", 0, false}, {"", "2026-11-21", 0, false}, {"1952-02-30", "2026-11-21", 0, false},
	} {
		if got, ok := AgeOn(c.birth, c.on); got != c.want || ok != c.known {
			t.Errorf("born %s, on %s: %d %v", c.birth, c.on, got, ok)
		}
	}
}

func TestConditions(t *testing.T) {
	old := Subject{Birth: "1946-11-21", Sex: "女", Card: true, ValidFrom: "2010-01-01", ValidTo: "2026-11-21"}
	for _, c := range []struct {
		rule            Eligibility
		who             Subject
		on              Date
		refused, warned bool
	}{
		{Eligibility{Rule: RuleMinAge, Value: "80", Refuse: true}, old, "2026-11-20", true, false},
		{Eligibility{Rule: RuleMinAge, Value: "80", Refuse: true}, old, "2026-11-21", false, false},
		{Eligibility{Rule: RuleMinAge, Value: "80"}, old, "2026-11-20", false, true},
		{Eligibility{Rule: RuleMaxAge, Value: "79", Refuse: true}, old, "2026-11-20", false, false},
		{Eligibility{Rule: RuleMaxAge, Value: "79", Refuse: true}, old, "2026-11-21", true, false},
		{Eligibility{Rule: RuleMinAge, Value: "80", Refuse: true}, Subject{}, "2026-11-21", false, true},
		{Eligibility{Rule: RuleSex, Value: "女", Refuse: true}, old, "2026-11-21", false, false},
		{Eligibility{Rule: RuleSex, Value: "男", Refuse: true}, old, "2026-11-21", true, false},
		{Eligibility{Rule: RuleValidCard, Refuse: true}, old, "2026-11-21", false, false},
		{Eligibility{Rule: RuleValidCard, Refuse: true}, old, "2026-11-22", true, false},
		{Eligibility{Rule: RuleValidCard, Refuse: true}, old, "2009-12-31", true, false},
		{Eligibility{Rule: RuleValidCard}, Subject{Card: true, ValidFrom: "2010-01-01", ValidTo: "长期"}, "2099-01-01", false, false},
		{Eligibility{Rule: RuleValidCard}, Subject{Birth: "1946-11-21"}, "2026-11-21", false, true},
		{Eligibility{Rule: "height", Value: "2", Refuse: true}, old, "2026-11-21", false, true},
	} {
		refused, warned := CheckEligibility([]Eligibility{c.rule}, c.who, c.on)
		if len(refused) > 0 != c.refused || len(warned) > 0 != c.warned {
			t.Errorf("%+v on %s: %v %v", c.rule, c.on, refused, warned)
		}
		for _, p := range refused {
			if en := p.In("en"); strings.ContainsAny(en.Where+en.Fix, "条件核对") || strings.Contains(p.In("zh").What, " / ") {
				t.Errorf("%+v", en)
			}
		}
	}
}

func TestConditionsThatMakeNoSense(t *testing.T) {
	for _, r := range []Eligibility{{Rule: "x"}, {Rule: RuleMinAge, Value: "八十"}, {Rule: RuleMaxAge, Value: "-1"}, {Rule: RuleMinAge, Value: "080"}, {Rule: RuleSex, Value: "x"},
		{Rule: RuleValidCard, Value: "1"}, {Rule: RuleMinAge, Value: "60", Refuse: true}} {
		f := &faults{}
		if checkEligibility([]Eligibility{r}, f); len(f.list) != 1 {
			t.Errorf("%+v: %v", r, f.list)
		}
	}
}
