package wording

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Format is the version of the file format that this program reads.
const Format = 1

// Page describes one version of one kind of document, or of a part that
// several kinds share.
type Page struct {
	Format    int      `json:"format"`
	Kind      string   `json:"kind,omitempty"` // a-z, 0-9, "-", "_"; up to 24
	Part      string   `json:"part,omitempty"` // the name of a part, instead of a kind
	Version   int      `json:"version"`        // 1, 2, ...; of those in force the highest counts
	From      string   `json:"effective_from"` // first day in force, 2026-01-01
	To        string   `json:"effective_to,omitempty"`
	Title     string   `json:"title,omitempty"` // template
	TitleEn   string   `json:"title_en,omitempty"`
	Basis     string   `json:"basis,omitempty"`     // why this document exists
	Papers    []string `json:"papers,omitempty"`    // a4, a5, roll80; the first is the usual one
	Copies    int      `json:"copies,omitempty"`    // how many are made (一式几份) unless said otherwise
	Use       []string `json:"use,omitempty"`       // parts whose fields belong to this page
	Fields    []Field  `json:"fields,omitempty"`    // what it can and must state
	Heading   string   `json:"heading,omitempty"`   // template of the line above the title
	Head      []Text   `json:"head,omitempty"`      // lines under the title, beside the QR code
	QR        string   `json:"qr,omitempty"`        // what stands under the QR code
	Watermark string   `json:"watermark,omitempty"` // template
	Blocks    []Block  `json:"blocks,omitempty"`
}

// Field is one statement. A field that is required, and whose conditions hold,
// must be given or the document is not made.
type Field struct {
	Key      string   `json:"key"`
	Zh       string   `json:"zh"`
	En       string   `json:"en"`
	Type     string   `json:"type"` // Text ... Rows
	Required bool     `json:"required,omitempty"`
	When     []string `json:"when,omitempty"`    // required only if all hold
	Basis    string   `json:"basis,omitempty"`   // where the demand comes from; needed if required
	Default  string   `json:"default,omitempty"` // used when the caller gives nothing
	After    string   `json:"after,omitempty"`   // a date field that this date must follow
	Min      int      `json:"min,omitempty"`     // least number of entries of a list or rows
	Options  []Option `json:"options,omitempty"` // of a choice
	Columns  []Field  `json:"columns,omitempty"` // of rows
}

// The types of fields. How a value is given in JSON stands behind each.
const (
	TypeText   = "text"   // "..."
	TypeName   = "name"   // "..."; every character of it must be printable as itself
	TypeMasked = "masked" // "..."; a number with its middle hidden
	TypeDate   = "date"   // "2026-11-20"
	TypeTime   = "time"   // "2026-11-20T09:30:00+08:00"
	TypeCount  = "count"  // 3
	TypeBool   = "bool"   // true
	TypeChoice = "choice" // the value of one of Options
	TypeList   = "list"   // ["...", "..."]
	TypeRows   = "rows"   // [{"column": value}, ...]
)

