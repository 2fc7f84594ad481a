package sign

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// InfoKey is the entry of a PDF's Info dictionary that holds the QR text, so
// that a program reads from the file what a scanner reads from the paper.
const InfoKey = "OneDoorQR"

// maxCert bounds the embedded certificates; a chain is a device's certificate
// and the one or two that vouch for it.
const maxCerts = 5

// SignPDF signs a file made by package paint, as a whole, by an incremental
// update: the original bytes stay as they are at the front. chain is the
// signer's certificate first, then the ones that vouch for it, each for the one
// before; the root itself may be left out. Error: *Error, CannotSign.
func SignPDF(pdf []byte, signer crypto.Signer, chain []*x509.Certificate, at time.Time) ([]byte, error) {
	out, err := signPDF(pdf, signer, chain, at.Truncate(time.Second))
	if err != nil {
		return nil, cannotSign(err)
	}
	return out, nil
}

func signPDF(pdf []byte, signer crypto.Signer, chain []*x509.Certificate, at time.Time) ([]byte, error) {
	if err := fitChain(signer, chain, at); err != nil {
		return nil, err
	}
	doc, err := openPDF(pdf)
	if err != nil {
		return nil, err
	}
	// The structure has the same length whatever it signs, but for the two
	// numbers of the signature, which are at most 72 bytes together.
	trial, err := makeCMS(make([]byte, sha256.Size), signer, chain, at)
	if err != nil {
		return nil, err
	}
	room := 2 * (len(trial) + 8)
	out, open, err := doc.update(at, room)
	if err != nil {
		return nil, err
	}
	end := open + 1 + room + 1 // behind the ">" of the signature
	numbers := fmt.Sprintf(byteRange, open, end, len(out)-end)
	copy(out[bytes.LastIndex(out[:open], []byte(rangeKey)):], numbers)
	cms, err := makeCMS(coveredDigest(out, open, end), signer, chain, at)
	if err != nil {
		return nil, err
	}
	hex := fmt.Appendf(nil, "%x", cms)
	if len(hex) > room {
		return nil, errors.New("the signature is larger than the room left for it")
	}
	copy(out[open+1:], hex)
	return out, nil
}

// rangeKey and byteRange have a fixed width, so that filling in the numbers
// moves nothing.
const (
	rangeKey  = "/ByteRange ["
	byteRange = rangeKey + "0000000000 %010d %010d %010d]"
)

// coveredDigest is the SHA-256 of the file without the signature's hex digits
// and the brackets around them.
func coveredDigest(file []byte, open, end int) []byte {
	h := sha256.New()
	h.Write(file[:open])
	h.Write(file[end:])
	return h.Sum(nil)
}

func fitChain(signer crypto.Signer, chain []*x509.Certificate, at time.Time) error {
	if len(chain) == 0 || len(chain) > maxCerts {
		return fmt.Errorf("%d certificates, want 1 to %d", len(chain), maxCerts)
	}
	if pub, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(chain[0].PublicKey) {
		return errors.New("the first certificate is not that of the signing key")
	}
	if err := maySign(chain[0], at); err != nil {
		return err
	}
	return linked(chain)
}

// document is an unsigned file of package paint, taken apart as far as signing
// needs it.
type document struct {
	raw          []byte
	xref, size   int
	root, page   int // object numbers
	rootDict     []byte
	pageDict     []byte
	infoRef, ids string
}

var (
	trailer   = regexp.MustCompile(`trailer\n<</Size (\d+)/Root (\d+) 0 R(/Info \d+ 0 R)(/ID\[<[0-9a-f]{32}><[0-9a-f]{32}>\])>>\nstartxref\n(\d+)\n%%EOF\n$`)
	firstPage = regexp.MustCompile(`/Kids ?\[(\d+) 0 R`)
)

func openPDF(raw []byte) (*document, error) {
	if bytes.Contains(raw, []byte(rangeKey)) {
		return nil, errors.New("the file is signed already")
	}
	tail := max(0, len(raw)-400)
	m := trailer.FindSubmatch(raw[tail:])
	if m == nil {
		return nil, errors.New("not a file of this program")
	}
	num := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n } // \d+ and bounds below
	d := &document{raw: raw, size: num(m[1]), root: num(m[2]), infoRef: string(m[3]), ids: string(m[4]), xref: num(m[5])}
	var err error
	if d.rootDict, err = d.dict(d.root); err != nil {
		return nil, err
	}
	pages, err := d.dict(1)
	if err != nil {
		return nil, err
	}
	k := firstPage.FindSubmatch(pages)
	if k == nil {
		return nil, errors.New("no first page")
	}
	d.page = num(k[1])
	if d.pageDict, err = d.dict(d.page); err != nil {
		return nil, err
	}
	if bytes.Contains(d.pageDict, []byte("/Annots")) || bytes.Contains(d.rootDict, []byte("/AcroForm")) {
		return nil, errors.New("the file has annotations already")
	}
	return d, nil
}

// dict returns an object that is a dictionary without a stream, up to but not
// including its closing brackets.
func (d *document) dict(n int) ([]byte, error) {
	bad := fmt.Errorf("object %d cannot be read", n)
	head := fmt.Sprintf("xref\n0 %d\n", d.size)
	at := d.xref + len(head) + 20*n
	if n <= 0 || n >= d.size || at+20 > len(d.raw) || !bytes.HasPrefix(d.raw[d.xref:], []byte(head)) {
		return nil, bad
	}
	off, err := strconv.Atoi(string(d.raw[at : at+10]))
	if err != nil || off >= d.xref {
		return nil, bad
	}
	body, ok := bytes.CutPrefix(d.raw[off:d.xref], fmt.Appendf(nil, "%d 0 obj\n", n))
	end := bytes.Index(body, []byte(">>\nendobj\n"))
	if !ok || end < 0 || bytes.Contains(body[:end], []byte("stream\n")) {
		return nil, bad
	}
	return body[:end], nil
}

// update appends the signature field and an empty signature. It returns the
// file and the position of the "<" before the signature's hex digits.
func (d *document) update(at time.Time, room int) (out []byte, open int, err error) {
	out = bytes.Clone(d.raw)
	field, sig := d.size, d.size+1
	var index []byte
	object := func(n int, format string, args ...any) {
		index = fmt.Appendf(index, "%d 1\n%010d 00000 n \n", n, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n", n)
		out = fmt.Appendf(out, format, args...)
		out = append(out, "\nendobj\n"...)
	}
	object(d.page, "%s/Annots[%d 0 R]>>", d.pageDict, field)
	object(d.root, "%s/AcroForm<</Fields[%d 0 R]/SigFlags 3>>>>", d.rootDict, field)
	object(field, "<</Type/Annot/Subtype/Widget/FT/Sig/T(onedoor)/F 132/Rect[0 0 0 0]/P %d 0 R/V %d 0 R>>", d.page, sig)
	object(sig, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/M(%s)"+byteRange+"/Contents <%s>>>",
		at.UTC().Format("D:20060102150405")+"Z", 0, 0, 0, bytes.Repeat([]byte{'0'}, room))
	open = bytes.LastIndex(out, []byte("/Contents <")) + len("/Contents <") - 1
	xref := len(out)
	out = append(append(out, "xref\n0 1\n0000000000 65535 f \n"...), index...)
	out = fmt.Appendf(out, "trailer\n<</Size %d/Root %d 0 R%s%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n",
		d.size+2, d.root, d.infoRef, d.ids, d.xref, xref)
	return out, open, nil
}
