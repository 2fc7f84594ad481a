// Package pinyin finds Chinese texts by what people type on a Latin keyboard:
// initials, full syllables, beginnings of syllables, characters, and any
// mixture. Every reading of a character counts, because the dictionary's first
// one is wrong for many names. It knows nothing of what the texts mean.
package pinyin

import (
	"strings"
	"sync"
	"unicode"

	dict "github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// toneless cuts the tone marks off; ü becomes v, as on the keyboard.
func toneless(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == '\u0308' && len(out) > 0: // the dots of ü
			out[len(out)-1] = 'v'
		case unicode.Is(unicode.Mn, r):
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// Readings gives all readings of r without tones, in the dictionary's order,
// each once; nil if r has none. 吕 gives lv, and lyu and lu after it, because
// people type all three.
func Readings(r rune) []string {
	marked, ok := dict.PinyinDict[int(r)]
	if !ok {
		return nil
	}
	var out []string
	for _, m := range strings.Split(marked, ",") {
		out = addReading(out, toneless(m))
	}
	for _, s := range out {
		if tail, ok := cutUmlaut(s); ok {
			out = addReading(out, s[:1]+"yu"+tail)
			out = addReading(out, s[:1]+"u"+tail)
		}
	}
	return out
}

// known keeps the readings that were asked for: a hundred thousand names share some
// thousand characters.
var known sync.Map // rune to []string

// sharedReadings is Readings; the slice is not to be changed.
func sharedReadings(r rune) []string {
	if have, ok := known.Load(r); ok {
		return have.([]string)
	}
	out := Readings(r)
	if len(out) > 0 {
		known.Store(r, out)
	}
	return out
}

// cutUmlaut finds lv, nv, lve, nve.
func cutUmlaut(s string) (tail string, ok bool) {
	if len(s) >= 2 && (s[0] == 'l' || s[0] == 'n') && s[1] == 'v' {
		return s[2:], true
	}
	return "", false
}

func addReading(list []string, s string) []string {
	if s == "" {
		return list
	}
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// maxSpellings bounds the combinations of one name; four characters with three
// readings each are 81.
const maxSpellings = 64

// Full gives the spellings of a person's name without spaces, the likely one
// first: the surname by its reading as a surname, then the other readings.
// 单雄信 gives shanxiongxin, then danxiongxin and others. Signs that have no
// reading stand for themselves in lower case.
func Full(name string) []string {
	return spell(nameReadings(name), func(s string) string { return s })
}

// Initials gives the first letters of the spellings of a person's name, the
// likely one first, each once.
func Initials(name string) []string {
	return spell(nameReadings(name), func(s string) string { return string([]rune(s)[:1]) })
}

func spell(chars [][]string, cut func(string) string) []string {
	out := []string{""}
	for _, readings := range chars {
		var next []string
		for _, head := range out {
			for _, r := range readings {
				if next = addReading(next, head+cut(r)); len(next) == maxSpellings {
					break
				}
			}
			if len(next) == maxSpellings {
				break
			}
		}
		out = next
	}
	if len(out) == 1 && out[0] == "" {
		return nil
	}
	return out
}

// nameReadings gives the readings of each character of a name, those of the
// surname first where they differ from the dictionary.
func nameReadings(name string) [][]string {
	var out [][]string
	for _, r := range strings.ToLower(name) {
		if r == ' ' || r == '·' || r == ',' || r == '\u3000' {
			continue
		}
		readings := Readings(r)
		if readings == nil {
			readings = []string{string(r)}
		}
		out = append(out, readings)
	}
	for i, reading := range surnameReadings(name) {
		out[i] = addReading([]string{reading}, "")
		for _, r := range Readings([]rune(name)[i]) {
			out[i] = addReading(out[i], r)
		}
	}
	return out
}
