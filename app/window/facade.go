package window

import (
	"context"
	"time"

	"onedoor/app/desk"
)

// Over makes the Config of a facade; the caller adds reader, link, drafts and papers,
// Idle and Log if it wants to.
func Over(d *desk.Desk, now func() time.Time) Config {
	about := d.Device()
	return Config{
		Station: Station{
			Name: about.Name, Division: about.Division, Counter: about.Counter, Tier: about.Tier, District: about.DistrictName,
		},
		Login: func(ctx context.Context, name, password string) (User, error) {
			s, err := d.Login(ctx, name, password)
			if err != nil {
				return nil, err // not s: a nil *Session in an interface is not nil
			}
			return s, nil
		},
		Items:     d.Items,
		Search:    d.SearchItems,
		Divisions: d.Divisions,
		Printers:  d.Printers,
		Verify:    d.VerifyDocument,
		Now:       now,
	}
}
