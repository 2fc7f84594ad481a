package wording

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// piece is a stretch of a template: words, or the name of what stands there.
type piece struct {
	words string
	key   string
	form  string // "", "count": the number of entries, or "date": the day of a time
}

// stretch is a run of pieces. An optional one ([[...]]) is left out when
// anything named in it is empty.
type stretch struct {
	pieces   []piece
	optional bool
}

var (
	errBrace = errors.New("花括号不成对 / unbalanced braces")
	errOpt   = errors.New("[[ 与 ]] 不成对 / [[ without ]]")
)

// parse takes a template apart: {key}, {key|count}, {key|date} and [[optional words]].
func parse(s string) ([]stretch, error) {
	var out []stretch
	for s != "" {
		at := strings.Index(s, "[[")
		if at < 0 {
			at = len(s)
		}
		plain, err := pieces(s[:at])
		if err != nil {
			return nil, err
		}
		out = append(out, stretch{pieces: plain})
		if s = s[at:]; s == "" {
			break
		}
		end := strings.Index(s, "]]")
		if end < 0 {
			return nil, errOpt
		}
		inner, err := pieces(s[2:end])
		if err != nil {
			return nil, err
		}
		out = append(out, stretch{inner, true})
		s = s[end+2:]
	}
	return out, nil
}

func pieces(s string) (out []piece, err error) {
	if strings.Contains(s, "]]") {
		return nil, errOpt
	}
	for s != "" {
		open := strings.IndexAny(s, "{}")
		if open < 0 {
			return append(out, piece{words: s}), nil
		}
		end := strings.IndexByte(s, '}')
		if s[open] == '}' || end < open+2 || strings.Contains(s[open+1:end], "{") {
			return nil, errBrace
		}
		if open > 0 {
			out = append(out, piece{words: s[:open]})
		}
		key, format, formatted := strings.Cut(s[open+1:end], "|")
		if formatted && format != "count" && format != "date" {
			return nil, errors.New("只能写 |count 或 |date / only |count and |date are known")
		}
		out = append(out, piece{key: key, form: format})
		s = s[end+1:]
	}
	return out, nil
}

// Zone is China Standard Time, in which all dates of a document stand. China
// keeps no summer time, so no time zone data is needed.
var Zone = time.FixedZone("CST", 8*60*60)

// Scope is what a template is filled in from: the facts of a document, and
// inside a table those of one row.
type Scope struct {
	Page   *Page
	Facts  Facts
	Number string    // of the case
	Issued time.Time // of the document

	row   Facts
	entry string
	line  int // from 1; 0 outside of rows
	cols  []Field
}

// Builtin names that every template may use, besides the fields of its page.
var builtins = []string{"number", "issued_at", "you", "licence"}

// lookup gives the printed form of a key; empty if nothing is known of it.
func (s Scope) lookup(p piece) string {
	switch p.key {
	case "#":
		return strconv.Itoa(s.line)
	case ".":
		return s.entry
	case "number":
		return s.Number
	case "issued_at":
		return moments[p.form].print(s.Issued)
	case "you": // how the applicant is addressed
		if s.Facts["organisation"] == true {
			return "你单位"
		}
		return "您"
	case "licence": // the Licensing Law's papers say so in their titles
		if s.Facts["item_type"] == "行政许可" {
			return "行政许可"
		}
		return ""
	}
	if f, ok := find(s.cols, p.key); ok {
		return show(f, s.row[p.key], p.form)
	}
	if f, ok := s.Page.Field(p.key); ok {
		return show(f, s.Facts[p.key], p.form)
	}
	return ""
}

// Expand fills a template in. A template that was checked never fails.
func (s Scope) Expand(template string) string {
	stretches, err := parse(template)
	if err != nil {
		return template
	}
	var b strings.Builder
	for _, st := range stretches {
		var part strings.Builder
		empty := false
		for _, p := range st.pieces {
			if p.key == "" {
				part.WriteString(p.words)
				continue
			}
			v := s.lookup(p)
			empty = empty || v == "" || v == "0" && p.form == "" // no copies is no statement
			part.WriteString(v)
		}
		if !empty || !st.optional {
			b.WriteString(part.String())
		}
	}
	return stops.Replace(b.String())
}

// stops mends doubled stops: a statement may end with one of its own.
var stops = strings.NewReplacer("。。", "。", "。；", "；", "；。", "。", "，。", "。")

// Holds tells whether all conditions are true: "key" (given and not false or
// empty), "!key", "key=value", "key!=value".
func (s Scope) Holds(when []string) bool {
	return !slices.ContainsFunc(when, func(c string) bool { return !s.holds(c) })
}

func (s Scope) holds(c string) bool {
	key, value, not, compared := cutCondition(c)
	var v any = s.Facts[key]
	if s.cols != nil {
		if _, ok := find(s.cols, key); ok {
			v = s.row[key]
		}
	}
	if compared {
		return (v == any(value)) != not
	}
	return given(v) != not
}

func cutCondition(c string) (key, value string, not, compared bool) {
	if k, v, ok := strings.Cut(c, "!="); ok {
		return k, v, true, true
	}
	if k, v, ok := strings.Cut(c, "="); ok {
		return k, v, false, true
	}
	key, not = strings.CutPrefix(c, "!")
	return key, "", not, false
}

// Entries gives a scope for every entry of a list or rows field.
func (s Scope) Entries(key string) []Scope {
	var out []Scope
	f, _ := s.Page.Field(key)
	switch v := s.Facts[key].(type) {
	case []string:
		for i, e := range v {
			sub := s
			sub.entry, sub.line = e, i+1
			out = append(out, sub)
		}
	case []Facts:
		for i, r := range v {
			sub := s
			sub.row, sub.cols, sub.line = r, f.Columns, i+1
			out = append(out, sub)
		}
	}
	return out
}

// stamp is the form of a time in official papers.
type stamp string

var moments = map[string]stamp{"": "2006年1月2日 15:04", "date": "2006年1月2日"}

func (s stamp) print(t time.Time) string { return t.In(Zone).Format(string(s)) }

// show is the printed form of a value.
func show(f Field, v any, form string) string {
	count := form == "count"
	switch v := v.(type) {
	case string:
		return showText(f, v, form)
	case bool:
		if v {
			return "是"
		}
		return "否"
	case int:
		return strconv.Itoa(v)
	case []string:
		if count {
			return strconv.Itoa(len(v))
		}
		return strings.Join(v, "、")
	case []Facts:
		if count {
			return strconv.Itoa(len(v))
		}
	}
	if count {
		return "0"
	}
	return ""
}

func showText(f Field, v, form string) string {
	switch f.Type {
	case TypeDate:
		if t, err := time.ParseInLocation(time.DateOnly, v, Zone); err == nil {
			return t.Format("2006年1月2日")
		}
	case TypeTime:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return moments[form].print(t)
		}
	case TypeChoice:
		for _, o := range f.Options {
			if o.Value == v {
				return o.Zh
			}
		}
	}
	return v
}
