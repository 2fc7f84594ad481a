package station

import (
	"context"
	"time"
)

// Health is how the PC under a station stands.
type Health struct {
	Home       string
	Room       Room      // of the disk that holds the home
	Now        time.Time // the PC's clock
	Seen       time.Time // latest time that any device recorded, as known here
	ClockDoubt bool      // the clock contradicts what is known
}

// Health looks.
func (s *Station) Health(ctx context.Context) (Health, error) {
	h := Health{Home: s.v.home}
	var err error
	if h.Room, err = DiskRoom(s.v.home); err != nil {
		return h, fileError("查看磁盘", err)
	}
	ev, err := s.v.store.Clock(ctx)
	if err != nil {
		return h, err
	}
	h.Now, h.Seen, h.ClockDoubt = ev.Now, ev.Seen, ev.Suspicious()
	return h, nil
}
