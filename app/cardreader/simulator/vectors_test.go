package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/cardreader/sdt"
)

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Checksums of whole cards and frames, computed independently of this code.
func TestVectors(t *testing.T) {
	want := map[string]struct {
		last, lastPrints byte
		text, frame      string
	}{
		"R1": {0xCA, 0xC0, "8bfdb7ec1d20782b27d581a181ffce5d7dc44b5fa7ffb92fedd2f1be121fd4f5", "0ef101bb2e89ca17f89cbba61285247e8af1dc64c5c93cd1ecef0ed880b9d443"},
		"R2": {0xAE, 0xA4, "8f32573916d5924557a9f4abaae4fd037be4e778dc2400680b469dd7684afd03", "b232858a27c70718f55d93ec7dd3c8e95c680154f87bb6a6bb1bff50e5ad20f4"},
		"H1": {0x25, 0x2F, "9d4baaa0ee95074133fade8240b84f594909607ff37eecae08d6a3c4f0074d6c", "055d91e40bb1530fbd488cae9557409f58a3eb4b1a157e0ca3f06315a6190346"},
		"F1": {0x08, 0x02, "21aa39eb9bc9d680d7e35e0c39a621c9c361990ce9e616611b4e9a9feeb9a7e0", "7148dc1663fc6a8bc82c440560f8c408d4bbb03c3e0a6f8bbcb99688f484cdb9"},
		"F2": {0x03, 0x09, "00d5c9ee68c9a4f936d28e649a26e98b60893052cdfb49416cdf171a997cfa61", "dd53d7991fc979f141ea67c5726a78506a9ea8e84a828b30fd16b28c5949bb03"},
	}
	for _, c := range Cards() {
		w, ok := want[c.ID]
		if !ok {
			continue
		}
		delete(want, c.ID)
		ch, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		frame, prints := sdt.EncodeAnswer(sdt.OK, ch.base(false)), sdt.EncodeAnswer(sdt.OK, ch.base(true))
		if len(frame) != 1295 || len(prints) != 2321 {
			t.Errorf("%s: frames of %d and %d bytes", c.ID, len(frame), len(prints))
		}
		if frame[1294] != w.last || prints[2320] != w.lastPrints {
			t.Errorf("%s: checksums %02X %02X, want %02X %02X", c.ID, frame[1294], prints[2320], w.last, w.lastPrints)
		}
		if sum(ch.text) != w.text || sum(frame) != w.frame {
			t.Errorf("%s: text %s frame %s", c.ID, sum(ch.text), sum(frame))
		}
	}
	if len(want) != 0 {
		t.Errorf("cards missing: %v", want)
	}
}

func TestPhotoVector(t *testing.T) {
	got := sum(testPhoto()[9:])
	whole := sum(testPhoto())
	if !(strings.HasPrefix(got, "8dd9620f") && strings.HasSuffix(got, "d1c3e6")) &&
		!(strings.HasPrefix(whole, "8dd9620f") && strings.HasSuffix(whole, "d1c3e6")) {
		t.Errorf("photo %s, pattern %s", whole, got)
	}
}

func TestNewAddressVector(t *testing.T) {
	cards, err := FindCards("R1A")
	if err != nil {
		t.Fatal(err)
	}
	ch, err := cards[0].encode()
	if err != nil {
		t.Fatal(err)
	}
	frame := sdt.EncodeAnswer(sdt.OK, ch.address)
	if len(frame) != 81 || frame[80] != 0x5F || sum(frame) != "f547c0868b6d3a001a1ff3a42c2d6948e3957447827b5241c65f96ff2c2f6625" {
		t.Errorf("%d bytes, %s", len(frame), sum(frame))
	}
}

func TestNonBMPName(t *testing.T) {
	ch, err := Cards()[1].encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(ch.text, []byte{0x4E, 0x67, 0xAE, 0x4D, 0x40, 0xD8, 0x64, 0xDD}) ||
		!bytes.HasPrefix(ch.text[204:], []byte{0x7F, 0x95, 0x1F, 0x67}) {
		t.Errorf("% X", ch.text[:8])
	}
}

func TestFindCards(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cards.json")
	os.WriteFile(file, []byte(`[{"id":"demo","kind":"resident","fields":["王小明","1","03","20010101","住址","44060120000229117X","机关","20200101","长期"],"new_address":"新址","photo":"V0w="}]`), 0o600)
	cards, err := FindCards("r2," + file)
	if err != nil || len(cards) != 2 || cards[0].ID != "R2" || cards[1].ID != "demo" {
		t.Fatalf("%v %v", cards, err)
	}
	if ch, err := cards[1].encode(); err != nil || len(ch.photo) != 2 || ch.address == nil {
		t.Errorf("%v %v", ch, err)
	}
	for name, bad := range map[string]string{
		"no such file":    "nothing.json",
		"unknown kind":    `{"kind":"passport","fields":[]}`,
		"too few fields":  `{"kind":"resident","fields":["a"]}`,
		"misspelt key":    `{"kind":"resident","feilds":[]}`,
		"not JSON":        `{`,
		"empty":           `[]`,
		"name too long":   `{"kind":"resident","fields":["一二三四五六七八九十一二三四五六","1","03","","","","","",""]}`,
		"address too big": `{"kind":"resident","fields":["a","1","03","","","","","",""],"new_address":"` + strings.Repeat("长", 36) + `"}`,
	} {
		if strings.HasPrefix(bad, "{") || strings.HasPrefix(bad, "[") {
			os.WriteFile(file, []byte(bad), 0o600)
			bad = file
		}
		if _, err := FindCards(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
