package counter

import (
	"fmt"
	"strings"
)

// Division is one administrative division. Code is always 12 digits: 6 of the
// district (GB/T 2260), 3 of the town, 3 of the village, padded with zeros.
type Division struct {
	Code      string        `json:"code"`
	Name      string        `json:"name"` // as published, private-use characters kept
	Level     DivisionLevel `json:"level"`
	Parent    string        `json:"parent"`           // empty for a district
	Former    string        `json:"former,omitempty"` // of a village that moved: its town before ValidFrom
	ValidFrom Date          `json:"valid_from,omitempty"`
	ValidTo   Date          `json:"valid_to,omitempty"`
}

// DivisionLevel is one of the three tiers that a station can stand at.
type DivisionLevel string

const (
	LevelDistrict DivisionLevel = "district"
	LevelTown     DivisionLevel = "town"
	LevelVillage  DivisionLevel = "village"
)

// NewDivision makes the division of a 6, 9 or 12-digit code, with its level
// and parent computed.
func NewDivision(code, name string) (Division, error) {
	full, err := PadDivision(code)
	if err != nil {
		return Division{}, err
	}
	return Division{Code: full, Name: strings.TrimSpace(name), Level: DivisionLevelOf(full), Parent: DivisionParent(full)}, nil
}

// PadDivision makes 12 digits of a code of 6, 9 or 12. The error is an *Error
// with code invalid.
func PadDivision(code string) (string, error) {
	s := Compact(code)
	if !allDigits(s) || len(s) != 6 && len(s) != 9 && len(s) != 12 || strings.HasPrefix(s, "0") {
		return "", E(CodeInvalid, "区划代码应为6、9或12位数字", "a division code has 6, 9 or 12 digits").
			Hint("例如 440604（区）、440604100（镇街）、440604100001（村居）", "such as 440604, 440604100 or 440604100001")
	}
	return s + strings.Repeat("0", 12-len(s)), nil
}

// DivisionLevelOf gives the tier of a 12-digit code.
func DivisionLevelOf(code string) DivisionLevel {
	switch {
	case strings.HasSuffix(code, "000000"):
		return LevelDistrict
	case strings.HasSuffix(code, "000"):
		return LevelTown
	}
	return LevelVillage
}

// DivisionParent gives the 12-digit code one tier up, empty for a district.
func DivisionParent(code string) string {
	if len(code) != 12 {
		return ""
	}
	switch DivisionLevelOf(code) {
	case LevelVillage:
		return code[:9] + "000"
	case LevelTown:
		return code[:6] + "000000"
	}
	return ""
}

// DivisionShort cuts the padding: 6, 9 or 12 digits.
func DivisionShort(code string) string {
	if len(code) != 12 {
		return code
	}
	switch DivisionLevelOf(code) {
	case LevelDistrict:
		return code[:6]
	case LevelTown:
		return code[:9]
	}
	return code
}

// DivisionWithin reports whether code is ancestor or lies below it (both 12 digits).
func DivisionWithin(code, ancestor string) bool {
	return len(code) == 12 && len(ancestor) == 12 && strings.HasPrefix(code, DivisionShort(ancestor))
}

// ValidateDivisions lists every fault of a set that is to be imported whole:
// each row for itself, double codes, and rows without their parent.
func ValidateDivisions(rows []Division) []Problem {
	var ps []Problem
	seen := map[string]int{}
	for i, d := range rows {
		if first, dup := seen[d.Code]; dup {
			ps = append(ps, Problem{divisionAt(i), fmt.Sprintf("代码 %s 与第 %d 条重复 / double code", d.Code, first+1), "删去一条 / remove one"})
		}
		seen[d.Code] = i
		ps = append(ps, d.problems(divisionAt(i))...)
	}
	for i, d := range rows {
		if _, ok := seen[d.Parent]; !ok && d.Parent != "" {
			ps = append(ps, Problem{divisionAt(i), fmt.Sprintf("上级 %s 不在文件中 / the parent is missing", d.Parent), "补上上级一条 / add the parent"})
		}
	}
	return ps
}

func divisionAt(i int) string { return fmt.Sprintf("第 %d 条 / row %d", i+1, i+1) }

func (d Division) problems(where string) (ps []Problem) {
	full, err := PadDivision(d.Code)
	switch {
	case err != nil || full != d.Code:
		return []Problem{{where, "区划代码不是12位 / the code has not 12 digits", "补足12位 / pad it to 12"}}
	case d.Level != DivisionLevelOf(d.Code) || d.Parent != DivisionParent(d.Code):
		ps = append(ps, Problem{where, "级别或上级与代码不符 / level or parent does not fit the code", "按代码填写 / follow the code"})
	}
	if strings.TrimSpace(d.Name) == "" {
		ps = append(ps, Problem{where, "没有名称 / no name", "填写名称 / give the name"})
	}
	if d.ValidFrom != "" && !d.ValidFrom.Valid() || d.ValidTo != "" && !d.ValidTo.Valid() {
		ps = append(ps, Problem{where, "起止日期无效 / a date is not valid", "写成 2026-01-01 / write it as 2026-01-01"})
	}
	return ps
}
