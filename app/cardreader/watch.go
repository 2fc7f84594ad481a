package cardreader

import (
	"context"
	"errors"
	"time"
)

// Watch reads every card that is placed, until ctx ends or the reader is
// closed; then the channel is closed. A card is read once per placement: it
// counts as placed again only after the module said that there is none. Faults
// are reported when they begin and EventReady when they end; an unplugged
// reader is looked for again every second.
//
// Whoever watches must receive: the watch waits for the receiver.
func (r *Reader) Watch(ctx context.Context) <-chan Event {
	out := make(chan Event)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(r.life, cancel)
	r.watchers.Add(1)
	go func() {
		defer r.watchers.Done()
		defer close(out)
		defer cancel()
		defer stop()
		w := watch{r: r, out: out}
		for ctx.Err() == nil {
			w.step(ctx)
		}
	}()
	return out
}

type watch struct {
	r       *Reader
	out     chan<- Event
	synced  bool
	present bool   // the module sees a card
	done    bool   // and it was read
	fault   string // code of the fault last reported
}

// step is one poll. The turn is given back afterwards, so that Status and
// SAMID work during a watch.
func (w *watch) step(ctx context.Context) {
	turn, release, err := w.r.begin(ctx)
	if err != nil {
		return
	}
	events, err := w.poll(turn)
	err = w.r.finish(turn, err)
	release()
	for _, e := range events {
		w.emit(ctx, e)
	}
	if err == nil {
		if w.fault != "" {
			w.fault = ""
			w.emit(ctx, Event{Kind: EventReady})
		}
		return
	}
	w.failed(ctx, err)
}

// poll returns what changed; a card that was just read is the last event.
func (w *watch) poll(ctx context.Context) ([]Event, error) {
	if !w.synced || w.r.port == nil {
		if err := w.r.resync(ctx); err != nil {
			return nil, err
		}
		w.synced = true
	}
	found, err := w.r.find(ctx)
	if err != nil {
		return nil, err
	}
	var events []Event
	if !found {
		switch {
		case w.present && w.done:
			events = append(events, Event{Kind: EventCardRemoved})
		case w.present:
			events = append(events, Event{Kind: EventLift})
		}
		w.present, w.done = false, false
		return events, nil
	}
	if !w.present {
		w.present = true
		events = append(events, Event{Kind: EventCardPresent})
	}
	if w.done {
		return events, nil
	}
	card, err := w.r.takeCard(ctx)
	if err != nil {
		return events, err
	}
	w.done = true
	return append(events, Event{Kind: EventCardRead, Card: card}), nil
}

// failed reports a fault once and prepares for the next poll.
func (w *watch) failed(ctx context.Context, err error) {
	var e *Error
	if !errors.As(err, &e) || ctx.Err() != nil {
		return
	}
	w.synced = e.Status != 0 && e.Code != CodeSelfTest && e.Code != CodeNotAuthorised
	if e.Code != w.fault && e.Code != CodeNoCard { // pulled away too early: the next find tells
		w.fault = e.Code
		w.emit(ctx, Event{Kind: EventFault, Err: e})
	}
	if patience[e.Code] == 0 {
		select {
		case <-time.After(reconnectEvery):
		case <-ctx.Done():
		}
	}
}

const reconnectEvery = time.Second

func (w *watch) emit(ctx context.Context, e Event) {
	select {
	case w.out <- e:
	case <-ctx.Done():
	}
}
