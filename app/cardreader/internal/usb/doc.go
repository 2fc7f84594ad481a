// Package usb speaks to card readers with a native USB module (0400:C35A)
// through the kernel's usbfs, without cgo and without a driver of its own.
//
// The module is full speed with four bulk endpoints. Of a request, OUT 02 takes
// the first seven bytes (preamble and length) and OUT 06 the rest; of an answer,
// IN 81 gives the first seven bytes and IN 85 the rest.
//
// The transfers are tested against recorded ones and against the simulator; no
// kernel and no module were involved.
package usb
