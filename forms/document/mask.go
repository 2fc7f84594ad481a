package document

import (
	"regexp"
	"strings"
	"time"

	"onedoor/forms/document/wording"
)

// maskFacts hides the middle of every full citizen number in running text: a
// reason or a note that somebody typed must neither leak it nor keep a citizen
// from getting the paper. Fields for masked numbers stay as they are; a full
// number there is the caller's mistake and refused.
func maskFacts(fields []wording.Field, facts wording.Facts) wording.Facts {
	for _, f := range fields {
		switch v := facts[f.Key].(type) {
		case string:
			if f.Type == wording.TypeText || f.Type == wording.TypeName {
				facts[f.Key] = maskText(v)
			}
		case []string:
			for i := range v {
				v[i] = maskText(v[i])
			}
		case []wording.Facts:
			for _, row := range v {
				maskFacts(f.Columns, row)
			}
		}
	}
	return facts
}

var digits18 = regexp.MustCompile(`[0-9]{17}[0-9Xx]`)

// maskText finds 18-digit citizen numbers by birth date and check character, so
// that item codes and case numbers are not taken for one, and keeps the first
// and last four characters.
func maskText(s string) string {
	var b strings.Builder
	for {
		m := digits18.FindStringIndex(s)
		if m == nil {
			return b.String() + s
		}
		end := m[1]
		for digit(s[end-1]) && end < len(s) && digit(s[end]) { // a longer number: none of a citizen
			end++
		}
		number := s[m[0]:end]
		b.WriteString(s[:m[0]])
		if len(number) == 18 && citizenNumber(number) {
			number = number[:4] + "**********" + number[14:]
		}
		b.WriteString(number)
		s = s[end:]
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func citizenNumber(s string) bool {
	if t, err := time.Parse("20060102", s[6:14]); err != nil || t.Year() < 1850 || t.Year() > 2150 {
		return false
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11] == strings.ToUpper(s)[17]
}
