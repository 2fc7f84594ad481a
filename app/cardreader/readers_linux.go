package cardreader

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"onedoor/app/cardreader/internal/usb"
)

// Readers lists what may be a card reader on this machine, most likely ones (USB)
// first. None is an empty list, not an error.
// Native USB modules come before serial ports, vendors' libraries last.
func Readers() []ReaderInfo {
	list := append(listModules("/sys/bus/usb/devices", "/dev/bus/usb"), listPorts("/sys/class/tty", "/dev")...)
	return append(list, listLibraries("/usr/lib*/libsdtapi.so", "/usr/lib/*/libsdtapi.so", "/usr/local/lib/libsdtapi.so", "/opt/*/lib*/libsdtapi.so")...)
}

// decoderPlaces are where a photo decoder is looked for.
func decoderPlaces() []string {
	return []string{"/usr/lib*/lib[wW]lt[rR]s.so", "/usr/lib/*/lib[wW]lt[rR]s.so", "/usr/local/lib/lib[wW]lt[rR]s.so", "/opt/*/lib*/lib[wW]lt[rR]s.so"}
}

func listModules(sys, dev string) []ReaderInfo {
	list := []ReaderInfo{}
	for _, f := range usb.List(sys, dev) {
		info := describe(f.Device)
		info.URL = "sdt+usb://" + f.Socket
		info.Description = strings.TrimSpace(fmt.Sprintf("%s %04x:%04x", f.Product, usb.Vendor, usb.Product))
		list = append(list, info)
	}
	return list
}

func listPorts(sys, dev string) []ReaderInfo {
	usb, rest := []ReaderInfo{}, []ReaderInfo{}
	entries, err := os.ReadDir(sys)
	if err != nil {
		return usb
	}
	for _, entry := range entries {
		name := entry.Name()
		isUSB := strings.HasPrefix(name, "ttyUSB") || strings.HasPrefix(name, "ttyACM")
		if !isUSB && !strings.HasPrefix(name, "ttyAMA") && !realUART(sys, name) {
			continue
		}
		info := describe(filepath.Join(dev, name))
		info.Description = usbName(filepath.Join(sys, name, "device"))
		if isUSB {
			usb = append(usb, info)
		} else {
			rest = append(rest, info)
		}
	}
	return append(usb, rest...)
}

// realUART tells a built-in port from the placeholders that the kernel makes:
// those have type 0.
func realUART(sys, name string) bool {
	if !strings.HasPrefix(name, "ttyS") {
		return false
	}
	kind, err := os.ReadFile(filepath.Join(sys, name, "type"))
	return err == nil && strings.TrimSpace(string(kind)) != "0"
}

func describe(device string) ReaderInfo {
	info := ReaderInfo{URL: serialURL(device), Device: device, Openable: true}
	if err := unix.Access(device, unix.R_OK|unix.W_OK); err != nil {
		info.Openable = false
		code := CodeNoReader
		if errors.Is(err, os.ErrPermission) {
			code = CodeNoPermission
		}
		info.Problem = newError(code, 0, err)
	}
	return info
}

// usbName walks up from a tty's device to the USB device that carries it.
func usbName(device string) string {
	dir, err := filepath.EvalSymlinks(device)
	if err != nil {
		return ""
	}
	read := func(name string) string {
		b, _ := os.ReadFile(filepath.Join(dir, name))
		return strings.TrimSpace(string(b))
	}
	for range 4 {
		if vendor := read("idVendor"); vendor != "" {
			return strings.TrimSpace(read("product") + " " + vendor + ":" + read("idProduct"))
		}
		dir = filepath.Dir(dir)
	}
	return ""
}
