package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"onedoor/app/counter"
)

// messages.json is read by the browser too: one wording for one fault.
//
//go:embed messages.json
var messagesJSON []byte

type message struct {
	Zh    string `json:"zh"`
	En    string `json:"en"`
	FixZh string `json:"fix_zh"`
	FixEn string `json:"fix_en"`
}

var messages = func() (m map[string]message) {
	if err := json.Unmarshal(messagesJSON, &m); err != nil {
		panic("schema: messages.json: " + err.Error()) // built in; a test reads it
	}
	return m
}()

// collect turns what the schema refused into faults, the first of a path only.
func (p *proof) collect(fields []counter.Field, e *jsonschema.ValidationError) {
	for _, cause := range e.Causes {
		p.collect(fields, cause)
	}
	if len(e.Causes) > 0 {
		return
	}
	at := e.InstanceLocation
	below := func(names []string, word string) {
		for _, name := range names {
			p.judge(fields, append(append([]string{}, at...), name), word)
		}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		below(k.Missing, "required")
	case *kind.AdditionalProperties:
		below(k.Properties, "unknown")
	case *kind.FalseSchema:
		p.judge(fields, at, "not_applicable")
	default:
		if path := e.ErrorKind.KeywordPath(); len(path) > 0 {
			p.judge(fields, at, path[len(path)-1])
		}
	}
}

// judge names a fault at a place of the form.
func (p *proof) judge(fields []counter.Field, at []string, word string) {
	path, f, row := locate(fields, at)
	if old, already := p.faults[path]; already && (old.rank == 0 || old.rank <= rank(word)) {
		return
	}
	if f == nil {
		p.faults[path] = Fault{Path: path, Key: "unknown", label: path}
		return
	}
	if row {
		p.add(*f, path, "rows")
		return
	}
	p.add(*f, path, p.refine(*f, path, word))
	told := p.faults[path]
	told.rank = rank(word)
	p.faults[path] = told
}

// ranks: of several faults of one value the one that explains the others is
// told, whatever order a validator finds them in. The browser has the same.
var ranks = []string{"not_applicable", "required", "type", "enum", "format", "minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems"}

func rank(word string) int { return slices.Index(ranks, word) + 1 }

// locate finds the field of a place; row says that the place is a row itself.
func locate(fields []counter.Field, at []string) (path string, f *counter.Field, row bool) {
	for _, token := range at {
		if _, err := strconv.Atoi(token); err == nil && f != nil && f.Kind == counter.FieldGroup && !row {
			path, row = path+"["+token+"]", true
			continue
		}
		list := fields
		if row {
			list, path = f.Rows, path+"."
		}
		path, row, f = path+token, false, nil
		for i := range list {
			if list[i].Name == token {
				f = &list[i]
			}
		}
		if f == nil {
			return path, nil, false
		}
	}
	return path, f, row
}

// refine says what is wrong more exactly than a keyword can.
func (p *proof) refine(f counter.Field, path, word string) string {
	text := p.texts[path]
	switch word {
	case "type":
		_, fault := number(f, text)
		switch {
		case f.Kind == counter.FieldGroup:
			return "rows"
		case p.odd[path]:
			return "type"
		case f.Kind == counter.FieldBool:
			return "bool"
		case fault != "":
			return fault
		}
		return "integer"
	case "format":
		if check := formatChecks[string(f.Kind)]; check != nil && check(text) != "" {
			return check(text)
		}
		return "type"
	case "enum":
		return "choice"
	}
	if short, ok := map[string]string{"minLength": "too_short", "maxLength": "too_long", "minimum": "min", "maximum": "max",
		"minItems": "few_rows", "maxItems": "many_rows"}[word]; ok {
		return short
	}
	return word
}

func (p *proof) add(f counter.Field, path, key string) { p.addWith(f, path, key, nil) }

func (p *proof) addWith(f counter.Field, path, key string, more map[string]string) {
	text := p.texts[path]
	low, high := f.Min, f.Max
	switch f.Kind {
	case counter.FieldText, counter.FieldLongText:
		l, h := textBounds(f)
		low, high = strconv.Itoa(l), strconv.Itoa(h)
	case counter.FieldGroup:
		low, high = strconv.Itoa(leastRows(f)), strconv.Itoa(f.RowLimit())
	}
	params := map[string]string{"min": low, "max": high, "n": strconv.Itoa(utf8.RuneCountInString(text)), "unit": f.Unit, "hint": f.Hint,
		"value": text, "choices": strings.Join(f.Choices, "、"), "decimals": strconv.Itoa(decimalsOf(f))}
	params["need"], params["need_en"] = need(f)
	for k, v := range more {
		params[k] = v
	}
	p.faults[path] = Fault{Path: path, Key: key, Params: params, label: f.Label}
}

// need says what a field wants, in the words of the form.
func need(f counter.Field) (zh, en string) {
	switch f.Kind {
	case counter.FieldChoice:
		return "选择其一：" + strings.Join(f.Choices, "、"), "choose one of them"
	case counter.FieldDate:
		return "填写日期，如 2026-01-31", "give a date such as 2026-01-31"
	case counter.FieldBool:
		return "填写是或否", "say yes or no"
	case counter.FieldGroup:
		return fmt.Sprintf("至少填 %d 行", leastRows(f)), fmt.Sprintf("give at least %d rows", leastRows(f))
	}
	if f.Hint != "" {
		return "请填写：" + f.Hint, "please fill in"
	}
	return "请填写", "please fill in"
}

// ordered gives the faults in the order of the form, unknown names behind.
func (p *proof) ordered(fields []counter.Field) (out []Fault) {
	take := func(path, label string) {
		if f, ok := p.faults[path]; ok {
			if label != "" {
				f.label = label
			}
			out = append(out, f)
			delete(p.faults, path)
		}
	}
	for _, f := range fields {
		take(f.Name, "")
		for i := 0; f.Kind == counter.FieldGroup && i < p.rows[f.Name]; i++ {
			row := fmt.Sprintf("%s[%d]", f.Name, i)
			label := fmt.Sprintf("%s第%d行", f.Label, i+1)
			take(row, label)
			for _, c := range f.Rows {
				take(row+"."+c.Name, label+" "+c.Label)
			}
		}
	}
	var rest []string
	for path := range p.faults {
		rest = append(rest, path)
	}
	sort.Strings(rest)
	for _, path := range rest {
		take(path, "")
	}
	return out
}

var place = regexp.MustCompile(`\{[a-z_]+\}`)

func (f Fault) fill(text string) string {
	return place.ReplaceAllStringFunc(text, func(p string) string { return f.Params[p[1:len(p)-1]] })
}

func (f Fault) problem() counter.Problem {
	m := messages[f.Key]
	where := f.Path
	if where == "" {
		where = `""` // a name without letters is one that nobody can look for
	}
	if f.label != "" && f.label != f.Path {
		where = f.label + " (" + f.Path + ")"
	}
	return counter.Problem{Where: where, What: f.fill(m.Zh) + " / " + f.fill(m.En), Fix: f.fill(m.FixZh) + " / " + f.fill(m.FixEn)}
}

// matches tells whether pattern covers the whole text; a pattern that does not
// compile was refused with the item and refuses nothing here.
func matches(pattern, s string) bool {
	re, err := regexp.Compile(`^(?:` + pattern + `)$`)
	return err != nil || re.MatchString(s)
}
