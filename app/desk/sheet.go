package desk

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"slices"
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/wording"
)

// packed is what a print keeps, sealed, of its document (SealedPaper).
type packed struct {
	Notice    *document.Notice `json:"notice,omitempty"`
	IssuedAt  *time.Time       `json:"issued_at,omitempty"`
	Facts     wording.Facts    `json:"facts,omitempty"`
	Watermark string           `json:"watermark,omitempty"`
	Copies    int              `json:"copies,omitempty"`
}

// mostPacked is far above the longest document, so that a few sealed bytes
// cannot fill the memory.
const mostPacked = 8 << 20

// pack keeps the document, deflated: sixty materials repeat the same words.
func (sh *sheet) pack() ([]byte, error) {
	p := packed{Notice: sh.notice}
	if sh.notice == nil && sh.form == nil {
		p.IssuedAt, p.Facts, p.Watermark, p.Copies = &sh.draft.IssuedAt, sh.draft.Facts, sh.draft.Watermark, sh.draft.Copies
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func unpack(kind string, data []byte) (*sheet, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), mostPacked))
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var p packed
	if err := dec.Decode(&p); err != nil {
		return nil, err
	}
	sh := &sheet{notice: p.Notice}
	if p.Notice == nil && p.IssuedAt != nil {
		sh.draft = document.Draft{Kind: kind, IssuedAt: *p.IssuedAt, Facts: p.Facts, Watermark: p.Watermark, Copies: p.Copies}
	}
	return sh, nil
}

// sheetOf finds what to print: the last document of the kind again, unless
// something new is to be stated.
func (s *Session) sheetOf(ctx context.Context, d *counter.Dossier, r PrintRequest) (*sheet, error) {
	if c := d.Folded.Case; c != nil && r.Kind != document.FormFilled && !r.Anew && r.Facts == nil && len(r.Texts) == 0 {
		for i := range slices.Backward(c.Prints) {
			if p := &c.Prints[i]; p.Kind == r.Kind && p.States != nil {
				return s.again(ctx, d, p, r)
			}
		}
	}
	n, err := s.notice(ctx, d)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Kind == document.Acceptance && r.Facts == nil && len(r.Texts) == 0:
		return &sheet{notice: &n}, nil
	case r.Kind == document.FormFilled:
		return &sheet{form: func(reprint int) (document.Issued, error) { return s.issueForm(ctx, d, n, reprint) }}, nil
	}
	if err := s.mustBeFounded(ctx, d, nil, r.Kind); err != nil {
		return nil, err
	}
	facts, err := s.factsFor(ctx, d, r)
	if err != nil {
		return nil, err
	}
	return s.newSheet(ctx, d, n, r, facts)
}

func (s *Session) newSheet(ctx context.Context, d *counter.Dossier, n document.Notice, r PrintRequest, facts wording.Facts) (*sheet, error) {
	press, err := s.press(ctx)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now().In(china).Truncate(time.Second)
	draft := press.Derive(n, r.Kind, now, facts)
	draft.Watermark, draft.Scans = r.Watermark, r.Scans
	return &sheet{draft: draft}, nil
}

// again opens a document that was printed before, with the words it had then.
func (s *Session) again(ctx context.Context, d *counter.Dossier, p *counter.CasePrint, r PrintRequest) (*sheet, error) {
	plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, *p.States)
	if err != nil {
		return nil, err
	}
	sh, err := unpack(p.Kind, plain)
	if err != nil {
		return nil, damaged(err)
	}
	edition := document.Edition{Version: p.Version, Fingerprint: p.Wording}
	if sh.again = p; sh.notice == nil {
		sh.draft.Number, sh.draft.Edition, sh.draft.Scans = cmp.Or(p.Number, d.Folded.Case.Number), edition, r.Scans
		return sh, nil
	}
	sh.notice.Edition = edition
	if now, err := s.notice(ctx, d); err == nil && now.Digest() != sh.notice.Digest() {
		sh.warn = append(sh.warn, "办件在出具之后有过变动,补打的仍是当时的内容;要按现在的内容出具,请选“重新出具”(--anew)")
	}
	return sh, nil
}

// settle brings the facts into the one form in which they are kept and read
// back. Faults among them are told when the document is drawn.
func (sh *sheet) settle(press *document.Press) {
	if sh.notice != nil {
		return
	}
	if page := press.PageOf(sh.draft); page != nil {
		if c := page.Check(sh.draft.Facts); len(c.Wrong) == 0 {
			sh.draft.Facts = c.Facts
		}
	}
}

// measure tells digest, number of copies and papers of the document.
func (sh *sheet) measure(press *document.Press) (digest [sha256.Size]byte, copies int, papers []string, err error) {
	if sh.notice != nil {
		return sh.notice.Digest(), max(sh.notice.Copies, 1), []string{document.A4.String(), document.A5.String(), document.Roll80.String()}, nil
	}
	if digest, err = press.Digest(sh.draft); err != nil {
		return digest, 0, nil, err
	}
	page := press.PageOf(sh.draft)
	if copies = sh.draft.Copies; copies == 0 {
		copies = page.Copies
	}
	return digest, max(copies, 1), page.Papers, nil
}

func (sh *sheet) issue(press *document.Press, copyNo, reprint int, paper document.Paper, seal document.Seal) (document.Issued, error) {
	if sh.notice != nil {
		n := *sh.notice
		n.CopyNo, n.Reprint = copyNo, reprint
		return press.Issue(n, paper, seal.Signer, seal.Chain, seal.At)
	}
	d := sh.draft
	d.CopyNo, d.Reprint = copyNo, reprint
	return press.IssueDraft(d, paper, seal)
}
