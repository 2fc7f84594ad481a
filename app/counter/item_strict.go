package counter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// maxDepth bounds nesting in files from outside; an item needs five.
const maxDepth = 32

// jsonNode is a parsed value with double names still visible.
type jsonNode struct {
	token   json.Token // literal, or '{' or '['
	names   []string   // of an object's members
	members []jsonNode // of an object or array
}

// decodeStrict fills the struct or slice that v points to. Unlike
// encoding/json it minds the case of names, refuses doubles, nulls and unknown
// names, and says where each of them is.
func decodeStrict(data []byte, v any) []Problem {
	data = trimBOM(data)
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	root, err := parseNode(dec, 0)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("text after the end")
		}
	}
	if err != nil {
		return []Problem{{jsonPosition(data, dec.InputOffset()), "不是完整的 JSON / not complete JSON: " + err.Error(), "用编辑器检查括号、引号和逗号 / check brackets, quotes and commas"}}
	}
	f := &faults{}
	checkNode("", root, reflect.TypeOf(v).Elem(), f)
	if len(f.list) != 0 {
		return f.list
	}
	if err := json.Unmarshal(data, v); err != nil {
		return []Problem{{"$", err.Error(), "改正后再导入 / correct and import again"}}
	}
	return nil
}

func parseNode(dec *json.Decoder, depth int) (jsonNode, error) {
	if depth > maxDepth {
		return jsonNode{}, errors.New("nested too deep")
	}
	token, err := dec.Token()
	if err != nil {
		return jsonNode{}, err
	}
	n := jsonNode{token: token}
	open, isDelim := token.(json.Delim)
	if !isDelim {
		return n, nil
	}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return n, err
			}
			n.names = append(n.names, name.(string)) // the decoder allows only strings here
		}
		m, err := parseNode(dec, depth+1)
		if err != nil {
			return n, err
		}
		n.members = append(n.members, m)
	}
	_, err = dec.Token()
	return n, err
}

// rawJSON holds JSON of any shape; who owns the element checks it.
var rawJSON = reflect.TypeFor[json.RawMessage]()

func checkNode(path string, n jsonNode, t reflect.Type, f *faults) {
	if t == rawJSON {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		checkNode(path, n, t.Elem(), f)
	case reflect.Struct:
		checkObject(path, n, t, f)
	case reflect.Slice:
		if n.token != json.Delim('[') {
			wrongType(path, "列表 [...]", "a list", f)
			return
		}
		for i, m := range n.members {
			checkNode(fmt.Sprintf("%s[%d]", path, i), m, t.Elem(), f)
		}
	case reflect.String:
		if _, ok := n.token.(string); !ok {
			wrongType(path, "带引号的文字", "text in quotes", f)
		}
	case reflect.Bool:
		if _, ok := n.token.(bool); !ok {
			wrongType(path, "true 或 false", "true or false", f)
		}
	default:
		num, ok := n.token.(json.Number)
		if _, err := num.Int64(); !ok || err != nil {
			wrongType(path, "整数", "a whole number", f)
		}
	}
}

func checkObject(path string, n jsonNode, t reflect.Type, f *faults) {
	if n.token != json.Delim('{') {
		wrongType(path, "对象 {...}", "an object", f)
		return
	}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		known[jsonName(t.Field(i))] = t.Field(i).Type
	}
	seen := map[string]bool{}
	for i, name := range n.names {
		at := strings.TrimPrefix(path+"."+name, ".")
		ft, ok := known[name]
		switch {
		case !ok:
			f.add(at, "没有这个字段 / unknown field", "删去，或改成文档中的名称 / remove it, or use the documented name")
		case seen[name]:
			f.add(at, "字段重复 / the field occurs twice", "只保留一个 / keep one")
		default:
			checkNode(at, n.members[i], ft, f)
		}
		seen[name] = true
	}
}

func wrongType(path, zh, en string, f *faults) {
	if path == "" {
		path = "$"
	}
	f.add(path, "类型不对 / wrong type", "应为"+zh+" / should be "+en)
}

// jsonPosition turns an offset into a line, which an editor can find.
func jsonPosition(data []byte, offset int64) string {
	if offset > int64(len(data)) {
		offset = int64(len(data))
	}
	line := 1 + bytes.Count(data[:offset], []byte("\n"))
	return fmt.Sprintf("第 %d 行 / line %d", line, line)
}

func trimBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) }
