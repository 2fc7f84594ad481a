package desk

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document/sign"
)

// VerifyDocument tells whether a PDF or a QR text is a genuine document of the
// district, with no network: the certificate in a PDF is checked against the
// realm's root, that of a QR code is looked up in the roster.
func (d *Desk) VerifyDocument(ctx context.Context, data []byte, isFile bool) (Verification, error) {
	if isFile && !bytes.HasPrefix(data, []byte("%PDF-")) {
		if text := bytes.TrimSpace(data); bytes.HasPrefix(text, []byte(sign.QRPrefix)) {
			data, isFile = text, false // a scanner's output saved to a file
		}
	}
	ev, err := d.ledger.Clock(ctx)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{}
	// The district's own device knows its roster as of its own last record.
	if last := later(ev.Own, ev.Seen); !last.IsZero() {
		v.AsOf = last.In(china).Format(time.RFC3339)
	}
	var stamp sign.Stamp
	if isFile {
		var res sign.Result
		res, err = sign.VerifyPDF(data, d.cfg.Papers.Roots)
		stamp, v.Device = res.Stamp, res.Device
	} else {
		var cert *x509.Certificate
		stamp, cert, err = sign.VerifyQR(string(data), d.signerOf(ctx))
		if cert != nil {
			v.Device = cert.Subject.CommonName
		}
	}
	if err != nil {
		v.Why = optional(whyNot(err))
		return v, nil
	}
	v.Valid, v.Number, v.Kind = true, stamp.Number, stamp.Kind
	v.IssuedAt = stamp.IssuedAt.In(china).Format(time.RFC3339)
	return v, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (d *Desk) signerOf(ctx context.Context) sign.Lookup {
	return func(id sign.KeyID) (*x509.Certificate, error) {
		certs, err := d.cfg.Papers.Signers(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range certs {
			if got, err := sign.KeyIDOf(c.PublicKey); err == nil && got == id {
				return c, nil
			}
		}
		return nil, nil
	}
}

func whyNot(err error) string {
	var e *sign.Error
	if errors.As(err, &e) {
		return e.Zh
	}
	var c *counter.Error
	if errors.As(err, &c) {
		return c.Zh
	}
	return "无法验证"
}
