package spool

import (
	"context"
	"time"

	"onedoor/internal/clock"
)

// deadline is when a printer at the network is given up.
func deadline(ctx context.Context, most time.Duration) time.Time {
	end := clock.System().Add(most)
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		return d
	}
	return end
}
