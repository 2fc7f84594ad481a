package document

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"image"
	"slices"
	"sync"
	"time"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/escpos"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
	"onedoor/forms/document/raster"
	"onedoor/forms/document/sign"
	"onedoor/forms/document/wording"
)

// shipped reads the wording that comes with the program, once: it is data of
// the program and never changes.
var shipped = sync.OnceValues(wording.Load)

// Press draws documents. It is immutable and safe for concurrent use.
type Press struct {
	fonts *cjkfont.Set
	book  *wording.Book
}

// NewPress opens the embedded fonts and the wording that comes with the
// program; some milliseconds.
func NewPress() (*Press, error) {
	fonts, err := cjkfont.Load()
	if err != nil {
		return nil, internal(err)
	}
	book, err := shipped()
	if err != nil {
		return nil, internal(err)
	}
	return &Press{fonts, book}, nil
}

// WithWording returns a press with another book, usually Press.Book().With of a
// district's own files.
func (p *Press) WithWording(book *wording.Book) *Press { return &Press{p.fonts, book} }

// Book is the wording that the press prints from.
func (p *Press) Book() *wording.Book { return p.book }

// Page is what a kind of document looks like and must state on a day, nil for
// a kind that is unknown then.
func (p *Press) Page(kind string, at time.Time) *wording.Page { return p.book.At(kind, at) }

// PageOf is the wording that a draft is printed with: that of its edition, else
// the one in force on its day. Nil if there is none.
func (p *Press) PageOf(d Draft) *wording.Page {
	if d.Edition != (Edition{}) {
		return p.book.Find(d.Kind, d.Edition.Version, d.Edition.Fingerprint)
	}
	return p.book.At(d.Kind, d.IssuedAt)
}

// Required lists what a document of a kind must state on a day.
func (p *Press) Required(kind string, at time.Time) []Requirement {
	return required(p.book.At(kind, at))
}

// Paper is a paper size.
type Paper uint8

const (
	A4 Paper = iota
	A5
	Roll80 // 80 mm thermal paper, as long as it takes
)

var paperNames = []string{"a4", "a5", "roll80"}

// String is the name of the paper in a wording.
func (p Paper) String() string {
	if int(p) < len(paperNames) {
		return paperNames[p]
	}
	return fmt.Sprintf("paper(%d)", p)
}

// ParsePaper finds a paper by its name, false if there is none.
func ParsePaper(name string) (Paper, bool) {
	i := slices.Index(paperNames, name)
	return Paper(max(i, 0)), i >= 0
}

// Warning tells the clerk of something on the paper that needs an eye.
type Warning struct {
	Code   string // "no_glyph": Rune was drawn as a box with its code
	Rune   rune
	Zh, En string
}

// Drawing is an unsigned document.
type Drawing struct {
	PDF      []byte
	Pages    int
	Warnings []Warning

	fonts *cjkfont.Set
	frame layout.Frame
	pages []layout.Page
}

// Raster draws the same pages as pictures, for printers that take no PDF. At
// 300 dpi an A4 page takes 9 MB. Error: *Error.
func (d *Drawing) Raster(dpi int) (out []*image.Gray, err error) {
	for _, p := range d.pages {
		img, err := raster.Page(d.fonts, d.frame.W, d.frame.H, p, dpi)
		if err != nil {
			return nil, internal(err)
		}
		out = append(out, img)
	}
	return out, nil
}

// Receipt is the document in the language of receipt printers. It must have
// been drawn on Roll80. Error: *Error.
func (d *Drawing) Receipt() ([]byte, error) {
	pages, err := d.Raster(escpos.DPI)
	if err != nil {
		return nil, err
	}
	return escpos.Encode(pages...), nil
}

// Render draws a notice whose QR text is set. Error: *Error.
func (p *Press) Render(n Notice, paper Paper) (Drawing, error) {
	j, err := n.job(p.book)
	if err != nil {
		return Drawing{}, err
	}
	return p.draw(j, paper)
}

