package schema

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onedoor/app/counter"
)

// formatChecks are the formats of form schemas, by kind of field. Each gives
// the key of what is wrong with a canonical text, "" if nothing is.
var formatChecks = map[string]func(string) string{
	string(counter.FieldText):       func(s string) string { return control(s, "") },
	string(counter.FieldLongText):   func(s string) string { return control(s, "\n") },
	string(counter.FieldDate):       dateFault,
	string(counter.FieldPhone):      func(s string) string { return whether(counter.CheckPhone(s) == nil, "phone") },
	string(counter.FieldIDNumber):   idFault,
	string(counter.FieldCreditCode): creditFault,
	string(counter.FieldDivision): func(s string) string {
		_, err := counter.PadDivision(s)
		return whether(err == nil && len(s) == 12, "division")
	},
}

func whether(ok bool, key string) string {
	if ok {
		return ""
	}
	return key
}

func control(s, allowed string) string {
	bad := !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r)
	})
	return whether(!bad, "control")
}

func dateFault(s string) string { return whether(counter.Date(s).Valid(), "date") }

// idFault tells shape, check character and date apart (GB 11643; residence
// permits by their own rules).
func idFault(s string) string {
	id := counter.IDNumber(s)
	switch err := id.Check(); {
	case err == nil:
		return ""
	case id.Kind() == counter.IDUnknown:
		return "id_shape"
	case strings.Contains(err.Error(), "校验位"):
		return "id_check"
	}
	return "id_date"
}

// creditFault tells length, alphabet and check character apart (GB 32100).
func creditFault(s string) string {
	switch err := counter.CreditCode(s).Check(); {
	case err == nil:
		return ""
	case len(s) != 18:
		return "credit_length"
	case strings.Contains(err.Error(), "校验位"):
		return "credit_check"
	}
	return "credit_char"
}
