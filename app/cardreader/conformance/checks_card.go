package conformance

import (
	"bytes"
	"context"
	"fmt"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/sdt"
)

const (
	textLen    = 256
	photoMax   = 1024
	addressLen = 70
	lengths    = 4 // two big-endian lengths before the text
)

// waitCard polls find, not more often than the standard says, until a card is
// found. Only 80 is a reason to go on.
func (s *session) waitCard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	for {
		r, err := s.ask(ctx, sdt.Find)
		switch {
		case err != nil && ctx.Err() != nil:
			return bad("没有等到证件", "no card was placed in time")
		case err != nil:
			return err
		case r.SW3 == sdt.NoCard && len(r.Data) == 0:
		default:
			return expect(r, sdt.Found, 4)
		}
		if pause(ctx, findEvery) != nil {
			return bad("没有等到证件", "no card was placed in time")
		}
	}
}

func (s *session) find(ctx context.Context) (Text, error) {
	s.place()
	return Text{}, s.waitCard(ctx)
}

// takeText selects and reads the card that find has just found.
func (s *session) takeText(ctx context.Context) ([]byte, error) {
	r, err := s.ask(ctx, sdt.Select)
	if err == nil {
		err = expect(r, sdt.OK, 8)
	}
	if err != nil {
		return nil, err
	}
	if r, err = s.ask(ctx, sdt.Read); err == nil {
		err = expect(r, sdt.OK, -1)
	}
	if err != nil {
		return nil, err
	}
	d := r.Data
	defer clear(d)
	if len(d) < lengths {
		return nil, bad("应答里没有长度", "the answer has no lengths")
	}
	text, photo := int(d[0])<<8|int(d[1]), int(d[2])<<8|int(d[3])
	if text != textLen || photo > photoMax || len(d) != lengths+text+photo {
		return nil, bad(fmt.Sprintf("文字 %d、照片 %d、共 %d 字节", text, photo, len(d)),
			fmt.Sprintf("text %d, photo %d, %d bytes in all", text, photo, len(d)))
	}
	return bytes.Clone(d[lengths : lengths+text]), nil
}

func (s *session) read(ctx context.Context) (Text, error) {
	text, err := s.takeText(ctx)
	if err != nil {
		return Text{}, err
	}
	s.text = text
	card, err := cardreader.ParseText(text)
	switch {
	case err != nil:
		return Text{}, err
	case s.Text != nil && !bytes.Equal(s.Text, text):
		return Text{}, bad("读出的不是所说的那张证件", "this is not the card that was named")
	case card.Number == "" || card.Name == "":
		return Text{}, bad("文字里没有姓名或号码", "the text has no name or no number")
	}
	return Text{fmt.Sprintf("证件类型 %s，提示 %d 条", card.Kind, len(card.Warnings)),
		fmt.Sprintf("kind %s, %d warnings", card.Kind, len(card.Warnings))}, nil
}

func (s *session) address(ctx context.Context) (Text, error) {
	r, err := s.ask(ctx, sdt.Address)
	defer clear(r.Data)
	switch {
	case err != nil:
		return Text{}, err
	case r.SW3 == sdt.NoAddress:
		return Text{"没有追加住址", "no appended address"}, expect(r, sdt.NoAddress, 0)
	}
	return Text{}, expect(r, sdt.OK, addressLen)
}

func (s *session) spent(ctx context.Context) (Text, error) {
	for range 3 {
		r, err := s.ask(ctx, sdt.Find)
		if err != nil {
			return Text{}, err
		}
		if err := expect(r, sdt.NoCard, 0); err != nil {
			return Text{}, err
		}
	}
	return Text{}, nil
}

// order asks right after a find that found nothing. A module that finds the
// same card again cannot be asked this way.
func (s *session) order(ctx context.Context) (Text, error) {
	r, err := s.ask(ctx, sdt.Find)
	if err != nil {
		return Text{}, err
	}
	if r.SW3 != sdt.NoCard {
		return Text{}, bad("读过的证件又被寻到，本项不可测", "the card was found again; not testable")
	}
	for _, step := range []struct {
		cmd  sdt.Command
		want byte
	}{{sdt.Select, sdt.SelectFailed}, {sdt.Read, sdt.ReadFailed}} {
		r, err := s.ask(ctx, step.cmd)
		if err != nil {
			return Text{}, err
		}
		if err := expect(r, step.want, 0); err != nil {
			return Text{}, err
		}
	}
	return Text{}, nil
}

func (s *session) again(ctx context.Context) (Text, error) {
	s.lift()
	if err := pause(ctx, findEvery); err != nil {
		return Text{}, err
	}
	s.place()
	if err := s.waitCard(ctx); err != nil {
		return Text{}, err
	}
	text, err := s.takeText(ctx)
	defer clear(text)
	if err == nil && !bytes.Equal(text, s.text) {
		err = bad("两次读出的内容不同（请始终用同一张证件）", "the two reads differ (use the same card throughout)")
	}
	return Text{}, err
}
