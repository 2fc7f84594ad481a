package counter

import (
	"strings"
	"unicode"
)

// Narrow makes typed text comparable: full-width letters, digits, signs and
// spaces become their ASCII forms, and space around the text is cut. Chinese
// input methods leave such characters behind unnoticed.
func Narrow(s string) string {
	return strings.TrimSpace(strings.Map(narrowRune, s))
}

func narrowRune(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000 || r == 0x00A0:
		return ' '
	case r == 0xFEFF || r == 0x200B: // byte-order mark, zero-width space
		return -1
	}
	return r
}

// Compact is Narrow with every space removed, also inside.
func Compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, Narrow(s))
}
