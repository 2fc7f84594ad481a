package conformance

import (
	"context"
	"fmt"

	"onedoor/app/cardreader/sdt"
)

// checks is the suite, in the order in which it is run: what needs no card, what
// happens to one card, then the driver itself on the same reader.
func checks() []check {
	return []check{
		{"open", Text{"端口可打开，状态命令有应答", "the port opens and a status request is answered"}, true, (*session).open},
		{"frame", Text{"应答帧准确：前导、长度、校验，前后无多余字节", "answers are exact: preamble, length, checksum, nothing around them"}, true, (*session).frame},
		{"samid", Text{"安全模块号为 16 字节", "the module's id has 16 bytes"}, true, (*session).identity},
		{"steady", Text{"连续 20 次状态命令全部应答", "20 status requests in a row are answered"}, true, (*session).steady},
		{"pieces", Text{"逐字节慢发的命令照常应答", "a request that arrives byte by byte is answered"}, true, (*session).pieces},
		{"badsum", Text{"校验错的命令报 10，不执行", "a request with a wrong checksum gets 10"}, false, (*session).badSum},
		{"badcmd", Text{"不认识的命令报 21", "an unknown command gets 21"}, false, (*session).badCommand},
		{"badlen", Text{"长度不对的命令报 11", "a command of wrong length gets 11"}, false, (*session).badLength},
		{"garbage", Text{"收到杂乱字节后 5 秒内恢复", "works again within 5 s after garbage"}, true, (*session).garbage},
		{"cut", Text{"收到半条命令后 5 秒内恢复", "works again within 5 s after half a request"}, true, (*session).cut},
		{"find", Text{"放证后寻卡报 9F，数据 4 字节", "find answers 9F with 4 bytes when a card is there"}, true, (*session).find},
		{"read", Text{"选卡、读卡成功，内容为 256 字节文字和照片", "select and read succeed: 256 bytes of text and a photo"}, true, (*session).read},
		{"address", Text{"读追加住址报 90（70 字节）或 91", "the appended address answers 90 (70 bytes) or 91"}, false, (*session).address},
		{"spent", Text{"读过的证件未拿起时，寻卡报 80", "find answers 80 until a card that was read is lifted"}, false, (*session).spent},
		{"order", Text{"未寻到卡时选卡报 81、读卡报 41", "without a find, select gets 81 and read 41"}, false, (*session).order},
		{"again", Text{"拿起重放后再读，内容一致", "after lifting and placing, the same card reads the same"}, true, (*session).again},
		{"timing", Text{"应答时限：读卡首字节 3 秒，其余 1 秒", "answers begin in time: a read within 3 s, others within 1 s"}, true, (*session).timing},
		{"driver", Text{"驱动读卡结果与原始数据一致", "the driver reads the same card"}, true, (*session).driver},
		{"watch", Text{"监视循环：到卡、读卡、离卡，各报一次", "the watch loop: present, read, removed, once each"}, true, (*session).watch},
		{"cancel", Text{"取消立即生效，之后可再用", "a cancelled read ends at once and leaves the reader usable"}, true, (*session).cancelled},
	}
}

func (s *session) open(ctx context.Context) (Text, error) {
	if err := s.dial(ctx); err != nil {
		return Text{}, err
	}
	if s.baud == 0 {
		return Text{}, nil
	}
	return Text{fmt.Sprintf("波特率 %d", s.baud), fmt.Sprintf("%d baud", s.baud)}, nil
}

// frame looks at what a tolerant driver would not mind: bytes around an answer.
func (s *session) frame(ctx context.Context) (Text, error) {
	r, err := s.ask(ctx, sdt.Status)
	if err != nil {
		return Text{}, err
	}
	late, err := s.quiet(ctx)
	if err != nil {
		return Text{}, err
	}
	if stray := r.before + r.after + late; stray != 0 {
		return Text{}, bad(fmt.Sprintf("应答前后有 %d 个多余字节", stray), fmt.Sprintf("%d stray bytes around the answer", stray))
	}
	return Text{}, expect(r, sdt.OK, 0)
}

func (s *session) identity(ctx context.Context) (Text, error) {
	r, err := s.ask(ctx, sdt.SAMID)
	if err != nil {
		return Text{}, err
	}
	s.samID = sdt.FormatSAMID(r.Data)
	return Text{}, expect(r, sdt.OK, 16)
}

func (s *session) steady(ctx context.Context) (Text, error) {
	for range 20 {
		r, err := s.ask(ctx, sdt.Status)
		if err != nil {
			return Text{}, err
		}
		if err := expect(r, sdt.OK, 0); err != nil {
			return Text{}, err
		}
		if r.before+r.after != 0 {
			return Text{}, bad("应答之间有多余字节", "stray bytes between answers")
		}
	}
	return Text{}, nil
}

// expect compares status byte and length of data; n < 0 is any length.
func expect(r reply, sw3 byte, n int) error {
	switch {
	case r.SW3 != sw3:
		return bad(fmt.Sprintf("状态 %02X，应为 %02X", r.SW3, sw3), fmt.Sprintf("status %02X, want %02X", r.SW3, sw3))
	case n >= 0 && len(r.Data) != n:
		return bad(fmt.Sprintf("数据 %d 字节，应为 %d", len(r.Data), n), fmt.Sprintf("%d bytes of data, want %d", len(r.Data), n))
	}
	return nil
}
