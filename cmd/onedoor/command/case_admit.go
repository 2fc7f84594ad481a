package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var admitHelp = cli.T(
	`主管认可已挂失设备的操作。不写 --device：按设备列出等待认可的办件、人员和操作条数，什么也不改。
核对后写 --device 设备编号，全部认可（包括人员登记）；加 --expect 条数，核对之后又有新到的就不认可。
只认可一件或一条，用 case act 编号 admit。`,
	`A supervisor gives effect to what revoked devices said. Without --device it lists what waits, device by device, and
changes nothing. With --device ID all of that device is admitted, people too; with --expect N nothing is if more has come in since.
For one case or one act use case act NUMBER admit.`)

func caseAdmit(fs *cli.Flags) cli.Run {
	device := fs.String("device", "", cli.T("认可这台设备的全部操作", "admit everything of this device"), cli.Meta("ID"))
	expect := fs.Int("expect", 0, cli.T("核对过的操作条数；不同则不认可", "number of acts that were looked at; nothing is admitted if it differs"), cli.Meta("N"))
	opinion := fs.String("opinion", "", cli.T("意见，加密保存", "opinion, kept sealed"))
	return func(ctx context.Context, c *cli.Call) error {
		if *device == "" {
			if *expect != 0 || *opinion != "" {
				return counter.E(counter.CodeUsage, "认可要写明设备", "say which device").Hint("加 --device 设备编号", "add --device ID")
			}
			return readingAs(ctx, c, func(st *station.Station, s *desk.Session) error {
				lines, err := st.Withheld(ctx, s)
				if err != nil {
					return err
				}
				return c.Print(list(lines), func(w io.Writer) { printWithheld(w, c, lines) })
			})
		}
		return writingAs(ctx, c, "case admit", func(st *station.Station, s *desk.Session) error {
			v, err := st.AdmitDevice(ctx, s, *device, *expect, *opinion)
			if err != nil {
				return err
			}
			return c.Print(v, func(w io.Writer) {
				fmt.Fprintf(w, c.Say("已认可 %s：%d 条操作，%d 件办件，%d 条人员登记\n", "admitted %s: %d acts, %d cases, %d people\n"), v.Name, v.Ops, len(v.Cases), v.People)
			})
		})
	}
}

func printWithheld(w io.Writer, c *cli.Call, lines []station.WithheldLine) {
	for _, l := range lines {
		cli.Table(w, [][]string{
			{c.Say("设备", "device"), l.Device},
			{c.Say("名称", "name"), l.Name},
			{c.Say("操作", "acts"), fmt.Sprintf("%d  %s — %s", l.Ops, minute(l.First), minute(l.Last))},
			{c.Say("人员", "people"), fmt.Sprint(l.People)},
			{c.Say("办件", "cases"), strings.Join(l.Cases, " ")},
		})
	}
	fmt.Fprintf(w, c.Say("共 %d 台设备有等待认可的操作\n", "%d devices with acts that wait\n"), len(lines))
}
