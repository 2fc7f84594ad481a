package keyring

import (
	"encoding/hex"
	"os"
	"testing"
)

// TestGoldenFormats opens what was written once: a key file in both forms, a sealed
// value, a blind index and a mark. Data sealed by counters must open for ever.
func TestGoldenFormats(t *testing.T) {
	const (
		name   = "000102030405060708090a0b0c0d0e0f"
		plain  = `{"format":"onedoor key","version":1,"name":"` + name + `","key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","check":"ndT4UlGWCgQ="}`
		box    = `{"format":"onedoor key","version":1,"name":"` + name + `","box":{"kdf":"argon2id","time":1,"memory_kib":64,"threads":1,"salt":"ETxXqdVoG8hL+uF1HQ5pqg==","sealed":"PwfRQ+Np3A6vdNH+l7KLJLGfyi1rYFODwD8JoohqtGiSLjHFr+fYzn/RP8bWVFzf30ScMxfYfjLLMZhn"}}`
		sealed = "01a7388c8b0122fac32d062234862fad5f23adabe5b0d32005714901d40d05c2973ef7"
		mac    = "82082562f3e11fc718ccd56b134bf28476f614d220b77addfed9a4a0eed4e955"
		slot   = "4f444d31000000000000000c0102030405060708000000000000000901352900000000000000000a000000000000000bd09ca2adb293b4498a0810880df77df8"
	)
	dir := t.TempDir()
	for phrase, file := range map[string]string{"": plain, "golden 口令": box} {
		if err := os.WriteFile(keyPath(dir, name), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(dir, name, phrase)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := hex.DecodeString(sealed)
		if v, err := r.Open("person.name", []byte("row 1"), b); err != nil || string(v) != "示例" {
			t.Errorf("%q, %v", v, err)
		}
		if got := r.MAC("person.number", []byte("示例")); hex.EncodeToString(got[:]) != mac {
			t.Errorf("blind index %x", got)
		}
	}
	want := Mark{[8]byte{1, 2, 3, 4, 5, 6, 7, 8}, 9, 20261120, 10, 11}
	if got := hex.EncodeToString(encodeSlot(name, 12, want)); got != slot {
		t.Errorf("slot %s", got)
	}
}
