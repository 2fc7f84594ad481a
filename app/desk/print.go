package desk

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/internal/spool"
)

// PrintRequest asks for a document of a case, or for one without a case.
type PrintRequest struct {
	Number string // of the case
	Kind   string
	// What the case does not know of the document: the JSON of a file, or texts by
	// field as somebody types them (see factsOf). Either makes a new document;
	// without them the last one is printed again.
	Facts []byte
	Texts map[string]string
	Scans [][]byte // pictures, for kinds that take some
	Kept  []string // names of the case's materials whose kept scans are the pictures, too

	Anew      bool   // not a reprint: state what is so now
	CopyNo    int    // which of the copies; 0 is the first in a file, and all of them at a printer
	Paper     string // a4, a5, roll80; empty is what printer and kind are used with
	Watermark string

	Out     string // PDF file to write; empty writes none
	Printer string // queue or receipt printer, see package spool; empty prints nothing
}

// sheet is a document before it is drawn: an acceptance notice as it was
// recorded, or a draft of any kind.
type sheet struct {
	notice *document.Notice
	draft  document.Draft
	form   func(reprint int) (document.Issued, error) // a filled form, which the record states whole
	again  *counter.CasePrint                         // of which this is a reprint
	warn   []string
}

// PrintPaper issues a document of a case: it is recorded, durable, before a
// file or a printer gets a byte of it. What the printer says is recorded too. A
// printer that did not take it is an error, and the document is kept as not
// printed; it can be printed again.
func (s *Session) PrintPaper(ctx context.Context, r PrintRequest) (DocumentRef, []string, error) {
	d, err := s.findCase(ctx, r.Number)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	if c := d.Folded.Case; c != nil && slices.Contains(looseKinds, r.Kind) && r.plain() {
		return s.looseOf(ctx, d, r)
	}
	return s.printCase(ctx, d, r)
}

// plain tells that nothing is asked of a paper but what the record knows and
// what somebody typed.
func (r PrintRequest) plain() bool {
	return r.Facts == nil && r.Watermark == "" && r.CopyNo == 0 && len(r.Scans) == 0 && len(r.Kept) == 0
}

func (s *Session) printCase(ctx context.Context, d *counter.Dossier, r PrintRequest) (DocumentRef, []string, error) {
	if err := s.mayPrint(ctx, d.Scope, "case.print", r); err != nil {
		return DocumentRef{}, nil, err
	}
	for _, name := range r.Kept {
		m, err := s.Material(ctx, r.Number, name)
		if err != nil {
			return DocumentRef{}, nil, err
		}
		r.Scans = append(r.Scans, m.Data)
	}
	due := dueNotices(d.Folded.Case, r.Kind)
	twice, err := s.noticeAgain(ctx, d, r.Kind)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	r.Anew = r.Anew || len(due) > 0 || twice // an earlier notice does not know of what this one is due for
	sh, err := s.sheetOf(ctx, d, r)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	made, err := s.draw(ctx, d.Folded.Case, sh, r)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	states, err := sh.pack()
	if err != nil {
		return DocumentRef{}, nil, err
	}
	first := &made.copies[0]
	ref := DocumentRef{Kind: r.Kind, Copy: printed(d.Folded.Case, r.Kind) + 1, Reprint: made.reprint}
	var op counter.OpID
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		id, err := rec.Append(counter.Act{Scope: d.Scope, Kind: "case.print", Entity: d.Entity, Actor: s.user.ID,
			Sealed: map[string][]byte{counter.SealedPaper: states},
			Payload: counter.PrintPayload{Kind: r.Kind, Digest: hex.EncodeToString(first.Digest[:]), Copy: ref.Copy,
				IssuedAt: rec.Now().In(china).Format(time.RFC3339), Version: first.Version, Wording: first.Wording,
				Paper: made.paper.String(), CopyNo: r.CopyNo, Reprint: made.reprint, Number: sh.ownNumber(d.Folded.Case)}})
		op = id
		return err
	})
	if err != nil {
		return DocumentRef{}, nil, err
	}
	ref, warn, err := s.hand(ctx, r, made, ref, s.tell(ctx, d.Scope, "case.printed", d.Entity, op, r.Printer))
	if err != nil || len(due) == 0 || r.Out == "" && r.Printer == "" {
		return ref, warn, err
	}
	return ref, warn, s.seenTo(ctx, d, due)
}

// tell records what a printer said of the print op.
func (s *Session) tell(ctx context.Context, scope, kind string, entity uuid.UUID, op counter.OpID, printer string) func(job string, failed error) error {
	return func(job string, failed error) error {
		p := counter.PrintedPayload{Of: op, OK: failed == nil, Printer: printer, Job: job}
		if failed != nil {
			p.Why = string(spool.CodeOf(failed))
		}
		return s.ledger.Record(ctx, func(rec counter.Recorder) error {
			_, err := rec.Append(counter.Act{Scope: scope, Kind: kind, Entity: entity, Actor: s.user.ID, Payload: p})
			return err
		})
	}
}

