package desk

import (
	"context"
	"strings"

	"onedoor/app/counter"
)

// correction works out what a correction of the date of acceptance says: with
// the due date counted anew, unless one is given. The reason is the opinion of the
// act, sealed; a notice to the applicant is due (CaseState.Tasks).
func (s *Session) correction(ctx context.Context, c *counter.CaseState, o ActOptions) (p counter.CorrectPayload, err error) {
	if o.Opinion == "" {
		return p, counter.E(counter.CodeUsage, "更正日期必须写明原因", "correcting a date needs a reason").
			Hint("用 --opinion 写明原因;更正后要给申请人出具通知", "give it with --opinion; a notice to the applicant is due afterwards")
	}
	if o.LegalDate == "" && o.Due == "" {
		return p, counter.E(counter.CodeUsage, "要写明更正后的日期", "say the corrected date").
			Hint("用 --legal-date 写受理日期,或用 --due 写办结期限", "use --legal-date for the acceptance, or --due for the limit")
	}
	p = counter.CorrectPayload{LegalDate: c.LegalDate, Due: c.Due, DueProvisional: c.DueProvisional, Calendar: c.Calendar}
	if o.LegalDate != "" {
		if p.LegalDate = o.LegalDate; !p.LegalDate.Valid() || p.LegalDate > s.today() {
			return p, counter.E(counter.CodeInvalid, "更正后的受理日期无效,或晚于今天", "the corrected date is not a date, or after today").
				Hint("写成 2026-11-20 的样子;电脑时钟不对时先校准", "write it as 2026-11-20; set the clock first if it is wrong")
		}
		if c.Due != nil {
			if err := s.recount(ctx, c, &p); err != nil {
				return p, err
			}
		}
	}
	switch {
	case o.Due == "":
		return p, nil
	case !o.Due.Valid() || o.Due < p.LegalDate:
		return p, counter.E(counter.CodeInvalid, "更正后的办结期限无效,或早于受理日期", "the corrected limit is not a date, or before the acceptance").
			Hint("写成 2026-11-20 的样子", "write it as 2026-11-20")
	case c.Due == nil:
		return p, counter.E(counter.CodeInvalid, "即办件没有办结期限", "an instant case has no limit").Hint("只更正受理日期", "correct the date of acceptance only")
	}
	due := o.Due
	p.Due, p.DueProvisional, p.Calendar = &due, false, ""
	return p, nil
}

// recount counts the due date from the legal date with the calendars held now.
func (d *Desk) recount(ctx context.Context, c *counter.CaseState, p *counter.CorrectPayload) error {
	cat, err := d.catalogue(ctx)
	if err != nil {
		return err
	}
	due, provisional, err := counter.DueDate(p.LegalDate, c.PromisedDays, cat.calendars)
	if err != nil {
		return err
	}
	p.Due, p.DueProvisional, p.Calendar = &due, provisional, cat.countedWith(p.LegalDate, due)
	return nil
}

// countedWith names the calendars between two days.
func (c *catalogue) countedWith(from, to counter.Date) (text string) {
	for _, cal := range c.calendars {
		if cal.Year == from.Year() || cal.Year == to.Year() {
			text = strings.TrimSpace(text + " " + cal.Source + " " + cal.Version)
		}
	}
	return text
}
