package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"onedoor/app/counter"
)

// maxForm bounds a form file; the longest form has some ten kilobytes.
const maxForm = 1 << 20

// Decode reads a form file: one JSON object of values by field name, numbers
// kept as written. A name that occurs twice is refused, because nobody could
// say which value was meant. The error is an *Error with code invalid.
func Decode(data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > maxForm {
		return nil, badForm(fmt.Errorf("larger than %d bytes", maxForm))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, badForm(fmt.Errorf("no object"))
	}
	out := map[string]any{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, badForm(err)
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, badForm(err)
		}
		key := name.(string) // the decoder allows only strings here
		if _, double := out[key]; double {
			return nil, badForm(fmt.Errorf("field %q twice", key))
		}
		out[key] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, badForm(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, badForm(fmt.Errorf("text after the end"))
	}
	return out, nil
}

func badForm(err error) error {
	return counter.E(counter.CodeInvalid, "表单文件不是一个完整的 JSON 对象", "the form file is not one complete JSON object").
		Hint(`写成 {"字段名": "值", ...}，每个字段只写一次`, `write {"field": "value", ...}, each field once`).Because(err)
}

// Must is Check as an error: nil, or an *Error with code invalid that names the
// item and holds every problem.
func Must(it *counter.Item, in map[string]any, c Context) (map[string]any, error) {
	out, ps := Check(it.FormFields(), in, c)
	if len(ps) == 0 {
		return out, nil
	}
	return nil, counter.Ef(counter.CodeInvalid, "%s 的表单有 %d 处需要改正", "the form of %s has %d places to correct", it.Name, len(ps)).With(ps...)
}
