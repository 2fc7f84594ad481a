//go:build !linux

package cardreader

import "go.bug.st/serial"

// Readers lists the serial ports of this machine that may be card readers. None
// is an empty list, not an error. Whether a port can be opened is only known by
// opening it here, which is left to Open.
func Readers() []ReaderInfo {
	ports := []ReaderInfo{}
	names, err := serial.GetPortsList()
	if err != nil {
		return ports
	}
	for _, name := range names {
		ports = append(ports, ReaderInfo{URL: serialURL(name), Device: name, Openable: true})
	}
	return ports
}
