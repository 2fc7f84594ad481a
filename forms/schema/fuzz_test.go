package schema

import (
	"encoding/json"
	"testing"

	"onedoor/app/counter"
)

// FuzzDefinition: whatever bytes stand for a form's definition, it is refused
// with places, or it makes a schema that compiles, and then any data gets a
// verdict. What was accepted once is accepted again and stays the same.
func FuzzDefinition(f *testing.F) {
	for _, r := range readTable(f) {
		form, err := json.Marshal(r.Form)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range r.Cases {
			given, err := json.Marshal(c.Given)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(form, given)
		}
	}
	f.Add([]byte(`{"schema":{"type":"object","properties":{"a":{"$ref":"#"}}},"layout":{}}`), []byte(`{}`))
	f.Add([]byte(`{"schema":[]}`), []byte(`{"a":[[[]]]}`))
	f.Fuzz(func(t *testing.T, definition, data []byte) {
		fields := fieldsOf(t, definition)
		if fields == nil {
			return
		}
		if _, err := compile(fields); err != nil {
			t.Fatalf("a definition without faults does not compile: %v\n%s", err, definition)
		}
		in, err := Decode(data)
		if err != nil {
			return
		}
		around := Context{Today: "2026-11-20", Division: func(string) bool { return true }}
		out, ps := Check(fields, in, around)
		for _, p := range ps {
			if p.Where == "" || p.What == "" || p.Fix == " / " {
				t.Errorf("incomplete problem %+v", p)
			}
		}
		if len(ps) > 0 {
			return
		}
		again, ps := Check(fields, out, around)
		if len(ps) > 0 || !sameJSON(again, out) {
			t.Errorf("%s\n%v then %v %v", data, out, again, ps)
		}
	})
}

// fieldsOf reads a definition as an import does; nil if it is refused.
func fieldsOf(t *testing.T, definition []byte) []counter.Field {
	base, err := json.Marshal(plainItem)
	if err != nil {
		t.Fatal(err)
	}
	raw := append(base[:len(base)-1:len(base)-1], []byte(`,"form":`)...)
	it, err := counter.DecodeItem(append(append(raw, definition...), '}'))
	if err != nil || it.Form == nil {
		return nil
	}
	return it.FormFields()
}

// plainItem is an item without faults and without a form.
var plainItem = map[string]any{
	"code": "T1", "scheme": "sample", "name": "测试事项", "version": 1, "effective_from": "2026-01-01", "department": "测试局", "level": "village",
	"type": "20", "objects": []string{"person"}, "instant": true, "conditions": []string{"无"}, "materials": []any{},
	"flow": []map[string]any{{"stage": "apply", "post": "a"}, {"stage": "accept", "post": "a"}, {"stage": "review", "post": "a"},
		{"stage": "decide", "post": "a"}, {"stage": "deliver", "post": "a"}},
	"result": map[string]any{"name": "结果", "type": "other"}, "window": map[string]any{}, "relief": map[string]any{},
	"legal_basis": []map[string]any{{"law": "测试规定"}},
}
