package station

import (
	"context"
	"encoding/binary"
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
	s.doubles.Lock()
	defer s.doubles.Unlock()
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

// tellJoins goes on with a round in which something came in that had to be
// joined, so that the peer gets to know it at once.
func (s *Station) tellJoins(ctx context.Context, node *bepnode.Node, addr string, timeout time.Duration, r bepnode.Report) (bepnode.Report, error) {
	n, err := s.joinDoubles(ctx)
	if err != nil || n == 0 {
		return r, err
	}
	if err := s.v.store.Flush(); err != nil {
		return r, err
	}
	more, err := node.Round(ctx, addr, timeout)
	more.SentOps, more.ReceivedOps = more.SentOps+r.SentOps, more.ReceivedOps+r.ReceivedOps
	more.SentBytes, more.ReceivedBytes, more.Refused = more.SentBytes+r.SentBytes, more.ReceivedBytes+r.ReceivedBytes, more.Refused+r.Refused
	return more, err
}

// doublesPause gathers what comes in close together.
const doublesPause = 200 * time.Millisecond

// watchDoubles looks for double acceptances whenever something has come in.
func (s *Station) watchDoubles(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	wake <- struct{}{}
	stop := s.v.store.Subscribe(func(string) {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(doublesPause):
		}
		if _, err := s.joinDoubles(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("looking for double acceptances", "cause", err)
		}
	}
}
