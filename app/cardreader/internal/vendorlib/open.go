package vendorlib

import (
	"errors"
	"runtime"
	"unsafe"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/libfile"
)

// binary is a loaded library.
type binary interface {
	find(name string) (uintptr, bool)
	call(fn uintptr, args ...uintptr) uintptr
}

// Open loads the library at path and opens the reader at port: 1 to 16 are
// serial ports, 1001 to 1016 USB; 0 tries all USB ports.
func Open(path string, port int) (helper.Hello, helper.Library, error) {
	b, err := load(path)
	if err != nil {
		return helper.Hello{}, nil, err
	}
	hello := helper.Hello{Protocol: helper.Version, Library: libfile.Describe(path)}
	lib := &library{binary: b}
	// The library keeps no pointer, yet writes through those it is given.
	lib.pin.Pin(&lib.a)
	lib.pin.Pin(&lib.b)
	lib.pin.Pin(&lib.aLen)
	lib.pin.Pin(&lib.bLen)
	var use interface {
		helper.Library
		open(port int) bool
	}
	if _, ok := b.find("SDT_OpenPort"); ok {
		hello.Family, use = "sdt", &sdtLibrary{library: lib}
	} else if _, ok := b.find("CVR_InitComm"); ok {
		hello.Family, use = "cvr", &cvrLibrary{library: lib}
	} else {
		return hello, nil, errors.New("neither SDT_ nor CVR_ functions in this library")
	}
	first, last := port, port
	if port == 0 {
		first, last = 1001, 1016
	}
	for n := first; n <= last; n++ {
		if use.open(n) {
			return hello, use, nil
		}
	}
	hello.NoReader = true
	return hello, nil, errors.New("the library finds no reader at this port")
}

// library is what both families share: buffers that the collector leaves where
// they are, larger than anything a library is known to write.
type library struct {
	binary
	pin        runtime.Pinner
	a, b       [8192]byte
	aLen, bLen uint32
}

func (l *library) wipe() {
	clear(l.a[:])
	clear(l.b[:])
	l.aLen, l.bLen = 0, 0
}

func (l *library) bufA() uintptr { return uintptr(unsafe.Pointer(&l.a)) }
func (l *library) bufB() uintptr { return uintptr(unsafe.Pointer(&l.b)) }
func (l *library) lenA() uintptr { return uintptr(unsafe.Pointer(&l.aLen)) }
func (l *library) lenB() uintptr { return uintptr(unsafe.Pointer(&l.bLen)) }

// do calls a function by name; missing says that the library has none.
func (l *library) do(name string, args ...uintptr) (result int32, missing bool) {
	fn, ok := l.find(name)
	if !ok {
		return 0, true
	}
	return int32(l.call(fn, args...)), false
}
