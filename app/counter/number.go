package counter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Faults of a case number, as causes of the *Error that ParseNumber gives.
var (
	ErrNumberLength    = errors.New("counter: case number too short or too long")
	ErrNumberCharacter = errors.New("counter: character that no case number has")
	ErrNumberDate      = errors.New("counter: no such date in the case number")
	ErrNumberSerial    = errors.New("counter: serial of the case number not canonical")
	ErrNumberCheck     = errors.New("counter: check character of the case number does not fit")
)

// Number is a case number taken apart. It is unique without asking anybody:
// the counter is the device's alone within its division, and counts by day.
type Number struct {
	Division string // 12 digits
	Date     Date
	Counter  string // 2 digits or capital letters
	Serial   uint64 // 1, 2, 3 ... within the day
}

const (
	numberAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numberHead     = 12 + 8 + 2 // division, date, counter
	minSerial      = 4
	maxSerial      = 10
)

// FormatNumber makes a case number: division (12 digits), date (yyyymmdd),
// counter (2), serial (at least 4 digits, more when a day needs more) and the
// check character of ISO 7064 MOD 37-36. It is empty when the parts are not
// what ParseNumber would accept.
func FormatNumber(division string, date Date, counter string, serial uint64) string {
	if !date.Valid() {
		return ""
	}
	s := fmt.Sprintf("%s%s%s%04d", division, strings.ReplaceAll(string(date), "-", ""), counter, serial)
	if len(division) != 12 || len(counter) != 2 || !alphabetic(s) {
		return ""
	}
	s += string(check3736(s))
	if n, err := ParseNumber(s); err != nil || n != (Number{division, date, counter, serial}) {
		return ""
	}
	return s
}

// String gives the number as FormatNumber does.
func (n Number) String() string { return FormatNumber(n.Division, n.Date, n.Counter, n.Serial) }

// ParseNumber reads a case number as people type it: in either case, with
// spaces and hyphens anywhere, full-width characters too. Any single wrong
// character is found, and more than 99 of 100 exchanges of neighbours. Errors
// are *Error with code invalid, caused by one of the ErrNumber values.
func ParseNumber(s string) (Number, error) {
	s = strings.ToUpper(strings.ReplaceAll(Compact(s), "-", ""))
	if len(s) < numberHead+minSerial+1 || len(s) > numberHead+maxSerial+1 {
		return Number{}, badNumber(ErrNumberLength, "办件编号的长度不对", "a case number has 27 characters or more")
	}
	body, check := s[:len(s)-1], s[len(s)-1]
	division, date, counter, serial := s[:12], s[12:20], s[20:22], body[22:]
	if !alphabetic(s) || !allDigits(division+date+serial) {
		return Number{}, badNumber(ErrNumberCharacter, "办件编号里有不该出现的字符", "a character that no case number has")
	}
	if check3736(body) != check {
		return Number{}, badNumber(ErrNumberCheck, "办件编号的校验位不符，可能抄错了一位", "the check character does not fit: one character may be wrong")
	}
	day := Date(date[:4] + "-" + date[4:6] + "-" + date[6:])
	if !day.Valid() || division[0] == '0' {
		return Number{}, badNumber(ErrNumberDate, "办件编号里的区划或日期不存在", "no such division or date in the case number")
	}
	n, err := strconv.ParseUint(serial, 10, 64)
	if err != nil || n == 0 || len(serial) > minSerial && serial[0] == '0' {
		return Number{}, badNumber(ErrNumberSerial, "办件编号的流水号不对", "the serial of the case number is not right")
	}
	return Number{Division: division, Date: day, Counter: counter, Serial: n}, nil
}

// SpacedNumber sets a number in groups for reading aloud and for paper:
// division, date, counter, serial with its check character.
func SpacedNumber(number string) string {
	if len(number) < numberHead+minSerial+1 {
		return number
	}
	return number[:12] + " " + number[12:20] + " " + number[20:22] + " " + number[22:]
}

func badNumber(cause error, zh, en string) *Error {
	return E(CodeInvalid, zh, en).Because(cause).
		Hint("对照回执重新输入，或扫描回执上的二维码", "compare with the receipt, or scan its QR code")
}

func alphabetic(s string) bool { return strings.Trim(s, numberAlphabet) == "" }

// check3736 is the hybrid system MOD 37-36 of ISO 7064 over upper-case
// letters and digits.
func check3736(s string) byte {
	p := 36
	for i := range len(s) {
		p = (p + strings.IndexByte(numberAlphabet, s[i])) % 36
		if p == 0 {
			p = 36
		}
		p = p * 2 % 37
	}
	return numberAlphabet[(37-p)%36]
}
