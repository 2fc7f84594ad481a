package desk

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
)

// Two cases can bear one number after a whole disk was put back from a copy together
// with its key folder. Both stand. What tells them apart is the beginning of the case's
// id behind a stroke, on paper as on the command line.

// toldApart is a case's number with what tells it from another one.
func toldApart(number string, id uuid.UUID) string { return number + "/" + id.String()[:8] }

// paperNumber is the number that papers of a case show.
func (s *Session) paperNumber(ctx context.Context, d *counter.Dossier) (string, error) {
	c := d.Folded.Case
	if c == nil {
		return "", nil
	}
	rows, err := s.ledger.CaseByNumber(ctx, c.Number)
	if err != nil || len(rows) < 2 {
		return c.Number, err
	}
	return toldApart(c.Number, d.Entity), nil
}

// ownNumber is the number that a document shows, if it is not the case's own.
func (sh *sheet) ownNumber(c *counter.CaseState) string {
	number := sh.draft.Number
	if sh.notice != nil {
		number = sh.notice.Number
	}
	if c == nil || number == c.Number {
		return ""
	}
	return number
}

// noticeAgain tells that the applicant's notice shows a number that another case bears, too.
func (s *Session) noticeAgain(ctx context.Context, d *counter.Dossier, kind string) (bool, error) {
	if kind != document.Acceptance || d.Folded.Case == nil || d.Folded.Case.Noticed() {
		return false, nil
	}
	number, err := s.paperNumber(ctx, d)
	return number != d.Folded.Case.Number, err
}

// findCase finds a case by the number that people type or scan.
func (s *Desk) findCase(ctx context.Context, number string) (*counter.Dossier, error) {
	number, which, _ := strings.Cut(number, "/")
	n, err := counter.ParseNumber(number)
	if err != nil {
		return nil, err
	}
	rows, err := s.ledger.CaseByNumber(ctx, n.String())
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		if d, err := s.findWithheld(ctx, n.String()); d != nil || err != nil {
			return d, err
		}
		return nil, counter.Ef(counter.CodeNotFound, "没有找到办件 %s", "case %s was not found", n.String()).
			Hint("核对编号;别的窗口受理的办件要等同步后才能看到", "check the number; cases of other counters appear after a sync")
	}
	if which == "" && len(rows) == 1 {
		return s.ledger.Entity(ctx, rows[0].Scope, rows[0].Entity)
	}
	which = strings.ToLower(strings.TrimSpace(which))
	var names []string
	var fits []counter.CaseRow
	for _, r := range rows {
		names = append(names, toldApart(n.String(), r.Entity))
		if which != "" && strings.HasPrefix(r.Entity.String(), which) {
			fits = append(fits, r)
		}
	}
	if len(fits) != 1 {
		return nil, counter.Ef(counter.CodeInvalid, "编号 %s 的办件有 %d 件", "%[2]d cases bear the number %[1]s", n.String(), len(rows)).
			Hint("在编号后写明是哪一件: "+strings.Join(names, "、"), "say which one: "+strings.Join(names, ", "))
	}
	return s.ledger.Entity(ctx, fits[0].Scope, fits[0].Entity)
}
