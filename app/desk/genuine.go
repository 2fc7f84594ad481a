package desk

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/sign"
)

// What a verification comes to.
const (
	VerdictGenuine = "genuine"
	VerdictAltered = "altered"        // ours once, but changed
	VerdictUnknown = "unknown_device" // intact, but no device known here signed it
	VerdictRevoked = "revoked"        // its device was revoked before it was issued
	VerdictNotOurs = "not_ours"       // no document of this system
	VerdictNoCode  = "unreadable"     // a text that only begins like a QR code of ours: to be scanned again
)

// KnownDevice is a device of the roster, with its signing certificate.
type KnownDevice struct {
	Cert    *x509.Certificate
	Name    string
	Revoked time.Time // zero if it was not
}

// VerifyDocument tells whether a PDF or a QR text is a genuine document of the
// district, with no network: the certificate in a PDF is checked against the
// realm's root, that of a QR code is looked up in the roster. A revoked device's
// own word about the time is not worth much: what it says it issued before is
// called genuine, with a word of caution.
func (d *Desk) VerifyDocument(ctx context.Context, data []byte, isFile bool) (Verification, error) {
	if isFile && !bytes.HasPrefix(data, []byte("%PDF-")) {
		if text := bytes.TrimSpace(data); bytes.HasPrefix(text, []byte(sign.QRPrefix)) {
			data, isFile = text, false // a scanner's output saved to a file
		}
	}
	v := Verification{Verdict: VerdictGenuine}
	ev, err := d.ledger.Clock(ctx)
	if err != nil {
		return v, err
	}
	// The district's own device knows its roster as of its own last record.
	if last := later(ev.Own, ev.Seen); !last.IsZero() {
		v.AsOf = last.In(china).Format(time.RFC3339)
	}
	known, err := d.cfg.Papers.Devices(ctx)
	if err != nil {
		return v, err
	}
	var stamp sign.Stamp
	var failed error
	var signer KnownDevice
	if isFile {
		var res sign.Result
		res, failed = sign.VerifyPDF(data, d.cfg.Papers.Roots)
		stamp, v.Device = res.Stamp, res.Device
		for _, k := range known {
			if res.Cert != nil && k.Cert.Equal(res.Cert) {
				signer = k
			}
		}
	} else {
		stamp, signer, failed = verifyQR(string(bytes.TrimSpace(data)), known)
	}
	if v.DeviceName = signer.Name; v.Device == "" && signer.Cert != nil {
		v.Device = signer.Cert.Subject.CommonName
	}
	if failed != nil {
		zh, en := whyNot(failed)
		v.Verdict, v.Why, v.WhyEn = verdictOf(failed), optional(zh), en
		return v, nil
	}
	v.Number, v.Kind, v.Title = stamp.Number, stamp.Kind, d.titleOfKind(ctx, stamp.Kind)
	v.IssuedAt = stamp.IssuedAt.In(china).Format(time.RFC3339)
	return v, d.weigh(ctx, &v, stamp, signer)
}

func verifyQR(text string, known []KnownDevice) (sign.Stamp, KnownDevice, error) {
	var signer KnownDevice
	stamp, _, err := sign.VerifyQR(text, func(id sign.KeyID) (*x509.Certificate, error) {
		for _, k := range known {
			if got, err := sign.KeyIDOf(k.Cert.PublicKey); err == nil && got == id {
				signer = k
				return k.Cert, nil
			}
		}
		return nil, nil
	})
	return stamp, signer, err
}

// weigh looks at what only the record knows of a document with a good
// signature: whether its device was revoked, and whether its case has it.
func (d *Desk) weigh(ctx context.Context, v *Verification, stamp sign.Stamp, signer KnownDevice) error {
	if r := signer.Revoked; !r.IsZero() {
		day := r.In(china).Format(time.DateOnly)
		if !stamp.IssuedAt.Before(r) {
			v.Verdict, v.Why = VerdictRevoked, optional("出具这份文书的设备已于"+day+"停用,停用之后出具的不算数")
			v.WhyEn = "its device was revoked on " + day + "; what it issued after that does not count"
			return nil
		}
		v.Note = "出具的设备后来(" + day + ")停用了。时间是设备自己写的:请核对办件记录。"
		v.NoteEn = "its device was revoked later, on " + day + ". The time is the device's own word: look at the case. "
	}
	v.Valid = true
	d2, err := d.findCase(ctx, stamp.Number)
	if err != nil || d2.Folded.Case == nil {
		return nil // of a counter that is not held here, or without a case
	}
	for i := range d2.Folded.Case.Prints {
		if strings.HasPrefix(d2.Folded.Case.Prints[i].Digest, hex.EncodeToString(stamp.Digest[:])) {
			return nil
		}
	}
	v.Note += "本机的办件记录里没有这份文书,可能还没有同步到。"
	v.NoteEn += "The case as held here does not have this document; it may not have come yet."
	return nil
}

func (d *Desk) titleOfKind(ctx context.Context, kind string) string {
	switch kind {
	case document.FormBlank:
		return formTitle + "(空白)"
	case document.FormFilled:
		return formTitle
	}
	press, err := d.press(ctx)
	if err != nil {
		return kind
	}
	if page := press.Page(kind, d.cfg.Now()); page != nil {
		return page.Called()
	}
	return kind
}

func verdictOf(err error) string {
	var e *sign.Error
	if errors.As(err, &e) {
		switch e.Code {
		case sign.NotOurs:
			return VerdictNotOurs
		case sign.Unreadable:
			return VerdictNoCode
		case sign.UnknownSigner, sign.BadSigner:
			return VerdictUnknown
		}
	}
	return VerdictAltered
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func whyNot(err error) (zh, en string) {
	var e *sign.Error
	if errors.As(err, &e) {
		return e.Zh, e.En
	}
	var c *counter.Error
	if errors.As(err, &c) {
		return c.Zh, c.En
	}
	return "无法验证", "it cannot be verified"
}
