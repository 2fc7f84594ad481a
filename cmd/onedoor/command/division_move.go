package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var divisionMoveHelp = cli.T(
	`代码不变，只换上级。到了那一天，新镇街的设备和人员得到该村的权限和密钥；原镇街只能办完划转前受理的件，不能再受理。
这些件都办结以后，原镇街的权限自动结束，该村换新密钥。枢纽运行时自动进行；没有运行时，再运行一次本命令的 --settle。`,
	`The code stays, the superior changes. On that day the new town's devices and users get their right and the keys; the
former town may only finish what was accepted before. When that is done its right ends and the key is replaced. A running
hub does so by itself; else run this command with --settle.`)

func divisionMove(fs *cli.Flags) cli.Run {
	town := fs.String("town", "", cli.T("划归的镇街", "the town it goes to"), cli.Meta("440604012"))
	from := fs.String("from", "", cli.T("从哪一天起，不写即今天", "from which day on; today without it"), cli.Meta("YYYY-MM-DD"))
	settle := fs.Bool("settle", cli.T("不作新的划转，只把到期的办掉", "no new move: do what has become due"))
	return func(ctx context.Context, c *cli.Call) error {
		return writingAs(ctx, c, "division move", func(st *station.Station, s *desk.Session) error {
			if *settle {
				if err := st.SettleMoves(ctx, s); err != nil {
					return err
				}
				return printMoves(ctx, c, st)
			}
			m, err := st.Move(ctx, s, c.Operand(0), *town, *from)
			if err != nil {
				return err
			}
			return c.Print(m, func(w io.Writer) { cli.Table(w, [][]string{moveLine(c, m)}) })
		})
	}
}

func divisionMoves(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error { return printMoves(ctx, c, st) })
}

func printMoves(ctx context.Context, c *cli.Call, st *station.Station) error {
	moves, err := st.Moves(ctx)
	if err != nil {
		return err
	}
	return c.Print(list(moves), func(w io.Writer) {
		rows := [][]string{}
		for _, m := range moves {
			rows = append(rows, moveLine(c, m))
		}
		cli.Table(w, rows)
	})
}

func moveLine(c *cli.Call, m station.Moved) []string {
	state := map[string]string{
		"planned": c.Say("未到日期", "planned"),
		"open":    fmt.Sprintf(c.Say("原镇街还有 %d 件没有办完", "the former town has %d cases open"), m.Open),
		"done":    c.Say("已完成", "done"),
	}[m.State]
	return []string{m.Village, m.From + " → " + m.To, m.Date, state}
}
