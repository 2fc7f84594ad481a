package counter

import (
	"fmt"
	"strconv"
)

// Eligibility is one condition of an item that a program can judge, as data of
// the district. What it does not say, the texts of Item.Conditions say to people.
type Eligibility struct {
	Rule   string `json:"rule"`             // RuleMinAge ...
	Value  string `json:"value,omitempty"`  // full years, or 男, 女
	Refuse bool   `json:"refuse,omitempty"` // not accepted; else the clerk is warned
	Basis  string `json:"basis,omitempty"`  // the law or rule that says so
}

// The rules. All are about the applicant, a natural person, on the day of
// acceptance.
const (
	RuleMinAge    = "min_age"    // at least so many full years
	RuleMaxAge    = "max_age"    // at most so many full years
	RuleSex       = "sex"        // 男 or 女
	RuleValidCard = "valid_card" // the card that was read is within its validity
)

// EligibilityRules lists the rules.
func EligibilityRules() []string { return []string{RuleMinAge, RuleMaxAge, RuleSex, RuleValidCard} }

// Subject is what is known of a natural person for judging conditions. Birth and
// Sex are empty when not known; ValidFrom and ValidTo are those of a card that
// was read, YYYY-MM-DD or 长期.
type Subject struct {
	Birth              Date
	Sex                string // 男, 女
	Card               bool   // a card was read
	ValidFrom, ValidTo string
}

// maxYears bounds the ages of rules.
const maxYears = 150

// AgeOn is the number of full years (周岁) on a day. A year is full on the birthday
// itself; who was born on 29 February is a year older on 1 March of a common year
// (民法典 第二百零二条). ok is false for a day before the birth or no date at all.
func AgeOn(birth, on Date) (years int, ok bool) {
	if !birth.Valid() || !on.Valid() || on < birth {
		return 0, false
	}
	years = on.Year() - birth.Year()
	if string(on[5:]) < string(birth[5:]) { // 02-28 is before 02-29, 03-01 is not
		years--
	}
	return years, true
}

// CheckEligibility judges the conditions of an item on a day: what is not met
// and refuses, and what the clerk is warned of. What cannot be judged, since it
// is not known of the person, is always a warning. Each Problem has both
// languages, see Problem.In.
func CheckEligibility(rules []Eligibility, who Subject, on Date) (refused []Problem, warnings []string) {
	for _, r := range rules {
		met, known := r.met(who, on)
		basis := ""
		if r.Basis != "" {
			basis = "（" + r.Basis + "）"
		}
		switch {
		case !known:
			warnings = append(warnings, "无法自动核对“"+r.Text("zh")+"”"+basis+"，请查验证件")
		case met:
		case r.Refuse:
			refused = append(refused, Problem{Where: "受理条件 / condition", What: "不符合“" + r.Text("zh") + "”" + basis + " / not met: " + r.Text("en"),
				Fix: "核对申请人证件；不符合的一次性告知，不予受理 / check the applicant's card"})
		default:
			warnings = append(warnings, "不符合“"+r.Text("zh")+"”"+basis+"，请核对后再受理")
		}
	}
	return refused, warnings
}

func (r Eligibility) met(who Subject, on Date) (met, known bool) {
	switch r.Rule {
	case RuleMinAge, RuleMaxAge:
		limit, err := strconv.Atoi(r.Value)
		age, ok := AgeOn(who.Birth, on)
		if err != nil || !ok {
			return false, false
		}
		return r.Rule == RuleMinAge && age >= limit || r.Rule == RuleMaxAge && age <= limit, true
	case RuleSex:
		return who.Sex == r.Value, who.Sex != ""
	case RuleValidCard:
		from, to := Date(who.ValidFrom), Date(who.ValidTo)
		if !who.Card || !to.Valid() && who.ValidTo != "长期" {
			return false, false
		}
		return (!from.Valid() || from <= on) && (who.ValidTo == "长期" || on <= to), true
	}
	return false, false // of a newer version: the clerk looks
}

// Text says the condition in words; lang "en" is English, all else Chinese.
func (r Eligibility) Text(lang string) string {
	switch r.Rule {
	case RuleMinAge:
		return inLanguage([2]string{"年满" + r.Value + "周岁", r.Value + " years or older"}, lang)
	case RuleMaxAge:
		return inLanguage([2]string{"不超过" + r.Value + "周岁", "not older than " + r.Value + " years"}, lang)
	case RuleSex:
		return inLanguage([2]string{"性别为" + r.Value, "of sex " + r.Value}, lang)
	case RuleValidCard:
		return inLanguage([2]string{"证件在有效期内", "the card is within its validity"}, lang)
	}
	return r.Rule + " " + r.Value
}

func checkEligibility(rules []Eligibility, f *faults) {
	for i, r := range rules {
		at := fmt.Sprintf("eligibility[%d]", i)
		f.oneOf(at+".rule", r.Rule, EligibilityRules())
		switch n, err := strconv.Atoi(r.Value); {
		case r.Rule == RuleMinAge || r.Rule == RuleMaxAge:
			if err != nil || n < 0 || n > maxYears || strconv.Itoa(n) != r.Value {
				f.add(at+".value", "年龄不是整数 / the age is not a whole number", "写成 60 / write it as 60")
			}
		case r.Rule == RuleSex && r.Value != "男" && r.Value != "女":
			f.add(at+".value", "性别只能是男或女 / the sex is 男 or 女", "改为男或女 / one of the two")
		case r.Rule == RuleValidCard && r.Value != "":
			f.add(at+".value", "这项条件不用填值 / this rule has no value", "清空 / leave it empty")
		}
		if r.Refuse && r.Basis == "" {
			f.add(at+".basis", "不予受理的条件没有依据 / a refusing condition without a basis", "写明法律法规条款 / name the law and article")
		}
	}
}
