package cardreader

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onedoor/app/cardreader/sdt"
)

// target is a parsed port address: a TCP host or a serial device with the line
// speeds to try.
type target struct {
	tcp     string
	device  string
	library *library
	replay  string  // file of a recording
	usb     *string // socket of a native module, "" for the first one
	bauds   []int
}

// parseURL understands sdt+serial:///dev/ttyUSB0?baud=115200,
// sdt+serial://COM3?baud=9600 and sdt+tcp://host:port. Without baud, or with
// baud=auto, all speeds of the standard are tried. A bare /dev/... or COM3 is a
// serial port too.
func parseURL(s string) (target, error) {
	if strings.HasPrefix(s, "/dev/") || isCOM(s) {
		return target{device: s, bauds: sdt.Bauds[:]}, nil
	}
	if strings.HasPrefix(s, "sdt+hid:") {
		return target{}, newError(CodeNotImplemented, 0, nil)
	}
	if socket, ok := strings.CutPrefix(s, "sdt+usb://"); ok {
		return parseUSB(socket)
	}
	u, err := url.Parse(s)
	if err != nil {
		// url.Error repeats the address; the reason alone is enough.
		return target{}, badURL("not a URL")
	}
	switch u.Scheme {
	case "sdt+tcp":
		if u.Port() == "" || u.Hostname() == "" {
			return target{}, badURL("host or port is missing")
		}
		if u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
			return target{}, badURL("nothing may follow the port")
		}
		return target{tcp: net.JoinHostPort(u.Hostname(), u.Port())}, nil
	case "sdt+serial":
		return parseSerial(u)
	case "sdt+lib":
		return parseLibrary(u)
	case "sdt+replay":
		if u.Host != "" || u.Path == "" || u.RawQuery != "" {
			return target{}, badURL("want sdt+replay:///path/of/a/recording")
		}
		return target{replay: u.Path, bauds: []int{0}}, nil
	}
	return target{}, badURL(fmt.Sprintf("unknown scheme %q", u.Scheme))
}

// parseUSB: nothing or the ids of the module mean the first one; else it is the
// socket in the kernel's words, such as 1-1.2.
func parseUSB(socket string) (target, error) {
	socket = strings.TrimSuffix(socket, "/")
	if strings.EqualFold(socket, "0400:c35a") {
		socket = ""
	}
	if strings.Trim(socket, "0123456789-.") != "" {
		return target{}, badURL("want sdt+usb:// or sdt+usb://1-1.2")
	}
	return target{usb: &socket, bauds: []int{0}}, nil
}

func parseSerial(u *url.URL) (target, error) {
	t := target{device: u.Path, bauds: sdt.Bauds[:]}
	switch {
	case u.Host == "dev": // two slashes instead of three
		t.device = "/dev" + u.Path
	case isCOM(u.Host) && strings.Trim(u.Path, "/") == "":
		t.device = u.Host
	case u.Host != "" || u.Path == "":
		return target{}, badURL("no serial device")
	}
	for key, values := range u.Query() {
		if key != "baud" {
			return target{}, badURL(fmt.Sprintf("unknown parameter %q", key))
		}
		if values[0] == "auto" {
			continue
		}
		n, err := strconv.Atoi(values[0])
		if err != nil || !slices.Contains(sdt.Bauds[:], n) {
			return target{}, badURL("baud is none of 115200, 57600, 38400, 19200, 9600, auto")
		}
		t.bauds = []int{n}
	}
	return t, nil
}

func isCOM(s string) bool {
	if len(s) < 4 || !strings.EqualFold(s[:3], "COM") {
		return false
	}
	_, err := strconv.ParseUint(s[3:], 10, 8)
	return err == nil
}

func badURL(why string) error { return newError(CodeBadURL, 0, fmt.Errorf("%s", why)) }