// seenTo strikes tasks off a case's list, now that the paper they asked for is
// out: a printer that refused it leaves them there.
func (s *Session) seenTo(ctx context.Context, d *counter.Dossier, ops []counter.OpID) error {
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: d.Scope, Kind: "case.note", Entity: d.Entity, Actor: s.user.ID, Payload: counter.NotePayload{Clear: ops}})
		return err
	})
}

// mayPrint refuses what would fail later anyway, before anything is recorded.
func (s *Session) mayPrint(ctx context.Context, scope, kind string, r PrintRequest) error {
	if s.cfg.Papers.Signer == nil {
		return counter.E(counter.CodeNotEnrolled, "本机还没有签名证书,不能出具文书", "this device has no signing certificate yet")
	}
	if _, known := document.ParsePaper(r.Paper); r.Paper != "" && !known {
		return counter.Ef(counter.CodeUsage, "没有这种纸张:%s", "there is no paper %q", r.Paper).Hint("可用:a4、a5、roll80", "one of a4, a5, roll80")
	}
	return s.may(ctx, scope, kind)
}

// drawn is all copies of a document that are printed in one go.
type drawn struct {
	copies  []document.Issued
	paper   document.Paper
	reprint int
	warn    []string
}

// draw issues the copies that were asked for.
func (s *Session) draw(ctx context.Context, c *counter.CaseState, sh *sheet, r PrintRequest) (*drawn, error) {
	if sh.form != nil {
		n := reprints(c, r.Kind, "", r.CopyNo)
		issued, err := sh.form(n)
		if err != nil {
			return nil, err
		}
		return &drawn{copies: []document.Issued{issued}, reprint: n, warn: sh.warn}, nil
	}
	press, err := s.press(ctx)
	if err != nil {
		return nil, err
	}
	sh.settle(press)
	digest, copies, papers, err := sh.measure(press)
	if err != nil {
		return nil, paperError(err)
	}
	out := &drawn{warn: slices.Clone(sh.warn), paper: paperFor(r, papers)}
	if sh.again != nil && sh.again.Digest != hex.EncodeToString(digest[:]) {
		return nil, counter.E(counter.CodeIntegrity, "补打的内容和当时出具的不一致,没有打印", "the reprint would not state what was issued; nothing was printed").
			Hint("有扫描件的文书补打时要附上同样的扫描件;要按现在的情况重新出具,请选“重新出具”(--anew)", "give the same scans again; use --anew for a new document")
	}
	if c != nil {
		out.reprint = reprints(c, r.Kind, hex.EncodeToString(digest[:]), r.CopyNo)
	}
	from, to := max(r.CopyNo, 1), max(r.CopyNo, 1)
	if r.CopyNo == 0 && r.Printer != "" {
		to = copies
	}
	seal := document.Seal{Signer: s.cfg.Papers.Signer, Chain: s.cfg.Papers.Chain, At: s.cfg.Now()}
	for n := from; n <= to; n++ {
		issued, err := sh.issue(press, n, out.reprint, out.paper, seal)
		if err != nil {
			return nil, paperError(err)
		}
		out.copies = append(out.copies, issued)
	}
	for _, w := range out.copies[0].Warnings {
		out.warn = append(out.warn, w.Zh)
	}
	return out, nil
}

// paperFor takes the paper that was asked for, else what fits the printer.
func paperFor(r PrintRequest, papers []string) document.Paper {
	name := r.Paper
	if name == "" && spool.Receipt(r.Printer) {
		name = document.Roll80.String()
	}
	if name == "" && len(papers) > 0 {
		name = papers[0]
	}
	paper, _ := document.ParsePaper(name)
	return paper
}

// reprints counts how often a copy of exactly this document came out before; an
// empty digest is any document of the kind.
func reprints(c *counter.CaseState, kind, digest string, copyNo int) (n int) {
	for i := range c.Prints {
		p := &c.Prints[i]
		same := p.CopyNo == 0 || copyNo == 0 || p.CopyNo == copyNo
		if p.Kind == kind && (digest == "" || p.Digest == digest) && same && !p.Failed() {
			n++
		}
	}
	return n
}

// hand writes the file and gives the document to the printer.
func (s *Session) hand(ctx context.Context, r PrintRequest, made *drawn, ref DocumentRef, report func(job string, failed error) error) (DocumentRef, []string, error) {
	if r.Out != "" {
		if err := s.cfg.SaveFile(r.Out, made.copies[0].PDF); err != nil {
			return ref, made.warn, err
		}
		ref.File = r.Out
	}
	if r.Printer == "" {
		return ref, made.warn, nil
	}
	ref.Printer = r.Printer
	for i := range made.copies {
		job, failed := s.toPrinter(ctx, r, made, i)
		if err := report(job, failed); err != nil && failed == nil {
			return ref, made.warn, err
		}
		if failed != nil {
			return ref, made.warn, printerError(r.Printer, failed)
		}
		ref.Jobs = append(ref.Jobs, job)
	}
	return ref, made.warn, s.RememberPrinter(r.Kind, r.Printer)
}

func printed(c *counter.CaseState, kind string) (n int) {
	for _, p := range c.Prints {
		if p.Kind == kind {
			n++
		}
	}
	return n
}
