package recording

import (
	"onedoor/app/cardreader/internal/layout"
	"onedoor/app/cardreader/sdt"
)

// The people of the recordings. Nobody of them exists; the numbers are those of
// the protocol's published test cards.
const bureau = "佛山市公安局禅城分局"

var people = map[string][]string{
	"resident": {"张三丰", "1", "01", "19900307", "广东省佛山市禅城区张槎街道测试路1号",
		"44060419900307201X", bureau, "20200101", "20400101"},
	"hkmotw": {"陈大文", "1", "", "19850617", "广东省佛山市禅城区祖庙街道测试街3号",
		"810000198506175017", bureau, "20230601", "20280601", "H12345678", "01", "J"},
	"foreigner2017": {"DOE, JOHN QUINCY", "1", "USA440088041216", "USA", "杜约翰",
		"20180601", "20280601", "19880412", "01", "4400", "I"},
	"foreigner2023": {"杜约翰", "1", "01", "19880412", "DOE, JOHN QUINCY",
		"944840198804121014", "20240101", "20340101", "840", "Y", "000"},
}

const address = "广东省佛山市禅城区祖庙街道新址路9号"

// SAM id of a protocol manual.
var samID = [16]byte{5, 0, 3, 0, 0xE1, 0x90, 0x32, 0x01, 0x87, 0xD6, 0x12, 0x00, 0xB1, 0x68, 0xDE, 0x3A}

// scrubData replaces the data of an answer in place, by its length: that is how
// the answers of the protocol differ. What is not known becomes zeros.
func scrubData(d []byte, sw3 byte) {
	const head = 4 // text length and photo length
	n := len(d)
	switch {
	case sw3 == sdt.OK && n == len(samID):
		copy(d, samID[:])
	case sw3 == sdt.OK && n == layout.AddressSize:
		fresh, _ := layout.EncodeAddress(address)
		repad(fresh, d)
		copy(d, fresh)
	case sw3 == sdt.OK && n >= head+layout.Size && d[0] == layout.Size>>8 && d[1] == layout.Size&0xFF:
		photo, at := int(d[2])<<8|int(d[3]), head
		if n != head+layout.Size+photo && n >= head+2+layout.Size {
			at = head + 2 // with a fingerprint length
		}
		scrubText(d[at : at+layout.Size])
		rest := d[at+layout.Size:]
		clear(rest)
		scrubPhoto(rest[:min(photo, len(rest))])
	default:
		clear(d)
	}
}

// scrubText puts the fictional holder of the same kind of card in place. Which
// fields are blank, how they are padded, and an unlimited validity stay.
func scrubText(text []byte) {
	lay := layout.Detect(text)
	fresh, err := lay.Encode(people[lay.Kind])
	if err != nil {
		clear(text)
		return
	}
	if lay.Flag == 0 { // an unknown flag is part of what a recording is for
		if f := layout.Flag(text); f > ' ' && f < 0x7F {
			fresh[248], fresh[249] = byte(f), 0
		}
	}
	for _, f := range lay.Fields {
		for _, s := range f.Spans {
			old, now := text[s.Off:s.Off+s.Len], fresh[s.Off:s.Off+s.Len]
			if f.Name == "valid_to" && old[0] == 0x7F && old[1] == 0x95 { // 长期
				fill(now, ' ')
				copy(now, layout.Units("长期"))
			}
			if blank(old) {
				fill(now, ' ')
			}
			repad(now, old)
		}
	}
	copy(text, fresh)
}

// repad pads with zeros where the original was padded with zeros.
func repad(now, old []byte) {
	if n := len(old); n < 2 || old[n-1] != 0 || old[n-2] != 0 {
		return
	}
	for i := len(now) - 2; i >= 0 && now[i] == ' ' && now[i+1] == 0; i -= 2 {
		now[i] = 0
	}
}

func blank(p []byte) bool {
	for i := 0; i+1 < len(p); i += 2 {
		if p[i+1] != 0 || p[i] != 0 && p[i] != ' ' {
			return false
		}
	}
	return true
}

func fill(p []byte, c byte) {
	for i := range p {
		p[i] = 0
		if i%2 == 0 {
			p[i] = c
		}
	}
}

// scrubPhoto leaves the header of a photo and a pattern that shows nobody.
func scrubPhoto(p []byte) {
	n := copy(p, []byte{0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00, 0x00})
	for i := range p[n:] {
		p[n+i] = byte(37*i + 11)
	}
}
