package counter

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// schemaReader turns the JSON Schema of a form into fields. What it does not
// know it refuses: a keyword that nobody obeys would be a rule that nobody keeps.
type schemaReader struct{ f *faults }

// advice says what to do instead of a keyword that is not supported.
var advice = map[string]string{
	"$ref": "把引用的内容直接写在字段处 / write what it refers to in place", "$defs": "把内容直接写在字段处 / write it in place",
	"definitions": "把内容直接写在字段处 / write it in place",
	"if":          "用 layout 的 visible_when 写显示条件 / use visible_when of the layout", "then": "用 layout 的 visible_when / use visible_when", "else": "用 layout 的 visible_when / use visible_when",
	"allOf": "用 layout 的 visible_when 写条件 / use visible_when of the layout", "anyOf": "用 enum 和 visible_when / use enum and visible_when", "oneOf": "用 enum 和 visible_when / use enum and visible_when",
	"not": "列出允许的值 / list what is allowed", "dependentRequired": "用 layout 的 visible_when / use visible_when", "dependentSchemas": "用 layout 的 visible_when / use visible_when",
	"const": "写成只有一个值的 enum / use enum with one value", "default": "用 layout 的 prefill 预填 / use prefill of the layout",
	"exclusiveMinimum": "用 minimum / use minimum", "exclusiveMaximum": "用 maximum / use maximum", "multipleOf": "整数用 type integer，金额用 format money / use type integer or format money",
	"patternProperties": "逐个写出字段 / name each field", "propertyNames": "逐个写出字段 / name each field", "prefixItems": "用 items 写一行的字段 / use items",
}

var (
	rootWords    = []string{"$schema", "$id", "$comment", "type", "title", "description", "properties", "required", "additionalProperties"}
	textWords    = []string{"type", "title", "description", "$comment", "enum", "format", "minLength", "maxLength", "pattern"}
	numberWords  = []string{"type", "title", "description", "$comment", "format", "minimum", "maximum"}
	booleanWords = []string{"type", "title", "description", "$comment"}
	arrayWords   = []string{"type", "title", "description", "$comment", "items", "minItems", "maxItems"}
	formats      = map[string]FieldKind{"": FieldText, "multiline": FieldLongText, "date": FieldDate, "phone": FieldPhone, "id-number": FieldIDNumber,
		"credit-code": FieldCreditCode, "division": FieldDivision}
)

func (r schemaReader) root(raw json.RawMessage, at string) (jsonNode, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	n, err := parseNode(dec, 0)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil || n.token != json.Delim('{') {
		r.f.add(at, "不是完整的 JSON Schema 对象 / not one complete JSON Schema object", `写成 {"type":"object","properties":{...}} / write it so`)
		return n, false
	}
	return n, true
}

// words gives the members of a schema by name, and refuses the others.
func (r schemaReader) words(n jsonNode, at string, allowed []string) map[string]jsonNode {
	out := map[string]jsonNode{}
	for i, name := range n.names {
		_, double := out[name]
		switch {
		case double:
			r.f.add(at+"."+name, "关键字重复 / the keyword occurs twice", "只保留一个 / keep one")
		case slices.Contains(allowed, name):
			out[name] = n.members[i]
		default:
			fix := advice[name]
			if fix == "" {
				fix = "删去；这里可用 / remove it; allowed here: " + strings.Join(allowed, ", ")
			}
			r.f.add(at+"."+name, "表单不支持这个关键字 / a keyword that forms do not support", fix)
		}
	}
	return out
}

// object reads the schema of the whole form, or of a row of a group.
func (r schemaReader) object(n jsonNode, at string, row bool) (fields []Field) {
	w := r.words(n, at, rootWords)
	if t, ok := w["type"]; !ok || t.token != "object" {
		r.f.add(at+".type", "应为 object / should be object", `写 "type": "object" / write it so`)
	}
	if extra, ok := w["additionalProperties"]; ok && extra.token != false {
		r.f.add(at+".additionalProperties", "表单只收列出的字段 / a form takes the named fields only", "改为 false 或删去 / make it false or remove it")
	}
	props, ok := w["properties"]
	if !ok || props.token != json.Delim('{') {
		r.f.add(at+".properties", "没有字段 / no fields", "写出每个字段 / give the fields")
		return nil
	}
	for i, name := range props.names {
		here := at + ".properties." + name
		if slices.Contains(props.names[:i], name) {
			r.f.add(here, "字段重复 / the field occurs twice", "只保留一个 / keep one")
			continue
		}
		if fd, ok := r.field(name, props.members[i], here, row); ok {
			fields = append(fields, fd)
		}
	}
	r.required(w, at, fields)
	return fields
}

