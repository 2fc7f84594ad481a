package vendorlib

import (
	"errors"
	"os"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/libfile"
)

// Names of the files that a photo decoder reads and writes. Short and plain: some
// libraries take neither long paths nor other letters.
const (
	photoFile   = "photo.wlt"
	pictureFile = "photo.bmp"
)

// Decode has the decoder at path turn a chip's photo into a bitmap. It knows the one
// interface that decoders of the WltRS family share, GetBmp(file, interface): the
// function reads FILE.wlt, writes FILE.bmp beside it and returns 1. The files lie in
// the process's working folder, which is its own and is wiped. iface is the kind
// of reader that the decoder's licence hangs on: 1 serial, 2 USB.
func Decode(path string, iface int, photo []byte) helper.Picture {
	out := helper.Picture{Protocol: helper.Version, Library: libfile.Describe(path)}
	bitmap, err := decode(path, iface, photo)
	if err != nil {
		out.Error = err.Error()
	}
	out.Bitmap = bitmap
	return out
}

func decode(path string, iface int, photo []byte) ([]byte, error) {
	b, err := load(path)
	if err != nil {
		return nil, err
	}
	if _, ok := b.find("GetBmp"); !ok {
		return nil, errors.New("no GetBmp in this library: not a photo decoder")
	}
	if err := os.WriteFile(photoFile, photo, 0o600); err != nil {
		return nil, errors.New("the decoder's folder cannot be written")
	}
	l := &library{binary: b}
	l.pin.Pin(&l.a)
	defer l.pin.Unpin()
	copy(l.a[:], photoFile) // zero bytes follow
	if r, _ := l.do("GetBmp", l.bufA(), uintptr(iface)); r != 1 {
		return nil, errors.New("the decoder refuses the photo; its licence may be missing or be for another reader")
	}
	bitmap, err := os.ReadFile(pictureFile)
	if err != nil {
		return nil, errors.New("the decoder wrote no picture")
	}
	return bitmap, nil
}
