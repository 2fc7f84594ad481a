package command

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/atomicfile"
	"onedoor/internal/cli"
)

func documentWording() *cli.Command {
	return &cli.Command{
		Name:  "wording",
		Short: cli.T("文书的文字和版面", "words and layout of documents"),
		Sub: []*cli.Command{
			{Name: "list", Short: cli.T("各种文书的各个版本", "all versions of all kinds"), Define: cli.Simple(wordingList)},
			{Name: "template", Args: "NAME", Short: cli.T("写出下一版的文件，供修改", "write the file of the next version, to be changed"), Define: wordingTemplate},
			{Name: "import", Args: "FILE", Short: cli.T("区级启用一版文字或一种新文书", "set a version, or a new kind, for the district"),
				Long: cli.T("只能在区级枢纽做。全部正确才导入；从 effective_from 起全区使用，随同步到各窗口。以前出具的文书补打时仍用当时的文字。",
					"At the hub only. All or nothing; in force from effective_from on, and brought to the counters by sync. Reprints keep the words of their day."),
				Define: cli.Simple(wordingImport)},
		},
	}
}

func wordingList(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error {
		all, err := st.Desk().Wordings(ctx)
		if err != nil {
			return err
		}
		return c.Print(all, func(w io.Writer) {
			rows := [][]string{{c.Say("代码", "name"), c.Say("版", "version"), c.Say("启用", "from"), c.Say("来源", "source"), c.Say("现用", "in force"), c.Say("标题", "title")}}
			for _, p := range all {
				source, now := c.Say("自带", "program"), ""
				if p.District {
					source = c.Say("区县", "district")
				}
				if p.InForce {
					now = "*"
				}
				title := p.Title
				if p.Part {
					title = c.Say("（公用部件）", "(part)")
				}
				rows = append(rows, []string{p.Name, strconv.Itoa(p.Version), p.From, source, now, title})
			}
			cli.Table(w, rows)
		})
	})
}

func wordingTemplate(fs *cli.Flags) cli.Run {
	out := fs.Path("out", cli.T("写出的文件", "file to write"), cli.Required(), cli.Meta("FILE.json"))
	return func(ctx context.Context, c *cli.Call) error {
		return reading(ctx, c, func(st *station.Station) error {
			text, err := st.Desk().WordingTemplate(ctx, c.Operand(0))
			if err != nil {
				return err
			}
			if err := atomicfile.Write(*out, text, 0o644); err != nil {
				return writeError(*out, err)
			}
			v := struct {
				File string `json:"file"`
			}{*out}
			return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("已写出:", "written:"), v.File) })
		})
	}
}

func wordingImport(ctx context.Context, c *cli.Call) error {
	text, err := c.ReadFile(c.Operand(0), 1<<20)
	if err != nil {
		return err
	}
	return writingAs(ctx, c, "document wording import", func(_ *station.Station, s *desk.Session) error {
		v, err := s.ImportWording(ctx, text)
		if err != nil {
			return err
		}
		return printImport(c, v)
	})
}
