package schema

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"onedoor/app/counter"
)

// plainNumber is what people type as a number, grouping cut; the length keeps
// arithmetic small.
var plainNumber = regexp.MustCompile(`^[+-]?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// grouped is a number with thousands separated as on a cheque: 12,345.60.
var grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,6})?$`)

// checkNumber works on decimals, never on binary fractions: 0.1 stays 0.1.
func checkNumber(f counter.Field, s string) (string, *counter.Problem) {
	s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "¥"), "￥"), f.Unit)
	s = counter.Compact(s)
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	n, ok := parse(s)
	if !ok {
		return "", problem("不是数字 / not a number", "只填数字，如 12.5，不要写单位 / digits only, such as 12.5")
	}
	digits := 6
	if f.Kind == counter.FieldMoney {
		digits = 2
	}
	if _, fraction, _ := strings.Cut(s, "."); len(strings.TrimRight(fraction, "0")) > digits {
		return "", problem(fmt.Sprintf("小数最多 %d 位 / at most %d decimals", digits, digits), "按元、角、分填写 / round it")
	}
	if p := checkRange(f, n); p != nil {
		return "", p
	}
	text := n.FloatString(digits)
	if f.Kind == counter.FieldNumber {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text, nil
}

// parse looks at the shape first: 1e999999999 is a number too, of a gigabyte.
func parse(s string) (*big.Rat, bool) {
	if !plainNumber.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func checkRange(f counter.Field, n *big.Rat) *counter.Problem {
	if low, ok := parse(f.Min); ok && n.Cmp(low) < 0 {
		return problem(fmt.Sprintf("不能小于 %s%s / not less than %s", f.Min, f.Unit, f.Min), "核对数值 / check the number")
	}
	if high, ok := parse(f.Max); ok && n.Cmp(high) > 0 {
		return problem(fmt.Sprintf("不能大于 %s%s / not more than %s", f.Max, f.Unit, f.Max), "核对数值 / check the number")
	}
	return nil
}

// matches tells whether pattern covers the whole text; a pattern that does not
// compile was refused with the item and refuses nothing here.
func matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp.Compile(`^(?:` + pattern + `)$`)
	return err != nil || re.MatchString(s)
}
