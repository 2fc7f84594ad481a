package pinyin

import (
	"slices"
	"strings"
	"unicode"
)

// Text is a text made ready for matching.
type Text struct {
	runes    []rune // lower case
	readings [][]string
	signs    uint64 // signOf each character and of the first letter of each reading
}

// Prepare makes a text ready for matching.
func Prepare(s string) Text { return prepare(s, nil) }

// PrepareName makes a person's name ready, with the readings of its surname.
func PrepareName(s string) Text { return prepare(s, surnameReadings(s)) }

func prepare(s string, first []string) Text {
	var t Text
	for _, r := range fold(s) {
		i := len(t.runes)
		readings := sharedReadings(r)
		if i < len(first) {
			readings = addReading(slices.Clip(readings), first[i])
		}
		t.signs |= signOf(r)
		for _, reading := range readings {
			t.signs |= signOf(rune(reading[0]))
		}
		t.runes = append(t.runes, r)
		t.readings = append(t.readings, readings)
	}
	t.runes, t.readings = slices.Clip(t.runes), slices.Clip(t.readings)
	return t
}

// signOf gives a letter a bit of its own, and all other characters one that they share
// with some: what lacks a bit of a query cannot match it, which rules out nearly all of
// a hundred thousand names before any is spelt.
func signOf(r rune) uint64 {
	if r >= 'a' && r <= 'z' {
		return 1 << (r - 'a')
	}
	return 1 << (26 + r%38)
}

// fold makes typed and stored text comparable: lower case, ASCII forms, and
// nothing that people leave out when they type.
func fold(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if unicode.IsSpace(r) || strings.ContainsRune("'’·-_()（）、，,。.《》“”\"/", r) {
			continue
		}
		if r == 'ü' || r == 'Ü' {
			r = 'v'
		}
		out = append(out, unicode.ToLower(r))
	}
	return out
}

// Score says how well a text matches; the lower the better.
type Score struct {
	Tier  Tier
	At    int // index of the first character that matched
	Extra int // characters of the text that the query does not speak of
}

// Tier is the way of a match, best first.
type Tier int

const (
	Exact      Tier = iota // the text itself
	Prefix                 // the text begins with the query
	Substring              // the characters stand in the text side by side
	SpellFull              // pinyin or a mixture, from the first character to the last
	SpellStart             // pinyin or a mixture, from the first character
	SpellIn                // pinyin or a mixture, from a later character
	Scattered              // whole syllables or characters in order, with others between
	noMatch
)

// Less orders scores, best first.
func (s Score) Less(o Score) bool {
	if s.Tier != o.Tier {
		return s.Tier < o.Tier
	}
	if s.At != o.At {
		return s.At < o.At
	}
	return s.Extra < o.Extra
}

// Query is a query made ready for matching.
type Query struct {
	runes []rune
	needs uint64 // signs that every match has
}

// NewQuery makes one word of a query ready.
func NewQuery(s string) Query {
	q := fold(s)
	q = q[:min(len(q), maxQuery)]
	out := Query{runes: q}
	for i, r := range q {
		// A later letter may be the end of a syllable; anything else stands for itself.
		if i == 0 || r > unicode.MaxASCII {
			out.needs |= signOf(r)
		}
	}
	return out
}

// maxQuery bounds what is matched; nobody types more into a search box.
const maxQuery = 64

// Empty reports whether nothing was asked.
func (q Query) Empty() bool { return len(q.runes) == 0 }

// Match scores q against t; ok is false if it does not match.
func (t Text) Match(q Query) (Score, bool) {
	if q.Empty() || len(t.runes) == 0 || t.signs&q.needs != q.needs {
		return Score{}, false
	}
	return t.match(q)
}

