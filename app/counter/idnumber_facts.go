package counter

import "time"

// birthDigits gives the digits of the birth date as YYYYMMDD, or as YYMMDD
// where the paper has two digits for the year.
func (n IDNumber) birthDigits() string {
	switch n.Kind() {
	case IDResident, IDHKMOTW, IDForeigner2023:
		return string(n[6:14])
	case IDResident15:
		return string(n[6:12])
	case IDForeigner2017:
		return string(n[7:13])
	}
	return ""
}

// dateExists reports whether the birth digits are a day. Two-digit years pass
// when either century makes them one.
func (n IDNumber) dateExists() bool {
	digits := n.birthDigits()
	if len(digits) == 6 {
		return dayExists("19"+digits) || n.Kind() == IDForeigner2017 && dayExists("20"+digits)
	}
	return dayExists(digits) && digits >= "1800"
}

func dayExists(yyyymmdd string) bool {
	_, err := time.Parse("20060102", yyyymmdd)
	return err == nil
}

// Birth gives the birth date that the number itself proves; ok is false if it
// proves none. Cards of the 2017 layout were issued until 2023 with two digits
// for the year, so 00 to 23 say no century. A chip's own birth field always
// goes before this.
func (n IDNumber) Birth() (d Date, ok bool) {
	digits := n.birthDigits()
	switch {
	case !n.dateExists():
		return "", false
	case len(digits) == 6 && n.Kind() == IDForeigner2017 && digits[:2] <= "23":
		return "", false
	case len(digits) == 6:
		digits = "19" + digits
	}
	return ParseDate(digits)
}

// Sex gives 男 or 女 from the digit that GB 11643 keeps for it (odd is male),
// empty if the number has none.
func (n IDNumber) Sex() string {
	at := -1
	switch n.Kind() {
	case IDResident, IDHKMOTW, IDForeigner2023:
		at = 16
	case IDResident15:
		at = 14
	case IDForeigner2017:
		at = 13
	default:
		return ""
	}
	if (n[at]-'0')%2 == 1 {
		return "男"
	}
	return "女"
}
