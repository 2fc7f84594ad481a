package cardreader

import (
	"net/url"
	"strings"
)

// ReaderInfo is a serial port that may have a reader on it, or a native module. Listing opens
// nothing, so that no device is disturbed and no foreign device spoken to.
type ReaderInfo struct {
	URL         string `json:"url"` // for Open; without baud, so that all speeds are tried
	Device      string `json:"device"`
	Description string `json:"description"`       // USB product and ids, where known
	Version     string `json:"version,omitempty"` // of a vendor's library
	Openable    bool   `json:"openable"`          // the user may read and write the device
	Problem     *Error `json:"-"`                 // why not
}

// serialURL is the address of a serial device.
func serialURL(device string) string {
	if !strings.HasPrefix(device, "/") {
		return "sdt+serial://" + device
	}
	return (&url.URL{Scheme: "sdt+serial", Path: device}).String()
}
