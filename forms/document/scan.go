package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // scanners and cameras give both
	"math"

	"onedoor/forms/document/layout"
)

// Bounds of a scan: what a camera of the counter gives at most, and what a
// printer can show.
const (
	maxScans      = 30
	maxScanBytes  = 20 << 20
	maxScanPixels = 40 << 20
	scanSide      = 2200 // pixels of the longer side that are kept: 200 dpi on A4
	scanQuality   = 75
)

// scan is a picture as it is embedded.
type scan struct {
	jpeg          []byte
	width, height int
	hash          string // of the file as it was given
}

// readScans decodes every picture with Go's own decoders and writes it anew:
// the library that makes the PDF parses no bytes from outside, and place,
// device and time that a camera wrote into the file are left behind.
func readScans(files [][]byte) ([]scan, error) {
	if len(files) > maxScans {
		return nil, fmt.Errorf("more than %d scans", maxScans)
	}
	var out []scan
	for i, f := range files {
		s, err := readScan(f)
		if err != nil {
			return nil, fmt.Errorf("scan %d: %w", i+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func readScan(file []byte) (scan, error) {
	if len(file) > maxScanBytes {
		return scan{}, fmt.Errorf("larger than %d bytes", maxScanBytes)
	}
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || kind != "jpeg" && kind != "png" {
		return scan{}, fmt.Errorf("neither JPEG nor PNG")
	}
	if cfg.Width < 1 || cfg.Height < 1 || cfg.Width > maxScanPixels/cfg.Height {
		return scan{}, fmt.Errorf("%d x %d pixels are too many", cfg.Width, cfg.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return scan{}, err
	}
	img = shrunk(img)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: scanQuality}); err != nil {
		return scan{}, err
	}
	sum := sha256.Sum256(file)
	b := img.Bounds()
	return scan{buf.Bytes(), b.Dx(), b.Dy(), hex.EncodeToString(sum[:])}, nil
}

// shrunk puts an image on white and averages it down to what is printed.
func shrunk(src image.Image) image.Image {
	b := src.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, b.Min, draw.Over)
	step := int(math.Ceil(float64(max(b.Dx(), b.Dy())) / scanSide))
	if step < 2 {
		return flat
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/step), max(1, b.Dy()/step)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetRGBA(x, y, mean(flat, x*step, y*step, step))
		}
	}
	return out
}

// mean is the average of a square of pixels.
func mean(img *image.RGBA, x0, y0, step int) color.RGBA {
	var r, g, b, n int
	for y := y0; y < min(y0+step, img.Rect.Dy()); y++ {
		for x := x0; x < min(x0+step, img.Rect.Dx()); x++ {
			p := img.Pix[img.PixOffset(x, y):]
			r, g, b, n = r+int(p[0]), g+int(p[1]), b+int(p[2]), n+1
		}
	}
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255}
}

// scans puts every picture as large as it goes: the first below what is
// written, if at least half a page is left, each other on a page of its own.
func (c *composer) scans() {
	for i, s := range c.j.scans {
		page := c.H - c.Top - c.Bottom
		if i > 0 || c.Room() < page/2 {
			c.NewPage()
		}
		k := min(c.Width()/float64(s.width), (c.Room()-2*c.note.Lead)/float64(s.height))
		w, h := k*float64(s.width), k*float64(s.height)
		c.Draw(layout.Picture{X: c.Left + (c.Width()-w)/2, Y: c.Y, W: w, H: h, JPEG: s.jpeg})
		c.Y += h
	}
}
