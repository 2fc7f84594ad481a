package libfile

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// resource is the file version in the resources of a DLL; "" if it has none.
func resource(path string) string {
	n, err := windows.GetFileVersionInfoSize(path, nil)
	if err != nil || n == 0 {
		return ""
	}
	block := make([]byte, n)
	var info *windows.VS_FIXEDFILEINFO
	size := uint32(unsafe.Sizeof(*info))
	if windows.GetFileVersionInfo(path, 0, n, unsafe.Pointer(&block[0])) != nil ||
		windows.VerQueryValue(unsafe.Pointer(&block[0]), `\`, unsafe.Pointer(&info), &size) != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", info.FileVersionMS>>16, info.FileVersionMS&0xFFFF, info.FileVersionLS>>16, info.FileVersionLS&0xFFFF)
}
