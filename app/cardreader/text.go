package cardreader

import (
	"strings"
	"unicode/utf16"
)

// textFlags says what was odd about a decoded field.
type textFlags struct {
	damaged    bool // unpaired surrogate, noncharacter or control character
	privateUse bool // a character from a private-use area
}

// decodeText decodes one UTF-16LE field and removes its padding. Surrogate
// pairs become one character (names such as 李䶮𠅤), private-use characters stay
// as they are, what cannot be text becomes U+FFFD; control characters go.
func decodeText(raw []byte) (string, textFlags) {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i]) | uint16(raw[2*i+1])<<8
	}
	var out strings.Builder
	var flags textFlags
	units = trimPadding(units)
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			next := rune(0)
			if i+1 < len(units) {
				next = rune(units[i+1])
			}
			if r = utf16.DecodeRune(r, next); r != '\uFFFD' {
				i++
			}
		}
		switch {
		case r < ' ', r >= 0x7F && r < 0xA0:
			flags.damaged = true
			continue
		case r == '\uFFFD', r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			flags.damaged = true
			r = '\uFFFD'
		case r >= 0xE000 && r <= 0xF8FF, r >= 0xF0000:
			flags.privateUse = true
		}
		out.WriteRune(r)
	}
	return out.String(), flags
}

// trimPadding cuts spaces (also full-width ones), zeros and erased cells from
// both ends.
func trimPadding(u []uint16) []uint16 {
	pad := func(c uint16) bool { return c == ' ' || c == 0 || c == 0x3000 || c == 0xFFFF }
	for len(u) > 0 && pad(u[len(u)-1]) {
		u = u[:len(u)-1]
	}
	for len(u) > 0 && pad(u[0]) {
		u = u[1:]
	}
	return u
}
