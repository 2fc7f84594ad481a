package desk

import (
	"context"
	"time"
	"unicode"

	"onedoor/internal/pinyin"
)

// NameHit is a person found by name.
type NameHit struct {
	ID           string `json:"id"`
	Scope        string `json:"scope"`
	Type         string `json:"type"` // person or org
	Name         string `json:"name"`
	NumberMasked string `json:"number_masked"`
	Sex          string `json:"sex"`   // of the card, else as the number has it
	Birth        string `json:"birth"` // likewise
}

// NameHits are people found by name, best first.
type NameHits struct {
	People   []NameHit `json:"people"`
	Complete bool      `json:"complete"` // nothing was recorded that the search does not know yet
	Known    int       `json:"known"`    // names that were searched
}

const (
	mostNames  = 20                    // who needs more has to type more
	nameNotice = 15 * time.Millisecond // how long a search waits for what is new; the budget is 30
)

// FindByName finds people by name, any characters of it, pinyin or its initials.
// It never waits long: when Complete is false, the same question a little later
// knows more. A single letter is too
// little to ask for, and nothing only makes the index ready.
func (s *Session) FindByName(ctx context.Context, query string) (NameHits, error) {
	q := pinyin.NewQuery(query)
	if !enough(query) {
		// Who opens the page will ask for something: the index is made ready meanwhile.
		// Not of a whole district, where most questions are for a number.
		if s.cfg.Device.Tier != "district" {
			go func() { _ = s.names.refresh(context.WithoutCancel(ctx), s.ledger, nil) }()
		}
		return NameHits{People: []NameHit{}, Complete: true}, nil
	}
	if s.names.long.Load() {
		return s.names.find(ctx, s.ledger, q, false) // in vain to wait
	}
	fresh, long := make(chan error, 1), make(chan struct{}, 1)
	go func() { fresh <- s.names.refresh(context.WithoutCancel(ctx), s.ledger, long) }()
	timer := time.NewTimer(nameNotice)
	defer timer.Stop()
	select {
	case err := <-fresh:
		if err != nil {
			return NameHits{}, err
		}
		return s.names.find(ctx, s.ledger, q, true)
	case <-long:
		return s.names.find(ctx, s.ledger, q, false)
	case <-timer.C:
		return s.names.find(ctx, s.ledger, q, false)
	case <-ctx.Done():
		return NameHits{}, ctx.Err()
	}
}

// enough asks for one Chinese character or two letters.
func enough(query string) bool {
	letters := 0
	for _, r := range query {
		switch {
		case unicode.Is(unicode.Han, r):
			return true
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 1
}
