package counter

import (
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// scan reads JSON in the one form that json.Marshal gives a payload struct:
// keys in their order, no spaces, no escapes. A first sync folds tens of
// thousands of acceptances, and general decoding would be most of its work.
// Whatever does not have that form is left to decodePayload, which says what
// it is; scan only ever accepts what decodePayload reads to the same value.
type scan struct {
	rest string
	ok   bool
}

// newScan begins to read; a payload with escapes, control characters or bad
// UTF-8 is not ok from the start, so that strings can be cut out as they are.
func newScan(payload []byte) *scan {
	for _, c := range payload {
		if c == '\\' || c < 0x20 {
			return &scan{}
		}
	}
	return &scan{string(payload), utf8.Valid(payload)}
}

// lit expects exactly these characters.
func (s *scan) lit(x string) {
	rest, found := strings.CutPrefix(s.rest, x)
	s.rest, s.ok = rest, s.ok && found
}

// has tells whether these characters come next, and takes them if so.
func (s *scan) has(x string) bool {
	rest, found := strings.CutPrefix(s.rest, x)
	s.rest = rest
	return found && s.ok
}

// str reads a string after its key.
func (s *scan) str(key string) string {
	s.lit(key)
	if !s.has(`"`) {
		s.ok = false
		return ""
	}
	end := strings.IndexByte(s.rest, '"')
	if end < 0 {
		s.ok = false
		return ""
	}
	text := s.rest[:end]
	s.rest = s.rest[end+1:]
	return text
}

// num reads a whole number of at most nine digits after its key.
func (s *scan) num(key string) (n int) {
	s.lit(key)
	digits := 0
	for digits < len(s.rest) && isDigit(s.rest[digits]) {
		n = n*10 + int(s.rest[digits]-'0')
		if digits++; digits > 9 {
			break
		}
	}
	if digits == 0 || digits > 9 || digits > 1 && s.rest[0] == '0' {
		s.ok = false
		return 0
	}
	s.rest = s.rest[digits:]
	return n
}

// flag reads true or false after its key.
func (s *scan) flag(key string) bool {
	s.lit(key)
	if s.has("true") {
		return true
	}
	s.lit("false")
	return false
}

// id reads a UUID in its usual form after its key.
func (s *scan) id(key string) uuid.UUID {
	text := s.str(key)
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		s.ok = false
	}
	return id
}

// done tells that all was read and fitted.
func (s *scan) done() bool { return s.ok && s.rest == "" }
