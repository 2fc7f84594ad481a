package cardreader

import (
	"bytes"
	"fmt"
	"strings"

	"onedoor/app/cardreader/internal/layout"
)

// ParseText reads the 256-byte text file of a card of any kind. It fails only
// when text has another length; whatever is odd inside becomes a warning,
// because a citizen at the counter holds a real card.
func ParseText(text []byte) (*Card, error) {
	if len(text) != layout.Size {
		return nil, fmt.Errorf("cardreader: text of %d bytes, want %d", len(text), layout.Size)
	}
	p := &textParser{text: bytes.Clone(text), lay: layout.Detect(text)}
	p.card = &Card{Kind: Kind(p.lay.Kind), Text: p.text}
	p.kind()
	p.names()
	p.person()
	p.validity()
	p.extras()
	p.number()
	return p.card, nil
}

// ParseAddress reads an appended address (the first 70 bytes of raw).
// damaged says that the text is not whole.
func ParseAddress(raw []byte) (address string, damaged bool) {
	s, flags := decodeText(raw[:min(len(raw), layout.AddressSize)])
	return s, flags.damaged
}

type textParser struct {
	text []byte
	lay  *layout.Layout
	card *Card
}

// str decodes a field; "" when this kind of card does not have it.
func (p *textParser) str(field string) string {
	s, flags := decodeText(p.lay.Raw(p.text, field))
	if flags.damaged {
		p.card.warn("text_damaged", field)
	}
	if flags.privateUse {
		p.card.warn("private_use", field)
		p.card.NamePrivateUse = p.card.NamePrivateUse || field == "name"
	}
	return s
}

// need is str for a field that every card of this kind should have.
func (p *textParser) need(field string) string {
	s := p.str(field)
	if s == "" {
		p.card.warn("missing", field)
	}
	return s
}

// date decodes YYYYMMDD to YYYY-MM-DD.
func (p *textParser) date(field string) string {
	s := p.need(field)
	if s == "" || field == "valid_to" && s == LongTerm {
		return s
	}
	if !isDate(s) {
		p.card.warn("date_invalid", field)
		return ""
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

func (p *textParser) kind() {
	if f := layout.Flag(p.text); p.lay.Flag == 0 && f != 0 && f != ' ' {
		p.card.warn("kind_unknown", "kind")
	}
}

func (p *textParser) names() {
	c := p.card
	c.NameRaw = p.lay.Raw(p.text, "name")
	if c.Kind != Foreigner2017 && c.Kind != Foreigner2023 {
		c.Name = p.need("name")
		return
	}
	c.NameEN, c.Name = p.need("name_en"), p.str("name")
	if c.Name == "" {
		c.Name = c.NameEN
	}
}

func (p *textParser) person() {
	c := p.card
	switch code := p.need("sex"); code {
	case "0", "":
		c.Sex = "未知"
	case "1":
		c.Sex = "男"
	case "2":
		c.Sex = "女"
	case "9":
		c.Sex = "未说明"
	default:
		c.Sex = "未知(" + code + ")"
		c.warn("sex_unknown", "sex")
	}
	c.Birth = p.date("birth")
	if c.Kind == Resident {
		p.ethnicity()
	}
	if c.Kind == Resident || c.Kind == HKMOTW {
		c.Address, c.Issuer = p.need("address"), p.need("issuer")
	}
}

func (p *textParser) ethnicity() {
	code := p.need("ethnicity")
	if code == "" {
		return
	}
	name, known := EthnicName(code)
	if !known {
		p.card.warn("ethnicity_unknown", "ethnicity")
	}
	p.card.Ethnicity = name
}

func (p *textParser) validity() {
	c := p.card
	c.ValidFrom, c.ValidTo = p.date("valid_from"), p.date("valid_to")
	if c.ValidTo != "" && c.ValidTo != LongTerm && c.ValidTo < c.ValidFrom {
		c.warn("validity_reversed", "valid_to")
	}
}

func (p *textParser) extras() {
	c := p.card
	c.Nationality = p.str("nationality")
	c.PermitNumber = p.str("permit_number")
	c.IssueCount = p.str("issue_count")
	c.CardVersion = p.str("card_version")
	c.AcceptingAuthority = p.str("accepting_authority")
	c.FormerNumber = p.str("former_number")
}

// number checks the number in itself and against the other fields. The chip's
// own birth date and sex stand; a difference is only pointed out.
func (p *textParser) number() {
	c := p.card
	c.Number = tidyNumber(p.need("number"))
	want := 18
	if c.Kind == Foreigner2017 {
		want = 15
	}
	c.NumberValid = len(c.Number) == want && ValidNumber(c.Number)
	if !c.NumberValid {
		if c.Number != "" {
			c.warn("number_invalid", "number")
		}
		return
	}
	born := c.Number[7:13]
	if want == 18 {
		born = c.Number[6:14]
		male := c.Number[16]%2 == 1
		if c.Sex == "男" && !male || c.Sex == "女" && male {
			c.warn("sex_mismatch", "sex")
		}
	}
	if c.Birth != "" && !strings.HasSuffix(strings.ReplaceAll(c.Birth, "-", ""), born) {
		c.warn("birth_mismatch", "birth")
	}
}
