package recording

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader/internal/layout"
	"onedoor/app/cardreader/sdt"
)

// The holders of the test, none of whom is the fictional person of a recording.
var holders = map[string][]string{
	"resident": {"李秀兰慧", "2", "15", "20150815", "湖北省荆门市沙洋县后港镇安坪村九组", "440604201508150036",
		"沙洋县公安局后港所", "20211231", "20311231"},
	"hkmotw": {"何佩珊", "2", "", "19900101", "湖北省荆门市沙洋县后港镇长湖街", "820000199001012040",
		"沙洋县公安局后港所", "20220607", "20270607", "M98765432", "07", "J"},
	"foreigner2023": {"麦克尔", "1", "03", "19970101", "MCKENZIE-BROWN, MICHAEL", "931156197001012029",
		"20250203", "20350203", "156", "Y", "777"},
}

func chip(t testing.TB, kind string, zeros bool) []byte {
	t.Helper()
	text, err := layout.Find(kind).Encode(holders[kind])
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; zeros && i < len(text); i += 2 {
		if text[i] == ' ' && text[i+1] == 0 {
			text[i] = 0
		}
	}
	return text
}

func answer(text []byte, fingerprint bool) []byte {
	d := []byte{1, 0, 4, 0}
	if fingerprint {
		d = append(d, 4, 0)
	}
	d = append(d, text...)
	for i := range 1024 {
		d = append(d, byte(i*i*7+3))
	}
	if fingerprint {
		for i := range 1024 {
			d = append(d, byte(i*i*11+5))
		}
	}
	return sdt.EncodeAnswer(sdt.OK, d)
}

// secrets are what must not be found: every two characters of the holder that
// differ from the fictional person, and any run of the pictures.
func secrets(kind string) (list [][]byte) {
	fiction := string(layout.Units(address))
	for k, fields := range people { // a damaged flag may turn one kind into another
		encoded, _ := layout.Find(k).Encode(fields)
		fiction += string(encoded)
	}
	for i, f := range holders[kind] {
		units := layout.Units(f)
		if len(units) < 8 && i != 0 {
			continue // sex, codes, flags
		}
		for at := 0; at+6 <= len(units); at += 2 {
			if w := units[at : at+6]; !strings.Contains(fiction, string(w)) {
				list = append(list, w)
			}
		}
	}
	return list
}

func check(t *testing.T, what, kind string, raw, clean []byte) {
	t.Helper()
	if len(clean) != len(raw) {
		t.Fatalf("%s: %d bytes became %d", what, len(raw), len(clean))
	}
	for _, s := range secrets(kind) {
		if bytes.Contains(clean, s) {
			t.Fatalf("%s: % X is still there", what, s)
		}
	}
	pattern := make([]byte, 1024)
	scrubPhoto(pattern)
	for i := 0; i+8 <= 1024; i += 8 {
		var photo [8]byte
		for j := range photo {
			photo[j] = byte((i+j)*(i+j)*7 + 3)
		}
		if bytes.Contains(clean, photo[:]) && !bytes.Contains(pattern, photo[:]) {
			t.Fatalf("%s: the photo is still there at %d", what, i)
		}
	}
}

func TestScrubWhole(t *testing.T) {
	for kind := range holders {
		for _, zeros := range []bool{false, true} {
			for _, prints := range []bool{false, true} {
				raw := answer(chip(t, kind, zeros), prints)
				clean := scrubStream(raw)
				check(t, kind, kind, raw, clean)
				s := sdt.NewScanner(sdt.MinAnswer)
				s.Push(clean)
				payload, err := s.Next()
				if err != nil || payload == nil {
					t.Fatalf("%s: the frame is broken: %v", kind, err)
				}
				at := 3 + 4
				if prints {
					at += 2
				}
				lay := layout.Detect(payload[at : at+256])
				if lay.Kind != kind {
					t.Errorf("%s became %s", kind, lay.Kind)
				}
				name := lay.Raw(payload[at:at+256], "name")
				if pad := name[len(name)-2]; (pad == 0) != zeros {
					t.Errorf("%s: padding %02X", kind, pad)
				}
			}
		}
	}
}

