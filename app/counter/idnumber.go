package counter

import (
	"log/slog"
	"strings"
)

// IDNumber is the number of an identity paper that the card readers know. It
// prints masked: String, %v, %+v, %q and slog all hide the middle. Plain gives
// the number itself, for sealing, comparing and for the papers that need it.
type IDNumber string

// IDKind is the family of an identity number.
type IDKind string

const (
	IDUnknown       IDKind = ""
	IDResident      IDKind = "resident"      // 18 places, GB 11643
	IDResident15    IDKind = "resident15"    // 15 digits, issued until 1999, old records only
	IDHKMOTW        IDKind = "hkmotw"        // 港澳台居民居住证: 810000, 820000, 830000
	IDForeigner2017 IDKind = "foreigner2017" // 15 places, 3 letters first
	IDForeigner2023 IDKind = "foreigner2023" // 18 places, 9 first
)

// NormalizeID gives the form in which numbers are stored and compared: ASCII,
// upper case, nothing but letters and digits between. Signs that people put
// between groups (spaces, hyphens) go.
func NormalizeID(s string) IDNumber {
	s = strings.ToUpper(Compact(s))
	return IDNumber(strings.NewReplacer("-", "", "－", "", "·", "").Replace(s))
}

// Plain gives the whole number.
func (n IDNumber) Plain() string { return string(n) }

// String gives the number masked for screens.
func (n IDNumber) String() string { return n.Mask() }

// GoString masks in %#v.
func (n IDNumber) GoString() string { return `counter.IDNumber("` + n.Mask() + `")` }

// LogValue masks in structured logs.
func (n IDNumber) LogValue() slog.Value { return slog.StringValue(n.Mask()) }

// Kind tells the family from the shape alone; the number may still be wrong.
func (n IDNumber) Kind() IDKind {
	s := string(n)
	switch {
	case len(s) == 18 && allDigits(s[:17]) && (isDigit(s[17]) || s[17] == 'X'):
		return kindOf18(s)
	case len(s) == 15 && allDigits(s):
		return IDResident15
	case len(s) == 15 && allLetters(s[:3]) && allDigits(s[3:]):
		return IDForeigner2017
	}
	return IDUnknown
}

func kindOf18(s string) IDKind {
	if s[0] == '9' {
		return IDForeigner2023
	}
	switch s[:6] {
	case "810000", "820000", "830000":
		return IDHKMOTW
	}
	return IDResident
}

// Check proves shape, date and check character. The area digits are never a
// reason to refuse: areas are abolished and renamed, and numbers stay. The
// error is an *Error with code invalid and does not contain the number.
func (n IDNumber) Check() error {
	switch kind := n.Kind(); kind {
	case IDUnknown:
		return E(CodeInvalid, "证件号码的位数或字符不对", "the identity number has a wrong length or a wrong character").
			Hint("居民身份证号码为18位，只有最后一位可以是X", "a resident's number has 18 places, only the last may be X")
	case IDForeigner2017:
		if icaoCheck(string(n[:14])) != n[14] {
			return badIDCheck()
		}
		return n.checkDate()
	case IDResident15:
		return n.checkDate()
	default:
		if mod11Check(string(n[:17])) != n[17] {
			return badIDCheck()
		}
		return n.checkDate()
	}
}

func badIDCheck() error {
	return E(CodeInvalid, "证件号码的校验位不对", "the check character of the identity number is wrong").
		Hint("请对照证件逐位核对", "compare it with the paper, place by place")
}

func (n IDNumber) checkDate() error {
	if n.dateExists() {
		return nil
	}
	return E(CodeInvalid, "证件号码中的出生日期不存在", "the date of birth in the identity number does not exist").
		Hint("请对照证件逐位核对", "compare it with the paper, place by place")
}

// Warnings says what a clerk should look at though the number is accepted.
func (n IDNumber) Warnings() []string {
	switch n.Kind() {
	case IDResident15:
		return []string{"15位旧号码只用于旧档案，请改用18位号码 / a 15-digit number is for old records only"}
	case IDResident:
		if !provinces[string(n[:2])] {
			return []string{"号码前两位不是现行省级代码，请核对 / the first two digits name no province of today"}
		}
	}
	return nil
}

// provinces are the first two digits of GB/T 2260; 81 to 83 occur in the
// numbers of residents who came from there.
var provinces = func() map[string]bool {
	m := map[string]bool{}
	for _, p := range strings.Fields("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83") {
		m[p] = true
	}
	return m
}()

// mod11Check gives the check character of 17 digits by ISO 7064 MOD 11-2.
func mod11Check(s string) byte {
	sum := 0
	for i := range 17 {
		sum += int(s[i]-'0') * (1 << (17 - i) % 11)
	}
	return "10X98765432"[sum%11]
}

// icaoCheck gives the passport check digit (weights 7, 3, 1; A is 10) of s.
func icaoCheck(s string) byte {
	sum := 0
	for i := range len(s) {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func allLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
