//go:build !linux

package usb

import "errors"

// Open fails: this way to the module is Linux's own.
func Open(string) (*Port, error) { return nil, errors.ErrUnsupported }
