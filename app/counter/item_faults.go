package counter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// faults collects problems under paths.
type faults struct{ list []Problem }

func (f *faults) add(where, what, fix string) {
	f.list = append(f.list, Problem{Where: where, What: what, Fix: fix})
}

func (f *faults) need(where, value string) {
	if value == "" {
		f.add(where, "没有填写 / missing", "请填写 / fill it in")
	}
}

func (f *faults) oneOf(where, value string, allowed []string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	what := "“" + value + "”不在可选范围 / not one of the allowed values"
	if value == "" {
		what = "没有填写 / missing"
	}
	f.add(where, what, "可填 / one of: "+strings.Join(allowed, ", "))
}

func (f *faults) between(where string, value, low, high int) {
	if value < low || value > high {
		f.add(where, fmt.Sprintf("%d 不在 %d–%d 之间 / %d is not between %d and %d", value, low, high, value, low, high), "填范围内的整数 / give a whole number in range")
	}
}

// maxText bounds every text of an item; a notice prints them.
const maxText = 4000

// checkTexts looks at every text of v, wherever it lies: one that a printer or
// a table cannot show is refused where it is entered, not where it is printed.
func checkTexts(v any, f *faults) {
	walkTexts(reflect.ValueOf(v), "", func(path string, text reflect.Value) {
		s := text.String()
		switch {
		case !utf8.ValidString(s):
			f.add(path, "文字编码损坏 / the text is not valid UTF-8", "重新录入 / enter it again")
		case utf8.RuneCountInString(s) > maxText:
			f.add(path, fmt.Sprintf("超过 %d 字 / longer than %d characters", maxText, maxText), "缩短文字 / shorten it")
		case strings.ContainsFunc(s, unprintable):
			f.add(path, "含有不可见的控制字符 / holds a control character", "删去后重新录入 / remove it")
		case s == "" && strings.HasSuffix(path, "]"):
			f.add(path, "列表中有空的一条 / an empty entry in the list", "删去或填写 / remove it or fill it in")
		case s != tidyText(s):
			f.add(path, "首尾有空格 / space at the ends", "删去首尾空格 / remove it")
		}
	})
}

func unprintable(r rune) bool {
	return r == 0xFFFE || r == 0xFFFF || r != '\n' && unicode.IsControl(r)
}

// Tidy brings the item into its canonical form in place: texts trimmed with
// plain line ends, empty lists absent. Two items that mean the same are then
// equal.
func (it *Item) Tidy() {
	walkTexts(reflect.ValueOf(it), "", func(_ string, text reflect.Value) {
		text.SetString(tidyText(text.String()))
	})
	dropEmpty(reflect.ValueOf(it).Elem())
	if it.Form != nil {
		var b bytes.Buffer
		if json.Compact(&b, it.Form.Schema) == nil { // else Validate tells
			it.Form.Schema = b.Bytes()
		}
	}
}

func tidyText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
}

// walkTexts visits every string below v with its JSON path.
func walkTexts(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walkTexts(v.Elem(), path, visit)
		}
	case reflect.String:
		visit(path, v)
	case reflect.Slice:
		for i := range v.Len() {
			walkTexts(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walkTexts(v.Field(i), strings.TrimPrefix(path+"."+jsonName(v.Type().Field(i)), "."), visit)
		}
	}
}

func dropEmpty(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dropEmpty(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			dropEmpty(v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
		}
		for i := range v.Len() {
			dropEmpty(v.Index(i))
		}
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
