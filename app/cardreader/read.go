package cardreader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/app/cardreader/internal/layout"
	"onedoor/app/cardreader/sdt"
)

// Sizes inside a read answer: two big-endian lengths, text, photo.
const (
	baseHeader = 4
	textLen    = layout.Size
	photoMax   = 1024
	addressLen = layout.AddressSize
)

// EventKind names what a Watch saw, or what WithNotify asks for.
type EventKind string

const (
	EventPlace       EventKind = "place"        // put a card on the reader
	EventLift        EventKind = "lift"         // lift the card and place it again
	EventCardPresent EventKind = "card_present" // a card arrived; it is being read
	EventCardRead    EventKind = "card_read"    // Card is set
	EventCardRemoved EventKind = "card_removed"
	EventFault       EventKind = "fault" // Err is set; the watch goes on
	EventReady       EventKind = "ready" // the reader works again after a fault
)

// Event is one thing that happened at the reader.
type Event struct {
	Kind EventKind
	Card *Card
	Err  *Error
}

// ReadCard waits for a card until ctx ends and reads it: status, find (not more
// often than every 300 ms), select, read, newest address. After a damaged,
// missing or late answer it finds its place in the stream and starts again at
// find, so what it returns was read in one piece from one card.
//
// Errors are *Error. When ctx's deadline passes they say what was waited for:
// CodeNoCard, CodeLiftCard, or the fault that kept coming back; errors.Is then
// also finds context.DeadlineExceeded. CodeUnplugged, CodeSelfTest and
// CodeNotAuthorised end the read at once.
func (r *Reader) ReadCard(ctx context.Context) (*Card, error) {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	card, err := r.readCard(ctx)
	return card, r.finish(ctx, err)
}

func (r *Reader) readCard(ctx context.Context) (*Card, error) {
	if err := r.sync(ctx); err != nil {
		return nil, err
	}
	var last error
	tries := map[string]int{}
	for {
		card, err := r.attempt(ctx)
		if err == nil {
			return card, nil
		}
		if ctx.Err() != nil {
			return nil, moreTelling(err, last)
		}
		last = err
		code := CodeOf(err)
		if tries[code]++; tries[code] > patience[code] {
			return nil, err
		}
		if !isLineFault(err) {
			continue
		}
		if err := r.resync(ctx); err != nil {
			return nil, moreTelling(err, last)
		}
	}
}

func (r *Reader) attempt(ctx context.Context) (*Card, error) {
	if err := r.waitForCard(ctx); err != nil {
		return nil, err
	}
	r.used = true
	card, err := r.takeCard(ctx)
	if err != nil {
		return nil, err
	}
	r.used = false
	return card, nil
}

// moreTelling chooses what to report when time ran out: the present state if it
// says something, else the fault before it.
func moreTelling(now, before error) error {
	if CodeOf(now) != "" || before == nil {
		return now
	}
	return before
}

// waitForCard polls until the module finds a card. When ctx ends it returns
// CodeNoCard or CodeLiftCard if that was the last answer.
func (r *Reader) waitForCard(ctx context.Context) error {
	absent := error(nil)
	for {
		found, err := r.find(ctx)
		if err != nil {
			if ctx.Err() != nil && absent != nil {
				return absent
			}
			return err
		}
		if found {
			return nil
		}
		if absent == nil {
			event := EventPlace
			absent = newError(CodeNoCard, sdt.NoCard, nil)
			if r.used {
				event, absent = EventLift, newError(CodeLiftCard, sdt.NoCard, nil)
			}
			r.notify(Event{Kind: event})
		}
	}
}

// find asks once, not sooner than Find after the last time. Status 80 is false,
// every other failure an error.
func (r *Reader) find(ctx context.Context) (bool, error) {
	if r.findGate != nil {
		select {
		case <-r.findGate:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	r.findGate = time.After(r.times.Find)
	a, err := r.exchange(ctx, sdt.Find)
	switch {
	case err != nil:
		return false, err
	case a.SW3 == sdt.NoCard:
		return false, nil
	case a.SW3 != sdt.Found:
		return false, statusError(a.SW3)
	}
	return true, nil
}

// takeCard reads the card that find has just found.
func (r *Reader) takeCard(ctx context.Context) (*Card, error) {
	if _, err := r.want(ctx, sdt.Select); err != nil {
		return nil, err
	}
	a, err := r.want(ctx, sdt.Read)
	if err != nil {
		return nil, err
	}
	defer clear(a.Data)
	card, err := parseBase(a.Data)
	if err != nil {
		return nil, newError(CodeDamaged, 0, err)
	}
	return card, r.readAddress(ctx, card)
}

// want is exchange for commands that must succeed.
func (r *Reader) want(ctx context.Context, cmd sdt.Command) (sdt.Answer, error) {
	a, err := r.exchange(ctx, cmd)
	if err == nil && a.SW3 != sdt.OK {
		err = statusError(a.SW3)
	}
	return a, err
}

// readAddress adds the newest address. Not knowing whether there is one would
// silently print an old address, so a failure fails the read; only a module too
// old for the command is excused, with a warning.
func (r *Reader) readAddress(ctx context.Context, card *Card) error {
	a, err := r.exchange(ctx, sdt.Address)
	switch {
	case err != nil:
		return err
	case a.SW3 == sdt.NoAddress:
		return nil
	case a.SW3 == sdt.BadCommand:
		card.warn("address_unsupported", "new_address")
		return nil
	case a.SW3 != sdt.OK:
		return statusError(a.SW3)
	}
	address, damaged := ParseAddress(a.Data)
	if card.NewAddress = address; damaged {
		card.warn("text_damaged", "new_address")
	}
	clear(a.Data)
	return nil
}

// parseBase splits the data of a read answer and parses the text.
func parseBase(d []byte) (*Card, error) {
	if len(d) < baseHeader {
		return nil, errors.New("read answer without lengths")
	}
	text, photo := int(d[0])<<8|int(d[1]), int(d[2])<<8|int(d[3])
	if text != textLen || photo > photoMax || len(d) != baseHeader+text+photo {
		return nil, fmt.Errorf("read answer of %d bytes with lengths %d and %d", len(d), text, photo)
	}
	card, err := ParseText(d[baseHeader : baseHeader+text])
	if err != nil {
		return nil, err
	}
	card.Photo = bytes.Clone(d[baseHeader+text:])
	card.PhotoBytes = photo
	return card, nil
}