func (t Text) match(q Query) (Score, bool) {
	if at := indexRunes(t.runes, q.runes); at >= 0 {
		return Score{tierOfSubstring(at, len(q.runes), len(t.runes)), at, len(t.runes) - len(q.runes)}, true
	}
	for at := range t.runes {
		if n := t.spell(at, q.runes); n > 0 {
			return Score{tierOfSpelling(at, n, len(t.runes)), at, len(t.runes) - n}, true
		}
	}
	if at, n := t.scattered(q.runes); n > 1 {
		return Score{Scattered, at, len(t.runes) - n}, true
	}
	return Score{}, false
}

func tierOfSubstring(at, n, length int) Tier {
	switch {
	case n == length:
		return Exact
	case at == 0:
		return Prefix
	}
	return Substring
}

func tierOfSpelling(at, n, length int) Tier {
	switch {
	case at == 0 && n == length:
		return SpellFull
	case at == 0:
		return SpellStart
	}
	return SpellIn
}

func indexRunes(text, q []rune) int {
	for at := 0; at+len(q) <= len(text); at++ {
		if hasPrefix(text[at:], q) {
			return at
		}
	}
	return -1
}

func hasPrefix(text, q []rune) bool {
	if len(text) < len(q) {
		return false
	}
	for i := range q {
		if text[i] != q[i] {
			return false
		}
	}
	return true
}

// spell consumes all of q with the characters from at on, side by side, and
// gives their number, 0 if it cannot. Each character takes itself, a whole
// reading, its initial letter or consonant, and the last one any beginning of
// a reading.
func (t Text) spell(at int, q []rune) int {
	if len(q) == 0 {
		return 0
	}
	if at == len(t.runes) {
		return 0
	}
	best := 0
	try := func(took int) {
		if took == len(q) {
			best = max(best, 1)
		} else if took > 0 {
			if n := t.spell(at+1, q[took:]); n > 0 {
				best = max(best, n+1)
			}
		}
	}
	if q[0] == t.runes[at] {
		try(1)
	}
	for _, reading := range t.readings[at] {
		common := commonPrefix(reading, q)
		switch {
		case common == 0:
			continue
		case common == len(q):
			return max(best, 1)
		}
		if common == len(reading) {
			try(common)
		}
		if common >= 2 && reading[1] == 'h' && len(reading) > 2 {
			try(2)
		}
		if best == 0 && len(reading) > 1 {
			try(1)
		}
		if best > 0 {
			break
		}
	}
	return best
}

func commonPrefix(reading string, q []rune) int {
	n := 0
	for n < len(reading) && n < len(q) && rune(reading[n]) == q[n] {
		n++
	}
	return n
}

// scattered consumes q in order with gaps allowed, each piece a character or a
// whole reading (single letters would match nearly anything). n is the number
// of characters used, 0 if it does not match. One pass over the text keeps, for
// each length of q, the first way to consume that much: trying all ways would
// take for ever on a text of equal characters.
func (t Text) scattered(q []rune) (at, n int) {
	var first, used [maxQuery + 1]int
	for i := range t.runes {
		for done := len(q) - 1; done >= 0; done-- {
			if done > 0 && used[done] == 0 {
				continue
			}
			for _, took := range t.pieces(i, q[done:]) {
				if end := done + took; took > 0 && used[end] == 0 {
					used[end], first[end] = used[done]+1, first[done]
					if done == 0 {
						first[end] = i
					}
				}
			}
		}
	}
	return first[len(q)], used[len(q)]
}

// maxPieces bounds the readings of one character that are looked at.
const maxPieces = 6

// pieces gives how much of q character i can take whole; zeros mean nothing.
func (t Text) pieces(i int, q []rune) (out [maxPieces]int) {
	if q[0] == t.runes[i] && q[0] > 0x7F {
		out[0] = 1
		return out
	}
	n := 0
	for _, reading := range t.readings[i] {
		if n < maxPieces && len(reading) > 1 && commonPrefix(reading, q) == len(reading) {
			out[n] = len(reading)
			n++
		}
	}
	return out
}
