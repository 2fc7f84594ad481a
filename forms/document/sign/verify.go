package sign

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/smallstep/pkcs7"
)

// Result is what an intact document says.
type Result struct {
	Stamp                      // number, kind, issuing time, content digest, key
	QR       string            // the QR text of the paper
	Device   string            // common name in the signer's certificate
	SignedAt time.Time         // as the device stated it
	Cert     *x509.Certificate // the signer's
}

// maxFile bounds what VerifyPDF looks at, in bytes.
const maxFile = 64 << 20

var (
	sigPlace = regexp.MustCompile(`/ByteRange \[0000000000 (\d{10}) (\d{10}) (\d{10})\]/Contents <`)
	qrPlace  = regexp.MustCompile(`/` + InfoKey + `\((` + QRPrefix + `[A-Z2-7]+)\)`)
)

// VerifyPDF checks that file is, byte for byte, a document that SignPDF made
// with a key that one of roots vouches for. Whether the device was revoked
// since is for the caller to judge, by Result.Cert and Result.SignedAt.
// Error: *Error, with the kinds NotOurs, Altered, UnknownSigner, BadSigner; the
// Result is empty then, because nothing of such a file is to be believed.
func VerifyPDF(file []byte, roots []*x509.Certificate) (Result, error) {
	if !bytes.HasPrefix(file, []byte("%PDF-")) || len(file) > maxFile {
		return Result{}, notOurs(nil)
	}
	open, end, err := findSignature(file)
	if err != nil {
		if bytes.Contains(file, []byte(InfoKey)) || bytes.Contains(file, []byte("/Producer(onedoor)")) {
			return Result{}, altered(err)
		}
		return Result{}, notOurs(err)
	}
	st, err := readSignature(file, open, end)
	if err != nil {
		return Result{}, altered(err)
	}
	if err := trusted(st, roots); err != nil {
		return Result{}, err
	}
	if err := secondOpinion(file, open, end); err != nil {
		return Result{}, altered(err)
	}
	return readResult(file, st)
}

// findSignature returns the positions of the "<" before and behind the ">" of
// the one signature, whose byte range must be the whole file but these digits.
func findSignature(file []byte) (open, end int, err error) {
	ms := sigPlace.FindAllSubmatchIndex(file, 2)
	if len(ms) != 1 || bytes.Count(file, []byte("/ByteRange")) != 1 {
		return 0, 0, errors.New("not exactly one signature")
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(string(file[ms[0][2+2*i]:ms[0][3+2*i]])) // ten digits
	}
	open, end = ms[0][1]-1, n[1]
	if n[0] != open || end <= open+2 || end > len(file) || n[2] != len(file)-end || file[end-1] != '>' {
		return 0, 0, errors.New("the signature does not cover the whole file")
	}
	return open, end, nil
}

// readSignature checks the form of the signature, digit by digit, and that it
// is one over the rest of the file.
func readSignature(file []byte, open, end int) (s statement, err error) {
	digits := file[open+1 : end-1]
	raw := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(raw, digits); err != nil || len(digits)%2 != 0 {
		return s, errors.New("the signature is not hexadecimal")
	}
	der, padding, err := splitDER(raw)
	if err != nil {
		return s, err
	}
	if again := fmt.Appendf(nil, "%x", raw); !bytes.Equal(again, digits) || len(bytes.Trim(padding, "\x00")) > 0 || len(padding) > 16 {
		return s, errForm
	}
	if s, err = readCMS(der); err != nil {
		return s, err
	}
	if !bytes.Equal(s.digest, coveredDigest(file, open, end)) {
		return s, errors.New("the content does not fit the signature")
	}
	hash, err := s.toSign()
	if err != nil {
		return s, err
	}
	return s, s.sig.check(s.chain[0].PublicKey, hash)
}

// splitDER cuts the padding off one DER value of up to 64 KB.
func splitDER(raw []byte) (der, padding []byte, err error) {
	if len(raw) < 4 || raw[0] != 0x30 || raw[1] != 0x82 {
		return nil, nil, errors.New("no CMS structure")
	}
	n := 4 + int(raw[2])<<8 + int(raw[3])
	if n > len(raw) {
		return nil, nil, errors.New("truncated CMS structure")
	}
	return raw[:n], raw[n:], nil
}

// secondOpinion asks an independent implementation of CMS, which guards
// against a mistake in ours. It sees only what is canonical and trusted already.
func secondOpinion(file []byte, open, end int) error {
	raw, err := hex.DecodeString(string(file[open+1 : end-1]))
	if err != nil {
		return err
	}
	der, _, err := splitDER(raw)
	if err != nil {
		return err
	}
	p7, err := pkcs7.Parse(der)
	if err != nil {
		return err
	}
	p7.Content = append(bytes.Clone(file[:open]), file[end:]...)
	return p7.Verify()
}

// readResult reads number and kind from the embedded QR text, which must be
// signed by the same key as the file.
func readResult(file []byte, st statement) (Result, error) {
	ms := qrPlace.FindAllSubmatch(file, 2)
	if len(ms) != 1 {
		return Result{}, notOurs(errors.New("not exactly one QR text in the file"))
	}
	leaf := st.chain[0]
	qr := string(ms[0][1])
	stamp, _, err := VerifyQR(qr, func(id KeyID) (*x509.Certificate, error) { return leaf, nil })
	if err != nil {
		return Result{}, altered(err)
	}
	return Result{Stamp: stamp, QR: qr, Device: leaf.Subject.CommonName, SignedAt: st.at.UTC(), Cert: leaf}, nil
}
