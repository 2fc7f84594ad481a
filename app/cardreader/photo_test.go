package cardreader

import (
	"encoding/binary"
	"testing"
)

// bitmap is an empty picture as decoders write it.
func bitmap(width, height int32, bits uint16, packed uint32) []byte {
	b := make([]byte, 54+308*PhotoHeight)
	copy(b, "BM")
	binary.LittleEndian.PutUint32(b[10:], 54)
	binary.LittleEndian.PutUint32(b[18:], uint32(width))
	binary.LittleEndian.PutUint32(b[22:], uint32(height))
	binary.LittleEndian.PutUint16(b[28:], bits)
	binary.LittleEndian.PutUint32(b[30:], packed)
	return b
}

func TestParseBitmap(t *testing.T) {
	up := bitmap(102, 126, 24, 0)
	if len(up) != 38862 { // what decoders are known to write
		t.Error(len(up))
	}
	copy(up[54:], []byte{1, 2, 3}) // last row first
	img, err := parseBitmap(up)
	if err != nil || img.NRGBAAt(0, 125).R != 3 || img.NRGBAAt(0, 125).B != 1 || img.NRGBAAt(0, 0).R != 0 {
		t.Error(err)
	}
	down := bitmap(102, -126, 24, 0)
	copy(down[54:], []byte{1, 2, 3})
	if img, err = parseBitmap(down); err != nil || img.NRGBAAt(0, 0).R != 3 {
		t.Error(err)
	}
	far := bitmap(102, 126, 24, 0)
	binary.LittleEndian.PutUint32(far[10:], 0xFFFFFFF0)
	for name, b := range map[string][]byte{
		"empty": nil, "no bitmap": make([]byte, 60), "other size": bitmap(103, 126, 24, 0), "other bits": bitmap(102, 126, 8, 0),
		"packed": bitmap(102, 126, 24, 1), "cut off": up[:len(up)-1], "far": far,
	} {
		if _, err := parseBitmap(b); err == nil {
			t.Errorf("%s: a picture", name)
		}
	}
}

func TestDecoderAddress(t *testing.T) {
	d, err := NewDecoder("wlt+lib:///C:/reader/WltRs.dll?interface=1&limit=2s&helper=/x")
	if err != nil || d.iface != 1 || d.lib.helper != "/x" || d.lib.limit.Seconds() != 2 {
		t.Errorf("%+v %v", d, err)
	}
	for _, bad := range []string{"", "wlt+lib://", "sdt+lib:///x.so", "wlt+lib:///x.so?interface=3", "wlt+lib:///x.so?port=1001", "wlt+lib:///x.so?colour=red"} {
		if _, err := NewDecoder(bad); CodeOf(err) != CodeBadURL {
			t.Errorf("%s: %v", bad, err)
		}
	}
	d, _ = NewDecoder("wlt+lib:///no/such/decoder.so")
	if _, err := d.Decode(t.Context(), []byte{1}); CodeOf(err) != CodeLibrary {
		t.Error(err)
	}
}

// Whatever a decoder gives is a picture of one size or none.
func FuzzBitmap(f *testing.F) {
	f.Add(bitmap(102, 126, 24, 0))
	f.Add(bitmap(102, -126, 24, 0))
	f.Add([]byte("BM"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if img, err := parseBitmap(b); err == nil && (img.Bounds().Dx() != PhotoWidth || img.Bounds().Dy() != PhotoHeight) {
			t.Error(img.Bounds())
		}
	})
}
