package counter

import (
	"strings"
	"unicode"
)

// Mask hides the middle for screens: first 6 and last 4 stay (440604********201X).
func (n IDNumber) Mask() string { return maskMiddle(string(n), 6, 4) }

// MaskReceipt hides more, for paper that leaves the house: first 4 and last 4
// stay (4406**********201X).
func (n IDNumber) MaskReceipt() string { return maskMiddle(string(n), 4, 4) }

// MaskPhone keeps the first 3 and the last 4 places (138****0000). Numbers too
// short for that show only the last 2.
func MaskPhone(phone string) string {
	s := Compact(phone)
	if len([]rune(s)) < 10 {
		return maskMiddle(s, 0, 2)
	}
	return maskMiddle(s, 3, 4)
}

// maskMiddle stars everything but the ends, and everything if what would be
// hidden is less than what would show: a mistyped stub must not come out whole.
func maskMiddle(s string, head, tail int) string {
	r := []rune(s)
	hidden := len(r) - head - tail
	if hidden < 4 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", hidden) + string(r[len(r)-tail:])
}

// MaskName keeps the first character, and the last of names of three or more
// (张*丰, 张*, 欧**远). Of a name in Latin letters each word keeps its initial. Marks that
// belong to a character (variation selectors) stay with it.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	if name != "" && name[0] < 0x80 {
		return maskWords(name)
	}
	chars := characters(name)
	switch n := len(chars); n {
	case 0:
		return ""
	case 1:
		return "*"
	case 2:
		return chars[0] + "*"
	default:
		return chars[0] + strings.Repeat("*", n-2) + chars[n-1]
	}
}

func maskWords(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		words[i] = string([]rune(w)[:1]) + "**"
	}
	return strings.Join(words, " ")
}

// characters splits s into what a reader sees as one character.
func characters(s string) (out []string) {
	for _, r := range s {
		if len(out) > 0 && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Variation_Selector, r)) {
			out[len(out)-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	return out
}
