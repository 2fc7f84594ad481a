package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"onedoor/app/cardreader"
	"onedoor/internal/cli"
)

func cardCommands() *cli.Command {
	return &cli.Command{
		Name:  "card",
		Short: cli.T("身份证读卡器", "ID-card readers"),
		Sub: []*cli.Command{
			{
				Name:   "readers",
				Short:  cli.T("列出可能的读卡器", "list what may be a reader"),
				Define: cli.Simple(cardReaders),
			},
			{
				Name:   "read",
				Short:  cli.T("读一张证", "read one card"),
				Define: cardRead,
			},
			{
				Name:   "status",
				Short:  cli.T("读卡器现在怎样、下一步做什么", "how the reader is, and what to do next"),
				Long:   statusHelp,
				Define: cardStatus,
			},
			{
				Name:   "photos",
				Short:  cli.T("本机保存的证件照片", "the photos of cards that this PC keeps"),
				Long:   photosHelp,
				Define: cardPhotos,
			},
			{
				Name:   "simulate",
				Short:  cli.T("模拟读卡器（测试和培训用）", "a reader made of software, for tests and training"),
				Long:   simulateHelp,
				Define: cardSimulate,
			},
			{
				Name:   "conformance",
				Short:  cli.T("检查读卡器是否符合协议，出报告", "check that a reader keeps the protocol, with a report"),
				Long:   conformanceHelp,
				Define: cardConformance,
			},
			{
				Name:   "record",
				Short:  cli.T("记录一次读卡过程，不含个人信息", "record a session with a reader, without personal data"),
				Long:   recordHelp,
				Define: cardRecord,
			},
		},
	}
}

func cardReaders(_ context.Context, c *cli.Call) error {
	type reader struct {
		cardreader.ReaderInfo
		Problem string `json:"problem,omitempty"`
	}
	list := []reader{}
	for _, info := range cardreader.Readers() {
		r := reader{ReaderInfo: info}
		if p := info.Problem; p != nil {
			r.Problem = c.Say(p.Zh, p.En)
		}
		list = append(list, r)
	}
	return c.Print(list, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, c.Say("没有找到串口读卡器，请检查是否插好", "no serial reader found, check the plug"))
			return
		}
		rows := [][]string{}
		for _, r := range list {
			rows = append(rows, []string{r.URL, strings.TrimSpace(r.Description + " " + r.Version), r.Problem})
		}
		cli.Table(w, rows)
	})
}

func cardRead(fs *cli.Flags) cli.Run {
	port := fs.String("port", "", cli.T("读卡器地址", "address of the reader"), cli.Required(),
		cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT"))
	timeout := fs.Duration("timeout", 30*time.Second, cli.T("最多等多久", "how long to wait"))
	return func(ctx context.Context, c *cli.Call) error {
		ctx, cancel := context.WithTimeout(ctx, *timeout)
		defer cancel()
		card, err := readCard(ctx, c, *port)
		if err != nil {
			return err
		}
		return c.Print(card, func(w io.Writer) { printCard(w, c, card) })
	}
}

// readCard reads one card and tells the person at the reader what to do.
func readCard(ctx context.Context, c *cli.Call, port string) (*cardreader.Card, error) {
	reader, err := cardreader.Open(ctx, port, cardreader.WithNotify(func(e cardreader.Event) {
		if c.JSON {
			return // standard error is kept for the error object
		}
		switch e.Kind {
		case cardreader.EventPlace:
			fmt.Fprintln(c.Stderr, c.Say("请把证件放在读卡器上", "please place the card on the reader"))
		case cardreader.EventLift:
			fmt.Fprintln(c.Stderr, c.Say("请拿起证件再放一次", "please lift the card and place it again"))
		}
	}))
	if err != nil {
		return nil, cardError(err)
	}
	defer reader.Close()
	card, err := reader.ReadCard(ctx)
	if err != nil {
		return nil, cardError(err)
	}
	return card, nil
}

// printCard shows a card to the person who holds it: everything, as on its face.
func printCard(w io.Writer, c *cli.Call, card *cardreader.Card) {
	rows := [][]string{}
	for _, line := range []struct{ zh, en, value string }{
		{"姓名", "Name", card.Name},
		{"英文姓名", "English name", card.NameEN},
		{"性别", "Sex", card.Sex},
		{"民族", "Ethnicity", card.Ethnicity},
		{"国籍", "Nationality", card.Nationality},
		{"出生", "Birth", card.Birth},
		{"住址", "Address", card.Address},
		{"新住址", "New address", card.NewAddress},
		{"号码", "Number", card.Number},
		{"签发机关", "Issuer", card.Issuer},
		{"有效期限", "Valid", strings.Trim(card.ValidFrom+" - "+card.ValidTo, " -")},
	} {
		if line.value != "" {
			rows = append(rows, []string{c.Say(line.zh, line.en), line.value})
		}
	}
	cli.Table(w, rows)
	switch card.ValidOn(c.Now()) {
	case cardreader.Expired:
		fmt.Fprintln(w, c.Say("注意: 证件已过有效期，请提醒换领", "Note: the card has expired; ask for a new one"))
	case cardreader.NotYetValid:
		fmt.Fprintln(w, c.Say("注意: 证件尚未生效，请核对本机日期", "Note: the card is not valid yet; check this machine's date"))
	}
	for _, warning := range card.Warnings {
		fmt.Fprintln(w, c.Say("注意:", "Note:"), c.Say(warning.Zh, warning.En))
	}
}
