// Package layout is the table of the four 256-byte text files found on Chinese
// ID cards, as data: which field lies where. The parser and the simulator both
// stand on it; published checksums of whole cards pin it in the tests.
//
// Text is UTF-16LE, padded with U+0020 (some cards: U+0000). The code unit at
// offset 248 tells the kind.
package layout

import (
	"fmt"
	"unicode/utf16"
)

// Size is the length of the text file in bytes, AddressSize that of one
// appended address.
const (
	Size        = 256
	AddressSize = 70
	flagOffset  = 248
)

// Span is a run of bytes.
type Span struct{ Off, Len int }

// Field is one field; a long English name lies in two spans.
type Field struct {
	Name  string
	Spans []Span
}

// Layout is one kind of card. Flag is the code unit at offset 248, 0 for the
// resident card, which has none.
type Layout struct {
	Kind   string
	Flag   uint16
	Fields []Field
}

func at(name string, off, n int) Field { return Field{name, []Span{{off, n}}} }

// All holds the layouts; the first one applies when no flag matches.
var All = []Layout{
	{"resident", 0, []Field{
		at("name", 0, 30), at("sex", 30, 2), at("ethnicity", 32, 4), at("birth", 36, 16),
		at("address", 52, 70), at("number", 122, 36), at("issuer", 158, 30),
		at("valid_from", 188, 16), at("valid_to", 204, 16)}},
	{"hkmotw", 'J', []Field{
		at("name", 0, 30), at("sex", 30, 2), at("ethnicity", 32, 4), at("birth", 36, 16),
		at("address", 52, 70), at("number", 122, 36), at("issuer", 158, 30),
		at("valid_from", 188, 16), at("valid_to", 204, 16),
		at("permit_number", 220, 18), at("issue_count", 238, 4), at("flag", 248, 2)}},
	{"foreigner2017", 'I', []Field{
		at("name_en", 0, 120), at("sex", 120, 2), at("number", 122, 30), at("nationality", 152, 6),
		at("name", 158, 30), at("valid_from", 188, 16), at("valid_to", 204, 16), at("birth", 220, 16),
		at("card_version", 236, 4), at("accepting_authority", 240, 8), at("flag", 248, 2)}},
	{"foreigner2023", 'Y', []Field{
		at("name", 0, 30), at("sex", 30, 2), at("issue_count", 32, 4), at("birth", 36, 16),
		{"name_en", []Span{{52, 70}, {220, 22}}}, at("number", 122, 36),
		at("valid_from", 188, 16), at("valid_to", 204, 16), at("nationality", 242, 6),
		at("flag", 248, 2), at("former_number", 250, 6)}},
}

// Flag returns the code unit that tells the kind of a text file of Size bytes.
func Flag(text []byte) uint16 {
	return uint16(text[flagOffset]) | uint16(text[flagOffset+1])<<8
}

// Detect returns the layout of a text file of Size bytes, the resident one when
// the flag is none of ours.
func Detect(text []byte) *Layout {
	f := Flag(text)
	for i := range All {
		if All[i].Flag == f && f != 0 {
			return &All[i]
		}
	}
	return &All[0]
}

// Find returns the layout of a kind, or nil.
func Find(kind string) *Layout {
	for i := range All {
		if All[i].Kind == kind {
			return &All[i]
		}
	}
	return nil
}

// Raw returns a copy of the bytes of a field with its spans joined, or nil when
// this kind of card has no such field.
func (l *Layout) Raw(text []byte, name string) []byte {
	for _, f := range l.Fields {
		if f.Name != name {
			continue
		}
		var raw []byte
		for _, s := range f.Spans {
			raw = append(raw, text[s.Off:s.Off+s.Len]...)
		}
		return raw
	}
	return nil
}

// Encode writes a text file from the values of all fields in layout order.
func (l *Layout) Encode(values []string) ([]byte, error) {
	if len(values) != len(l.Fields) {
		return nil, fmt.Errorf("layout: %s has %d fields, got %d", l.Kind, len(l.Fields), len(values))
	}
	text := blank(Size)
	for i, f := range l.Fields {
		raw := Units(values[i])
		for _, s := range f.Spans {
			raw = raw[copy(text[s.Off:s.Off+s.Len], raw):]
		}
		if len(raw) > 0 {
			return nil, fmt.Errorf("layout: %s: field %s is too long by %d bytes", l.Kind, f.Name, len(raw))
		}
	}
	if got := Detect(text); got != l {
		return nil, fmt.Errorf("layout: the flag field says %s, not %s", got.Kind, l.Kind)
	}
	return text, nil
}

// EncodeAddress writes the file of an appended address.
func EncodeAddress(s string) ([]byte, error) {
	text, raw := blank(AddressSize), Units(s)
	if len(raw) > AddressSize {
		return nil, fmt.Errorf("layout: address is too long by %d bytes", len(raw)-AddressSize)
	}
	copy(text, raw)
	return text, nil
}

// Units returns a string as UTF-16LE bytes.
func Units(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func blank(n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += 2 {
		b[i] = ' '
	}
	return b
}
