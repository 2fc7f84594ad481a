package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/atomicfile"
	"onedoor/internal/cli"
)

func retentionCommands() *cli.Command {
	return &cli.Command{
		Name:  "retention",
		Short: cli.T("扫描件保存期限", "how long scans are kept"),
		Sub: []*cli.Command{
			{Name: "show", Short: cli.T("现在的期限", "the policy as it is"), Define: cli.Simple(retentionShow)},
			{Name: "set", Short: cli.T("设定期限（天，0 为一直保存），随同步到各站", "set the policy (days, 0 for ever); it reaches all stations by sync"), Define: retentionSet},
		},
	}
}

func retentionShow(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		r, err := s.Retention(ctx)
		if err != nil {
			return err
		}
		return printRetention(c, r)
	})
}

func retentionSet(fs *cli.Flags) cli.Run {
	district := fs.Int("district", 0, cli.T("区级保存天数", "days at the district"))
	town := fs.Int("town", 0, cli.T("镇街保存天数", "days at towns"))
	village := fs.Int("village", 0, cli.T("村居保存天数", "days at villages"))
	return func(ctx context.Context, c *cli.Call) error {
		return writingAs(ctx, c, "retention set", func(_ *station.Station, s *desk.Session) error {
			r := counter.Retention{District: *district, Town: *town, Village: *village}
			if err := s.SetRetention(ctx, r); err != nil {
				return err
			}
			return printRetention(c, r)
		})
	}
}

func printRetention(c *cli.Call, r counter.Retention) error {
	return c.Print(r, func(w io.Writer) {
		days := func(n int) string {
			if n == 0 {
				return c.Say("一直保存", "for ever")
			}
			return fmt.Sprintf(c.Say("%d天", "%d days"), n)
		}
		cli.Table(w, [][]string{
			{c.Say("区级", "district"), days(r.District)},
			{c.Say("镇街", "towns"), days(r.Town)},
			{c.Say("村居", "villages"), days(r.Village)},
		})
	})
}

func caseMaterial(fs *cli.Flags) cli.Run {
	out := fs.Path("out", cli.T("写到这个文件", "file to write"), cli.Required())
	return func(ctx context.Context, c *cli.Call) error {
		return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
			m, err := s.Material(ctx, c.Operand(0), c.Operand(1))
			if err != nil {
				return err
			}
			if err := atomicfile.Write(*out, m.Data, atomicfile.Secret); err != nil {
				return writeError(*out, err)
			}
			v := struct {
				Name  string `json:"name"`
				Ext   string `json:"ext"`
				File  string `json:"file"`
				Bytes int    `json:"bytes"`
			}{m.Name, m.Ext, *out, len(m.Data)}
			return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, v.File, v.Bytes, c.Say("字节", "bytes")) })
		})
	}
}
