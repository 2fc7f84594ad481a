package layout

import (
	"strings"
	"unicode"
)

// Characters that may not begin or end a line (禁则; GB/T 15834 5.1).
const (
	notFirst = "、。，．：；？！）〕］｝〉》」』】〗”’…—～·％‰℃々ー,.:;?!)]}%/-"
	notLast  = "（〔［｛〈《「『【〖“‘￥＄([{$#"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// Wrap breaks s into lines no wider than width; "\n" is a break that must be.
// Nothing is lost but the spaces at a break. Words of letters and digits stay
// whole unless one is wider than the line.
func (p *Pen) Wrap(st Style, s string, width float64) []string {
	var lines []string
	for _, par := range strings.Split(lineEnds.Replace(s), "\n") {
		lines = append(lines, p.wrapParagraph(st, []rune(par), width)...)
	}
	return lines
}

func (p *Pen) wrapParagraph(st Style, rs []rune, width float64) (lines []string) {
	const slack = 1e-6 // widths are sums of floats
	for start := 0; ; {
		w, end := 0.0, start
		for end < len(rs) {
			if w += p.width(st, rs[end]); w-p.blank(st, rs[end]) > width+slack && end > start {
				break
			}
			end++
		}
		if end == len(rs) {
			return append(lines, string(rs[start:]))
		}
		at := breakBefore(rs, start, end)
		lines = append(lines, strings.TrimRight(string(rs[start:at]), " "))
		for start = at; start < len(rs) && rs[start] == ' '; start++ {
			continue
		}
		if start == len(rs) {
			return lines
		}
	}
}

// blank is the empty right half of a full-width closing mark, which may stand
// beyond the margin, so that a line need not give up a character to keep the
// mark from beginning the next one.
func (p *Pen) blank(st Style, r rune) float64 {
	if w := p.width(st, r); w >= st.Size && strings.ContainsRune("、。，．：；）〕］｝〉》」』】〗", r) {
		return w / 2
	}
	return 0
}

// breakBefore is the last place in (start, end] where a line may end; if there
// is none, end.
func breakBefore(rs []rune, start, end int) int {
	for at := end; at > start; at-- {
		if mayBreak(rs[at-1], rs[at]) {
			return at
		}
	}
	return end
}

// mayBreak says whether a line may end between two neighbours.
func mayBreak(a, b rune) bool {
	switch {
	case b == ' ':
		return true
	case strings.ContainsRune(notLast, a), strings.ContainsRune(notFirst, b):
		return false
	case a == ' ':
		return true
	case a == '—' && b == '—', a == '…' && b == '…':
		return false
	}
	return !inWord(a) || !inWord(b)
}

// inWord says whether r belongs to a word that is not broken: letters and
// digits other than Chinese, and the stars of a masked number.
func inWord(r rune) bool {
	if r == '*' || r == '_' || r == '@' || r == '+' || r == '/' || r == '-' || r == '.' {
		return true
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
