package wording

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Facts are the statements of one document by field key. Callers may give what
// JSON gives, and time.Time, []map[string]any and []Facts; Check returns them
// in one canonical form: string, bool, int, []string, []Facts.
type Facts map[string]any

// Checked is the outcome of Page.Check.
type Checked struct {
	Facts Facts // canonical, with defaults put in
	Lacks []Lack
	Wrong []Fault // unknown keys and values of a wrong form
}

// Lack is a required statement that is missing. Row is its line, from 1, in a
// rows field; 0 elsewhere.
type Lack struct {
	Field
	Row int
}

// maxText bounds one text, in bytes; the longest statements fill some pages.
const maxText = 64 << 10

// maxEntries bounds one list; 60 materials are many, a busy day has hundreds of cases.
const maxEntries = 5000

// Check brings facts into their canonical form and names everything that is
// missing or wrong.
func (p *Page) Check(in Facts) Checked {
	var f faults
	out := p.canonical(p.Fields, in, "", &f)
	c := Checked{Facts: out, Wrong: f.list}
	s := Scope{Page: p, Facts: out}
	for _, field := range p.Fields {
		c.Lacks = append(c.Lacks, lacking(s, field)...)
	}
	for _, field := range p.Fields {
		from, to := text(out[field.After]), text(out[field.Key])
		if field.After != "" && from != "" && to != "" && to <= from {
			c.Wrong = append(c.Wrong, Fault{field.Key, field.Zh + "不晚于先前的日期", "not after " + field.After})
		}
	}
	return c
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func (p *Page) canonical(fields []Field, in Facts, path string, f *faults) Facts {
	out := Facts{}
	keys := make([]string, 0, len(in))
	for k := range in {
		keys = append(keys, k)
	}
	slices.Sort(keys) // so that faults come in a fixed order
	for _, k := range keys {
		field, ok := find(fields, k)
		if !ok {
			f.add(path+k, "文书没有这一项", "the document has no such field")
			continue
		}
		v, err := p.value(field, in[k], path+k, f)
		if err != nil {
			f.add(path+k, field.Zh+"的填法不对", err.Error())
			continue
		}
		if given(v) || v == any(false) || v == any(0) {
			out[k] = v
		}
	}
	for _, field := range fields {
		if _, ok := out[field.Key]; !ok && field.Default != "" {
			out[field.Key] = field.Default
		}
	}
	return out
}

// value brings one value into its canonical form.
func (p *Page) value(field Field, v any, path string, f *faults) (any, error) {
	switch field.Type {
	case TypeBool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("want true or false")
	case TypeCount:
		return count(v)
	case TypeDate, TypeTime:
		return moment(field.Type, v)
	case TypeList:
		return list(v)
	case TypeRows:
		return p.rows(field, v, path, f)
	}
	s, err := clean(v)
	if err == nil && field.Type == TypeChoice && s != "" &&
		!slices.ContainsFunc(field.Options, func(o Option) bool { return o.Value == s }) {
		return nil, fmt.Errorf("not one of the choices")
	}
	return s, err
}

// clean accepts text. Space around it says nothing and would make an empty
// statement look like one.
func clean(v any) (string, error) {
	s, ok := v.(string)
	switch {
	case !ok:
		return "", fmt.Errorf("want a text")
	case !utf8.ValidString(s):
		return "", fmt.Errorf("not valid UTF-8")
	case len(s) > maxText:
		return "", fmt.Errorf("longer than %d bytes", maxText)
	}
	return strings.TrimSpace(s), nil
}

func count(v any) (any, error) {
	n := math.NaN()
	switch v := v.(type) {
	case int:
		n = float64(v)
	case float64:
		n = v
	case json.Number:
		if f, err := v.Float64(); err == nil {
			n = f
		}
	}
	if n != math.Trunc(n) || n < 0 || n > 1e9 {
		return nil, fmt.Errorf("want a whole number from 0 to 1000000000")
	}
	return int(n), nil
}

func moment(typ string, v any) (any, error) {
	layout := time.DateOnly
	if typ == TypeTime {
		layout = time.RFC3339
	}
	t, ok := v.(time.Time)
	if !ok {
		s, err := clean(v)
		if err != nil || s == "" {
			return "", err
		}
		if t, err = time.ParseInLocation(layout, s, Zone); err != nil {
			return nil, fmt.Errorf("want the form %s", layout)
		}
	}
	if t.IsZero() {
		return "", nil
	}
	if y := t.Year(); y < 1900 || y > 9998 {
		return nil, fmt.Errorf("no date of our time")
	}
	return t.In(Zone).Truncate(time.Second).Format(layout), nil
}

func list(v any) (any, error) {
	var in []any
	switch v := v.(type) {
	case []string:
		for _, s := range v {
			in = append(in, s)
		}
	case []any:
		in = v
	default:
		return nil, fmt.Errorf("want a list of texts")
	}
	if len(in) > maxEntries {
		return nil, fmt.Errorf("more than %d entries", maxEntries)
	}
	out := make([]string, 0, len(in))
	for i, e := range in {
		s, err := clean(e)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (p *Page) rows(field Field, v any, path string, f *faults) (any, error) {
	var in []Facts
	switch v := v.(type) {
	case []Facts:
		in = v
	case []map[string]any:
		for _, m := range v {
			in = append(in, m)
		}
	case []any:
		for i, e := range v {
			m, ok := e.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("entry %d: want an object", i+1)
			}
			in = append(in, m)
		}
	default:
		return nil, fmt.Errorf("want a list of objects")
	}
	if len(in) > maxEntries {
		return nil, fmt.Errorf("more than %d entries", maxEntries)
	}
	out := make([]Facts, 0, len(in))
	for i, r := range in {
		out = append(out, p.canonical(field.Columns, r, fmt.Sprintf("%s[%d].", path, i+1), f))
	}
	return out, nil
}

// given tells whether a canonical value states anything.
func given(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case bool:
		return v
	case int:
		return v > 0
	case []string:
		return len(v) > 0
	case []Facts:
		return len(v) > 0
	}
	return false
}

// lacking tells what is missing of one field. A number that is required may be
// 0: that is a statement too.
func lacking(s Scope, f Field) (out []Lack) {
	v, ok := s.Facts[f.Key]
	demanded := f.Required && s.Holds(f.When)
	if f.Type == TypeCount || f.Type == TypeBool {
		if demanded && !ok {
			out = append(out, Lack{Field: f})
		}
		return out
	}
	if demanded && !given(v) {
		return append(out, Lack{Field: f})
	}
	switch v := v.(type) {
	case []string:
		if slices.Contains(v, "") || demanded && len(v) < f.Min {
			out = append(out, Lack{Field: f})
		}
	case []Facts:
		if demanded && len(v) < f.Min {
			out = append(out, Lack{Field: f})
		}
		for i, r := range v {
			sub := s
			sub.row, sub.cols = r, f.Columns
			for _, c := range f.Columns {
				for _, l := range lackingCell(sub, r, c) {
					l.Row, l.Zh, l.En = i+1, fmt.Sprintf("%s第%d项的%s", f.Zh, i+1, c.Zh), fmt.Sprintf("%s of line %d of %s", c.En, i+1, f.En)
					l.Key = f.Key
					out = append(out, l)
				}
			}
		}
	}
	return out
}

func lackingCell(s Scope, row Facts, c Field) []Lack {
	v, ok := row[c.Key]
	if !c.Required || !s.Holds(c.When) || given(v) || ok && (c.Type == TypeCount || c.Type == TypeBool) {
		return nil
	}
	return []Lack{{Field: c}}
}