func (p *Press) draw(j *job, paper Paper) (Drawing, error) {
	if !slices.Contains(j.page.Papers, paper.String()) {
		return Drawing{}, &Error{Code: UnknownPaper, Zh: "这种文书不能打印在该纸张上：" + paper.String(), En: "this kind is not printed on " + paper.String()}
	}
	pen := layout.NewPen(p.fonts)
	frame, pages, err := compose(pen, j, paper)
	if err != nil {
		return Drawing{}, internal(err)
	}
	pdf, err := paint.PDF(p.fonts, frame.W, frame.H, pages, paint.Meta{
		Title:   j.title + " " + j.Number,
		Created: j.IssuedAt.In(paint.Zone).Truncate(time.Second),
		Extra:   map[string]string{sign.InfoKey: j.qr},
	})
	if err != nil {
		return Drawing{}, internal(err)
	}
	d := Drawing{PDF: pdf, Pages: len(pages), fonts: p.fonts, frame: frame, pages: pages}
	for _, r := range pen.Missing() {
		d.Warnings = append(d.Warnings, Warning{"no_glyph", r,
			fmt.Sprintf("字符 U+%04X 无字形，已用方框加编码印出，请核对并手工更正", r),
			fmt.Sprintf("no glyph for U+%04X: printed as a box with its code, please check and correct by hand", r)})
	}
	return d, nil
}

// Issued is a signed document with what its record must keep.
type Issued struct {
	Drawing                    // PDF is the signed file
	QR       string            // QR text on the paper
	Digest   [sha256.Size]byte // content digest; the QR code holds its first half
	Unsigned [sha256.Size]byte // SHA-256 of the file before signing, which is reproducible from the draft and QR
	Version  int               // version of the wording
	Wording  string            // its fingerprint, 16 hexadecimal digits
}

// Seal is what an issued document is signed with: the device's signing key
// (ECDSA P-256), its certificate and those that vouch for it, and the time of
// signing.
type Seal struct {
	Signer crypto.Signer
	Chain  []*x509.Certificate
	At     time.Time
}

// Issue draws, stamps and signs a notice. signer is the device's signing key
// (ECDSA P-256), chain its certificate and those that vouch for it, at the time
// of signing. Error: *Error or *sign.Error.
func (p *Press) Issue(n Notice, paper Paper, signer crypto.Signer, chain []*x509.Certificate, at time.Time) (Issued, error) {
	n.QR = sign.QRPrefix // for the check only: the QR code follows from the rest
	j, err := n.job(p.book)
	if err != nil {
		return Issued{}, err
	}
	return p.issue(j, paper, Seal{signer, chain, at})
}

// CheckDraft tells whether a draft states all that it must; see IssueDraft.
func (p *Press) CheckDraft(d Draft) error {
	_, err := newJob(p.book, p.fonts, d, sign.QRPrefix)
	return err
}

// Digest is the content digest of a draft: the same for every copy and
// reprint. Error: *Error, as CheckDraft.
func (p *Press) Digest(d Draft) ([sha256.Size]byte, error) {
	j, err := newJob(p.book, p.fonts, d, sign.QRPrefix)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return j.digest, nil
}

// RenderDraft draws a draft with a given QR text, unsigned: the same input
// gives the same bytes. Error: *Error.
func (p *Press) RenderDraft(d Draft, paper Paper, qr string) (Drawing, error) {
	j, err := newJob(p.book, p.fonts, d, qr)
	if err != nil {
		return Drawing{}, err
	}
	return p.draw(j, paper)
}

// IssueDraft draws, stamps and signs a document of any kind. Error: *Error or
// *sign.Error.
func (p *Press) IssueDraft(d Draft, paper Paper, seal Seal) (Issued, error) {
	j, err := newJob(p.book, p.fonts, d, sign.QRPrefix)
	if err != nil {
		return Issued{}, err
	}
	return p.issue(j, paper, seal)
}

func (p *Press) issue(j *job, paper Paper, seal Seal) (Issued, error) {
	out := Issued{Digest: j.digest, Version: j.page.Version, Wording: j.page.Fingerprint()}
	stamp := sign.Stamp{Number: j.Number, Kind: j.Kind, IssuedAt: j.IssuedAt}
	copy(stamp.Digest[:], out.Digest[:])
	var err error
	if out.QR, err = sign.SignQR(stamp, seal.Signer); err != nil {
		return Issued{}, err
	}
	j.qr = out.QR
	if out.Drawing, err = p.draw(j, paper); err != nil {
		return Issued{}, err
	}
	out.Unsigned = sha256.Sum256(out.PDF)
	if out.PDF, err = sign.SignPDF(out.PDF, seal.Signer, seal.Chain, seal.At); err != nil {
		return Issued{}, err
	}
	return out, nil
}
