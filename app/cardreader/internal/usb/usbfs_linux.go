package usb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Found is one module that is plugged in.
type Found struct {
	Socket  string // where it is plugged, such as 1-1.2: stays the same after replugging
	Device  string // its device file
	Product string // as it calls itself
}

// List returns the modules under sys (/sys/bus/usb/devices), with device files
// below dev (/dev/bus/usb).
func List(sys, dev string) []Found {
	var list []Found
	entries, _ := os.ReadDir(sys)
	for _, e := range entries {
		read := func(name string) string {
			b, _ := os.ReadFile(filepath.Join(sys, e.Name(), name))
			return strings.TrimSpace(string(b))
		}
		if read("idVendor") != fmt.Sprintf("%04x", Vendor) || !strings.EqualFold(read("idProduct"), fmt.Sprintf("%04x", Product)) {
			continue
		}
		bus, err := strconv.Atoi(read("busnum"))
		num, err2 := strconv.Atoi(read("devnum"))
		if err != nil || err2 != nil {
			continue
		}
		list = append(list, Found{e.Name(), filepath.Join(dev, fmt.Sprintf("%03d", bus), fmt.Sprintf("%03d", num)), read("product")})
	}
	return list
}

// Open claims the module in a socket, or the first one for "". Errors are
// fs.ErrNotExist, fs.ErrPermission, unix.EBUSY and others of the kernel.
func Open(socket string) (*Port, error) {
	for _, f := range List("/sys/bus/usb/devices", "/dev/bus/usb") {
		if socket == "" || f.Socket == socket {
			return openDevice(f.Device)
		}
	}
	return nil, fs.ErrNotExist
}

func openDevice(path string) (*Port, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	descriptors := make([]byte, 4096)
	n, err := f.Read(descriptors)
	if err != nil {
		f.Close()
		return nil, err
	}
	found, err := FindInterface(descriptors[:n])
	if err != nil {
		f.Close()
		return nil, err
	}
	d := &usbfs{file: f, number: uint32(found.Number)}
	if err := d.ioctl(claimInterface, unsafe.Pointer(&d.number)); err != nil {
		f.Close()
		return nil, err
	}
	return NewPort(d, found.Packet), nil
}

// The kernel's requests (linux/usbdevice_fs.h); the size of the transfer's
// struct differs between 32 and 64 bits and is part of the number.
const (
	bulkTransfer     = 0xC0000000 | unsafe.Sizeof(transfer{})<<16 | 'U'<<8 | 2
	claimInterface   = 0x80000000 | 4<<16 | 'U'<<8 | 15
	releaseInterface = 0x80000000 | 4<<16 | 'U'<<8 | 16
)

// transfer is struct usbdevfs_bulktransfer.
type transfer struct {
	endpoint, length, milliseconds uint32
	data                           unsafe.Pointer
}

type usbfs struct {
	file   *os.File
	number uint32
}

func (d *usbfs) ioctl(request uintptr, arg unsafe.Pointer) error {
	_, err := d.call(request, arg)
	return err
}

func (d *usbfs) call(request uintptr, arg unsafe.Pointer) (int, error) {
	for {
		n, _, errno := unix.Syscall(unix.SYS_IOCTL, d.file.Fd(), request, uintptr(arg))
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
			continue
		case unix.ETIMEDOUT:
			return 0, ErrTimeout
		}
		return 0, errno
	}
}

// Bulk is one transfer; the kernel waits, no processor time is used.
func (d *usbfs) Bulk(endpoint uint8, p []byte, limit time.Duration) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&p[0])
	t := transfer{uint32(endpoint), uint32(len(p)), uint32(max(limit.Milliseconds(), 1)), unsafe.Pointer(&p[0])}
	return d.call(bulkTransfer, unsafe.Pointer(&t))
}

func (d *usbfs) Close() error {
	d.ioctl(releaseInterface, unsafe.Pointer(&d.number)) // a module that was pulled out has none
	return d.file.Close()
}
