package counter

import (
	"fmt"
	"regexp"
	"strconv"
)

// Field is one field of an item's form. A form value is always one text in
// canonical form; see package forms/schema for what each kind accepts.
type Field struct {
	Name     string    `json:"name"` // a-z, 0-9 and _; the key in a form file
	Label    string    `json:"label"`
	Kind     FieldKind `json:"kind"`
	Required bool      `json:"required,omitempty"`
	Choices  []string  `json:"choices,omitempty"`
	// Min and Max bound a number or money by value, a date by day (or "today"),
	// a text by its count of characters. Text, so that decimals stay exact.
	Min         string          `json:"min,omitempty"`
	Max         string          `json:"max,omitempty"`
	Pattern     string          `json:"pattern,omitempty"` // RE2, must match the whole text
	Hint        string          `json:"hint,omitempty"`    // what the pattern means, shown to the clerk
	Unit        string          `json:"unit,omitempty"`
	VisibleWhen *FieldCondition `json:"visible_when,omitempty"`
}

// FieldCondition shows a field only while an earlier choice or bool field has
// one of the values.
type FieldCondition struct {
	Field string   `json:"field"`
	In    []string `json:"in"`
}

// FieldKind says what a field holds. The word "group" is reserved for repeated
// groups.
type FieldKind string

const (
	FieldText       FieldKind = "text"
	FieldLongText   FieldKind = "longtext"
	FieldNumber     FieldKind = "number"
	FieldMoney      FieldKind = "money" // yuan with two decimals
	FieldDate       FieldKind = "date"
	FieldChoice     FieldKind = "choice"
	FieldBool       FieldKind = "bool"
	FieldPhone      FieldKind = "phone"
	FieldIDNumber   FieldKind = "idnumber"
	FieldCreditCode FieldKind = "creditcode"
	FieldDivision   FieldKind = "division"
)

var fieldKinds = []FieldKind{FieldText, FieldLongText, FieldNumber, FieldMoney, FieldDate, FieldChoice, FieldBool,
	FieldPhone, FieldIDNumber, FieldCreditCode, FieldDivision}

var (
	fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	decimal   = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$`)
)

// FieldKinds gives all kinds.
func FieldKinds() []FieldKind { return append([]FieldKind(nil), fieldKinds...) }

func checkFields(fields []Field, f *faults) {
	seen := map[string]int{}
	for i, fd := range fields {
		at := fmt.Sprintf("fields[%d]", i)
		fd.check(at, f)
		if first, dup := seen[fd.Name]; dup {
			f.add(at+".name", fmt.Sprintf("与第 %d 个字段重名 / the same name as field %d", first+1, first+1), "改名 / rename")
		}
		fd.checkVisible(at, fields[:i], f)
		seen[fd.Name] = i
	}
}

func (fd Field) check(at string, f *faults) {
	if !fieldName.MatchString(fd.Name) {
		f.add(at+".name", "字段名不合规 / the field name is not allowed", "用小写字母开头的字母、数字、下划线，至多40位 / a-z first, then a-z, 0-9, _")
	}
	f.need(at+".label", fd.Label)
	if fd.Kind == "group" {
		f.add(at+".kind", "“group”是为重复组保留的类型 / group is reserved", "拆成单个字段 / use single fields")
	} else {
		f.oneOf(at+".kind", string(fd.Kind), kindNames())
	}
	fd.checkChoices(at, f)
	fd.checkBound(at+".min", fd.Min, f)
	fd.checkBound(at+".max", fd.Max, f)
	if fd.Pattern != "" {
		if _, err := regexp.Compile(fd.Pattern); err != nil {
			f.add(at+".pattern", "正则表达式写错了 / the pattern is not a regular expression", "改正或删去 / correct or remove it")
		}
		if fd.Hint == "" {
			f.add(at+".hint", "有格式要求却没有说明 / a pattern without a hint", "用一句话写明应填什么 / say in words what is wanted")
		}
	}
}

func (fd Field) checkChoices(at string, f *faults) {
	if (fd.Kind == FieldChoice) != (len(fd.Choices) > 0) {
		f.add(at+".choices", "选择类字段要有选项，其他字段不能有 / choices belong to choice fields, and must be there", "填写或清空选项 / fill or clear the choices")
	}
	seen := map[string]bool{}
	for i, c := range fd.Choices {
		if c == "" || seen[c] {
			f.add(fmt.Sprintf("%s.choices[%d]", at, i), "选项为空或重复 / an empty or double choice", "改正选项 / correct the choices")
		}
		seen[c] = true
	}
}

func (fd Field) checkBound(at, bound string, f *faults) {
	ok := bound == ""
	switch fd.Kind {
	case FieldNumber, FieldMoney:
		ok = ok || decimal.MatchString(bound)
	case FieldDate:
		ok = ok || bound == "today" || Date(bound).Valid()
	case FieldText, FieldLongText:
		n, err := strconv.Atoi(bound)
		ok = ok || err == nil && n >= 0 && n <= 5000
	}
	if !ok {
		f.add(at, "界限与字段类型不符 / the bound does not fit the kind", "数字填数值，日期填日期或 today，文字填字数 / a number, a day or today, or a count of characters")
	}
}

// checkVisible allows only earlier fields, so that no circle can arise.
func (fd Field) checkVisible(at string, earlier []Field, f *faults) {
	if fd.VisibleWhen == nil {
		return
	}
	at += ".visible_when"
	for _, e := range earlier {
		if e.Name == fd.VisibleWhen.Field && (e.Kind == FieldChoice || e.Kind == FieldBool) {
			values := e.Choices
			if e.Kind == FieldBool {
				values = []string{"true", "false"}
			}
			if len(fd.VisibleWhen.In) == 0 {
				f.add(at+".in", "没有写显示条件的值 / no value given", "写出至少一个值 / give at least one")
			}
			for i, v := range fd.VisibleWhen.In {
				f.oneOf(fmt.Sprintf("%s.in[%d]", at, i), v, values)
			}
			return
		}
	}
	f.add(at+".field", "显示条件引用的字段不在前面，或不是选择/是否类 / it must name an earlier choice or bool field",
		"改成前面某个选择字段的名称 / name an earlier one")
}

func kindNames() (names []string) {
	for _, k := range fieldKinds {
		names = append(names, string(k))
	}
	return names
}
