package sdt

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The published request frames.
func TestRequests(t *testing.T) {
	for cmd, want := range map[Command]string{
		Reset: "10 FF EC", Status: "11 FF ED", SAMID: "12 FF EE", Find: "20 01 22", Select: "20 02 21",
		Read: "30 01 32", ReadFingerprint: "30 10 23", Address: "30 03 30",
		Baud115200: "60 00 63", Baud57600: "60 01 62", Baud38400: "60 02 61", Baud19200: "60 03 60", Baud9600: "60 04 67",
	} {
		want := unhex(t, "AA AA AA 96 69 00 03"+want)
		if got := EncodeRequest(cmd); !bytes.Equal(got, want) {
			t.Errorf("%04X: % X, want % X", cmd, got, want)
		}
	}
	if got, want := EncodeRequest(MaxRF, 0x50), unhex(t, "AA AA AA 96 69 00 04 61 FF 50 CA"); !bytes.Equal(got, want) {
		t.Errorf("max RF: % X, want % X", got, want)
	}
}

// The published answer frames, both ways.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		frame string
		sw3   byte
		data  string
	}{
		{"00 04 00 00 90 94", OK, ""},
		{"00 08 00 00 9F 00 00 00 00 97", Found, "00000000"},
		{"00 04 00 00 80 84", NoCard, ""},
		{"00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", OK, "0000000000000000"},
		{"00 04 00 00 81 85", SelectFailed, ""},
		{"00 04 00 00 41 45", ReadFailed, ""},
		{"00 04 00 00 91 95", NoAddress, ""},
		{"00 04 00 00 10 14", BadChecksum, ""},
		{"00 04 00 00 11 15", BadLength, ""},
		{"00 04 00 00 21 25", BadCommand, ""},
		{"00 04 00 00 24 20", UnknownError, ""},
		{"00 04 00 00 31 35", AuthCard, ""},
		{"00 04 00 00 32 36", AuthReader, ""},
		{"00 04 00 00 33 37", AuthInfo, ""},
		{"00 04 00 00 40 44", WrongCard, ""},
		{"00 04 00 00 60 64", SelfTestFailed, ""},
		{"00 04 00 00 66 62", NotAuthorised, ""},
		{"00 14 00 00 90 05 00 03 00 E1 90 32 01 87 D6 12 00 B1 68 DE 3A BE", OK, "05000300E190320187D61200B168DE3A"},
	} {
		frame := unhex(t, "AA AA AA 96 69"+c.frame)
		if got := EncodeAnswer(c.sw3, unhex(t, c.data)); !bytes.Equal(got, frame) {
			t.Errorf("encode %02X: % X, want % X", c.sw3, got, frame)
		}
		s := NewScanner(MinAnswer)
		s.Push(frame)
		payload, err := s.Next()
		if err != nil {
			t.Fatalf("%s: %v", c.frame, err)
		}
		a, err := ParseAnswer(payload)
		if err != nil || a.SW3 != c.sw3 || !bytes.Equal(a.Data, unhex(t, c.data)) {
			t.Errorf("parse %s: %+v %v", c.frame, a, err)
		}
	}
}

func TestFormatSAMID(t *testing.T) {
	const want = "05.03-20091105-0001234567-0987654321"
	if got := FormatSAMID(unhex(t, "05000300E190320187D61200B168DE3A")); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := FormatSAMID(make([]byte, 15)); got != "" {
		t.Errorf("short id gave %q", got)
	}
}

func TestScanner(t *testing.T) {
	find := EncodeAnswer(Found, make([]byte, 4))
	status := EncodeAnswer(OK, nil)
	damaged := bytes.Clone(find)
	damaged[9] ^= 1
	for name, c := range map[string]struct {
		in   [][]byte
		want []string // payloads, or "bad"
	}{
		"two frames":           {[][]byte{find, status}, []string{"00009f00000000", "000090"}},
		"garbage before":       {[][]byte{{1, 2, 0xAA, 0xAA, 3}, find}, []string{"00009f00000000"}},
		"one AA too many":      {[][]byte{{0xAA}, find}, []string{"00009f00000000"}},
		"garbage AA AA AA":     {[][]byte{{0xAA, 0xAA, 0xAA}, find}, []string{"00009f00000000"}},
		"damaged, then good":   {[][]byte{damaged, status}, []string{"bad", "000090"}},
		"absurd length":        {[][]byte{{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0xFF, 0xFF}, status}, []string{"000090"}},
		"length below minimum": {[][]byte{EncodeRequest(Status), status}, []string{"000090"}},
		"cut frame":            {[][]byte{find[:9]}, nil},
		"nothing":              {nil, nil},
	} {
		var whole []byte
		for _, p := range c.in {
			whole = append(whole, p...)
		}
		for piece := 1; piece <= len(whole)+1; piece++ {
			if got := scanAll(whole, piece); strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("%s in pieces of %d: %v, want %v", name, piece, got, c.want)
			}
		}
	}
}

func scanAll(whole []byte, piece int) (out []string) {
	s := NewScanner(MinAnswer)
	for len(whole) > 0 {
		n := min(piece, len(whole))
		s.Push(whole[:n])
		whole = whole[n:]
		for {
			p, err := s.Next()
			if err != nil {
				out = append(out, "bad")
			} else if p != nil {
				out = append(out, hex.EncodeToString(p))
			} else {
				break
			}
		}
	}
	return out
}

func TestScannerWipesAndBounds(t *testing.T) {
	s := NewScanner(MinAnswer)
	for range 1000 {
		s.Push(bytes.Repeat([]byte{0xAA, 0x55}, 500))
		if p, err := s.Next(); p != nil || err != nil {
			t.Fatal("found a frame in noise")
		}
	}
	if len(s.buf) > 4 {
		t.Errorf("noise is kept: %d bytes", len(s.buf))
	}
	s.Push(EncodeAnswer(OK, []byte("secret"))[:12])
	s.Reset()
	if bytes.Contains(s.buf[:cap(s.buf)], []byte("secr")) {
		t.Error("Reset left bytes behind")
	}
}

func TestTooLong(t *testing.T) {
	if Encode(make([]byte, MaxLen)) != nil || Encode(make([]byte, MaxLen-1)) == nil {
		t.Error("the cap of a frame is not MaxLen")
	}
}

// Any stream gives the same frames however it is cut, and each of them is
// really in the stream with a right checksum.
func FuzzScanner(f *testing.F) {
	f.Add(EncodeAnswer(OK, make([]byte, 8)), uint8(3))
	f.Add(append([]byte{0xAA, 0xAA}, EncodeAnswer(Found, make([]byte, 4))...), uint8(1))
	f.Add([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x0F, 0xFF, 1}, uint8(2))
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		whole := scanAll(in, len(in)+1)
		pieces := scanAll(in, int(cut)+1)
		if strings.Join(whole, " ") != strings.Join(pieces, " ") {
			t.Fatalf("cutting changes the frames: %v, %v", whole, pieces)
		}
		for _, p := range whole {
			if p == "bad" {
				continue
			}
			payload, _ := hex.DecodeString(p)
			if !bytes.Contains(in, Encode(payload)) {
				t.Fatalf("invented frame %s", p)
			}
			if _, err := ParseAnswer(payload); err != nil {
				t.Fatal(err)
			}
		}
	})
}
