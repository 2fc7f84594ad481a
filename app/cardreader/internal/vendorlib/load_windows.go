package vendorlib

import (
	"syscall"

	"golang.org/x/sys/windows"
)

type dll windows.Handle

// load also finds the libraries that lie beside this one.
func load(path string) (binary, error) {
	h, err := windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	if err != nil {
		return nil, err
	}
	return dll(h), nil
}

func (d dll) find(name string) (uintptr, bool) {
	fn, err := windows.GetProcAddress(windows.Handle(d), name)
	return fn, err == nil
}

func (d dll) call(fn uintptr, args ...uintptr) uintptr {
	r, _, _ := syscall.SyscallN(fn, args...)
	return r
}
