package vendorlib

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

type dll struct {
	handle windows.Handle
	path   string
}

// load also finds the libraries that lie beside this one.
func load(path string) (binary, error) {
	h, err := windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	if err != nil {
		return nil, err
	}
	return &dll{h, path}, nil
}

func (d *dll) find(name string) (uintptr, bool) {
	fn, err := windows.GetProcAddress(d.handle, name)
	return fn, err == nil
}

func (d *dll) call(fn uintptr, args ...uintptr) uintptr {
	r, _, _ := syscall.SyscallN(fn, args...)
	return r
}

// version is the file version of the DLL's resources.
func (d *dll) version() string {
	n, err := windows.GetFileVersionInfoSize(d.path, nil)
	if err != nil || n == 0 {
		return ""
	}
	block := make([]byte, n)
	var info *windows.VS_FIXEDFILEINFO
	size := uint32(unsafe.Sizeof(*info))
	if windows.GetFileVersionInfo(d.path, 0, n, unsafe.Pointer(&block[0])) != nil ||
		windows.VerQueryValue(unsafe.Pointer(&block[0]), `\`, unsafe.Pointer(&info), &size) != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", info.FileVersionMS>>16, info.FileVersionMS&0xFFFF, info.FileVersionLS>>16, info.FileVersionLS&0xFFFF)
}
