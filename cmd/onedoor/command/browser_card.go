package command

import (
	"context"
	"sync"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/app/window"
)

// Equip gives the seats of a station what the facade does not have: the card reader
// at port (none if it is empty), the link to the others, and the sealed drafts.
func Equip(cfg *window.Config, st *station.Station, port string) {
	if port != "" {
		cfg.ReadCard = reader(port)
	}
	equipSync(cfg, st)
	cfg.KeepDraft, cfg.Draft = st.KeepDraft, st.Draft
}

// reader reads one card each time. The port is open only while somebody waits: other
// programs of the counter use the same reader.
func reader(port string) func(ctx context.Context) (desk.Card, []string, error) {
	var turn sync.Mutex
	return func(ctx context.Context) (desk.Card, []string, error) {
		if !tryFor(ctx, &turn) {
			return desk.Card{}, nil, counter.E(counter.CodeBusy, "读卡器正被另一个页面使用", "another page is using the reader").
				Hint("请稍候再按 F2", "try again in a moment")
		}
		defer turn.Unlock()
		r, err := cardreader.Open(ctx, port)
		if err != nil {
			return desk.Card{}, nil, cardError(err)
		}
		defer r.Close()
		card, err := r.ReadCard(ctx)
		if err != nil {
			return desk.Card{}, nil, cardError(err)
		}
		warnings := []string{}
		for _, w := range card.Warnings {
			warnings = append(warnings, w.Zh)
		}
		return *deskCard(card), warnings, nil
	}
}

// tryFor waits a moment for the turn: a read that was given up lets go at once, but
// not before the next is asked for.
func tryFor(ctx context.Context, turn *sync.Mutex) bool {
	for range 20 {
		if turn.TryLock() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}
