package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onedoor/sync/oplog"
)

// Tier is the level of government that a device serves.
type Tier string

const (
	Village  Tier = "village"
	Town     Tier = "town"
	District Tier = "district"
)

// Check tells whether t is one of the three.
func (t Tier) Check() error {
	if t != Village && t != Town && t != District {
		return invalid("device", "tier", "not village, town or district")
	}
	return nil
}

// TierOf gives the tier of a 12-digit division code as the national statistics
// bureau numbers them: the last 6 digits are zero for a district, the last 3 for a
// town or street.
func TierOf(division string) Tier {
	switch {
	case strings.HasSuffix(division, "000000"):
		return District
	case strings.HasSuffix(division, "000"):
		return Town
	}
	return Village
}

// Division gives the 12-digit form of a division code of 6, 9 or 12 digits.
func Division(code string) (string, error) {
	if n := len(code); (n != 6 && n != 9 && n != 12) || !digits(code) {
		return "", invalid("device", "division", "not a division code of 6, 9 or 12 digits")
	}
	return code + strings.Repeat("0", 12-len(code)), nil
}

// IsSuperior tells whether a device of a tier and division (12 digits) writes into
// a scope by its place alone: the district into realm and every scope, a town into
// those with its 9-digit prefix, its own included, a village into its own only. That
// a village moved to another town is told by dated memberships, not here.
func IsSuperior(tier Tier, division string, scope oplog.Scope) bool {
	if scope.Check() != nil || len(division) != 12 {
		return false
	}
	switch {
	case tier == District:
		return true
	case scope == oplog.Realm:
		return false
	case tier == Town:
		return division[:9] == string(scope)[:9]
	}
	return tier == Village && division == string(scope)
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func checkDivision(what, division string) error {
	if len(division) != 12 || !digits(division) || division[0] == '0' {
		return invalid(what, "division", "not a 12-digit division code")
	}
	return nil
}

// checkCounter wants two digits, as they stand in case numbers.
func checkCounter(what, counter string) error {
	if len(counter) != 2 || !digits(counter) {
		return invalid(what, "counter", "not two digits")
	}
	return nil
}

// maxNameRunes is the upper bound of X.520 for a common name and an organisation.
const maxNameRunes = 64

// checkName wants what can stand in a certificate and on paper: printable, without
// characters that change the direction or hide text.
func checkName(what, field, name string) error {
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxNameRunes {
		return invalid(what, field, "empty, or longer than 64 characters")
	}
	if strings.TrimSpace(name) != name {
		return invalid(what, field, "begins or ends with a blank")
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return invalid(what, field, "a character that cannot be printed")
		}
	}
	return nil
}
