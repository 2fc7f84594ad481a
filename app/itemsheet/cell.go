package itemsheet

import (
	"strings"

	"onedoor/app/counter"
)

// labels pairs the codes of the catalogue with the words of the table. Reading
// takes either.
type labels []struct{ value, name string }

func (l labels) names() (out []string) {
	for _, p := range l {
		out = append(out, p.name)
	}
	return out
}

func (l labels) name(code string) string {
	for _, p := range l {
		if p.value == code {
			return p.name
		}
	}
	return code
}

func (l labels) code(s string) (string, *fault) {
	s = counter.Compact(s)
	for _, p := range l {
		if s == p.name || strings.EqualFold(s, p.value) {
			return p.value, nil
		}
	}
	return "", &fault{"“" + clip(s) + "”不在可选范围 / not one of the allowed words", "可填 / one of: " + strings.Join(l.names(), "、")}
}

// Lists keep one element per line. An element's own line breaks and backslashes
// are escaped, and so is | inside the parts of a record; people who type never
// need any of this.
var (
	lineEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	partEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "|", `\|`, "｜", `\｜`)
)

func joinLines(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = lineEscape.Replace(s)
	}
	return strings.Join(out, "\n")
}

func splitLines(s string) (list []string) {
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, split(line, "")[0])
		}
	}
	return list
}

// joinParts drops empty parts at the end.
func joinParts(parts []string) string {
	for len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = partEscape.Replace(p)
	}
	return strings.Join(out, " | ")
}

func splitParts(line string) []string { return split(line, "|｜") }

// split cuts at unescaped separators and resolves escapes; parts come trimmed.
func split(s, separators string) []string {
	parts, part, escaped := []string{}, strings.Builder{}, false
	for _, r := range s {
		switch {
		case escaped:
			part.WriteString(unescape(r))
			escaped = false
		case r == '\\':
			escaped = true
		case strings.ContainsRune(separators, r):
			parts = append(parts, strings.TrimSpace(part.String()))
			part.Reset()
		default:
			part.WriteRune(r)
		}
	}
	if escaped {
		part.WriteRune('\\')
	}
	return append(parts, strings.TrimSpace(part.String()))
}

func unescape(r rune) string {
	switch r {
	case 'n':
		return "\n"
	case '\\', '|', '｜':
		return string(r)
	}
	return `\` + string(r)
}
