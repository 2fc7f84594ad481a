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

	Integer bool     `json:"integer,omitempty"` // a number without decimals
	Section string   `json:"section,omitempty"` // the heading that it stands under
	Prefill []string `json:"prefill,omitempty"` // where a first value may come from, see PrefillSources
	Key     string   `json:"key,omitempty"`     // what it means beyond this item; earlier cases are searched for it
	// Of a group: the fields of one row, what a row is called, and how many there may be.
	Rows    []Field `json:"rows,omitempty"`
	RowName string  `json:"row_name,omitempty"`
	MinRows int     `json:"min_rows,omitempty"`
	MaxRows int     `json:"max_rows,omitempty"`
}

// FieldCondition shows a field only while an earlier choice or bool field has
// one of the values.
type FieldCondition struct {
	Field string   `json:"field"`
	In    []string `json:"in"`
}

// FieldKind says what a field holds.
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
	FieldGroup      FieldKind = "group" // repeated: a list of rows; only in a form, never in flat fields
)

// MaxRows bounds a group that says nothing itself: a village family, or its plots.
const MaxRows = 50

// maxFields bounds a form; the longest in use has some sixty fields.
const maxFields = 200

var fieldKinds = []FieldKind{FieldText, FieldLongText, FieldNumber, FieldMoney, FieldDate, FieldChoice, FieldBool,
	FieldPhone, FieldIDNumber, FieldCreditCode, FieldDivision}

var (
	fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	decimal   = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$`)
)

// FieldKinds gives all kinds.
func FieldKinds() []FieldKind { return append([]FieldKind(nil), fieldKinds...) }

// checkFields checks fields that stand at at(i); flat ones hold no groups.
func checkFields(fields []Field, at func(i int) string, flat bool, f *faults) {
	if len(fields) > maxFields {
		f.add(at(maxFields), fmt.Sprintf("字段超过 %d 个 / more than %d fields", maxFields, maxFields), "拆成几个事项或分组 / split the form")
		return
	}
	seen := map[string]int{}
	for i, fd := range fields {
		fd.check(at(i), flat, f)
		if first, dup := seen[fd.Name]; dup {
			f.add(at(i)+".name", fmt.Sprintf("与第 %d 个字段重名 / the same name as field %d", first+1, first+1), "改名 / rename")
		}
		fd.checkVisible(at(i), fields[:i], f)
		fd.checkNamedBound(at(i)+".min", fd.Min, fields[:i], f)
		fd.checkNamedBound(at(i)+".max", fd.Max, fields[:i], f)
		seen[fd.Name] = i
	}
}

func (fd Field) check(at string, flat bool, f *faults) {
	if !fieldName.MatchString(fd.Name) {
		f.add(at+".name", "字段名不合规 / the field name is not allowed", "用小写字母开头的字母、数字、下划线，至多40位 / a-z first, then a-z, 0-9, _")
	}
	f.need(at+".label", fd.Label)
	switch {
	case fd.Kind != FieldGroup:
		f.oneOf(at+".kind", string(fd.Kind), kindNames())
		if len(fd.Rows)+fd.MinRows+fd.MaxRows > 0 || fd.RowName != "" {
			f.add(at+".rows", "只有重复组才有行 / only a group has rows", "删去 / remove it")
		}
	case flat:
		f.add(at+".kind", "重复组要写在 form 里 / a group needs a form", "用 form 的 schema 写成 array，见 docs/form-format.md / write it as an array of form.schema")
	default:
		fd.checkGroup(at, f)
	}
	fd.checkChoices(at, f)
	fd.checkBound(at+".min", fd.Min, f)
	fd.checkBound(at+".max", fd.Max, f)
	fd.checkPrefill(at, f)
	if fd.Integer && fd.Kind != FieldNumber {
		f.add(at+".integer", "只有数字可以要求为整数 / only a number can be whole", "删去 / remove it")
	}
	if fd.Pattern != "" {
		if _, err := regexp.Compile(fd.Pattern); err != nil {
			f.add(at+".pattern", "正则表达式写错了 / the pattern is not a regular expression", "改正或删去 / correct or remove it")
		}
		if fd.Hint == "" {
			f.add(at+".hint", "有格式要求却没有说明 / a pattern without a hint", "用一句话写明应填什么 / say in words what is wanted")
		}
	}
}

func (fd Field) checkGroup(at string, f *faults) {
	if len(fd.Rows) == 0 {
		f.add(at+".rows", "重复组里没有字段 / a group without fields", "至少写一个字段 / give at least one")
	}
	f.between(at+".max_rows", fd.MaxRows, 0, 200)
	f.between(at+".min_rows", fd.MinRows, 0, fd.RowLimit())
	row := func(i int) string { return fmt.Sprintf("%s.rows[%d]", at, i) }
	for i, r := range fd.Rows {
		if r.Kind == FieldGroup {
			f.add(row(i)+".kind", "重复组里不能再有重复组 / a group inside a group", "改成单个字段 / use single fields")
			return
		}
		if r.Section != "" {
			f.add(row(i)+".section", "组内字段不分节 / no sections inside a group", "删去 / remove it")
		}
	}
	checkFields(fd.Rows, row, false, f)
}

// RowLimit is how many rows a group may have.
func (fd Field) RowLimit() int {
	if fd.MaxRows == 0 {
		return MaxRows
	}
	return fd.MaxRows
}

// PrefillSources are the words that Prefill may hold. The first that has a value
// gives it; "applicant.X" asks the card that was read, then the record of the
// person; "case" asks earlier cases of the person for the same field or key.
func PrefillSources() []string {
	return []string{"applicant.name", "applicant.number", "applicant.sex", "applicant.birth", "applicant.ethnicity",
		"applicant.phone", "applicant.address", "applicant.legal_representative", "case"}
}

func (fd Field) checkPrefill(at string, f *faults) {
	for i, p := range fd.Prefill {
		f.oneOf(fmt.Sprintf("%s.prefill[%d]", at, i), p, PrefillSources())
		if fd.Kind == FieldGroup && p != "case" {
			f.add(fmt.Sprintf("%s.prefill[%d]", at, i), "重复组只能从以前的办件预填 / a group is filled from earlier cases only", "改为 case / use case")
		}
	}
	if fd.Key != "" && !fieldName.MatchString(fd.Key) {
		f.add(at+".key", "语义键不合规 / the key is not allowed", "与字段名的写法相同 / written like a field name")
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
		ok = ok || bound == "today" || Date(bound).Valid() || fieldName.MatchString(bound) // a name: checkNamedBound
	case FieldText, FieldLongText:
		n, err := strconv.Atoi(bound)
		ok = ok || err == nil && n >= 0 && n <= 5000
	}
	if !ok {
		f.add(at, "界限与字段类型不符 / the bound does not fit the kind", "数字填数值，日期填日期或 today，文字填字数 / a number, a day or today, or a count of characters")
	}
}

// NamedBound reports whether a bound of a date names another field.
func (fd Field) NamedBound(bound string) bool {
	return fd.Kind == FieldDate && bound != "" && bound != "today" && !Date(bound).Valid()
}

func (fd Field) checkNamedBound(at, bound string, earlier []Field, f *faults) {
	if !fd.NamedBound(bound) || !fieldName.MatchString(bound) {
		return
	}
	for _, e := range earlier {
		if e.Name == bound && e.Kind == FieldDate {
			return
		}
	}
	f.add(at, "引用的不是前面的日期字段 / it names no earlier date field", "改成前面某个日期字段的名称 / name an earlier one")
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
