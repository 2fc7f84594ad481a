package counter

import "encoding/json"

// Form is the definition of an item's form: a JSON Schema (2020-12, the part of
// it that docs/form-format.md lists) says what may be filled in, the layout in
// which order and how it is shown. Flat Fields are the older way to say the
// same without groups; both become the same list of Field.
type Form struct {
	Schema json.RawMessage `json:"schema"`
	Layout FormLayout      `json:"layout,omitempty"`
}

// FormLayout says how a form is shown.
type FormLayout struct {
	// Sections put the fields in order; without any they stand as in the schema.
	Sections []FormSection `json:"sections,omitempty"`
	Fields   []FormHint    `json:"fields,omitempty"`
}

// FormSection is a heading with the fields under it.
type FormSection struct {
	Title  string   `json:"title"`
	Fields []string `json:"fields"`
}

// FormHint is what JSON Schema has no word for, about one field. Field is its
// name, or group.name for a field of a group.
type FormHint struct {
	Field       string          `json:"field"`
	Hint        string          `json:"hint,omitempty"`
	Unit        string          `json:"unit,omitempty"`
	Min         string          `json:"min,omitempty"` // of a date: a day, today, or an earlier date field
	Max         string          `json:"max,omitempty"`
	VisibleWhen *FieldCondition `json:"visible_when,omitempty"`
	Prefill     []string        `json:"prefill,omitempty"`
	Key         string          `json:"key,omitempty"`
	RowName     string          `json:"row_name,omitempty"` // of a group: what one row is called
}

// FormFields gives the fields of the item's form, flat or not; fields of a
// faulty form are left out, since Validate told of them.
func (it *Item) FormFields() []Field {
	if it.Form == nil || len(it.Fields) > 0 {
		return it.Fields
	}
	return it.Form.fields("form", &faults{})
}

// Expand puts the fields of the form into Fields, for pages and lists; Source
// takes them out again. An item is published and compared as Source gives it.
func (it *Item) Expand() { it.Fields = it.FormFields() }

// Source is the item as its author wrote it.
func (it Item) Source() Item {
	if it.Form != nil {
		it.Fields = nil
	}
	return it
}

func (it *Item) checkForm(f *faults) {
	if it.Form == nil {
		checkFields(it.Fields, func(i int) string { return index("fields", i) }, true, f)
		return
	}
	if len(it.Fields) > 0 {
		f.add("fields", "fields 和 form 只能写一个 / fields and form exclude each other", "把字段并入 form，删去 fields / put the fields into form")
		return
	}
	mine := &faults{}
	fields := it.Form.fields("form", mine)
	if len(mine.list) == 0 { // else one slip would be told twice
		checkFields(fields, func(i int) string { return "form.schema.properties." + nameAt(fields, i) }, false, mine)
		checkTexts(&fields, mine)
	}
	f.list = append(f.list, mine.list...)
}

func nameAt(fields []Field, i int) string {
	if i < len(fields) {
		return fields[i].Name
	}
	return ""
}

// fields converts the definition; faults are told under at.
func (fm *Form) fields(at string, f *faults) []Field {
	r := schemaReader{f: f}
	root, ok := r.root(fm.Schema, at+".schema")
	if !ok {
		return nil
	}
	fields := r.object(root, at+".schema", false)
	fm.Layout.hints(at+".layout", fields, f)
	return fm.Layout.order(at+".layout", fields, f)
}