// Option is one value of a choice.
type Option struct {
	Value string `json:"value"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// Text is a template with the conditions under which it is written.
type Text struct {
	When []string `json:"when,omitempty"`
	Text string   `json:"text"`
}

// Block is one piece of the page, from top to bottom. Exactly one of the
// pointers and of Use, Text, Of, Space, Break and Scans is set.
type Block struct {
	When []string `json:"when,omitempty"` // drawn only if all hold

	Use string `json:"use,omitempty"` // the blocks of a part

	Text   string `json:"text,omitempty"`  // a paragraph; template
	Style  string `json:"style,omitempty"` // of Text and Of: text (usual), heading, cell, note
	Align  string `json:"align,omitempty"` // left (usual), center, right
	Indent bool   `json:"indent,omitempty"`
	Bold   bool   `json:"bold,omitempty"`

	Of    string  `json:"of,omitempty"`    // a list or rows field: Each is written for every entry
	Each  string  `json:"each,omitempty"`  // template; {#} is its number, {.} the entry of a list
	Space float64 `json:"space,omitempty"` // mm
	Break bool    `json:"break,omitempty"` // a new page
	Scans bool    `json:"scans,omitempty"` // the pictures that belong to the document

	Facts   *Grid    `json:"facts,omitempty"`
	Table   *Table   `json:"table,omitempty"`
	Choice  *Choice  `json:"choice,omitempty"`
	Box     *Box     `json:"box,omitempty"`
	Closing *Closing `json:"closing,omitempty"`
}

// Grid is a ruled grid of labels and values. A row has one or two pairs:
// label, value, label, value. A row whose values are all empty is left out.
type Grid struct {
	Rows []FactRow `json:"rows"`
}

// FactRow is one row of the grid.
type FactRow struct {
	When  []string `json:"when,omitempty"`
	Cells []string `json:"cells"`           // templates: label, value[, label, value]
	Lines int      `json:"lines,omitempty"` // least height in lines, for writing by hand; keeps an empty row
}

// Table is a ruled table with one line for every entry of a rows or list field.
type Table struct {
	Of      string   `json:"of"`
	Columns []Column `json:"columns"`
	Blank   int      `json:"blank,omitempty"` // empty lines below, for writing by hand
}

// Column is one column of a table. On narrow paper the column with Main is a
// line of its own and the others follow under it as "head：value".
type Column struct {
	Head  string  `json:"head"`
	Text  string  `json:"text"`  // template; {#} is the line's number
	Width float64 `json:"width"` // share of the whole; any unit
	Align string  `json:"align,omitempty"`
	Main  bool    `json:"main,omitempty"`
	Empty string  `json:"empty,omitempty"` // stands where the template comes out empty
}

// Choice prints all options of a choice field with the chosen one ticked.
type Choice struct {
	Of    string `json:"of"`
	Label string `json:"label"`
}

// Box is a framed place with a title, text and room for writing by hand.
type Box struct {
	Title string   `json:"title,omitempty"`
	Lines []string `json:"lines,omitempty"` // templates; empty ones are left out
	Room  float64  `json:"room,omitempty"`  // mm left free below the lines
	Sign  []Sign   `json:"sign,omitempty"`  // in the last line, on the right
}

// Closing is the end of a document: the receiver's signature on the left, on
// the right the place where the seal goes over the body's name and the date.
type Closing struct {
	Seal *Seal  `json:"seal,omitempty"`
	Sign []Sign `json:"sign,omitempty"`
}

// Seal is the place of the body's seal.
type Seal struct {
	Label string `json:"label"`
	Name  string `json:"name"`           // template
	Date  string `json:"date,omitempty"` // template; empty leaves room for writing one
}

// Sign is one line to be filled in by hand.
type Sign struct {
	When  []string `json:"when,omitempty"`
	Label string   `json:"label"`
	Date  bool     `json:"date,omitempty"` // 年 月 日 stands on the line
}

// Fingerprint identifies the words and layout of a page with its parts put in:
// SHA-256 of its JSON, the first 16 hexadecimal digits.
func (p *Page) Fingerprint() string {
	text, err := json.Marshal(p)
	if err != nil { // floats are checked to be finite when a page is read
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// TakesScans tells whether pictures belong to the document.
func (p *Page) TakesScans() bool {
	return slices.ContainsFunc(p.Blocks, func(b Block) bool { return b.Scans })
}

// Name is what messages call the page.
func (p *Page) Name() string {
	if p.Part != "" {
		return p.Part
	}
	return p.Kind
}

// Called is the title for lists, where no facts are known: of a choice all its
// options, of anything else that the title takes from the facts nothing.
func (p *Page) Called() string {
	var out strings.Builder
	rest := p.Title
	for {
		text, after, open := strings.Cut(rest, "{")
		key, tail, closed := strings.Cut(after, "}")
		out.WriteString(text)
		if !open || !closed {
			return out.String()
		}
		field, _ := p.Field(key)
		for i, o := range field.Options {
			if i > 0 {
				out.WriteString("或")
			}
			out.WriteString(o.Zh)
		}
		rest = tail
	}
}

// Field finds a field by its key.
func (p *Page) Field(key string) (Field, bool) { return find(p.Fields, key) }

func find(fields []Field, key string) (Field, bool) {
	for _, f := range fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}
