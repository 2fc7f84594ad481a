package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onedoor/app/counter"
)

// Of writes the JSON Schema (2020-12) that the canonical values of a form are
// proved against: numbers as numbers, yes and no as booleans, the rest as text.
// A field that hangs on another one is required by an if/then, and refused by
// its else. frontend/src/features/form/schema.ts writes the very same schema;
// testdata/conformance.json holds both to it.
func Of(fields []counter.Field) map[string]any { return object(fields) }

func object(fields []counter.Field) map[string]any {
	props, required, conditions := map[string]any{}, []any{}, []any{}
	kinds := map[string]counter.FieldKind{}
	for _, f := range fields {
		props[f.Name] = property(f)
		kinds[f.Name] = f.Kind
		if f.VisibleWhen == nil {
			if f.Required {
				required = append(required, f.Name)
			}
			continue
		}
		conditions = append(conditions, condition(f, kinds[f.VisibleWhen.Field]))
	}
	out := map[string]any{"type": "object", "properties": props, "required": required, "additionalProperties": false}
	if len(conditions) > 0 {
		out["allOf"] = conditions
	}
	return out
}

func condition(f counter.Field, kind counter.FieldKind) map[string]any {
	on, values := f.VisibleWhen.Field, []any{}
	for _, v := range f.VisibleWhen.In {
		if kind == counter.FieldBool {
			values = append(values, v == "true")
		} else {
			values = append(values, v)
		}
	}
	then := map[string]any{}
	if f.Required {
		then["required"] = []any{f.Name}
	}
	return map[string]any{
		"if":   map[string]any{"properties": map[string]any{on: map[string]any{"enum": values}}, "required": []any{on}},
		"then": then,
		"else": map[string]any{"properties": map[string]any{f.Name: false}},
	}
}

func property(f counter.Field) map[string]any {
	switch f.Kind {
	case counter.FieldGroup:
		out := map[string]any{"type": "array", "items": object(f.Rows), "maxItems": json.Number(strconv.Itoa(f.RowLimit()))}
		if least := leastRows(f); least > 0 {
			out["minItems"] = json.Number(strconv.Itoa(least))
		}
		return out
	case counter.FieldNumber, counter.FieldMoney:
		return numberSchema(f)
	case counter.FieldBool:
		return map[string]any{"type": "boolean"}
	case counter.FieldChoice:
		values := []any{}
		for _, c := range f.Choices {
			values = append(values, c)
		}
		return map[string]any{"type": "string", "enum": values}
	case counter.FieldText, counter.FieldLongText:
		return textSchema(f)
	}
	return map[string]any{"type": "string", "format": string(f.Kind)}
}

// leastRows: a group that is required has at least one row.
func leastRows(f counter.Field) int {
	if f.Required {
		return max(f.MinRows, 1)
	}
	return f.MinRows
}

func numberSchema(f counter.Field) map[string]any {
	out := map[string]any{"type": "number"}
	if f.Integer {
		out["type"] = "integer"
	}
	for word, bound := range map[string]string{"minimum": f.Min, "maximum": f.Max} {
		if _, ok := parse(bound); ok {
			out[word] = json.Number(bound)
		}
	}
	return out
}

func textSchema(f counter.Field) map[string]any {
	low, high := textBounds(f)
	out := map[string]any{"type": "string", "format": string(f.Kind), "maxLength": json.Number(strconv.Itoa(high))}
	if low > 0 {
		out["minLength"] = json.Number(strconv.Itoa(low))
	}
	if f.Pattern != "" && counter.Portable(f.Pattern) {
		out["pattern"] = "^(?:" + f.Pattern + ")$"
	}
	return out
}

// textBounds counts characters; a text is 200 at most, a long one 2000.
func textBounds(f counter.Field) (low, high int) {
	low, _ = strconv.Atoi(f.Min)
	if n, err := strconv.Atoi(f.Max); err == nil {
		return max(low, 0), max(n, 0)
	}
	if f.Kind == counter.FieldLongText {
		return max(low, 0), 2000
	}
	return max(low, 0), 200
}

var compiled sync.Map // of *jsonschema.Schema or error, by the schema's text

// compile gives the validator of a form. Forms are few and live as long as the
// catalogue, so all of them are kept.
func compile(fields []counter.Field) (*jsonschema.Schema, error) {
	doc := Of(fields)
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	key := string(text)
	if known, ok := compiled.Load(key); ok {
		sch, ok := known.(*jsonschema.Schema)
		if !ok {
			return nil, known.(error)
		}
		return sch, nil
	}
	sch, err := compileText(key)
	if err != nil {
		compiled.Store(key, err)
		return nil, err
	}
	compiled.Store(key, sch)
	return sch, nil
}

func compileText(text string) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	for name, check := range formatChecks {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok && check(s) != "" {
				return fmt.Errorf("no %s", name)
			}
			return nil
		}})
	}
	if err := c.AddResource("form.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("form.json")
}

// noLoader keeps a schema from naming files or addresses.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, fmt.Errorf("%s is not loaded", url) }
