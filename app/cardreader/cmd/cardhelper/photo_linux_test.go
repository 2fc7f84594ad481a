package main

import (
	"context"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader"
)

func decoder(t *testing.T, limit time.Duration, flags ...string) *cardreader.Decoder {
	t.Helper()
	address := vendorLibrary(t, "wltlib.c", limit, flags...)
	d, err := cardreader.NewDecoder("wlt" + strings.TrimPrefix(strings.Replace(address, "&port=1001", "", 1), "sdt"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var chip = []byte{0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00}

func TestDecodePhoto(t *testing.T) {
	t.Parallel()
	d := decoder(t, 5*time.Second)
	img, err := d.Decode(t.Context(), chip)
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != cardreader.PhotoWidth || img.Bounds().Dy() != cardreader.PhotoHeight {
		t.Error(img.Bounds())
	}
	// Our library puts the photo's bytes into the first row, blue first.
	if got, want := img.NRGBAAt(0, 0), (color.NRGBA{R: 0x66, G: 0x4C, B: 0x57, A: 255}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := img.NRGBAAt(1, 0), (color.NRGBA{R: 0, G: 0x7E, B: 0, A: 255}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := img.NRGBAAt(0, 1); got != (color.NRGBA{A: 255}) {
		t.Error(got)
	}
	if name := d.Library(); !strings.HasPrefix(name, "libtest.so sha256:") {
		t.Error(name)
	}
}

func TestDecoderMisbehaves(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"-DCRASH": cardreader.CodeLibraryCrashed, "-DREFUSE": cardreader.CodePhoto, "-DSMALL": cardreader.CodePhoto,
	} {
		if img, err := decoder(t, 5*time.Second, flag).Decode(t.Context(), chip); cardreader.CodeOf(err) != want || img != nil {
			t.Errorf("%s: %v", flag, err)
		}
	}
	start := time.Now()
	hung := decoder(t, 500*time.Millisecond, "-DHANG")
	if _, err := hung.Decode(t.Context(), chip); cardreader.CodeOf(err) != cardreader.CodeLibraryHung || time.Since(start) > 20*time.Second {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := hung.Decode(ctx, chip); cardreader.CodeOf(err) != cardreader.CodeCancelled {
		t.Error(err)
	}
	if _, err := hung.Decode(t.Context(), nil); cardreader.CodeOf(err) != cardreader.CodePhoto {
		t.Error(err)
	}
	// A card library is no decoder.
	address := strings.Replace(vendorLibrary(t, "sdtlib.c", time.Second), "&port=1001", "", 1)
	other, err := cardreader.NewDecoder("wlt" + strings.TrimPrefix(address, "sdt"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Decode(t.Context(), chip); cardreader.CodeOf(err) != cardreader.CodePhoto {
		t.Error(err)
	}
}

// The photo that the decoder read from a file, and the picture, are gone.
func TestDecoderLeavesNoFiles(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	for _, flag := range []string{"-DGOOD", "-DCRASH"} {
		d := decoder(t, 5*time.Second, flag)
		before, _ := filepath.Glob(filepath.Join(tmp, "*"))
		d.Decode(t.Context(), chip)
		if after, _ := filepath.Glob(filepath.Join(tmp, "*")); len(after) > len(before) {
			t.Error(flag, after)
		}
	}
}

// Where nobody says otherwise the process's folder is in memory.
func TestDecoderWorksInMemory(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err != nil {
		t.Skip("no /dev/shm here")
	}
	d := decoder(t, 5*time.Second)
	t.Setenv("TMPDIR", "/no/such/folder")
	if _, err := d.Decode(t.Context(), chip); err == nil {
		t.Error("a folder was made where there can be none")
	}
	t.Setenv("TMPDIR", "")
	if _, err := d.Decode(t.Context(), chip); err != nil {
		t.Error(err)
	}
}
