package window

import (
	"bytes"
	"context"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// cardWait is how long a clerk has to lay the card on the reader.
const cardWait = 30 * time.Second

// ReadCard waits for a card on the reader and reads it. A new call ends one that
// still waits. What was read stays at this seat: a page hands in its id, so that no
// page can claim to have read a card. Errors: CodeLoggedOut, CodeNotFound (no
// reader), CodeBusy, CodeFailed.
func (w *Window) ReadCard() (CardRead, error) {
	if _, err := w.current(true); err != nil {
		return CardRead{}, err
	}
	if w.cfg.ReadCard == nil || !w.hasReader() {
		return CardRead{}, NoReader()
	}
	ctx, cancel := context.WithTimeout(w.ctx, cardWait)
	defer cancel()
	turn := w.beginRead(cancel)
	card, warnings, err := w.cfg.ReadCard(ctx)
	w.mu.Lock()
	current := w.reading == turn
	if current {
		w.cancelRead = nil
	}
	w.mu.Unlock()
	if err != nil && (!current || ctx.Err() == context.Canceled) {
		return CardRead{}, counter.E(CodeCancelled, "已停止读卡", "reading was given up")
	}
	if err != nil {
		return CardRead{}, w.failed("ReadCard", err)
	}
	read := CardRead{
		ID: secret(), Kind: card.Kind, Name: card.Name, NameEN: card.NameEN, Sex: card.Sex, Ethnicity: card.Ethnicity, Birth: card.Birth,
		Address: card.Address, Number: card.Number, Issuer: card.Issuer, ValidFrom: card.ValidFrom, ValidTo: card.ValidTo,
		Warnings: list(warnings),
	}
	if card.NewAddress != "" {
		read.Address = card.NewAddress
	}
	if read.Name == "" {
		read.Name = card.NameEN
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.user == nil { // logged out meanwhile: nobody is there to whom the card may be shown
		return CardRead{}, loggedOut()
	}
	w.forgetCard()
	w.card, w.cardID = &card, read.ID
	return read, nil
}

// CancelCard ends a ReadCard that still waits.
func (w *Window) CancelCard() error {
	if _, err := w.current(true); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endRead()
	return nil
}

func (w *Window) beginRead(cancel context.CancelFunc) (turn int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endRead()
	w.cancelRead = cancel
	w.reading++
	return w.reading
}

// endRead needs w.mu.
func (w *Window) endRead() {
	if w.cancelRead != nil {
		w.cancelRead()
		w.cancelRead = nil
	}
}

// cardRead gives the card that this seat read last, if it is the one meant.
func (w *Window) cardRead(id string) (*desk.Card, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.card == nil || !same(id, w.cardID) {
		return nil, counter.E(counter.CodeInvalid, "读卡结果已失效", "the card that was read is not held any more").
			Hint("请按 F2 重新读卡", "read the card again")
	}
	card := *w.card
	card.Photo = bytes.Clone(card.Photo) // the seat may forget its own at any moment
	return &card, nil
}

func (w *Window) hasReader() bool {
	return w.cfg.ReadCard != nil && (w.cfg.HasReader == nil || w.cfg.HasReader())
}

// NoReader says that no reader is set, and what can be done.
func NoReader() error {
	return counter.E(counter.CodeNotFound, "这台电脑没有设置读卡器", "no card reader is set").
		Hint("可以手工录入（会标明未读卡）；读卡器在“本机”（F10）的设置里填写", "type the applicant; a reader is set on the settings page (F10)")
}
