package desk

import (
	"context"
	"time"

	"onedoor/app/counter"
)

// Calendars gives the district's calendars as held here.
func (d *Desk) Calendars(ctx context.Context) ([]counter.Calendar, error) {
	c, err := d.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return c.calendars, nil
}

// DayOf is the civil day of a moment at every station.
func DayOf(t time.Time) counter.Date { return counter.DateOf(t.In(china)) }
