package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/counter"
	"onedoor/internal/cli"
)

var statusHelp = cli.T(
	`说明读卡器现在怎样、下一步做什么：找不到、没有权限、被占用、波特率不对、没有应答、自检失败、未经授权、
厂家读卡库出错或无反应。不写 --port 时用 ONEDOOR_CARD_PORT；也没有设置时，逐个检查 card readers 列出的端口
（会向每个端口发送一条查询状态的命令）。--read 再读一张证，只说能不能读、是否在有效期内，不显示证件内容。
有读卡器可用时退出码为 0。`,
	`Says how the reader is and what to do next: not found, no permission, in use, wrong speed, no answer, failed
self-test, not authorised, vendor's library crashed or hanging. Without --port ONEDOOR_CARD_PORT is used; if that is not
set, every port that "card readers" lists is asked for its status. --read also reads one card and tells only whether it
can be read and is in force, nothing of what it says. Exit code 0 when a reader can be used.`)

// readerStatus is one reader in "card status".
type readerStatus struct {
	URL string `json:"url"`
	cardreader.Condition
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// cardVerdict is what a card says of itself without naming anybody.
type cardVerdict struct {
	Kind        cardreader.Kind     `json:"kind"`
	Validity    cardreader.Validity `json:"validity"`
	NumberValid bool                `json:"number_valid"`
	Warnings    []string            `json:"warnings"` // codes
	PhotoBytes  int                 `json:"photo_bytes"`
}

type statusReport struct {
	Readers []readerStatus `json:"readers"`
	Decoder string         `json:"decoder"` // photo decoder and its version; "" without one
	Card    *cardVerdict   `json:"card,omitempty"`
}

func cardStatus(fs *cli.Flags) cli.Run {
	port := fs.String("port", "", cli.T("读卡器地址", "address of the reader"), cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT"))
	read := fs.Bool("read", cli.T("再读一张证试试", "also try to read one card"))
	timeout := fs.Duration("timeout", 30*time.Second, cli.T("最多等证件多久", "how long to wait for the card"))
	return func(ctx context.Context, c *cli.Call) error {
		out := statusReport{Decoder: newPhotoDecoder(c.Getenv(photoDecoderVar)).name(), Readers: []readerStatus{}}
		failed := checkReaders(ctx, c, *port, &out)
		if failed == nil && *read {
			failed = tryCard(ctx, c, *timeout, &out)
		}
		if err := c.Print(out, func(w io.Writer) { printCardStatus(w, c, out) }); err != nil {
			return err
		}
		return failed
	}
}

// checkReaders fills in the readers; the error is that of the first one when none can be used.
func checkReaders(ctx context.Context, c *cli.Call, port string, out *statusReport) error {
	if port == "" {
		port = c.Getenv("ONEDOOR_CARD_PORT")
	}
	urls := []string{port}
	if port == "" {
		urls = nil
		for _, info := range cardreader.Readers() {
			urls = append(urls, info.URL)
		}
	}
	err := error(cardreader.ErrorFor(cardreader.CodeNoReader))
	usable := false
	for i, url := range urls {
		look, cancel := context.WithTimeout(ctx, 15*time.Second)
		s := readerStatus{URL: url, Condition: cardreader.Check(look, url), Message: c.Say("读卡器正常", "the reader is ready")}
		cancel()
		if p := s.Problem; p != nil {
			s.Message, s.Hint = c.Say(p.Zh, p.En), c.Say(p.HintZh, p.HintEn)
			if i == 0 {
				err = p
			}
		}
		usable = usable || s.OK
		out.Readers = append(out.Readers, s)
	}
	if usable {
		return nil
	}
	return cardError(err)
}

// tryCard reads a card at the first reader that can be used, and drops it.
func tryCard(ctx context.Context, c *cli.Call, timeout time.Duration, out *statusReport) error {
	for _, r := range out.Readers {
		if !r.OK {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		card, err := readCard(ctx, c, r.URL)
		if err != nil {
			return err
		}
		defer card.Wipe()
		out.Card = &cardVerdict{Kind: card.Kind, Validity: card.ValidOn(c.Now()), NumberValid: card.NumberValid,
			PhotoBytes: card.PhotoBytes, Warnings: []string{}}
		for _, w := range card.Warnings {
			out.Card.Warnings = append(out.Card.Warnings, w.Code)
		}
		return nil
	}
	return counter.E(counter.CodeNotFound, "没有可用的读卡器", "no reader can be used")
}

func printCardStatus(w io.Writer, c *cli.Call, out statusReport) {
	if len(out.Readers) == 0 {
		fmt.Fprintln(w, c.Say("没有找到读卡器，请检查是否插好", "no reader found, check the plug"))
	}
	for _, r := range out.Readers {
		rows := [][]string{{c.Say("读卡器", "reader"), r.URL}, {c.Say("状态", "state"), r.Message}}
		for _, line := range [][2]string{
			{c.Say("下一步", "next"), r.Hint}, {c.Say("安全模块", "module"), r.SAMID}, {c.Say("读卡库", "library"), r.Library},
			{c.Say("实际波特率", "its speed"), speed(r.Baud)},
		} {
			if line[1] != "" {
				rows = append(rows, line[:])
			}
		}
		cli.Table(w, rows)
	}
	fmt.Fprintln(w, c.Say("照片解码库:", "photo decoder:"), orNone(c, out.Decoder))
	if k := out.Card; k != nil {
		fmt.Fprintln(w, c.Say("证件:", "card:"), c.Say(validityZh[k.Validity], string(k.Validity)))
	}
}

var validityZh = map[cardreader.Validity]string{
	cardreader.Valid: "能读，在有效期内", cardreader.Expired: "能读，已过有效期，请提醒换领",
	cardreader.NotYetValid: "能读，尚未生效，请核对本机日期", cardreader.ValidityUnknown: "能读，有效期读不出，请对照证件",
}

func speed(baud int) string {
	if baud == 0 {
		return ""
	}
	return strconv.Itoa(baud)
}

func orNone(c *cli.Call, s string) string {
	if s == "" {
		return c.Say("没有安装（不影响办件）", "none is installed (work goes on without)")
	}
	return s
}
