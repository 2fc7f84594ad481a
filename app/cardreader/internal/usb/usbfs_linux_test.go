package usb

import (
	"os"
	"path/filepath"
	"testing"
	"unsafe"
)

func TestList(t *testing.T) {
	sys := t.TempDir()
	for path, content := range map[string]string{
		"1-1.2/idVendor": "0400\n", "1-1.2/idProduct": "c35a\n", "1-1.2/busnum": "1\n", "1-1.2/devnum": "12\n", "1-1.2/product": "SDT USB\n",
		"1-2/idVendor": "1a86\n", "1-2/idProduct": "7523\n", "1-2/busnum": "1\n", "1-2/devnum": "3\n",
		"1-3/idVendor": "0400\n", "1-3/idProduct": "c35a\n", // half gone
	} {
		path = filepath.Join(sys, path)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := List(sys, "/dev/bus/usb")
	if len(got) != 1 || got[0] != (Found{"1-1.2", "/dev/bus/usb/001/012", "SDT USB"}) {
		t.Errorf("%+v", got)
	}
	if len(List(filepath.Join(sys, "none"), "/dev")) != 0 {
		t.Error("something from nothing")
	}
}

// The numbers as other programs on 64-bit Linux use them.
func TestRequestNumbers(t *testing.T) {
	if c, r := uint32(claimInterface), uint32(releaseInterface); c != 0x8004550F || r != 0x80045510 {
		t.Errorf("%X %X", c, r)
	}
	if unsafe.Sizeof(uintptr(0)) == 8 && bulkTransfer != 0xC0185502 {
		t.Errorf("%X", uint32(bulkTransfer))
	}
}
