package schema

import (
	"fmt"
	"strings"

	"onedoor/app/counter"
)

// Text is a canonical value in words, for papers and lists: 是 and 否, a number
// with its unit, the rows of a group one per line.
func Text(f counter.Field, v any) string {
	if rows, ok := v.([]any); ok && f.Kind == counter.FieldGroup {
		lines := make([]string, len(rows))
		for i, r := range rows {
			row, _ := r.(map[string]any)
			var cells []string
			for _, c := range f.Rows {
				if text := Text(c, row[c.Name]); text != "" {
					cells = append(cells, c.Label+" "+text)
				}
			}
			lines[i] = fmt.Sprintf("%d. %s", i+1, strings.Join(cells, "，"))
		}
		return strings.Join(lines, "\n")
	}
	s, ok := v.(string)
	switch {
	case !ok || s == "":
		return ""
	case f.Kind == counter.FieldBool:
		return map[string]string{"true": "是", "false": "否"}[s]
	case f.Kind == counter.FieldMoney && f.Unit == "":
		return s + "元"
	}
	return s + f.Unit
}
