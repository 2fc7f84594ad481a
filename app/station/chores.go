package station

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"time"

	"onedoor/sync/bepnode"
	"onedoor/sync/roster"
)

// joinDoubles lets a superior say of what has come in since the last time where
// the same matter was accepted twice. At a village there is nothing to compare.
func (s *Station) joinDoubles(ctx context.Context) (int, error) {
	if s.id.Device.Tier == roster.Village || s.desk == nil {
		return 0, nil
	}
	s.chore.Lock()
	defer s.chore.Unlock()
	raw, err := s.v.store.Meta(ctx, metaDoubles)
	if err != nil {
		return 0, err
	}
	var mark uint64
	if len(raw) == 8 {
		mark = binary.BigEndian.Uint64(raw)
	}
	upTo, n, err := s.desk.JoinDoubles(ctx, mark)
	if err != nil || upTo == mark {
		return n, err
	}
	return n, s.v.store.PutMeta(ctx, metaDoubles, binary.BigEndian.AppendUint64(nil, upTo))
}

// tellChores goes on with a round in which something came in that this device had
// to answer, so that the peer gets to know it at once.
func (s *Station) tellChores(ctx context.Context, node *bepnode.Node, addr string, timeout time.Duration, r bepnode.Report) (bepnode.Report, error) {
	if s.doChores(ctx) == 0 {
		return r, nil
	}
	if err := s.v.store.Flush(); err != nil {
		return r, err
	}
	more, err := node.Round(ctx, addr, timeout)
	more.SentOps, more.ReceivedOps = more.SentOps+r.SentOps, more.ReceivedOps+r.ReceivedOps
	more.SentBytes, more.ReceivedBytes, more.Refused = more.SentBytes+r.SentBytes, more.ReceivedBytes+r.ReceivedBytes, more.Refused+r.Refused
	return more, err
}

// doChores does what a device says by itself: it joins double acceptances,
// settles provisional dates and says when its disk turned out to be a copy; the hub gives
// a new counter number then and, when it goes on after a loss, the keys that members of
// service points lack. It gives how many acts were written. A failure stops
// nothing else: it is tried again the next time.
func (s *Station) doChores(ctx context.Context) int {
	joined, err := s.joinDoubles(ctx)
	settled, err2 := s.recountDue(ctx)
	mended, err3 := s.mendKeys(ctx)
	told, err4 := s.tellCopied(ctx)
	given, err5 := s.giveNumbers(ctx)
	if err = errors.Join(err, err2, err3, err4, err5); err != nil && ctx.Err() == nil {
		slog.Warn("chores", "cause", err)
	}
	return joined + settled + mended + told + given
}

// recountDue settles the due dates of the service point when a calendar has come.
func (s *Station) recountDue(ctx context.Context) (int, error) {
	s.chore.Lock()
	defer s.chore.Unlock()
	seen, err := s.v.store.Meta(ctx, metaCalendars)
	if err != nil {
		return 0, err
	}
	if err := s.v.store.FillProvisional(ctx, s.id.Device.Division); err != nil {
		return 0, err
	}
	mark, n, err := s.desk.RecountDue(ctx, string(seen))
	if err != nil || mark == string(seen) {
		return n, err
	}
	return n, s.v.store.PutMeta(ctx, metaCalendars, []byte(mark))
}

// While files come in one after the other, the chores wait for the end of it: they
// read what is being written, and what comes last may change what they say. A hub
// where there is always somebody sending does them after choresLatest all the same.
const (
	choresPause  = 500 * time.Millisecond
	choresLatest = 10 * time.Second
)

// watchChores does the chores whenever something has come in, and before anything else.
func (s *Station) watchChores(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	stop := s.v.store.Subscribe(func(string) {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	defer stop()
	s.doChores(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		}
		if !endOfBurst(ctx, wake, choresPause, choresLatest) {
			return nil
		}
		s.doChores(ctx)
	}
}

// endOfBurst waits until nothing woke for a pause, but no longer than latest; false
// when ctx ended.
func endOfBurst(ctx context.Context, wake <-chan struct{}, pause, latest time.Duration) bool {
	end := time.NewTimer(latest)
	defer end.Stop()
	for {
		quiet := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			quiet.Stop()
			return false
		case <-wake:
			quiet.Stop()
		case <-quiet.C:
			if len(wake) == 0 { // on a busy PC both may be ready
				return true
			}
		case <-end.C:
			quiet.Stop()
			return true
		}
	}
}
