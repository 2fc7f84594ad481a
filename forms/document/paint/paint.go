package paint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/jung-kurt/gofpdf"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
)

// Meta is what the file says about itself. Nothing personal belongs here.
type Meta struct {
	Title   string
	Created time.Time         // from the record, so that a reprint has equal bytes
	Extra   map[string]string // further entries of the Info dictionary: printable ASCII only
}

// PDF draws the pages, each width x height points, as a PDF 1.7 file with one
// embedded font cut for it.
func PDF(fonts *cjkfont.Set, width, height float64, pages []layout.Page, meta Meta) ([]byte, error) {
	cut, err := cjkfont.NewCut(fonts)
	if err != nil {
		return nil, err
	}
	coded, err := encode(cut, pages)
	if err != nil {
		return nil, err
	}
	if cut.Len() == 0 {
		return nil, fmt.Errorf("paint: a document without any text")
	}
	pdf := gofpdf.NewCustom(&gofpdf.InitType{
		UnitStr: "pt", Size: gofpdf.SizeType{Wd: width, Ht: height},
	})
	pdf.SetCompression(false) // finish compresses, once and better
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(meta.Created)
	pdf.SetModificationDate(meta.Created)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	for i, p := range pages {
		pdf.AddPage()
		for j, op := range p.Ops {
			draw(pdf, height, op, coded[i][j])
		}
	}
	var raw bytes.Buffer
	if err := pdf.Output(&raw); err != nil {
		return nil, fmt.Errorf("paint: %w", err)
	}
	return finish(raw.Bytes(), cut, meta)
}

// family is a font that gofpdf knows by itself. It only holds the place: with
// such a font gofpdf passes the bytes of a text through untouched, which are
// our two-byte codes, and finish puts the document's own font there. The way
// by AddUTF8Font would cost gofpdf a table of 65,536 widths, written out as
// JSON, for each document, and cannot hold characters beyond U+FFFF.
const family = "Helvetica"

// encode gives the codes of every text before anything is drawn, because the
// font must be complete when gofpdf first sees it.
func encode(cut *cjkfont.Cut, pages []layout.Page) ([][]string, error) {
	coded := make([][]string, len(pages))
	for i, p := range pages {
		coded[i] = make([]string, len(p.Ops))
		for j, op := range p.Ops {
			var err error
			switch t := op.(type) {
			case layout.Text:
				coded[i][j], err = cut.Encode(t.Weight, t.S)
			case layout.Mark:
				coded[i][j], err = cut.Encode(t.Weight, t.S)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return coded, nil
}

func draw(pdf *gofpdf.Fpdf, height float64, op layout.Op, codes string) {
	switch o := op.(type) {
	case layout.Text:
		pdf.SetFont(family, "", o.Size)
		pdf.Text(o.X, o.Y, codes)
	case layout.Line:
		stroke(pdf, o.Width, o.Dash)
		pdf.Line(o.X1, o.Y1, o.X2, o.Y2)
	case layout.Rect:
		stroke(pdf, o.Width, o.Dash)
		pdf.Rect(o.X, o.Y, o.W, o.H, "D")
	case layout.Picture:
		picture(pdf, o)
	case layout.Mark:
		mark(pdf, o, codes)
	case layout.Modules:
		pdf.RawWriteStr(modules(height, o))
	}
}

// picture embeds a JPEG file under the name of its contents, so that the same
// picture on two pages is stored once.
func picture(pdf *gofpdf.Fpdf, o layout.Picture) {
	opt := gofpdf.ImageOptions{ImageType: "JPG"}
	name := fmt.Sprintf("%x", sha256.Sum256(o.JPEG))
	pdf.RegisterImageOptionsReader(name, opt, bytes.NewReader(o.JPEG))
	pdf.ImageOptions(name, o.X, o.Y, o.W, o.H, false, opt, 0, "")
}

// mark draws grey text turned around its middle; the transformation ends with it.
func mark(pdf *gofpdf.Fpdf, o layout.Mark, codes string) {
	pdf.TransformBegin()
	pdf.TransformRotate(o.Angle, o.X, o.Y)
	level := int(o.Gray * 255)
	pdf.SetTextColor(level, level, level)
	pdf.SetFont(family, "", o.Size)
	pdf.Text(o.X-o.W/2, o.Y+0.35*o.Size, codes)
	pdf.SetTextColor(0, 0, 0)
	pdf.TransformEnd()
}

func stroke(pdf *gofpdf.Fpdf, width, dash float64) {
	pdf.SetLineWidth(width)
	if dash > 0 {
		pdf.SetDashPattern([]float64{dash, dash}, 0)
	} else {
		pdf.SetDashPattern(nil, 0)
	}
}

// modules whitens the square and its margin, then fills the black cells as one path, cells that touch in a row as one
// rectangle: a tenth of the operators that single cells would take, and no
// hairlines between them.
func modules(height float64, m layout.Modules) string {
	cell := m.Side / float64(m.N)
	b := []byte("q 1 g\n")
	num := func(v float64) {
		b = strconv.AppendFloat(b, v, 'f', 3, 64)
		b = append(b, ' ')
	}
	num(m.X - m.Quiet)
	num(height - m.Y - m.Side - m.Quiet)
	num(m.Side + 2*m.Quiet)
	num(m.Side + 2*m.Quiet)
	b = append(b, "re f\n0 g\n"...)
	for row := range m.N {
		for col := 0; col < m.N; {
			if !m.Black(col, row) {
				col++
				continue
			}
			end := col
			for end < m.N && m.Black(end, row) {
				end++
			}
			num(m.X + float64(col)*cell)
			num(height - m.Y - float64(row+1)*cell)
			num(float64(end-col) * cell)
			num(cell)
			b = append(b, "re\n"...)
			col = end
		}
	}
	return string(append(b, "f Q"...))
}
