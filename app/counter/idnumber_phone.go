package counter

import (
	"regexp"
	"strings"
)

var (
	mobilePattern   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	landlinePattern = regexp.MustCompile(`^0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,6})?$`)
	areaPattern     = regexp.MustCompile(`^(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})$`)
	shortPattern    = regexp.MustCompile(`^(1[0-9]{2,5}|400[0-9]{7}|[2-8][0-9]{6,7})$`)
	abroadPattern   = regexp.MustCompile(`^\+[0-9]{6,15}$`)
)

// NormalizePhone gives the form in which telephone numbers are stored: ASCII,
// no spaces, +86 cut, one hyphen after the area code of a landline.
func NormalizePhone(s string) string {
	s = Compact(s)
	s = strings.NewReplacer("(", "", ")", "-").Replace(s)
	bare := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086"), "-", "")
	if mobilePattern.MatchString(bare) || shortPattern.MatchString(bare) {
		return bare
	}
	if m := areaPattern.FindStringSubmatch(bare); m != nil {
		return m[1] + "-" + m[2]
	}
	return s
}

// CheckPhone proves the shape of a normalised number: mobile, landline with
// area code, local, service or foreign with a leading +.
func CheckPhone(s string) error {
	for _, p := range []*regexp.Regexp{mobilePattern, landlinePattern, shortPattern, abroadPattern} {
		if p.MatchString(s) {
			return nil
		}
	}
	return E(CodeInvalid, "电话号码的位数或字符不对", "the telephone number has a wrong length or a wrong character").
		Hint("手机号11位；座机写成 0757-12345678", "a mobile number has 11 digits; write a landline as 0757-12345678")
}
