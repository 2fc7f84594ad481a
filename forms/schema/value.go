package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"onedoor/app/counter"
)

// asText brings what JSON or a program gives to text, without judging it.
func asText(f counter.Field, v any) (string, *counter.Problem) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		if f.Kind == counter.FieldText || f.Kind == counter.FieldLongText {
			return strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")), nil
		}
		return counter.Narrow(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case json.Number:
		return v.String(), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", problem("值的类型不对 / a value of the wrong type", "填文字、数字或是否，不要填列表或对象 / give text, a number or a bool, no list or object")
}

// canonical proves one value that is there.
func canonical(f counter.Field, s string, c Context) (string, *counter.Problem) {
	switch f.Kind {
	case counter.FieldText, counter.FieldLongText:
		return checkText(f, s)
	case counter.FieldNumber, counter.FieldMoney:
		return checkNumber(f, s)
	case counter.FieldDate:
		return checkDate(f, s, c)
	case counter.FieldChoice:
		return checkChoice(f, s)
	case counter.FieldBool:
		return checkBool(s)
	case counter.FieldPhone:
		phone := counter.NormalizePhone(s)
		return phone, fromError(counter.CheckPhone(phone))
	case counter.FieldIDNumber:
		id := counter.NormalizeID(s)
		return id.Plain(), fromError(id.Check())
	case counter.FieldCreditCode:
		code := counter.NormalizeCreditCode(s)
		return string(code), fromError(code.Check())
	case counter.FieldDivision:
		return checkDivision(s, c)
	}
	return "", problem("程序不认识这种字段 / this program does not know the kind of this field", "升级程序后再填 / update the program")
}

func fromError(err error) *counter.Problem {
	e, ok := err.(*counter.Error)
	if !ok {
		return nil
	}
	return problem(e.Zh+" / "+e.En, e.HintZh+" / "+e.HintEn)
}

func checkText(f counter.Field, s string) (string, *counter.Problem) {
	n := utf8.RuneCountInString(s)
	low, _ := strconv.Atoi(f.Min)
	high, err := strconv.Atoi(f.Max)
	if err != nil {
		high = map[counter.FieldKind]int{counter.FieldText: 200}[f.Kind]
		if high == 0 {
			high = 2000
		}
	}
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && (r != '\n' || f.Kind == counter.FieldText) }):
		return "", problem("含有换行或不可见的字符 / holds a line break or a control character", "删去后重新填写 / remove it")
	case n < low:
		return "", problem(fmt.Sprintf("只有 %d 字，至少 %d 字 / %d characters, at least %d wanted", n, low, n, low), "补充填写 / write more")
	case n > high:
		return "", problem(fmt.Sprintf("有 %d 字，最多 %d 字 / %d characters, at most %d allowed", n, high, n, high), "缩短文字 / shorten it")
	case !matches(f.Pattern, s):
		return "", problem("格式不对 / not in the form that is wanted", f.Hint)
	}
	return s, nil
}

func checkDate(f counter.Field, s string, c Context) (string, *counter.Problem) {
	d, ok := counter.ParseDate(s)
	if !ok {
		return "", problem("不是有效日期 / not a valid date", need(f))
	}
	for _, b := range []struct {
		bound string
		wrong func(limit counter.Date) bool
		word  string
	}{
		{f.Min, func(l counter.Date) bool { return d < l }, "不能早于 %s / not before %s"},
		{f.Max, func(l counter.Date) bool { return d > l }, "不能晚于 %s / not after %s"},
	} {
		limit := counter.Date(b.bound)
		if limit == "today" {
			limit = c.Today
		}
		if limit != "" && b.wrong(limit) {
			return "", problem(fmt.Sprintf(b.word, limit, limit), "核对日期 / check the date")
		}
	}
	return string(d), nil
}

func checkChoice(f counter.Field, s string) (string, *counter.Problem) {
	for _, choice := range f.Choices {
		if counter.Narrow(choice) == s {
			return choice, nil
		}
	}
	return "", problem("“"+s+"”不在选项中 / not one of the choices", need(f))
}

func checkBool(s string) (string, *counter.Problem) {
	switch strings.ToLower(s) {
	case "true", "是", "有", "yes", "1":
		return "true", nil
	case "false", "否", "无", "no", "0":
		return "false", nil
	}
	return "", problem("不是“是”或“否” / neither yes nor no", "填写是或否 / say yes or no")
}

func checkDivision(s string, c Context) (string, *counter.Problem) {
	code, err := counter.PadDivision(s)
	if err != nil {
		return "", fromError(err)
	}
	if c.Division != nil && !c.Division(code) {
		return "", problem("没有这个区划代码 / there is no such division", "在区划列表中选择 / choose from the list")
	}
	return code, nil
}
