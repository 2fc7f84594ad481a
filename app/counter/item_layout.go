package counter

import (
	"fmt"
	"strings"
)

func index(at string, i int) string { return fmt.Sprintf("%s[%d]", at, i) }

// hints writes what the layout says into the fields it names.
func (l FormLayout) hints(at string, fields []Field, f *faults) {
	seen := map[string]bool{}
	for i, h := range l.Fields {
		here := index(at+".fields", i)
		fd := fieldAt(fields, h.Field)
		switch {
		case fd == nil:
			f.add(here+".field", "schema 里没有字段“"+h.Field+"” / the schema has no such field", "核对字段名；组内字段写成 组名.字段名 / check the name; group.name inside a group")
			continue
		case seen[h.Field]:
			f.add(here+".field", "这个字段写了两次 / the field occurs twice", "合并成一条 / make it one entry")
			continue
		}
		seen[h.Field] = true
		h.apply(here, fd, f)
	}
}

func (h FormHint) apply(at string, fd *Field, f *faults) {
	fd.VisibleWhen, fd.Prefill, fd.Key = h.VisibleWhen, h.Prefill, h.Key
	if h.Hint != "" {
		fd.Hint = h.Hint
	}
	if h.Unit != "" && fd.Kind != FieldNumber && fd.Kind != FieldMoney {
		f.add(at+".unit", "只有数字有单位 / only numbers have a unit", "删去 / remove it")
	}
	fd.Unit = h.Unit
	if h.Min+h.Max != "" {
		if fd.Kind != FieldDate {
			f.add(at+".min", "layout 里的界限只用于日期 / bounds of the layout are for dates", "数字用 schema 的 minimum、maximum，文字用 minLength、maxLength / use minimum or maxLength of the schema")
		}
		fd.Min, fd.Max = h.Min, h.Max
	}
	if h.RowName != "" && fd.Kind != FieldGroup {
		f.add(at+".row_name", "只有重复组才有行 / only a group has rows", "删去 / remove it")
		return
	}
	fd.RowName = h.RowName
}

// fieldAt finds name or group.name.
func fieldAt(fields []Field, path string) *Field {
	name, inner, nested := strings.Cut(path, ".")
	for i := range fields {
		if fields[i].Name != name {
			continue
		}
		if nested {
			return fieldAt(fields[i].Rows, inner)
		}
		return &fields[i]
	}
	return nil
}

// order puts the fields into their sections.
func (l FormLayout) order(at string, fields []Field, f *faults) []Field {
	if len(l.Sections) == 0 {
		return fields
	}
	out := make([]Field, 0, len(fields))
	placed := map[string]bool{}
	for i, s := range l.Sections {
		here := index(at+".sections", i)
		f.need(here+".title", s.Title)
		for j, name := range s.Fields {
			fd := fieldAt(fields, name)
			switch {
			case fd == nil || strings.Contains(name, "."):
				f.add(index(here+".fields", j), "schema 里没有字段“"+name+"” / the schema has no such field", "核对字段名 / check the name")
			case placed[name]:
				f.add(index(here+".fields", j), "这个字段已经排过了 / the field was placed before", "只排一次 / place it once")
			default:
				fd.Section = s.Title
				out = append(out, *fd)
				placed[name] = true
			}
		}
	}
	for _, fd := range fields {
		if !placed[fd.Name] {
			f.add(at+".sections", "字段“"+fd.Name+"”没有排进任何一节 / a field stands in no section", "排进某一节 / place it in a section")
		}
	}
	return out
}
