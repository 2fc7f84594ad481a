// Package schema proves what was filled into an item's form. Every fault is
// told at once, with the field's label, what is wrong and how to mend it; what
// is right comes back in one canonical text per field, the form in which cases
// keep it.
package schema

import (
	"fmt"
	"sort"
	"strings"

	"onedoor/app/counter"
)

// Context is what a check may ask of its surroundings.
type Context struct {
	Today    counter.Date           // for bounds written "today"; empty switches those off
	Division func(code string) bool // whether a 12-digit code exists; nil accepts every well-formed one
}

// Check proves the values of a form against the fields of an item and gives
// them in canonical form:
//
//	text, longtext   trimmed, control characters refused
//	number, money    decimal text without grouping; money with two decimals
//	date             2006-01-02
//	choice           one of the field's choices
//	bool             "true" or "false"
//	phone            as counter.NormalizePhone
//	idnumber         as counter.NormalizeID
//	creditcode       as counter.NormalizeCreditCode
//	division         12 digits
//
// Values may be strings, numbers, bools or json.Number. Empty values are left
// out. A name that no field has is refused, and so is a value for a field that
// is not visible. The problems are in the order of the fields, unknown names
// last; Where is "label (name)".
func Check(fields []counter.Field, in map[string]any, c Context) (map[string]string, []counter.Problem) {
	out := map[string]string{}
	var ps []counter.Problem
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		if p := checkField(f, in, out, c); p != nil {
			p.Where = fmt.Sprintf("%s (%s)", f.Label, f.Name)
			ps = append(ps, *p)
		}
	}
	return out, append(ps, unknown(in, known)...)
}

func checkField(f counter.Field, in map[string]any, out map[string]string, c Context) *counter.Problem {
	text, p := asText(f, in[f.Name])
	switch {
	case p != nil:
		return p
	case !Visible(f, out) && text != "":
		return problem("这一项在此情形下不填 / the field does not apply here", "清空这一项，或改前面的选择 / clear it, or change the choice before it")
	case !Visible(f, out):
		return nil
	case text == "" && f.Required:
		return problem("必填，没有填写 / required, but empty", need(f))
	case text == "":
		return nil
	}
	value, p := canonical(f, text, c)
	if p == nil {
		out[f.Name] = value
	}
	return p
}

// Visible reports whether the field applies, given the canonical values of the
// fields before it.
func Visible(f counter.Field, values map[string]string) bool {
	if f.VisibleWhen == nil {
		return true
	}
	v, ok := values[f.VisibleWhen.Field]
	for _, in := range f.VisibleWhen.In {
		if ok && v == in {
			return true
		}
	}
	return false
}

func unknown(in map[string]any, known map[string]bool) (ps []counter.Problem) {
	for name := range in {
		if !known[name] {
			ps = append(ps, counter.Problem{Where: name, What: "这个事项的表单没有这一项 / the form has no such field", Fix: "删去，或核对字段名 / remove it, or check the name"})
		}
	}
	sort.Slice(ps, func(i, j int) bool { return ps[i].Where < ps[j].Where })
	return ps
}

// need says what a field wants, in the words of the form.
func need(f counter.Field) string {
	switch f.Kind {
	case counter.FieldChoice:
		return "选择其一 / choose one of: " + strings.Join(f.Choices, "、")
	case counter.FieldDate:
		return "填写日期，如 2026-01-31 / give a date such as 2026-01-31"
	case counter.FieldBool:
		return "填写是或否 / say yes or no"
	}
	if f.Hint != "" {
		return "请填写：" + f.Hint + " / please fill in"
	}
	return "请填写 / please fill in"
}

func problem(what, fix string) *counter.Problem { return &counter.Problem{What: what, Fix: fix} }
