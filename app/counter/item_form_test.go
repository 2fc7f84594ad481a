package counter

import (
	"encoding/json"
	"strings"
	"testing"
)

func formItem(t *testing.T, form string) (Item, []Problem) {
	t.Helper()
	it := Item{Form: &Form{}}
	if ps := decodeStrict([]byte(form), it.Form); len(ps) > 0 {
		return it, ps
	}
	f := &faults{}
	it.checkForm(f)
	return it, f.list
}

// Each definition has one slip; the fault names its place.
func TestFormFaults(t *testing.T) {
	one := func(property string) string {
		return `{"schema":{"type":"object","properties":{"a":` + property + `}}}`
	}
	for _, c := range []struct{ form, where string }{
		{`{"schema":7}`, "form.schema"},
		{`{"schema":{"type":"array","properties":{}}}`, "form.schema.type"},
		{`{"schema":{"type":"object"}}`, "form.schema.properties"},
		{`{"schema":{"type":"object","properties":{},"$defs":{}}}`, "form.schema.$defs"},
		{`{"schema":{"type":"object","properties":{},"additionalProperties":true}}`, "form.schema.additionalProperties"},
		{`{"schema":{"type":"object","properties":{},"required":["b"]}}`, "form.schema.required[0]"},
		{`{"schema":{"type":"object","properties":{"A":{"type":"string","title":"x"}}}}`, "form.schema.properties.A.name"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"},"a":{"type":"string","title":"x"}}}}`, "form.schema.properties.a"},
		{one(`{"type":"string"}`), "form.schema.properties.a.label"},
		{one(`{"type":"null","title":"x"}`), "form.schema.properties.a.type"},
		{one(`{"$ref":"#/x","type":"string","title":"x"}`), "form.schema.properties.a.$ref"},
		{one(`{"type":"string","title":"x","format":"email"}`), "form.schema.properties.a.format"},
		{one(`{"type":"string","title":"x","description":"y","pattern":"abc"}`), "form.schema.properties.a.pattern"},
		{one(`{"type":"string","title":"x","description":"y","pattern":"^a|b$"}`), "form.schema.properties.a.pattern"},
		{one(`{"type":"string","title":"x","description":"y","pattern":"^\\bx$"}`), "form.schema.properties.a.pattern"},
		{one(`{"type":"string","title":"x","description":"y","pattern":"^[[:alpha:]]$"}`), "form.schema.properties.a.pattern"},
		{one(`{"type":"string","title":"x","pattern":"^a$"}`), "form.schema.properties.a.hint"},
		{one(`{"type":"string","title":"x","enum":["a","a"]}`), "form.schema.properties.a.choices[1]"},
		{one(`{"type":"string","title":"x","minLength":-1}`), "form.schema.properties.a.minLength"},
		{one(`{"type":"number","title":"x","minimum":"1"}`), "form.schema.properties.a.minimum"},
		{one(`{"type":"number","title":"x","multipleOf":2}`), "form.schema.properties.a.multipleOf"},
		{one(`{"type":"array","title":"x"}`), "form.schema.properties.a.items"},
		{one(`{"type":"array","title":"x","minItems":5,"maxItems":2,"items":{"type":"object","properties":{"b":{"type":"string","title":"y"}}}}`), "form.schema.properties.a.min_rows"},
		{one(`{"type":"array","title":"x","items":{"type":"object","properties":{"b":{"type":"array","title":"y"}}}}`), "form.schema.properties.a.items.properties.b.type"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"fields":[{"field":"b"}]}}`, "form.layout.fields[0].field"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"fields":[{"field":"a","min":"today"}]}}`, "form.layout.fields[0].min"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"fields":[{"field":"a","prefill":["moon"]}]}}`, "form.schema.properties.a.prefill[0]"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"fields":[{"field":"a","visible_when":{"field":"a","in":["1"]}}]}}`, "form.schema.properties.a.visible_when.field"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","format":"date","title":"x"}}},"layout":{"fields":[{"field":"a","min":"b"}]}}`, "form.schema.properties.a.min"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"sections":[{"title":"s","fields":[]}]}}`, "form.layout.sections"},
		{`{"schema":{"type":"object","properties":{"a":{"type":"string","title":"x"}}},"layout":{"columns":2}}`, "layout.columns"},
	} {
		_, ps := formItem(t, c.form)
		if len(ps) != 1 || ps[0].Where != c.where || ps[0].Fix == "" || !strings.Contains(ps[0].What, " / ") {
			t.Errorf("%s:\n want %s, got %v", c.form, c.where, ps)
		}
	}
}

func TestFormFields(t *testing.T) {
	it, ps := formItem(t, `{"schema":{"type":"object","required":["plots"],"properties":{
		"z":{"type":"string","title":"Z"},
		"plots":{"type":"array","title":"地块","maxItems":9,"items":{"type":"object","required":["area"],"properties":{"area":{"type":"number","title":"面积"}}}}}},
		"layout":{"sections":[{"title":"一","fields":["plots"]},{"title":"二","fields":["z"]}],"fields":[{"field":"plots.area","unit":"亩"}]}}`)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	it.Expand()
	if len(it.Fields) != 2 || it.Fields[0].Name != "plots" || it.Fields[0].RowLimit() != 9 || it.Fields[0].Rows[0].Unit != "亩" ||
		!it.Fields[0].Rows[0].Required || it.Fields[1].Section != "二" {
		t.Errorf("%+v", it.Fields)
	}
	if names := it.RequiredFields(); len(names) != 1 || names[0] != "plots" {
		t.Error(names)
	}
	whole, err := json.Marshal(it.Source())
	if err != nil || strings.Contains(string(whole), `"fields":[{"name"`) {
		t.Errorf("the source holds the expanded fields: %s %v", whole, err)
	}
	it.Fields = it.FormFields()
	f := &faults{}
	it.checkForm(f)
	if len(f.list) != 1 || f.list[0].Where != "fields" {
		t.Errorf("both fields and form: %v", f.list)
	}
	flat := Item{Fields: []Field{{Name: "g", Label: "组", Kind: FieldGroup, Rows: []Field{{Name: "a", Label: "a", Kind: FieldText}}}}}
	f = &faults{}
	flat.checkForm(f)
	if len(f.list) != 1 || f.list[0].Where != "fields[0].kind" {
		t.Errorf("a group in flat fields: %v", f.list)
	}
}
