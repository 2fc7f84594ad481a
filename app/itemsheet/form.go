package itemsheet

import (
	"strconv"
	"strings"

	"onedoor/app/counter"
)

// A form with groups stands in the sheet as rows too: a field of a group is
// named group.field and follows its group, whose least and greatest count of
// rows stand under 最小 and 最大.

// flat writes the fields of a form as rows of the sheet.
func flat(fields []counter.Field) (rows []counter.Field) {
	for _, f := range fields {
		inner := f.Rows
		if f.Kind == counter.FieldGroup {
			f.Min, f.Max = count(f.MinRows), count(f.MaxRows)
			f.Rows, f.MinRows, f.MaxRows = nil, 0, 0
		}
		rows = append(rows, f)
		for _, r := range inner {
			r.Name = f.Name + "." + r.Name
			rows = append(rows, r)
		}
	}
	return rows
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// nested reads rows of the sheet as fields. Each fault is a row's number in
// rows, with what is wrong.
func nested(rows []counter.Field, wrong func(row int, column, what, fix string)) (fields []counter.Field) {
	groups := map[string]int{}
	for i, f := range rows {
		group, name, inner := strings.Cut(f.Name, ".")
		if inner {
			at, ok := groups[group]
			if !ok {
				wrong(i, "name", "前面没有重复组“"+clip(group)+"” / no group of this name stands before", "先写一行类型为“重复组”的字段 / write the group first")
				continue
			}
			f.Name = name
			fields[at].Rows = append(fields[at].Rows, f)
			continue
		}
		if f.Kind == counter.FieldGroup {
			var bad bool
			f.MinRows, bad = rowCount(f.Min, false)
			if f.MaxRows, bad = rowCount(f.Max, bad); bad {
				wrong(i, "min", "重复组的最少、最多行数应为 0–200 的整数 / the count of rows is a whole number up to 200", "改正或清空 / correct or clear it")
			}
			f.Min, f.Max = "", ""
			groups[f.Name] = len(fields)
		}
		fields = append(fields, f)
	}
	return fields
}

func rowCount(s string, bad bool) (int, bool) {
	if s == "" {
		return 0, bad
	}
	n, err := strconv.Atoi(s)
	return n, bad || err != nil || n < 0 || n > 200
}

// takeForm makes the form of item i out of its rows.
func (c *collector) takeForm(i int) {
	rows := c.out[i].Fields
	for _, f := range rows {
		c.rows[i].names = append(c.rows[i].names, f.Name)
	}
	fields := nested(rows, func(row int, column, what, fix string) {
		c.faults.at(c.fields.where(c.rows[i].fields[row], column), what, fix)
	})
	if counter.NeedsForm(fields) {
		c.out[i].Form, fields = counter.FormOf(fields), nil
	}
	c.out[i].Fields = fields
}

// formPlace finds the row of a fault in a form: form.schema.properties.a or
// form.schema.properties.a.items.properties.b, and what follows.
func (c *collector) formPlace(i int, path string) (string, bool) {
	path, ok := strings.CutPrefix(path, "form.schema.properties.")
	if !ok {
		return "", false
	}
	path = strings.ReplaceAll(path, ".items.properties.", ".")
	best := -1
	for n, name := range c.rows[i].names {
		if (path == name || strings.HasPrefix(path, name+".")) && (best < 0 || len(name) > len(c.rows[i].names[best])) {
			best = n
		}
	}
	if best < 0 {
		return "", false
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(path, c.rows[i].names[best]), ".")
	if column, ok := columnOf[rest]; ok {
		rest = column
	}
	return c.fields.where(c.rows[i].fields[best], rest), true
}

// columnOf: where a word of the schema stands in the sheet.
var columnOf = map[string]string{"minimum": "min", "minLength": "min", "maximum": "max", "maxLength": "max", "enum": "choices"}
