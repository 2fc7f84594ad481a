package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"onedoor/app/counter"
)

// RecountDue settles the provisional due dates of this service point's open cases
// when calendars have become known since seen, the mark of the last time. It gives
// the mark for the next time and how many dates were settled. Every device of the
// service point may do it: they all say the same.
func (d *Desk) RecountDue(ctx context.Context, seen string) (mark string, settled int, err error) {
	// As a rule there is nothing to settle: then the catalogue need not be read, and
	// the mark stays until there is.
	rows, err := d.ledger.Cases(ctx, counter.CaseFilter{Scope: d.ownScope(), Provisional: true})
	if err != nil || len(rows) == 0 {
		return seen, 0, err
	}
	cat, err := d.catalogue(ctx)
	if err != nil {
		return seen, 0, err
	}
	if mark, err = cat.calendarMark(); err != nil || mark == seen {
		return seen, 0, err
	}
	for _, r := range rows {
		if r.Due == "" || counter.Status(r.Status).Ended() {
			continue
		}
		done, err := d.recountCase(ctx, cat, r)
		if err != nil {
			return seen, settled, err
		}
		if done {
			settled++
		}
	}
	return mark, settled, nil
}

// calendarMark stands for the calendars that are held.
func (c *catalogue) calendarMark() (string, error) {
	raw, err := json.Marshal(c.calendars)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

func (d *Desk) recountCase(ctx context.Context, cat *catalogue, r counter.CaseRow) (bool, error) {
	dossier, err := d.ledger.Entity(ctx, r.Scope, r.Entity)
	if err != nil {
		return false, err
	}
	c := dossier.Folded.Case
	if c == nil || !c.DueProvisional || c.NeedsUpdate || c.PromisedDays == 0 {
		return false, nil
	}
	due, provisional, err := counter.DueDate(c.LegalDate, c.PromisedDays, cat.calendars)
	if err != nil || provisional {
		return false, err
	}
	return true, d.ledger.Record(ctx, func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: r.Scope, Kind: "case.recount", Entity: r.Entity,
			Payload: counter.RecountPayload{LegalDate: c.LegalDate, Due: due, Calendar: cat.countedWith(c.LegalDate, due)}})
		return err
	})
}
