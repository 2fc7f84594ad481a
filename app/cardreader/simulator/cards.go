package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"onedoor/app/cardreader/internal/layout"
)

// Card is the content of a simulated card. In a JSON file it looks like
//
//	{"id":"demo","kind":"resident","fields":["张三丰","1","01","19900307","…住址",
//	 "44060419900307201X","佛山市公安局禅城分局","20200101","20400101"],"new_address":""}
//
// Fields are in layout order: resident and hkmotw: name, sex code, ethnic code
// (hkmotw: ""), birth, address, number, issuer, valid from, valid to; hkmotw
// then permit number, issue count, "J". foreigner2017: English name, sex,
// number, nationality, Chinese name, valid from, valid to, birth, card version,
// authority, "I". foreigner2023: name, sex, renewal count, birth, English name,
// number, valid from, valid to, country, "Y", former number.
type Card struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"`
	Fields     []string `json:"fields"`
	NewAddress string   `json:"new_address,omitempty"`
	Photo      []byte   `json:"photo,omitempty"` // base64; at most 1024 bytes; none: a test pattern
}

// Cards returns the built-in cards: fictional people, one per layout, R2 with
// characters beyond the basic plane, F1 with a wrong check digit on purpose,
// R1A = R1 with an appended address.
func Cards() []Card {
	const bureau = "佛山市公安局禅城分局"
	r1 := []string{"张三丰", "1", "01", "19900307", "广东省佛山市禅城区张槎街道测试路1号",
		"44060419900307201X", bureau, "20200101", "20400101"}
	return []Card{
		{ID: "R1", Kind: "resident", Fields: r1},
		{ID: "R2", Kind: "resident", Fields: []string{"李䶮𠅤", "2", "15", "19520229",
			"广东省佛山市禅城区南庄镇罗南村测试巷2号", "440604195202290425", bureau, "20080101", "长期"}},
		{ID: "H1", Kind: "hkmotw", Fields: []string{"陈大文", "1", "", "19850617",
			"广东省佛山市禅城区祖庙街道测试街3号", "810000198506175017", bureau,
			"20230601", "20280601", "H12345678", "01", "J"}},
		{ID: "F1", Kind: "foreigner2017", Fields: []string{"DOE, JOHN QUINCY", "1",
			"USA440088041210", "USA", "杜约翰", "20180601", "20280601", "19880412", "01", "4400", "I"}},
		{ID: "F2", Kind: "foreigner2023", Fields: []string{"杜约翰", "1", "01", "19880412",
			"DOE, JOHN QUINCY ALEXANDER MAXIMILIAN B", "944840198804121014",
			"20240101", "20340101", "840", "Y", "000"}},
		{ID: "R1A", Kind: "resident", Fields: r1,
			NewAddress: "广东省佛山市禅城区祖庙街道新址路9号"},
	}
}

// FindCards resolves a comma-separated list of built-in card ids and JSON files
// (each holding one card or an array of cards).
func FindCards(list string) ([]Card, error) {
	var cards []Card
next:
	for name := range strings.SplitSeq(list, ",") {
		for _, c := range Cards() {
			if strings.EqualFold(c.ID, name) {
				cards = append(cards, c)
				continue next
			}
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("simulator: %q is neither a built-in card (R1, R2, H1, F1, F2, R1A) nor a readable file: %w", name, err)
		}
		more, err := ParseCards(raw)
		if err != nil {
			return nil, fmt.Errorf("simulator: %s: %w", name, err)
		}
		cards = append(cards, more...)
	}
	return cards, nil
}

// ParseCards reads one card or an array of cards from JSON and checks that each
// fits its layout.
func ParseCards(raw []byte) ([]Card, error) {
	var cards []Card
	raw = bytes.TrimSpace(raw)
	if !bytes.HasPrefix(raw, []byte("[")) {
		raw = append(append([]byte("["), raw...), ']')
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&cards); err != nil {
		return nil, err
	}
	if len(cards) == 0 {
		return nil, fmt.Errorf("no card in the file")
	}
	for i, c := range cards {
		if _, err := c.encode(); err != nil {
			return nil, fmt.Errorf("card %d (%s): %w", i+1, c.ID, err)
		}
	}
	return cards, nil
}

// Text is the 256-byte text file of the card, as the module hands it out.
func (c Card) Text() ([]byte, error) {
	ch, err := c.encode()
	if err != nil {
		return nil, err
	}
	return ch.text, nil
}

// chip is a card as the module hands it out.
type chip struct {
	text, photo, address []byte // address nil: none appended
}

func (c Card) encode() (*chip, error) {
	lay := layout.Find(c.Kind)
	if lay == nil {
		return nil, fmt.Errorf("unknown kind %q (resident, hkmotw, foreigner2017, foreigner2023)", c.Kind)
	}
	text, err := lay.Encode(c.Fields)
	if err != nil {
		return nil, err
	}
	ch := &chip{text: text, photo: c.Photo}
	if len(ch.photo) > photoSize {
		return nil, fmt.Errorf("photo of %d bytes, at most %d fit", len(ch.photo), photoSize)
	}
	if len(ch.photo) == 0 {
		ch.photo = testPhoto()
	}
	if c.NewAddress != "" {
		ch.address, err = layout.EncodeAddress(c.NewAddress)
	}
	return ch, err
}

const photoSize = 1024

// testPhoto has the header of a real photo (102 x 126) and a pattern that no
// decoder accepts: there is no picture of anybody.
func testPhoto() []byte {
	p := append(make([]byte, 0, photoSize), 0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00, 0x00)
	for i := 0; len(p) < photoSize; i++ {
		p = append(p, byte(37*i+11))
	}
	return p
}

// base is the data of a read answer, with a blank fingerprint if asked for.
func (c *chip) base(fingerprint bool) []byte {
	d := []byte{byte(len(c.text) >> 8), byte(len(c.text)), byte(len(c.photo) >> 8), byte(len(c.photo))}
	if fingerprint {
		d = append(d, 4, 0)
	}
	d = append(append(d, c.text...), c.photo...)
	if fingerprint {
		d = append(d, make([]byte, 1024)...)
	}
	return d
}
