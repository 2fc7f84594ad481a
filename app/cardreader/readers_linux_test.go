package cardreader

import (
	"os"
	"path/filepath"
	"testing"
)

// A made-up /sys and /dev: a USB bridge, a real UART, a placeholder and a console.
func TestListPorts(t *testing.T) {
	sys, dev := t.TempDir(), t.TempDir()
	usb := filepath.Join(sys, "usb1")
	for path, content := range map[string]string{
		filepath.Join(usb, "idVendor"):        "1a86\n",
		filepath.Join(usb, "idProduct"):       "7523\n",
		filepath.Join(usb, "product"):         "USB Serial\n",
		filepath.Join(usb, "if0/ttyUSB0/x"):   "",
		filepath.Join(sys, "tty/ttyS0/type"):  "4\n",
		filepath.Join(sys, "tty/ttyS1/type"):  "0\n",
		filepath.Join(sys, "tty/console/dev"): "",
		filepath.Join(sys, "tty/ttyUSB0/dev"): "",
		filepath.Join(dev, "ttyUSB0"):         "",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(usb, "if0/ttyUSB0"), filepath.Join(sys, "tty/ttyUSB0/device")); err != nil {
		t.Fatal(err)
	}
	ports := listPorts(filepath.Join(sys, "tty"), dev)
	if len(ports) != 2 {
		t.Fatalf("%+v", ports)
	}
	p := ports[0]
	if p.Device != filepath.Join(dev, "ttyUSB0") || p.Description != "USB Serial 1a86:7523" || !p.Openable || p.Problem != nil {
		t.Errorf("%+v", p)
	}
	if _, err := parseURL(p.URL); err != nil {
		t.Errorf("%s: %v", p.URL, err)
	}
	if p := ports[1]; p.Openable || p.Problem.Code != CodeNoReader {
		t.Errorf("a device without a file: %+v", p)
	}
	if os.Getuid() != 0 {
		os.Chmod(filepath.Join(dev, "ttyUSB0"), 0)
		if p := listPorts(filepath.Join(sys, "tty"), dev)[0]; p.Openable || p.Problem.Code != CodeNoPermission {
			t.Errorf("a forbidden device: %+v", p)
		}
	}
	if got := listPorts(filepath.Join(sys, "nothing"), dev); len(got) != 0 {
		t.Error(got)
	}
	if Readers() == nil {
		t.Error("no list")
	}
}
