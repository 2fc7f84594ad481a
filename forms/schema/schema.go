// Package schema proves what was filled into an item's form. The definition, a
// list of fields, becomes one JSON Schema; what is typed is brought into one
// canonical text per value, and the schema judges it, here and in the browser
// (frontend/src/features/form) alike. Every fault is told at once, with the
// field's label, what is wrong and how to mend it.
package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onedoor/app/counter"
)

// Context is what a check may ask of its surroundings.
type Context struct {
	Today    counter.Date           // for bounds written "today"; empty switches those off
	Division func(code string) bool // whether a 12-digit code exists; nil accepts every well-formed one
}

// Fault is one thing that is wrong with a form.
type Fault struct {
	Path string // name, group[0].name or group[0]; rows count from 0
	Key  string // of messages.json
	// Params fill the places of the message.
	Params map[string]string
	label  string
	rank   int // of the keyword that refused, from 1; 0 is ours
}

// Check proves the values of a form against the fields of an item and gives
// them in canonical form: a text for each value, and for a group a []any of
// rows, each a map[string]any of texts:
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
// out, and so are empty rows at the end of a group. A name that no field has is
// refused, and so is a value for a field that is not visible. The problems are
// in the order of the fields, unknown names last; Where is "label (path)".
func Check(fields []counter.Field, in map[string]any, c Context) (map[string]any, []counter.Problem) {
	out, faults := Prove(fields, in, c)
	ps := make([]counter.Problem, len(faults))
	for i, f := range faults {
		ps[i] = f.problem()
	}
	if len(ps) == 0 {
		return out, nil
	}
	return out, ps
}

// Prove is Check with the faults as keys.
func Prove(fields []counter.Field, in map[string]any, c Context) (map[string]any, []Fault) {
	p := &proof{context: c, faults: map[string]Fault{}, texts: map[string]string{}, odd: map[string]bool{}, rows: map[string]int{}}
	values, judged := p.object(fields, in, "")
	sch, err := compile(fields)
	if err != nil { // of an item that was refused or comes from a newer program
		return nil, []Fault{{Path: "form", Key: "unknown"}}
	}
	var refused *jsonschema.ValidationError
	if err := sch.Validate(judged); errors.As(err, &refused) {
		p.collect(fields, refused)
	} else if err != nil {
		return nil, []Fault{{Path: "form", Key: "type"}}
	}
	p.context.more(p, fields, values, "")
	list := p.ordered(fields)
	for _, f := range list {
		name, _, _ := strings.Cut(f.Path, "[")
		delete(values, name)
	}
	return values, list
}

// proof is one form under judgement.
type proof struct {
	context Context
	faults  map[string]Fault
	texts   map[string]string // canonical, by path
	rows    map[string]int    // how many rows a group was given
	odd     map[string]bool   // paths where a list or an object stands for a text
}

// object gives the canonical values of one object, and what the schema judges.
func (p *proof) object(fields []counter.Field, in map[string]any, at string) (values, judged map[string]any) {
	values, judged = map[string]any{}, map[string]any{}
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		if f.Kind == counter.FieldGroup {
			p.group(f, in[f.Name], at+f.Name, values, judged)
			continue
		}
		text, ok := asText(in[f.Name])
		if !ok {
			judged[f.Name], p.odd[at+f.Name] = map[string]any{}, true
			continue
		}
		if text = canonical(f, text); text != "" {
			if formatChecks[string(f.Kind)] == nil && !slices.Contains(counter.FieldKinds(), f.Kind) {
				p.add(f, at+f.Name, "kind")
			}
			values[f.Name], judged[f.Name], p.texts[at+f.Name] = text, instance(f, text), text
		}
	}
	for name := range in {
		if !known[name] {
			judged[name] = true
		}
	}
	return values, judged
}

func (p *proof) group(f counter.Field, in any, at string, values, judged map[string]any) {
	rows, ok := rowsOf(in)
	if !ok {
		judged[f.Name] = "" // not even a list
		return
	}
	for len(rows) > 0 && emptyRow(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	if len(rows) == 0 {
		return
	}
	p.rows[f.Name] = len(rows)
	var kept, seen []any
	for i, row := range rows {
		m, ok := row.(map[string]any)
		if !ok {
			seen = append(seen, "")
			continue
		}
		v, j := p.object(f.Rows, m, fmt.Sprintf("%s[%d].", at, i))
		kept, seen = append(kept, v), append(seen, j)
	}
	values[f.Name], judged[f.Name] = kept, seen
}

func rowsOf(in any) ([]any, bool) {
	switch in := in.(type) {
	case nil:
		return nil, true
	case string: // an empty box of a page
		return nil, in == ""
	case []any:
		return in, true
	case []map[string]any:
		var out []any
		for _, m := range in {
			out = append(out, m)
		}
		return out, true
	}
	return nil, false
}

func emptyRow(row any) bool {
	if row == nil {
		return true
	}
	m, ok := row.(map[string]any)
	for _, v := range m {
		if text, plain := asText(v); !plain || strings.TrimSpace(text) != "" {
			return false
		}
	}
	return ok
}

// Visible reports whether the field applies, given the canonical values of the
// fields before it.
func Visible(f counter.Field, values map[string]any) bool {
	if f.VisibleWhen == nil {
		return true
	}
	v, _ := values[f.VisibleWhen.Field].(string)
	return v != "" && slices.Contains(f.VisibleWhen.In, v)
}

// more is what a schema cannot say: bounds that depend on the day or on another
// field, divisions that exist, patterns of flat fields that only we understand.
func (c Context) more(p *proof, fields []counter.Field, values map[string]any, at string) {
	for _, f := range fields {
		switch v := values[f.Name].(type) {
		case []any:
			for i, row := range v {
				if m, ok := row.(map[string]any); ok {
					c.more(p, f.Rows, m, fmt.Sprintf("%s%s[%d].", at, f.Name, i))
				}
			}
		case string:
			path := at + f.Name
			if _, already := p.faults[path]; already {
				continue
			}
			c.dates(p, f, v, values, path, fields)
			if f.Kind == counter.FieldDivision && c.Division != nil && !c.Division(v) {
				p.add(f, path, "division_unknown")
			}
			if f.Pattern != "" && !counter.Portable(f.Pattern) && !matches(f.Pattern, v) {
				p.add(f, path, "pattern")
			}
		}
	}
}

func (c Context) dates(p *proof, f counter.Field, v string, values map[string]any, path string, fields []counter.Field) {
	if f.Kind != counter.FieldDate {
		return
	}
	limit := func(bound string) (day, named string) {
		switch {
		case bound == "today":
			return string(c.Today), ""
		case f.NamedBound(bound):
			day, _ = values[bound].(string)
			if !counter.Date(day).Valid() {
				return "", ""
			}
			return day, labelOf(fields, bound)
		}
		return bound, ""
	}
	if low, named := limit(f.Min); low != "" && v < low {
		p.addWith(f, path, "date_min", map[string]string{"limit": low, "named": named})
	} else if high, named := limit(f.Max); high != "" && v > high {
		p.addWith(f, path, "date_max", map[string]string{"limit": high, "named": named})
	}
}

func labelOf(fields []counter.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return "“" + f.Label + "”"
		}
	}
	return ""
}
