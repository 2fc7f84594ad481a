package window

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

// checkWait bounds a look at the reader: five line speeds and some.
const checkWait = 10 * time.Second

// ReaderState is how the card reader is, in words, with what to do next.
type ReaderState struct {
	Set     bool   `json:"set"`  // an address was given
	OK      bool   `json:"ok"`   // it can be used
	Code    string `json:"code"` // reader_ready, reader_not_found, card_not_lifted, ...
	Text    string `json:"text"`
	Hint    string `json:"hint"`
	Port    string `json:"port"`    // its address
	SAMID   string `json:"sam_id"`  // printed identity of the security module
	Library string `json:"library"` // vendor's library and its version; "" without one
	Decoder string `json:"decoder"` // photo decoder and its version; "" without one

	Last  LastCard      `json:"last"`  // the last read
	Found []FoundReader `json:"found"` // what may be readers, when none is set or it cannot be used
}

// LastCard is how the last read ended. It names nobody.
type LastCard struct {
	At   string `json:"at"` // RFC 3339; "" before the first
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

// FoundReader is a device that may be a reader.
type FoundReader struct {
	Port        string `json:"port"` // for --card-port
	Description string `json:"description"`
	Version     string `json:"version"` // of a vendor's library
	Problem     string `json:"problem"` // why it cannot be used
	Hint        string `json:"hint"`
}

// Reader tells how the card reader is. It looks at the reader, unless somebody is
// reading a card; then it tells what the reader is waiting for. Errors: CodeLoggedOut.
func (w *Window) Reader() (ReaderState, error) {
	// Asked for by a clock and not by a person, so it is no sign of the user.
	if _, err := w.current(false); err != nil {
		return ReaderState{}, err
	}
	if w.cfg.Reader == nil {
		return ReaderState{Code: "reader_not_set", Text: "没有设置读卡器", Hint: "启动程序时加上 --card-port 即可；没有读卡器可以手工录入", Found: []FoundReader{}}, nil
	}
	ctx, cancel := context.WithTimeout(w.ctx, checkWait)
	defer cancel()
	st := w.cfg.Reader(ctx)
	st.Found = list(st.Found)
	return st, nil
}

// Photo is the photo of a person's card, as far as it can be shown here.
type Photo struct {
	Image string `json:"image"` // a data: address of a picture, or ""
	Until string `json:"until"` // last day on which the photo is kept; "" if none is
	Text  string `json:"text"`  // why there is no picture
	Hint  string `json:"hint"`
}

// Photo gives the photo of a person whom the user may see. Without one, or without a
// decoder, it says so in words. Errors: CodeLoggedOut, CodeNotFound (the person).
func (w *Window) Photo(person string) (Photo, error) {
	user, err := w.current(true)
	if err != nil {
		return Photo{}, err
	}
	p, err := user.ShowPerson(w.ctx, strings.TrimSpace(person))
	if err != nil {
		return Photo{}, w.failed("Photo", err)
	}
	id, err := uuid.Parse(p.ID)
	if err != nil || w.cfg.Photo == nil {
		return Photo{Text: "本机不保存证件照片"}, nil
	}
	photo, err := w.cfg.Photo(w.ctx, id)
	if err != nil {
		return Photo{}, w.failed("Photo", err)
	}
	return photo, nil
}

// forgetCard overwrites what is held of the card that was read last. It needs w.mu.
func (w *Window) forgetCard() {
	if w.card != nil {
		clear(w.card.Photo)
	}
	w.card, w.cardID = nil, ""
}