func (r schemaReader) required(w map[string]jsonNode, at string, fields []Field) {
	list, ok := w["required"]
	if !ok {
		return
	}
	if list.token != json.Delim('[') {
		wrongType(at+".required", "列表 [...]", "a list", r.f)
		return
	}
	for i, m := range list.members {
		name, _ := m.token.(string)
		fd := fieldAt(fields, name)
		if fd == nil || strings.Contains(name, ".") {
			r.f.add(index(at+".required", i), "没有这个字段 / there is no such field", "核对字段名 / check the name")
			continue
		}
		fd.Required = true
	}
}

func (r schemaReader) field(name string, n jsonNode, at string, row bool) (fd Field, ok bool) {
	if n.token != json.Delim('{') {
		wrongType(at, "对象 {...}", "an object", r.f)
		return fd, false
	}
	fd.Name = name
	typ := ""
	for i, m := range n.names {
		if m == "type" {
			typ, _ = n.members[i].token.(string)
		}
	}
	switch typ {
	case "string":
		r.text(&fd, r.words(n, at, textWords), at)
	case "number", "integer":
		r.number(&fd, r.words(n, at, numberWords), at, typ == "integer")
	case "boolean":
		fd.Kind = FieldBool
		r.named(&fd, r.words(n, at, booleanWords), at)
	case "array":
		if row {
			r.f.add(at+".type", "重复组里不能再有重复组 / a group inside a group", "改成单个字段 / use single fields")
			return fd, false
		}
		r.group(&fd, r.words(n, at, arrayWords), at)
	default:
		r.f.add(at+".type", "不支持的类型“"+typ+"” / a type that forms do not support", "可用 / one of: string, number, integer, boolean, array")
		return fd, false
	}
	return fd, true
}

func (r schemaReader) named(fd *Field, w map[string]jsonNode, at string) {
	fd.Label = r.str(w, "title", at)
	fd.Hint = r.str(w, "description", at)
}

func (r schemaReader) str(w map[string]jsonNode, word, at string) string {
	n, ok := w[word]
	if !ok {
		return ""
	}
	s, ok := n.token.(string)
	if !ok {
		wrongType(at+"."+word, "带引号的文字", "text in quotes", r.f)
	}
	return s
}

// whole reads a count; "" if it is not there.
func (r schemaReader) whole(w map[string]jsonNode, word, at string) string {
	n, ok := w[word]
	if !ok {
		return ""
	}
	num, _ := n.token.(json.Number)
	if v, err := strconv.Atoi(num.String()); err != nil || v < 0 || v > 5000 {
		r.f.add(at+"."+word, "应为 0–5000 的整数 / a whole number from 0 to 5000", "改正 / correct it")
		return ""
	}
	return num.String()
}

func (r schemaReader) text(fd *Field, w map[string]jsonNode, at string) {
	r.named(fd, w, at)
	format := r.str(w, "format", at)
	kind, known := formats[format]
	if !known {
		r.f.add(at+".format", "不认识的格式“"+format+"” / an unknown format", "可用 / one of: multiline, date, phone, id-number, credit-code, division")
	}
	fd.Kind = kind
	if list, ok := w["enum"]; ok {
		if format != "" {
			r.f.add(at+".format", "有选项就不能再有格式 / a choice has no format", "删去 format / remove format")
		}
		fd.Kind = FieldChoice
		r.choices(fd, list, at+".enum")
	}
	fd.Min, fd.Max = r.whole(w, "minLength", at), r.whole(w, "maxLength", at)
	if pattern := r.str(w, "pattern", at); pattern != "" {
		inner, why := portable(pattern)
		if why != "" {
			r.f.add(at+".pattern", why, "只用 ^…$、[ ]、( )、| 、* + ? {n,m}、\\d \\w 和转义的标点 / keep to these")
		}
		fd.Pattern = inner
	}
	if plain := fd.Kind == FieldText || fd.Kind == FieldLongText; !plain && (fd.Min+fd.Max+fd.Pattern != "") {
		r.f.add(at, "有格式或选项的字段不能再限字数或写 pattern / length and pattern are for plain text", "删去 minLength、maxLength、pattern / remove them")
	}
}

