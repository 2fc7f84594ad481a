package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// dump makes an X window dump with n colours in its middle.
func dump(n int) []byte {
	const width, height = 40, 30
	raw := make([]byte, 100+12+4*width*height)
	for i, v := range map[int]uint32{0: 100, 1: 7, 4: width, 5: height, 11: 32, 12: 4 * width, 19: 1} {
		binary.BigEndian.PutUint32(raw[4*i:], v)
	}
	for i := range n {
		binary.LittleEndian.PutUint32(raw[112+4*(width*(height/2+i/15)+width/3+i%15):], uint32(i))
	}
	return raw
}

func TestColours(t *testing.T) {
	file := filepath.Join(t.TempDir(), "screen")
	for n, want := range map[int]int{1: 1, 2: 2, 15: 15, 21: 21, 30: 21} {
		if err := os.WriteFile(file, dump(n), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := colours(file); err != nil || got != want {
			t.Errorf("%d colours: %d, %v", n, got, err)
		}
	}
	for _, bad := range [][]byte{nil, dump(3)[:99], dump(3)[:500]} {
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := colours(file); err == nil {
			t.Errorf("%d bytes were taken", len(bad))
		}
	}
}
