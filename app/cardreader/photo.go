package cardreader

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"net/url"
	"strconv"
	"strings"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/libfile"
)

// Decoder turns the photo of a chip into a picture with a vendor's decoder that is
// installed on this machine. The format of the photo is not public and is not
// interpreted here. Each photo is decoded by a process of its own, as vendors'
// libraries are (see CodeLibrary). It is safe for concurrent use.
type Decoder struct {
	lib   library
	iface int
}

// Size of a decoded photo, in points.
const (
	PhotoWidth  = 102
	PhotoHeight = 126
)

// NewDecoder makes a Decoder of an address: wlt+lib:///C:/reader/WltRs.dll or
// wlt+lib:///usr/lib/libwltrs.so, with interface=1 for a licence that hangs on a
// serial reader (2, USB, without it), helper=PATH and limit=5s as in sdt+lib. It opens
// nothing. The error is CodeBadURL.
func NewDecoder(address string) (*Decoder, error) {
	rest, ok := strings.CutPrefix(address, "wlt+lib://")
	if !ok {
		return nil, badURL("want wlt+lib:///path/of/the/decoder")
	}
	u, err := url.Parse("sdt+lib://" + rest)
	if err != nil {
		return nil, badURL("not a URL")
	}
	d := &Decoder{iface: 2}
	q := u.Query()
	if v := q.Get("interface"); v != "" {
		if d.iface, err = strconv.Atoi(v); err != nil || d.iface < 1 || d.iface > 2 {
			return nil, badURL("interface is 1 (serial) or 2 (USB)")
		}
	}
	if q.Has("port") {
		return nil, badURL("a decoder has no port")
	}
	q.Del("interface")
	u.RawQuery = q.Encode()
	t, err := parseLibrary(u)
	if err != nil {
		return nil, err
	}
	d.lib = *t.library
	return d, nil
}

// Library names the decoder's file and its version.
func (d *Decoder) Library() string { return libfile.Describe(d.lib.path) }

// Decode decodes Card.Photo. Errors: CodeLibrary (the decoder or the helper program
// is missing or of the wrong kind), CodeLibraryCrashed, CodeLibraryHung, CodePhoto
// (no photo, a licence, or no picture of PhotoWidth by PhotoHeight came), CodeCancelled.
func (d *Decoder) Decode(ctx context.Context, photo []byte) (*image.NRGBA, error) {
	if len(photo) == 0 || len(photo) > photoMax {
		return nil, newError(CodePhoto, 0, errors.New("no photo"))
	}
	program, err := d.lib.program()
	if err != nil {
		return nil, err
	}
	bitmap, err := helper.Decode(ctx, helper.Options{Limit: d.lib.limit, Command: []string{
		program, "-decoder", d.lib.path, "-interface", strconv.Itoa(d.iface)}}, photo)
	if err != nil {
		return nil, photoError(ctx, err)
	}
	defer clear(bitmap)
	img, err := parseBitmap(bitmap)
	if err != nil {
		return nil, newError(CodePhoto, 0, err)
	}
	return img, nil
}

func photoError(ctx context.Context, err error) error {
	var refused *helper.LibraryError
	switch {
	case ctx.Err() != nil:
		return ended(ctx, nil)
	case errors.As(err, &refused):
		return newError(CodePhoto, 0, err)
	case lostCode(err) != CodeUnplugged:
		return newError(lostCode(err), 0, err)
	}
	return libraryError(err)
}

// parseBitmap reads a Windows bitmap of 24 bits and the size of a photo, from the
// bottom up or from the top down. It comes from a library that nobody vouches for.
func parseBitmap(b []byte) (*image.NRGBA, error) {
	const header, row = 54, (PhotoWidth*3 + 3) / 4 * 4
	if len(b) < header || b[0] != 'B' || b[1] != 'M' {
		return nil, errors.New("not a bitmap")
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	from, width, height := u32(10), int32(u32(18)), int32(u32(22))
	bits, packed := binary.LittleEndian.Uint16(b[28:]), u32(30)
	if width != PhotoWidth || height != PhotoHeight && height != -PhotoHeight || bits != 24 || packed != 0 {
		return nil, fmt.Errorf("a bitmap of %d by %d points in %d bits", width, height, bits)
	}
	if from < header || uint64(from)+row*PhotoHeight > uint64(len(b)) {
		return nil, errors.New("the bitmap is cut off")
	}
	img := image.NewNRGBA(image.Rect(0, 0, PhotoWidth, PhotoHeight))
	for y := range PhotoHeight {
		line := y
		if height > 0 {
			line = PhotoHeight - 1 - y
		}
		p := b[int(from)+line*row:]
		for x := range PhotoWidth {
			img.SetNRGBA(x, y, color.NRGBA{R: p[3*x+2], G: p[3*x+1], B: p[3*x], A: 255})
		}
	}
	return img, nil
}

// Decoders lists the photo decoders that are installed where vendors put them. None
// is loaded, and none is an empty list.
func Decoders() []ReaderInfo {
	list := listLibraries(decoderPlaces()...)
	for i := range list {
		list[i].URL = "wlt" + strings.TrimPrefix(list[i].URL, "sdt")
	}
	return list
}

// program is the helper program for the library.
func (l *library) program() (string, error) {
	arch, err := libraryArch(l.path)
	if err != nil {
		return "", libraryError(err)
	}
	if l.helper != "" {
		return l.helper, nil
	}
	path, err := besideUs(arch)
	if err != nil {
		return "", libraryError(err)
	}
	return path, nil
}