// Whatever happens to an answer on the line, nobody is recognised.
func TestScrubDamaged(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 9))
		for kind := range holders {
			raw := bytes.Clone(answer(chip(t, kind, seed%2 == 0), seed%3 == 0))
			switch rng.IntN(5) {
			case 0: // cut
				raw = raw[:rng.IntN(len(raw))]
			case 1: // a byte lost
				i := rng.IntN(len(raw))
				raw = append(raw[:i:i], raw[i+1:]...)
			case 2: // bytes changed
				for range 1 + rng.IntN(3) {
					raw[rng.IntN(len(raw))] ^= byte(1 + rng.IntN(255))
				}
			case 3: // its beginning lost
				raw = raw[rng.IntN(len(raw)):]
			case 4: // noise before
				raw = append([]byte{1, 2, 0xAA, 0xAA, byte(rng.IntN(256))}, raw...)
			}
			raw = append(raw, sdt.EncodeAnswer(sdt.OK, nil)...)
			check(t, kind, kind, raw, scrubStream(raw))
		}
	}
}

func TestScrubSmall(t *testing.T) {
	for _, c := range []struct {
		raw, want []byte
	}{
		{sdt.EncodeAnswer(sdt.OK, nil), sdt.EncodeAnswer(sdt.OK, nil)},
		{sdt.EncodeAnswer(sdt.NoCard, nil), sdt.EncodeAnswer(sdt.NoCard, nil)},
		{sdt.EncodeAnswer(sdt.Found, []byte{1, 2, 3, 4}), sdt.EncodeAnswer(sdt.Found, make([]byte, 4))},
		{sdt.EncodeAnswer(sdt.OK, []byte("12345678")), sdt.EncodeAnswer(sdt.OK, make([]byte, 8))},
		{sdt.EncodeAnswer(sdt.OK, bytes.Repeat([]byte{7}, 16)), sdt.EncodeAnswer(sdt.OK, samID[:])},
		{sdt.EncodeAnswer(sdt.OK, []byte("what is this")), sdt.EncodeAnswer(sdt.OK, make([]byte, 12))},
		{[]byte("noise"), []byte("UUiUU")},
		{[]byte{0xAA, 0xAA, 1}, []byte{0xAA, 0xAA, 0x55}},
	} {
		if got := scrubStream(bytes.Clone(c.raw)); !bytes.Equal(got, c.want) {
			t.Errorf("% X became % X, want % X", c.raw, got, c.want)
		}
	}
	wrong := sdt.EncodeAnswer(sdt.OK, []byte("12345678"))
	wrong[len(wrong)-1] ^= 0x21
	got := scrubStream(wrong)
	if checksum(got[5:]) != 0x21 {
		t.Errorf("a wrong checksum became % X", got)
	}
}

func TestFormat(t *testing.T) {
	s := &Session{Events: []Event{
		{0, Open, 115200, nil}, {12 * time.Millisecond, Send, 0, sdt.EncodeRequest(sdt.Status)},
		{19 * time.Millisecond, Recv, 0, []byte{0xAA}}, {20 * time.Millisecond, Lost, 0, nil}, {21 * time.Millisecond, Close, 0, nil}}}
	var out bytes.Buffer
	if n, err := s.WriteTo(&out); err != nil || n != int64(out.Len()) {
		t.Fatal(n, err)
	}
	const want = "card-recording 1\n0 open 115200\n12 > AA AA AA 96 69 00 03 11 FF ED\n19 < AA\n20 lost\n21 close\n"
	if out.String() != want {
		t.Errorf("%q", out.String())
	}
	for _, broken := range []string{"", "x", "card-recording 2", "card-recording 1\n5 close\n4 close", "card-recording 1\n0 > ",
		"card-recording 1\n0 > A", "card-recording 1\n0 open", "card-recording 1\n0 dance", "card-recording 1\n-1 close", "card-recording 1\n0 close now"} {
		if _, err := Parse(strings.NewReader(broken)); err == nil {
			t.Errorf("%q is taken for a recording", broken)
		}
	}
}

// What can be read can be written and read again; what was scrubbed stays so.
func FuzzRecording(f *testing.F) {
	f.Add("card-recording 1\n0 open 115200\n12 > AA AA\n19 < AAAAAA9669000400009094\n20 lost\n21 close\n")
	f.Add("# a comment\n\ncard-recording 1\n0 < AA AA AA 96 69 05 08 00 00 90 01 00 04 00 4F 67\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		s.WriteTo(&first)
		again, err := Parse(&first)
		if err != nil || len(again.Events) != len(s.Events) {
			t.Fatalf("%v, %d events of %d", err, len(again.Events), len(s.Events))
		}
		scrub(again.Events)
		if len(bytes.Join(received(again), nil)) != len(bytes.Join(received(s), nil)) {
			t.Fatal("scrubbing changes the length")
		}
		again.WriteTo(&second)
	})
}

func received(s *Session) (out [][]byte) {
	for _, e := range s.Events {
		if e.Kind == Recv {
			out = append(out, e.Bytes)
		}
	}
	return out
}
