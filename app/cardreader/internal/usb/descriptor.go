package usb

import (
	"encoding/binary"
	"errors"
)

// Ids of the native module.
const (
	Vendor  = 0x0400
	Product = 0xC35A
)

// ErrDescriptor says that a device is not the module this package knows.
var ErrDescriptor = errors.New("usb: not a card module: its endpoints are missing")

// Interface is what must be claimed, and the largest packet of its IN endpoints.
type Interface struct {
	Number int
	Packet int
}

// FindInterface looks through the descriptors of a device, as usbfs gives them
// (the device's, then each configuration with its interfaces and endpoints), for
// the interface that has all four bulk endpoints of the module.
func FindInterface(d []byte) (Interface, error) {
	const (
		typeInterface = 4
		typeEndpoint  = 5
		bulk          = 2
	)
	var at Interface
	seen := map[byte]bool{}
	for len(d) >= 2 {
		n := int(d[0])
		if n < 2 || n > len(d) {
			return Interface{}, ErrDescriptor
		}
		switch {
		case d[1] == typeInterface && n >= 9:
			at, seen = Interface{Number: int(d[2])}, map[byte]bool{}
		case d[1] == typeEndpoint && n >= 7 && d[3]&3 == bulk:
			seen[d[2]] = true
			if size := int(binary.LittleEndian.Uint16(d[4:]) & 0x7FF); d[2]&0x80 != 0 {
				at.Packet = max(at.Packet, size)
			}
		}
		if seen[outHead] && seen[outBody] && seen[inHead] && seen[inBody] && at.Packet >= headLen {
			return at, nil
		}
		d = d[n:]
	}
	return Interface{}, ErrDescriptor
}
