package document

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
	"onedoor/forms/document/sign"
)

// Press draws documents. It is immutable and safe for concurrent use.
type Press struct{ fonts *cjkfont.Set }

// NewPress opens the embedded fonts; microseconds.
func NewPress() (*Press, error) {
	fonts, err := cjkfont.Load()
	if err != nil {
		return nil, internal(err)
	}
	return &Press{fonts}, nil
}

// Paper is a paper size.
type Paper uint8

const (
	A4 Paper = iota
	A5
)

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
}

// Render draws a notice whose QR text is set. Error: *Error.
func (p *Press) Render(n Notice, paper Paper) (Drawing, error) {
	if err := n.Check(); err != nil {
		return Drawing{}, err
	}
	pen := layout.NewPen(p.fonts)
	frame, pages, err := compose(pen, n, paper)
	if err != nil {
		return Drawing{}, internal(err)
	}
	pdf, err := paint.PDF(p.fonts, frame.W, frame.H, pages, paint.Meta{
		Title:   acceptanceTitle + " " + n.Number,
		Created: n.IssuedAt.In(paint.Zone).Truncate(time.Second),
		Extra:   map[string]string{sign.InfoKey: n.QR},
	})
	if err != nil {
		return Drawing{}, internal(err)
	}
	d := Drawing{PDF: pdf, Pages: len(pages)}
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
	Unsigned [sha256.Size]byte // SHA-256 of the file before signing, which is reproducible
}

// Issue draws, stamps and signs a notice. signer is the device's signing key
// (ECDSA P-256), chain its certificate and those that vouch for it, at the time
// of signing. Error: *Error or *sign.Error.
func (p *Press) Issue(n Notice, paper Paper, signer crypto.Signer, chain []*x509.Certificate, at time.Time) (Issued, error) {
	out := Issued{Digest: n.Digest()}
	n.QR = sign.QRPrefix // for the check only: the QR code follows from the rest
	if err := n.Check(); err != nil {
		return Issued{}, err
	}
	stamp := sign.Stamp{Number: n.Number, Kind: n.Kind, IssuedAt: n.IssuedAt}
	copy(stamp.Digest[:], out.Digest[:])
	var err error
	if out.QR, err = sign.SignQR(stamp, signer); err != nil {
		return Issued{}, err
	}
	n.QR = out.QR
	if out.Drawing, err = p.Render(n, paper); err != nil {
		return Issued{}, err
	}
	out.Unsigned = sha256.Sum256(out.PDF)
	if out.PDF, err = sign.SignPDF(out.PDF, signer, chain, at); err != nil {
		return Issued{}, err
	}
	return out, nil
}
