package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/conformance"
	"onedoor/app/cardreader/simulator"
	"onedoor/app/counter"
	"onedoor/internal/cli"
)

var conformanceHelp = cli.T(
	`逐项检查读卡器的帧、状态、寻卡/选卡/读卡次序、拿起、时限和恢复能力，给出可提交的报告。
全部合格退出码为 0，否则为 1。报告不含证件内容。请始终用同一张证件，按提示放上、拿起。`,
	`Checks framing, status bytes, the order of find, select and read, lifting, timing and recovery, and prints a
report that can be handed in. Exit code 0 when everything holds, else 1. The report holds nothing of the card.
Use one card throughout; place and lift it when told.`)

func cardConformance(fs *cli.Flags) cli.Run {
	port := fs.String("port", "", cli.T("读卡器地址", "address of the reader"), cli.Required(),
		cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT"))
	card := fs.String("card", "", cli.T("所用测试证件的编号或 JSON 文件；给出则比对内容", "id or JSON file of the test card; its content is then compared"), cli.Meta("R1|FILE.json"))
	patience := fs.Duration("patience", time.Minute, cli.T("每次等证件多久", "how long to wait for the card each time"))
	answer := fs.Duration("answer", 0, cli.T("应答时限；厂商的库较慢时放宽（默认 1s，读卡 3 倍）", "time for an answer; more for a slow vendor library (1s, a read three times as long)"))
	return func(ctx context.Context, c *cli.Call) error {
		sub := conformance.Subject{Name: *port, Patience: *patience, Now: c.Now, Operator: prompts{c},
			Limits: conformance.Limits{Answer: *answer, Read: 3 * *answer, Back: 5 * *answer}}
		var err error
		if sub.Dial, sub.Bauds, err = cardreader.Dialer(*port); err != nil {
			return cardError(err)
		}
		if *card != "" {
			if sub.Text, err = testCard(c, *card); err != nil {
				return err
			}
		}
		report := conformance.Run(ctx, sub)
		if err := c.Print(report, func(w io.Writer) { report.WriteText(w, c.Say("zh", "en") == "en") }); err != nil {
			return err
		}
		if !report.OK {
			return counter.Ef(counter.CodeFailed, "读卡器有 %d 项不合格", "the reader fails %d checks",
				report.Count(conformance.Fail)+report.Count(conformance.Skip))
		}
		return nil
	}
}

// testCard is the text of one built-in card or card file.
func testCard(c *cli.Call, name string) ([]byte, error) {
	if strings.HasSuffix(strings.ToLower(name), ".json") {
		name = c.Path(name)
	}
	cards, err := simulator.FindCards(name)
	if err != nil || len(cards) != 1 {
		return nil, counter.Ef(counter.CodeNotFound, "没有这张测试证件: %s", "no such test card: %s", name).
			Hint("内置证件: "+builtIn(), "built in: "+builtIn())
	}
	return cards[0].Text()
}

// prompts asks the person at the reader; what they do shows at the reader.
type prompts struct{ c *cli.Call }

func (p prompts) Place() {
	if !p.c.JSON {
		fmt.Fprintln(p.c.Stderr, p.c.Say("请放上证件", "place the card"))
	}
}

func (p prompts) Lift() {
	if !p.c.JSON {
		fmt.Fprintln(p.c.Stderr, p.c.Say("请拿起证件，稍等再放", "lift the card and wait a moment"))
	}
}
