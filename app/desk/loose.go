package desk

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/wording"
)

// LooseRequest asks for a document that belongs to no case: an item's guide or
// checklist, a citizen's own page, the day's hand-over list.
type LooseRequest struct {
	Kind   string
	Item   string       // code: guide, checklist, form-blank
	Person string       // ID number or credit code: mine
	Day    counter.Date // handover; empty is today
	To     string       // who takes the papers over: handover
	Texts  map[string]string

	Paper, Out, Printer string
}

// PrintLoose issues such a document. It is recorded, with who asked for it and
// what it says, before a file or printer gets a byte.
func (s *Session) PrintLoose(ctx context.Context, r LooseRequest) (DocumentRef, []string, error) {
	scope := s.ownScope()
	p := PrintRequest{Number: "", Kind: r.Kind, Texts: r.Texts, Paper: r.Paper, Out: r.Out, Printer: r.Printer}
	if err := s.mayPrint(ctx, scope, "paper.print", p); err != nil {
		return DocumentRef{}, nil, err
	}
	if r.Kind == document.FormBlank {
		return s.blankForm(ctx, r)
	}
	draft, err := s.looseDraft(ctx, r)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	said, err := s.said(ctx, p)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	for k, v := range said {
		draft.Facts[k] = v
	}
	sh := &sheet{draft: draft}
	made, err := s.draw(ctx, nil, sh, p)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	states, err := sh.pack()
	if err != nil {
		return DocumentRef{}, nil, err
	}
	first, entity := &made.copies[0], uuid.New()
	var op counter.OpID
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		id, err := rec.Append(counter.Act{Scope: scope, Kind: "paper.print", Entity: entity, New: true, Actor: s.user.ID,
			Sealed: map[string][]byte{counter.SealedPaper: states},
			Payload: counter.PaperPayload{Kind: r.Kind, Number: draft.Number, Digest: hex.EncodeToString(first.Digest[:]),
				IssuedAt: rec.Now().In(china).Format(time.RFC3339), Version: first.Version, Wording: first.Wording, Printer: r.Printer}})
		op = id
		return err
	})
	if err != nil {
		return DocumentRef{}, nil, err
	}
	p.Number = draft.Number
	return s.hand(ctx, p, made, DocumentRef{Kind: r.Kind, Copy: 1}, s.tell(ctx, scope, "paper.printed", entity, op, r.Printer))
}

// looseOf is such a document, asked for from a case: the guide or checklist of
// its item, its applicant's own page, the list of the day it was accepted on.
func (s *Session) looseOf(ctx context.Context, d *counter.Dossier, r PrintRequest) (DocumentRef, []string, error) {
	who, err := s.applicantOf(ctx, d)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	c := d.Folded.Case
	return s.PrintLoose(ctx, LooseRequest{Kind: r.Kind, Item: c.Item.Code, Person: who.Number, Day: c.LegalDate, To: r.Texts["to"],
		Texts: r.Texts, Paper: r.Paper, Out: r.Out, Printer: r.Printer})
}

func (s *Session) looseDraft(ctx context.Context, r LooseRequest) (document.Draft, error) {
	now := s.cfg.Now().In(china).Truncate(time.Second)
	switch r.Kind {
	case "guide", "checklist":
		it, err := s.Item(ctx, r.Item)
		if err != nil {
			return document.Draft{}, err
		}
		sh := s.sheetOfItem(it)
		if r.Kind == "guide" {
			return sh.Guide(it.Code, now), nil
		}
		return sh.Checklist(it.Code, now), nil
	case "mine":
		return s.mine(ctx, r.Person, now)
	case "handover":
		return s.handover(ctx, r, now)
	}
	return document.Draft{}, counter.Ef(counter.CodeUsage, "“%s”要写明是哪个办件的", "%s belongs to a case: name it", r.Kind).
		Hint("不属于办件的文书:"+strings.Join(looseKinds, "、"), "without a case: "+strings.Join(looseKinds, ", "))
}

// mine is everything the counter knows of a person's matters (个人信息保护法第四十五条).
func (s *Session) mine(ctx context.Context, number string, now time.Time) (document.Draft, error) {
	people, err := s.FindPerson(ctx, number)
	if err != nil {
		return document.Draft{}, err
	}
	who := people[0]
	var cases, held []wording.Facts
	for _, p := range people {
		for _, line := range p.Cases {
			row := wording.Facts{"case_number": line.Number, "item": first(line.ItemName, line.Item), "status": line.StatusName, "next": nextOf(line)}
			if at, err := time.Parse(time.RFC3339, line.AcceptedAt); err == nil {
				row["accepted_on"] = at
			}
			cases = append(cases, row)
			more, err := s.materialsHeld(ctx, line)
			if err != nil {
				return document.Draft{}, err
			}
			held = append(held, more...)
		}
	}
	f := wording.Facts{"body": s.cfg.Device.Name, "phone": "12345", "person": who.Name, "person_number": receiptNumber(who.Type, counter.NormalizeID(number).Plain()),
		"as_of": s.knownUntil(ctx, now)}
	if len(cases) > 0 {
		f["cases"] = cases
	}
	if len(held) > 0 {
		f["materials"] = held
	}
	return document.Draft{Kind: "mine", Number: "M" + s.cfg.Device.Division + "-" + now.Format("20060102150405"), IssuedAt: now, Facts: f}, nil
}

