package spool

import (
	"context"
	"fmt"
	"image"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Windows printers take no PDF. A document is drawn by the program itself and
// handed over as a picture of each page, as every Windows printer takes it, so
// that no PDF reader is needed. This file was cross-compiled and never run.

var (
	winspool     = windows.NewLazySystemDLL("winspool.drv")
	enumPrinters = winspool.NewProc("EnumPrintersW")
	getDefault   = winspool.NewProc("GetDefaultPrinterW")
	openPrinter  = winspool.NewProc("OpenPrinterW")
	closePrinter = winspool.NewProc("ClosePrinter")
	startRaw     = winspool.NewProc("StartDocPrinterW")
	writePrinter = winspool.NewProc("WritePrinter")
	endRaw       = winspool.NewProc("EndDocPrinter")

	gdi           = windows.NewLazySystemDLL("gdi32.dll")
	createDC      = gdi.NewProc("CreateDCW")
	deleteDC      = gdi.NewProc("DeleteDC")
	deviceCaps    = gdi.NewProc("GetDeviceCaps")
	startDoc      = gdi.NewProc("StartDocW")
	startPage     = gdi.NewProc("StartPage")
	endPage       = gdi.NewProc("EndPage")
	endDoc        = gdi.NewProc("EndDoc")
	abortDoc      = gdi.NewProc("AbortDoc")
	stretchDIBits = gdi.NewProc("StretchDIBits")
)

const (
	localAndConnected = 2 | 4                                  // PRINTER_ENUM_LOCAL | PRINTER_ENUM_CONNECTIONS
	cannotPrint       = 0x1 | 0x2 | 0x8 | 0x10 | 0x80 | 0x1000 // paused, error, jam, out of paper, offline, not available
	dotsPerInchX      = 88
	marginX           = 112 // PHYSICALOFFSETX: what the printer cannot reach on the left
	marginY           = 113
	copyPicture       = 0x00CC0020 // SRCCOPY
	drawDPI           = 300
)

// info2 is PRINTER_INFO_2W.
type info2 struct {
	server, name, share, port, driver, comment, location *uint16
	devmode                                              uintptr
	separator, processor, datatype, parameters           *uint16
	security                                             uintptr
	attributes, priority, defaultPriority                uint32
	start, until, status, jobs, averagePPM               uint32
}

// docInfo is DOCINFOW.
type docInfo struct {
	size           int32
	name           *uint16
	output, format *uint16
	kind           uint32
}

// docInfo1 is DOC_INFO_1W.
type docInfo1 struct{ name, output, datatype *uint16 }

func queues(context.Context) ([]Printer, error) {
	var need, count uint32
	_, _, _ = enumPrinters.Call(localAndConnected, 0, 2, 0, 0, uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if need == 0 {
		return nil, nil
	}
	buf := make([]byte, need)
	ok, _, err := enumPrinters.Call(localAndConnected, 0, 2, uintptr(unsafe.Pointer(&buf[0])), uintptr(need), uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if ok == 0 {
		return nil, &Error{NoSpooler, "", err.Error()}
	}
	usual := defaultName()
	var all []Printer
	for _, p := range unsafe.Slice((*info2)(unsafe.Pointer(&buf[0])), count) {
		name := windows.UTF16PtrToString(p.name)
		q := Printer{Name: name, Default: name == usual, Stopped: p.status&cannotPrint != 0}
		if q.Stopped {
			q.Why = fmt.Sprintf("status 0x%X", p.status)
		}
		all = append(all, q)
	}
	return all, nil
}

func defaultName() string {
	buf := make([]uint16, 512)
	n := uint32(len(buf))
	if ok, _, _ := getDefault.Call(uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&n))); ok == 0 {
		return ""
	}
	return windows.UTF16ToString(buf)
}

func (s System) queue(ctx context.Context, name string, d Document) (string, error) {
	all, err := queues(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if !strings.EqualFold(p.Name, name) {
			continue
		}
		if p.Stopped {
			return "", &Error{Stopped, name, p.Why}
		}
		if d.Raw != nil {
			return "", printRaw(p.Name, d)
		}
		return "", printPages(p.Name, d)
	}
	return "", &Error{NoPrinter, name, "no such printer"}
}

func printRaw(name string, d Document) error {
	device, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return &Error{NoPrinter, name, err.Error()}
	}
	title, _ := windows.UTF16PtrFromString(d.Title)
	raw, _ := windows.UTF16PtrFromString("RAW")
	var h uintptr
	if ok, _, err := openPrinter.Call(uintptr(unsafe.Pointer(device)), uintptr(unsafe.Pointer(&h)), 0); ok == 0 {
		return &Error{NoPrinter, name, err.Error()}
	}
	defer closePrinter.Call(h)
	about := docInfo1{title, nil, raw}
	if job, _, err := startRaw.Call(h, 1, uintptr(unsafe.Pointer(&about))); job == 0 {
		return &Error{Failed, name, err.Error()}
	}
	defer endRaw.Call(h)
	for rest := d.Raw; len(rest) > 0; {
		var done uint32
		ok, _, err := writePrinter.Call(h, uintptr(unsafe.Pointer(&rest[0])), uintptr(len(rest)), uintptr(unsafe.Pointer(&done)))
		if ok == 0 || done == 0 {
			return &Error{Failed, name, err.Error()}
		}
		rest = rest[min(int(done), len(rest)):]
	}
	return nil
}