func (r schemaReader) choices(fd *Field, list jsonNode, at string) {
	if list.token != json.Delim('[') {
		wrongType(at, "列表 [...]", "a list", r.f)
		return
	}
	for i, m := range list.members {
		s, ok := m.token.(string)
		if !ok {
			wrongType(index(at, i), "带引号的文字", "text in quotes", r.f)
		}
		fd.Choices = append(fd.Choices, s)
	}
}

func (r schemaReader) number(fd *Field, w map[string]jsonNode, at string, integer bool) {
	r.named(fd, w, at)
	fd.Kind, fd.Integer = FieldNumber, integer
	switch format := r.str(w, "format", at); {
	case format == "money" && !integer:
		fd.Kind = FieldMoney
	case format != "":
		r.f.add(at+".format", "数字只有 money 一种格式 / money is the only format of numbers", "改为 number 加 format money，或删去 / use number with format money, or remove it")
	}
	fd.Min, fd.Max = r.decimal(w, "minimum", at), r.decimal(w, "maximum", at)
}

func (r schemaReader) decimal(w map[string]jsonNode, word, at string) string {
	n, ok := w[word]
	if !ok {
		return ""
	}
	num, _ := n.token.(json.Number)
	if !decimal.MatchString(num.String()) {
		r.f.add(at+"."+word, "应为普通写法的数字，至多6位小数 / a plain number with up to 6 decimals", "写成 12.5 的样子 / write it as 12.5")
	}
	return num.String()
}

func (r schemaReader) group(fd *Field, w map[string]jsonNode, at string) {
	r.named(fd, w, at)
	fd.Kind = FieldGroup
	fd.MinRows, _ = strconv.Atoi(r.whole(w, "minItems", at))
	fd.MaxRows, _ = strconv.Atoi(r.whole(w, "maxItems", at))
	items, ok := w["items"]
	if !ok || items.token != json.Delim('{') {
		r.f.add(at+".items", "没有写一行里的字段 / the fields of a row are missing", `写成 {"type":"object","properties":{...}} / write it so`)
		return
	}
	fd.Rows = r.object(items, at+".items", true)
}

// escapable may follow a backslash: RE2 and browsers both take it as itself.
const escapable = `^$\.*+?()[]{}|/`

var quantifier = regexp.MustCompile(`^\{[0-9]{1,3}(,[0-9]{0,3})?\}`)

// Portable reports whether a pattern (that is to cover the whole text) means
// the same in RE2 and in a browser. Flat fields may hold others.
func Portable(pattern string) bool {
	_, why := portable("^" + pattern + "$")
	return why == "" || strings.HasPrefix(why, "最外层")
}

// portable takes ^...$ off a pattern and says why one cannot be used: it must
// mean the same in RE2 and in a browser, and cover the whole text.
func portable(p string) (inner, why string) {
	if !strings.HasPrefix(p, "^") || !strings.HasSuffix(p, "$") || strings.HasSuffix(p, `\$`) || len(p) < 2 {
		return "", "要覆盖全文 / it must cover the whole text: ^…$"
	}
	inner = p[1 : len(p)-1]
	depth, class := 0, false
	for i := 0; i < len(inner); i++ {
		rest := inner[i:]
		switch c := inner[i]; {
		case c == '\\':
			if len(rest) < 2 || !strings.ContainsRune(escapable+"dw", rune(rest[1])) && !(class && rest[1] == '-') {
				return inner, "转义写法在浏览器和程序里意思不同 / an escape that is not portable"
			}
			i++
		case class && (c == '[' || c == '&' && strings.HasPrefix(rest, "&&")):
			return inner, "方括号里的写法不通用 / not portable inside brackets"
		case class:
			class = c != ']'
		case c == '[':
			class = true
			if strings.HasPrefix(rest, "[]") || strings.HasPrefix(rest, "[^]") {
				return inner, "方括号里没有字符 / empty brackets"
			}
		case c == '(':
			depth++
			if strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(?:") {
				return inner, "括号里的写法不通用 / a group that is not portable"
			}
		case c == ')':
			depth--
		case c == '{' && quantifier.FindString(rest) != "":
			i += len(quantifier.FindString(rest)) - 1
		case c == '.' || c == '^' || c == '$' || c == '{' || c == '}' || c == ']':
			return inner, "“" + string(c) + "”要转义 / must be escaped"
		case c == '|' && depth == 0:
			return inner, "最外层的 | 要放进括号 / put the alternatives into ( )"
		}
	}
	if _, err := regexp.Compile(inner); err != nil {
		return inner, "正则表达式写错了 / not a regular expression"
	}
	return inner, ""
}
