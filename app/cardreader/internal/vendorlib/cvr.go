package vendorlib

import (
	"strings"
	"unicode/utf16"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/layout"
	"onedoor/app/cardreader/sdt"
)

// cvrLibrary calls the CVR_ functions, which return 1 for success. They hide the
// module: finding and selecting is one call, the chip's text comes as strings
// of the Unicode getters and is put back into the layout, there is no photo in
// the chip's form and no appended address. Only resident cards and residence
// permits can be told this way; the GBK getters are never used, as they turn
// rare characters into question marks.
type cvrLibrary struct {
	*library
	authenticated bool
}

func (l *cvrLibrary) yes(name string, args ...uintptr) bool {
	r, missing := l.do(name, args...)
	return !missing && r == 1
}

func (l *cvrLibrary) open(port int) bool {
	_, unicode := l.find("GetPeopleNameU")
	return unicode && l.yes("CVR_InitComm", uintptr(port))
}

func (l *cvrLibrary) Close() { l.do("CVR_CloseComm") }

func (l *cvrLibrary) Do(cmd sdt.Command) helper.Answer {
	defer l.wipe()
	switch cmd {
	case sdt.Status:
		return helper.Answer{Status: sdt.OK}
	case sdt.SAMID:
		return l.identity()
	case sdt.Find:
		r, _ := l.do("CVR_Authenticate")
		switch l.authenticated = r == 1; {
		case l.authenticated:
			return helper.Answer{Status: sdt.Found, Data: make([]byte, 4)}
		case r == 0: // the port is not open any more
			return helper.Answer{Gone: true}
		}
		return helper.Answer{Status: sdt.NoCard}
	case sdt.Select:
		if !l.authenticated {
			return helper.Answer{Status: sdt.SelectFailed}
		}
		return helper.Answer{Status: sdt.OK, Data: make([]byte, 8)}
	case sdt.Read:
		const noPicture = 4 // no decoded picture; files go to the process's own folder
		if !l.authenticated || !l.yes("CVR_Read_Content", noPicture) {
			return helper.Answer{Status: sdt.ReadFailed}
		}
		l.authenticated = false
		return l.read()
	}
	return helper.Answer{Status: sdt.BadCommand}
}

func (l *cvrLibrary) identity() helper.Answer {
	if !l.yes("CVR_GetSAMID", l.bufA()) {
		return helper.Answer{Status: sdt.BadCommand}
	}
	text, _, _ := strings.Cut(string(l.a[:64]), "\x00")
	if d := parseSAMID(text); d != nil {
		return helper.Answer{Status: sdt.OK, Data: d}
	}
	return helper.Answer{Status: sdt.BadCommand}
}

// get is the string of one Unicode getter.
func (l *cvrLibrary) get(name string) string {
	l.wipe()
	l.aLen = 512
	if !l.yes(name, l.bufA(), l.lenA()) {
		return ""
	}
	var units []uint16
	for i := 0; i+1 < int(min(l.aLen, 512)); i += 2 {
		u := uint16(l.a[i]) | uint16(l.a[i+1])<<8
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return strings.TrimSpace(string(utf16.Decode(units)))
}

func (l *cvrLibrary) read() helper.Answer {
	sex := map[string]string{"男": "1", "女": "2", "未知": "0"}[l.get("GetPeopleSexU")]
	number := l.get("GetPeopleIDCodeU")
	fields := []string{l.get("GetPeopleNameU"), sex, ethnicCode(l.get("GetPeopleNationU")), digits(l.get("GetPeopleBirthdayU")),
		l.get("GetPeopleAddressU"), number, l.get("GetDepartmentU"), digits(l.get("GetStartDateU")), digits(l.get("GetEndDateU"))}
	lay := layout.Find("resident")
	if strings.HasPrefix(number, "81") || strings.HasPrefix(number, "82") || strings.HasPrefix(number, "83") {
		lay, fields[2], fields = layout.Find("hkmotw"), "", append(fields, "", "", "J")
	}
	text, err := lay.Encode(fields)
	if err != nil || fields[0] == "" || number == "" {
		return helper.Answer{Status: sdt.ReadFailed}
	}
	defer clear(text)
	return helper.Answer{Status: sdt.OK, Data: compose(text, nil)}
}

// digits keeps the digits of a date in any writing, and 长期 as it is.
func digits(s string) string {
	if strings.Contains(s, cardreader.LongTerm) {
		return cardreader.LongTerm
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// ethnicCode finds the code of a name; "" for one that the table does not have.
func ethnicCode(name string) string {
	for a := '0'; a <= '9'; a++ {
		for b := '0'; b <= '9'; b++ {
			code := string([]rune{a, b})
			if n, known := cardreader.EthnicName(code); known && (n == name || n+"族" == name) {
				return code
			}
		}
	}
	return ""
}
