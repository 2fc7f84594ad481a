//go:build !linux && !windows

package vendorlib

import "errors"

func load(string) (binary, error) { return nil, errors.ErrUnsupported }
