package cardreader

import (
	"strings"
	"time"
)

// ValidNumber reports whether an ID number holds in itself: check digit and
// embedded date, nothing else. It knows the 18-character form (residents,
// residence permits and foreigners since 2023; GB 11643, ISO 7064 MOD 11-2) and
// the 15-character form of the 2017 foreigner's card (ICAO 9303, 7-3-1).
// Area codes are not looked at: abolished ones stay valid for life.
func ValidNumber(number string) bool {
	switch len(number) {
	case 18:
		return validNumber18(number)
	case 15:
		return validNumber15(number)
	}
	return false
}

func validNumber18(s string) bool {
	const check = "10X98765432"
	sum, weight := 0, [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	for i, w := range weight {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += int(s[i]-'0') * w
	}
	return s[17] == check[sum%11] && isDate(s[6:14])
}

func validNumber15(s string) bool {
	sum, weight := 0, [3]int{7, 3, 1}
	for i := range 14 {
		c, v := s[i], 0
		switch {
		case i < 3 && c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		case i >= 3 && c >= '0' && c <= '9':
			v = int(c - '0')
		default:
			return false
		}
		sum += v * weight[i%3]
	}
	// The century is not in the number; either one may make the date real.
	born := s[7:13]
	return s[14] == byte('0'+sum%10) && (isDate("19"+born) || isDate("20"+born))
}

// isDate reports whether s is YYYYMMDD, exists in the calendar and lies in the
// range that a living person's card can carry.
func isDate(s string) bool {
	if len(s) != 8 || s < "18000101" || s >= "22000101" {
		return false
	}
	_, err := time.Parse("20060102", s)
	return err == nil
}

// tidyNumber brings an ID number to its printed form: half-width digits and a
// capital check letter.
func tidyNumber(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s))
}
