package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"onedoor/app/cardreader/simulator"
	"onedoor/app/counter"
	"onedoor/internal/cli"
)

var simulateHelp = cli.T(
	`--card 是内置证件的编号或 JSON 文件，可用逗号分开多张，读过一张自动换下一张。
--fault 是逗号分开的故障: 名称[=值][@命令][*次数][%概率]，例如 fragment=3,badsum@read*2,status=41@select
名称: fragment garbage pace baud truncate badsum silent unplug delay late status
命令: reset status samid find select read address any`,
	`--card takes ids of built-in cards or JSON files, separated by commas; when one was read the next is placed.
--fault takes faults separated by commas: name[=value][@command][*count][%percent], e.g. fragment=3,badsum@read*2,status=41@select
names: fragment garbage pace baud truncate badsum silent unplug delay late status
commands: reset status samid find select read address any`)

func cardSimulate(fs *cli.Flags) cli.Run {
	listen := fs.String("listen", "tcp://127.0.0.1:0", cli.T("监听地址", "where to listen"), cli.Meta("tcp://HOST:PORT|pty|pty:///LINK"))
	cards := fs.Strings("card", cli.T("放在上面的证件；不给则为空", "the card on it; none if left out"), cli.Meta("R1,R2,FILE.json"))
	fault := fs.String("fault", "", cli.T("故障", "faults"), cli.Meta("FAULTS"))
	seed := fs.Int("seed", 1, cli.T("随机数种子", "seed of everything random"))
	lift := fs.Duration("lift", 150*time.Millisecond, cli.T("读完后多久自动拿起", "how long after the read the card is lifted"))
	return func(ctx context.Context, c *cli.Call) error {
		if _, err := simulator.ParseFaults(*fault); err != nil {
			return counter.E(counter.CodeUsage, "--fault 写得不对", "--fault is not understood").Because(err)
		}
		o := simulator.Options{Faults: *fault, Seed: uint64(*seed), AutoLift: *lift}
		for _, name := range strings.FieldsFunc(strings.Join(*cards, ","), func(r rune) bool { return r == ',' }) {
			if strings.HasSuffix(strings.ToLower(name), ".json") {
				name = c.Path(name)
			}
			found, err := simulator.FindCards(name)
			if err != nil {
				return counter.Ef(counter.CodeNotFound, "没有这张模拟证件: %s", "no such card: %s", name).
					Because(err).Hint("内置证件: "+builtIn(), "built in: "+builtIn())
			}
			o.Cards = append(o.Cards, found...)
		}
		sim, err := simulator.Listen(*listen, o)
		if err != nil {
			return counter.Ef(counter.CodeFailed, "不能在 %s 监听", "cannot listen at %s", *listen).Because(err).
				Hint("地址或端口可能已被占用；换一个端口，或写 :0 由系统选", "the address may be in use; choose another port, or :0 for any")
		}
		defer sim.Close()
		// The address is the result: a script waits for this line, then connects.
		v := struct {
			URL string `json:"url"`
		}{sim.URL()}
		if err := c.Print(v, func(w io.Writer) { fmt.Fprintln(w, v.URL) }); err != nil {
			return err
		}
		<-ctx.Done() // an interrupt is how a simulator ends
		return nil
	}
}

func builtIn() string {
	var ids []string
	for _, card := range simulator.Cards() {
		ids = append(ids, card.ID)
	}
	return strings.Join(ids, " ")
}
