package schema

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"onedoor/app/counter"
)

// asText brings a single value that JSON or a program gives to text; false for
// lists, objects and whatever else no field holds.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// canonical gives the one text that a value is kept as. A text that is no value
// of this kind comes back as it is, for the schema to refuse.
func canonical(f counter.Field, s string) string {
	if f.Kind == counter.FieldText || f.Kind == counter.FieldLongText {
		return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	}
	s = counter.Narrow(s)
	if s == "" {
		return ""
	}
	switch f.Kind {
	case counter.FieldNumber, counter.FieldMoney:
		if text, fault := number(f, s); fault == "" {
			return text
		}
	case counter.FieldDate:
		if d, ok := counter.ParseDate(s); ok {
			return string(d)
		}
	case counter.FieldChoice:
		for _, choice := range f.Choices {
			if counter.Narrow(choice) == s {
				return choice
			}
		}
	case counter.FieldBool:
		return yesNo(s)
	case counter.FieldPhone:
		return counter.NormalizePhone(s)
	case counter.FieldIDNumber:
		return counter.NormalizeID(s).Plain()
	case counter.FieldCreditCode:
		return string(counter.NormalizeCreditCode(s))
	case counter.FieldDivision:
		if code, err := counter.PadDivision(s); err == nil {
			return code
		}
	}
	return s
}

func yesNo(s string) string {
	switch strings.ToLower(s) {
	case "true", "是", "有", "yes", "1":
		return "true"
	case "false", "否", "无", "no", "0":
		return "false"
	}
	return s
}

// instance is the canonical text as the schema sees it.
func instance(f counter.Field, s string) any {
	switch {
	case f.Kind == counter.FieldBool && (s == "true" || s == "false"):
		return s == "true"
	case f.Kind == counter.FieldNumber || f.Kind == counter.FieldMoney:
		if _, fault := number(f, s); fault == "" {
			return json.Number(s)
		}
	}
	return s
}

var (
	// plainNumber is what people type as a number, grouping cut; the length keeps
	// arithmetic small: 1e999999999 is a number too, of a gigabyte.
	plainNumber = regexp.MustCompile(`^([+-]?)([0-9]{1,15})(?:\.([0-9]{1,9}))?$`)
	// grouped is a number with thousands separated as on a cheque: 12,345.60.
	grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,9})?$`)
)

// number gives the canonical decimal text, or the key of what is wrong. It
// works on digits, never on binary fractions: 0.1 stays 0.1. Fifteen digits are
// what a browser's numbers hold exactly.
func number(f counter.Field, s string) (text, fault string) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "¥"), "￥")
	if f.Unit != "" {
		s = strings.TrimSuffix(s, f.Unit)
	}
	s = counter.Compact(s)
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	m := plainNumber.FindStringSubmatch(s)
	if m == nil {
		return "", "number"
	}
	sign, whole, fraction := m[1], strings.TrimLeft(m[2], "0"), strings.TrimRight(m[3], "0")
	decimals := decimalsOf(f)
	switch {
	case len(fraction) > decimals:
		return "", "decimals"
	case len(whole)+len(fraction) > 15:
		return "", "digits"
	}
	if whole == "" {
		whole = "0"
	}
	if sign != "-" || whole == "0" && fraction == "" {
		sign = ""
	}
	if f.Kind == counter.FieldMoney {
		fraction = (fraction + "00")[:2]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction, ""
}

func decimalsOf(f counter.Field) int {
	if f.Kind == counter.FieldMoney {
		return 2
	}
	return 6
}

func parse(s string) (*big.Rat, bool) {
	if !plainNumber.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
