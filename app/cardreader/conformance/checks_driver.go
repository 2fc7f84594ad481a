package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/app/cardreader"
)

// reader is the driver on the same port, which it then owns.
func (s *session) reader(opts ...cardreader.Option) *cardreader.Reader {
	s.hangUp()
	times := cardreader.DefaultTimeouts()
	times.Answer, times.ReadAnswer, times.Gap, times.Frame = s.limit.Answer, s.limit.Read, s.limit.Gap, s.limit.Frame
	times.Late = max(times.Late, s.limit.Answer)
	opts = append([]cardreader.Option{cardreader.WithTimeouts(times)}, opts...)
	return cardreader.New(func(ctx context.Context, _ int) (cardreader.Port, error) { return s.Dial(ctx, s.baud) }, opts...)
}

// driver reads the card once more, as a program at the counter does.
func (s *session) driver(ctx context.Context) (Text, error) {
	r := s.reader(cardreader.WithNotify(func(e cardreader.Event) {
		if e.Kind == cardreader.EventLift {
			s.lift()
			s.place()
		}
	}))
	defer r.Close()
	s.lift()
	s.place()
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	card, err := r.ReadCard(ctx)
	if err != nil {
		return Text{}, err
	}
	defer card.Wipe()
	if !bytes.Equal(card.Text, s.text) {
		return Text{}, bad("驱动读出的证件与原始数据不同", "the driver read another card")
	}
	return Text{}, nil
}

// watch expects two placements, each announced, read and ended once.
func (s *session) watch(ctx context.Context) (Text, error) {
	r := s.reader()
	defer r.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*s.Patience)
	defer cancel()
	s.lift()
	s.place()
	want := []cardreader.EventKind{cardreader.EventCardPresent, cardreader.EventCardRead, cardreader.EventCardRemoved,
		cardreader.EventCardPresent, cardreader.EventCardRead}
	events := r.Watch(ctx)
	for i, kind := range want {
		e, open := <-events
		switch {
		case !open:
			return Text{}, bad(fmt.Sprintf("没有等到第 %d 个事件 %s", i+1, kind), fmt.Sprintf("event %d, %s, did not come", i+1, kind))
		case e.Kind != kind:
			return Text{}, bad(fmt.Sprintf("第 %d 个事件是 %s，应为 %s", i+1, e.Kind, kind), fmt.Sprintf("event %d is %s, want %s", i+1, e.Kind, kind))
		}
		switch kind {
		case cardreader.EventCardRead:
			same := bytes.Equal(e.Card.Text, s.text)
			e.Card.Wipe()
			if !same {
				return Text{}, bad("监视循环读出的证件与原始数据不同", "the watch loop read another card")
			}
			s.lift()
		case cardreader.EventCardRemoved:
			s.place()
		}
	}
	return Text{}, nil
}

// cancelled gives up while waiting for a card, then asks for the status.
func (s *session) cancelled(ctx context.Context) (Text, error) {
	r := s.reader()
	defer r.Close()
	s.lift()
	if err := r.Status(ctx); err != nil {
		return Text{}, err
	}
	short, cancel := context.WithTimeout(ctx, findEvery/2)
	defer cancel()
	start := s.now()
	card, err := r.ReadCard(short)
	switch took := s.now().Sub(start); {
	case err == nil: // the card was there again already
		card.Wipe()
	case took > findEvery/2+time.Second:
		return Text{}, bad(fmt.Sprintf("取消后 %v 才返回", took), fmt.Sprintf("returned %v after being cancelled", took))
	case !errors.Is(err, context.DeadlineExceeded):
		return Text{}, err
	}
	return Text{}, r.Status(ctx)
}