func printPages(name string, d Document) error {
	if d.Pages == nil {
		return &Error{Failed, name, "nothing to draw"}
	}
	pages, err := d.Pages(drawDPI)
	if err != nil {
		return &Error{Failed, name, err.Error()}
	}
	device, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return &Error{NoPrinter, name, err.Error()}
	}
	title, _ := windows.UTF16PtrFromString(d.Title)
	dc, _, err := createDC.Call(0, uintptr(unsafe.Pointer(device)), 0, 0)
	if dc == 0 {
		return &Error{Failed, name, err.Error()}
	}
	defer deleteDC.Call(dc)
	about := docInfo{name: title}
	about.size = int32(unsafe.Sizeof(about))
	if job, _, err := startDoc.Call(dc, uintptr(unsafe.Pointer(&about))); int32(job) <= 0 {
		return &Error{Failed, name, err.Error()}
	}
	for _, p := range pages {
		if err := printPage(dc, p); err != nil {
			_, _, _ = abortDoc.Call(dc)
			return &Error{Failed, name, err.Error()}
		}
	}
	if ok, _, err := endDoc.Call(dc); int32(ok) <= 0 {
		return &Error{Failed, name, err.Error()}
	}
	return nil
}

// bitmapInfo is BITMAPINFO with the palette of a grey picture.
type bitmapInfo struct {
	size            uint32
	width, height   int32
	planes, bits    uint16
	compression     uint32
	bytes           uint32
	xPerM, yPerM    int32
	used, important uint32
	palette         [256]uint32
}

// printPage draws a page at its true size: the printer's own resolution over ours.
func printPage(dc uintptr, p *image.Gray) error {
	if ok, _, err := startPage.Call(dc); int32(ok) <= 0 {
		return err
	}
	dpi, _, _ := deviceCaps.Call(dc, dotsPerInchX)
	left, _, _ := deviceCaps.Call(dc, marginX)
	top, _, _ := deviceCaps.Call(dc, marginY)
	w, h := p.Rect.Dx(), p.Rect.Dy()
	info := bitmapInfo{width: int32(w), height: -int32(h), planes: 1, bits: 8}
	info.size = 40
	for i := range info.palette {
		info.palette[i] = uint32(i) * 0x010101
	}
	stride := (w + 3) &^ 3 // rows of four bytes
	rows := make([]byte, stride*h)
	for y := range h {
		copy(rows[y*stride:], p.Pix[y*p.Stride:y*p.Stride+w])
	}
	ok, _, err := stretchDIBits.Call(dc, -left, -top, uintptr(w*int(dpi)/drawDPI), uintptr(h*int(dpi)/drawDPI), 0, 0, uintptr(w), uintptr(h),
		uintptr(unsafe.Pointer(&rows[0])), uintptr(unsafe.Pointer(&info)), 0, copyPicture)
	if int32(ok) <= 0 {
		return err
	}
	if ok, _, err := endPage.Call(dc); int32(ok) <= 0 {
		return err
	}
	return nil
}
