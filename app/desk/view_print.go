package desk

import (
	"context"

	"onedoor/app/counter"
	"onedoor/forms/document"
)

// formTitle names the filled form, which has no wording of its own.
const formTitle = "申请表"

// Documents lists what was printed for a case.
func (s *Session) Documents(ctx context.Context, number string) ([]PrintView, error) {
	v, err := s.Case(ctx, number)
	if err != nil {
		return nil, err
	}
	return v.Documents, nil
}

// prints shows what was issued for a case, and what became of it.
func (s *Desk) prints(ctx context.Context, c *counter.CaseState, v *CaseView) error {
	press, err := s.press(ctx)
	if err != nil {
		return err
	}
	for i := range c.Prints {
		p := &c.Prints[i]
		line := PrintView{Kind: p.Kind, Copy: p.Copy, IssuedAt: p.IssuedAt, Digest: p.Digest, Title: p.Kind, Reprint: p.Reprint, Failed: p.Failed()}
		if page := press.Page(p.Kind, s.cfg.Now()); page != nil {
			line.Title = page.Called()
		}
		if p.Kind == document.FormFilled {
			line.Title = formTitle
		}
		for _, r := range p.Results {
			line.Printer = r.Printer
		}
		v.Documents = append(v.Documents, line)
	}
	return nil
}
