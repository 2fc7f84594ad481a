package command

import (
	"context"
	"errors"
	"sync"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/window"
)

// seatReader is the card reader of the seats of one program. The port is open only
// while somebody waits for a card or asks how the reader is: other programs of the
// counter use the same reader.
type seatReader struct {
	port    func() string // asked each time: it is a setting
	decoder *photoDecoder
	now     func() time.Time
	turn    sync.Mutex // held by whoever talks to the reader

	mu      sync.Mutex
	waiting cardreader.EventKind // what a read waits for; "" when nobody reads
	endLook context.CancelFunc   // of a look at the reader: a read goes first
	last    window.LastCard
}

func newSeatReader(port func() string, decoder string, now func() time.Time) *seatReader {
	return &seatReader{port: port, decoder: newPhotoDecoder(decoder), now: now}
}

// read reads one card.
func (r *seatReader) read(ctx context.Context) (desk.Card, []string, error) {
	r.mu.Lock()
	if r.endLook != nil {
		r.endLook()
	}
	r.mu.Unlock()
	if !tryFor(ctx, &r.turn) {
		return desk.Card{}, nil, counter.E(counter.CodeBusy, "读卡器正被另一个页面使用", "another page is using the reader").
			Hint("请稍候再按 F2", "try again in a moment")
	}
	defer r.turn.Unlock()
	if r.port() == "" {
		return desk.Card{}, nil, window.NoReader()
	}
	r.waits(cardreader.EventPlace)
	defer r.waits("")
	card, err := r.one(ctx)
	if cardreader.CodeOf(err) != cardreader.CodeCancelled {
		r.ended(card, err)
	}
	if err != nil {
		return desk.Card{}, nil, cardError(err)
	}
	defer card.Wipe()
	warnings := []string{}
	for _, w := range card.Warnings {
		warnings = append(warnings, w.Zh)
	}
	return *deskCard(card), warnings, nil
}

func (r *seatReader) one(ctx context.Context) (*cardreader.Card, error) {
	reader, err := cardreader.Open(ctx, r.port(), cardreader.WithNotify(func(e cardreader.Event) { r.waits(e.Kind) }))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return reader.ReadCard(ctx)
}

func (r *seatReader) waits(what cardreader.EventKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = what
}

// ended notes how a read ended, in words that name nobody.
func (r *seatReader) ended(card *cardreader.Card, err error) {
	now := r.now()
	last := window.LastCard{At: now.Format(time.RFC3339)}
	var e *cardreader.Error
	switch {
	case errors.As(err, &e):
		last.Text, last.Hint = e.Zh, e.HintZh
	case err != nil:
		last.Text = "读卡没有完成"
	default:
		last.OK, last.Text = true, "已读到证件"
		switch card.ValidOn(now) {
		case cardreader.Expired:
			last.Text, last.Hint = "已读到证件，证件已过有效期", "请提醒申请人换领证件"
		case cardreader.NotYetValid:
			last.Text, last.Hint = "已读到证件，证件尚未生效", "请核对本机日期"
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = last
}

// state tells how the reader is. It looks at it, unless somebody is reading.
func (r *seatReader) state(ctx context.Context) window.ReaderState {
	port := r.port()
	st := window.ReaderState{Set: port != "", Port: port, Decoder: r.decoder.name()}
	switch {
	case port == "":
		st.Code, st.Text = "reader_not_set", "没有设置读卡器"
		st.Hint = "在“设置”里填写下面列出的地址；没有读卡器可以手工录入"
		st.Found = foundReaders()
		return st
	case r.turn.TryLock():
		r.look(ctx, &st)
		r.turn.Unlock()
	default:
		st.OK = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	st.Last = r.last
	if st.Code == "" || st.Code == cardreader.CodeCancelled {
		st.OK = true
		st.Code, st.Text, st.Hint = waitingWords(r.waiting)
	}
	if !st.OK {
		st.Found = foundReaders()
	}
	return st
}

// look asks the reader how it is; r.turn is held.
func (r *seatReader) look(ctx context.Context, st *window.ReaderState) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	r.endLook = cancel
	r.mu.Unlock()
	c := cardreader.Check(ctx, r.port())
	r.mu.Lock()
	r.endLook = nil
	r.mu.Unlock()
	st.OK, st.Code, st.SAMID, st.Library = c.OK, c.Code, c.SAMID, c.Library
	if c.OK {
		st.Text = "读卡器正常"
		return
	}
	st.Text, st.Hint = c.Problem.Zh, c.Problem.HintZh
}

func waitingWords(w cardreader.EventKind) (code, text, hint string) {
	switch w {
	case cardreader.EventLift:
		return cardreader.CodeLiftCard, "证件需要拿起后重新放置", "请拿起证件，再放回读卡区"
	case cardreader.EventPlace:
		return "reader_waiting", "正在等待证件", "请把证件放在读卡器上"
	}
	return "reader_reading", "正在读卡", "请稍候"
}

// foundReaders lists what may be readers, with what keeps each from being used.
func foundReaders() []window.FoundReader {
	out := []window.FoundReader{}
	for _, info := range cardreader.Readers() {
		f := window.FoundReader{Port: info.URL, Description: info.Description, Version: info.Version}
		if p := info.Problem; p != nil {
			f.Problem, f.Hint = p.Zh, p.HintZh
		}
		out = append(out, f)
	}
	return out
}

// tryFor waits a moment for the turn: a read that was given up, and a look at the
// reader, let go at once, but not before the next is asked for.
func tryFor(ctx context.Context, turn *sync.Mutex) bool {
	for range 40 {
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
