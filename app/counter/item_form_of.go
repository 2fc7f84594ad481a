package counter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// NeedsForm reports whether fields say what flat fields cannot: groups and
// sections.
func NeedsForm(fields []Field) bool {
	return slices.ContainsFunc(fields, func(fd Field) bool { return fd.Kind == FieldGroup || fd.Section != "" })
}

// FormOf writes the definition that fields come from: FormFields of it gives
// the same fields. Workbooks hold forms as rows.
func FormOf(fields []Field) *Form {
	fm := &Form{Schema: schemaText(fields)}
	for _, fd := range fields {
		fm.Layout.place(fd)
		fm.Layout.hint(fd, "")
		for _, r := range fd.Rows {
			fm.Layout.hint(r, fd.Name+".")
		}
	}
	return fm
}

func (l *FormLayout) place(fd Field) {
	if fd.Section == "" {
		return
	}
	if n := len(l.Sections); n == 0 || l.Sections[n-1].Title != fd.Section {
		l.Sections = append(l.Sections, FormSection{Title: fd.Section})
	}
	last := &l.Sections[len(l.Sections)-1]
	last.Fields = append(last.Fields, fd.Name)
}

func (l *FormLayout) hint(fd Field, group string) {
	h := FormHint{Field: group + fd.Name, Unit: fd.Unit, VisibleWhen: fd.VisibleWhen, Prefill: fd.Prefill, Key: fd.Key, RowName: fd.RowName}
	if fd.Kind == FieldDate {
		h.Min, h.Max = fd.Min, fd.Max
	}
	if h.Unit+h.Key+h.RowName+h.Min+h.Max != "" || h.VisibleWhen != nil || len(h.Prefill) > 0 {
		l.Fields = append(l.Fields, h)
	}
}

// schemaText writes the schema with its fields in order.
func schemaText(fields []Field) json.RawMessage {
	var b bytes.Buffer
	b.WriteString(`{"type":"object"`)
	required := []string{}
	for _, fd := range fields {
		if fd.Required {
			required = append(required, fd.Name)
		}
	}
	if len(required) > 0 {
		member(&b, "required", required)
	}
	b.WriteString(`,"properties":{`)
	for i, fd := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(plainJSON(fd.Name))
		b.WriteByte(':')
		fd.writeSchema(&b)
	}
	b.WriteString("}}")
	return b.Bytes()
}

func (fd Field) writeSchema(b *bytes.Buffer) {
	typ, format := "string", ""
	for word, kind := range formats {
		if kind == fd.Kind {
			format = word
		}
	}
	switch fd.Kind {
	case FieldNumber, FieldMoney:
		typ = "number"
		if fd.Integer {
			typ = "integer"
		}
		if fd.Kind == FieldMoney {
			format = "money"
		}
	case FieldBool:
		typ = "boolean"
	case FieldGroup:
		typ = "array"
	}
	b.WriteString(`{"type":"` + typ + `"`)
	for _, m := range []struct{ word, text string }{{"format", format}, {"title", fd.Label}, {"description", fd.Hint}} {
		if m.text != "" {
			member(b, m.word, m.text)
		}
	}
	fd.writeBounds(b)
	b.WriteByte('}')
}

func (fd Field) writeBounds(b *bytes.Buffer) {
	low, high := "minLength", "maxLength"
	switch fd.Kind {
	case FieldNumber, FieldMoney:
		low, high = "minimum", "maximum"
	case FieldDate:
		return // in the layout
	case FieldGroup:
		if fd.MinRows > 0 {
			member(b, "minItems", fd.MinRows)
		}
		if fd.MaxRows > 0 {
			member(b, "maxItems", fd.MaxRows)
		}
		member(b, "items", schemaText(fd.Rows))
	}
	for _, m := range []struct{ word, text string }{{low, fd.Min}, {high, fd.Max}} {
		if _, err := strconv.ParseFloat(m.text, 64); err == nil {
			member(b, m.word, json.Number(m.text))
		} else if m.text != "" {
			member(b, m.word, m.text) // no number: to be told with its place
		}
	}
	if len(fd.Choices) > 0 {
		member(b, "enum", fd.Choices)
	}
	if fd.Pattern != "" {
		whole := "^" + fd.Pattern + "$"
		if _, why := portable(whole); why != "" {
			whole = "^(" + fd.Pattern + ")$"
		}
		member(b, "pattern", whole)
	}
}

func member(b *bytes.Buffer, name string, v any) {
	b.WriteByte(',')
	b.Write(plainJSON(name))
	b.WriteByte(':')
	b.Write(plainJSON(v))
}

// plainJSON leaves < > & as they are: people read definitions.
func plainJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // texts and counts always encode
		return []byte("null")
	}
	return bytes.TrimSpace(b.Bytes())
}