// knownUntil is the moment up to which this device knows of others' work.
func (s *Session) knownUntil(ctx context.Context, now time.Time) time.Time {
	ev, err := s.ledger.Clock(ctx)
	if last := later(ev.Own, ev.Seen); err == nil && !last.IsZero() && last.Before(now) && s.cfg.Device.Tier != "village" {
		return last
	}
	return now
}

func nextOf(line CaseLine) string {
	if st := counter.Status(line.Status); st.Ended() || line.Due == nil {
		return ""
	}
	return *line.Due + "前办结"
}

// materialsHeld are the papers of a case that the counter surely keeps: copies and
// scans. An original is given back, like the ID card itself, or goes up with the case.
func (s *Session) materialsHeld(ctx context.Context, line CaseLine) (out []wording.Facts, err error) {
	d, err := s.findCase(ctx, line.Number)
	if err != nil || d.Folded.Case == nil {
		return nil, err
	}
	for _, m := range d.Folded.Case.Materials {
		if m.Provided && (m.Copies > 0 || m.File != nil) {
			out = append(out, wording.Facts{"name": m.Name, "case": line.Number})
		}
	}
	return out, nil
}

// handover lists what a counter accepted on a day, with the number of papers.
func (s *Session) handover(ctx context.Context, r LooseRequest, now time.Time) (document.Draft, error) {
	day := r.Day
	if day == "" {
		day = s.today()
	}
	if !day.Valid() {
		return document.Draft{}, counter.E(counter.CodeInvalid, "交接日期不对", "not a date").Hint("写成 2026-11-20", "write it as 2026-11-20")
	}
	lines, err := s.Cases(ctx, counter.CaseFilter{Scope: s.ownScope(), From: string(day), To: string(day)})
	if err != nil {
		return document.Draft{}, err
	}
	slices.SortFunc(lines, func(a, b CaseLine) int { return strings.Compare(a.Number, b.Number) })
	var rows []wording.Facts
	for _, l := range lines {
		row, err := s.handoverRow(ctx, l)
		if err != nil {
			return document.Draft{}, err
		}
		if row != nil {
			rows = append(rows, row)
		}
	}
	f := wording.Facts{"body": s.cfg.Device.Name, "to": r.To, "day": string(day), "officer": s.name}
	if len(rows) > 0 {
		f["cases"] = rows
	}
	window, err := s.counterNumber(ctx)
	if err != nil {
		return document.Draft{}, err
	}
	number := "H" + s.cfg.Device.Division + window + "-" + strings.ReplaceAll(string(day), "-", "")
	return document.Draft{Kind: "handover", Number: number, IssuedAt: now, Facts: f}, nil
}

func (s *Session) handoverRow(ctx context.Context, l CaseLine) (wording.Facts, error) {
	d, err := s.findCase(ctx, l.Number)
	if err != nil {
		return nil, err
	}
	c := d.Folded.Case
	if c == nil || c.Status == counter.StatusVoided {
		return nil, nil
	}
	who, err := s.applicantOf(ctx, d)
	if err != nil {
		return nil, err
	}
	shown := s.onlyShown(ctx, c)
	papers := 0
	for _, m := range c.Materials {
		if m.Provided && !shown[m.Name] {
			papers += m.Originals
		}
		if m.Provided {
			papers += m.Copies
		}
	}
	row := wording.Facts{"case_number": l.Number, "applicant": who.Name, "item": c.Item.Name, "papers": papers}
	if c.Due != nil {
		row["due"] = string(*c.Due)
	}
	return row, nil
}

// onlyShown names the materials of a case whose originals are looked at and given
// back, such as an ID card: no list may say that the counter has them.
func (s *Session) onlyShown(ctx context.Context, c *counter.CaseState) map[string]bool {
	out := map[string]bool{}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return out
	}
	it, err := cat.version(c.Item)
	if err != nil {
		return out
	}
	for _, m := range it.Materials {
		out[m.Name] = m.SeenOnly
	}
	return out
}
