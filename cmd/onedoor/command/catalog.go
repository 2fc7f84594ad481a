package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/itemsheet"
	"onedoor/app/station"
	"onedoor/internal/atomicfile"
	"onedoor/internal/cli"
)

func catalogCommands() *cli.Command {
	return &cli.Command{
		Name:  "catalog",
		Short: cli.T("事项目录", "the catalogue of items"),
		Sub: []*cli.Command{
			{Name: "import", Args: "[FILE]", Short: cli.T("导入目录（XLSX、JSON 或样例）", "import a catalogue (XLSX, JSON or the sample)"),
				Long: cli.T("全部正确才导入；有错时一次列出全部错处。", "All or nothing; every fault is listed at once."), Define: catalogImport},
			{Name: "template", Short: cli.T("写出空白的 XLSX 模板", "write the XLSX template"), Define: catalogTemplate},
			{Name: "list", Short: cli.T("列出今天可办的事项", "list the items in force today"), Define: cli.Simple(catalogList)},
			{Name: "show", Args: "CODE", Short: cli.T("一个事项的全部内容", "everything about one item"), Define: cli.Simple(catalogShow)},
			{Name: "diff", Args: "FILE", Short: cli.T("文件与现行目录的差别", "how a file differs from the catalogue"), Define: cli.Simple(catalogDiff)},
			{Name: "search", Args: "TEXT", Short: cli.T("按名称、单字、拼音或首字母查找", "search by name, character, pinyin or initials"), Define: catalogSearch},
		},
	}
}

func catalogImport(fs *cli.Flags) cli.Run {
	sample := fs.Bool("sample", cli.T("导入程序自带的样例目录", "import the bundled sample"))
	return func(ctx context.Context, c *cli.Call) error {
		if *sample == (c.Operand(0) != "") {
			return counter.E(counter.CodeUsage, "请给一个文件，或者给 --sample，二者取一", "give either a file or --sample")
		}
		if !*sample {
			return importInto("catalog import", func(ctx context.Context, s *desk.Session, r io.Reader, name string) (desk.Import, error) {
				return s.ImportCatalog(ctx, r, name)
			})(ctx, c)
		}
		return writingAs(ctx, c, "catalog import", func(_ *station.Station, s *desk.Session) error {
			v, err := s.ImportSample(ctx)
			if err != nil {
				return err
			}
			return printImport(c, v)
		})
	}
}

func catalogTemplate(fs *cli.Flags) cli.Run {
	out := fs.Path("out", cli.T("写出的模板", "template to write"), cli.Required(), cli.Meta("FILE.xlsx"))
	return func(_ context.Context, c *cli.Call) error {
		var book bytes.Buffer
		if err := itemsheet.WriteTemplate(&book); err != nil {
			return err
		}
		if err := atomicfile.Write(*out, book.Bytes(), 0o644); err != nil {
			return writeError(*out, err)
		}
		v := struct {
			File string `json:"file"`
		}{*out}
		return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("模板:", "template:"), v.File) })
	}
}

func catalogList(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error {
		items, err := st.Desk().Items(ctx)
		if err != nil {
			return err
		}
		return printItems(c, items)
	})
}

func catalogSearch(fs *cli.Flags) cli.Run {
	limit := fs.Int("limit", 20, cli.T("最多几条", "at most this many"))
	return func(ctx context.Context, c *cli.Call) error {
		return reading(ctx, c, func(st *station.Station) error {
			items, err := st.Desk().SearchItems(ctx, c.Operand(0), *limit)
			if err != nil {
				return err
			}
			return printItems(c, items)
		})
	}
}

func printItems(c *cli.Call, items []desk.ItemLine) error {
	items = list(items)
	for i := range items {
		items[i].RequiredFields = list(items[i].RequiredFields)
	}
	return c.Print(items, func(w io.Writer) {
		rows := [][]string{{c.Say("代码", "code"), c.Say("事项", "item"), c.Say("部门", "department"), c.Say("时限", "limit"), c.Say("必填", "required")}}
		for _, it := range items {
			rows = append(rows, []string{it.Code, it.Name, it.Department, limitOf(c, it.Instant, it.Days), strings.Join(it.RequiredFields, " ")})
		}
		cli.Table(w, rows)
	})
}

func limitOf(c *cli.Call, instant bool, days int) string {
	if instant {
		return c.Say("即办", "at once")
	}
	return strconv.Itoa(days) + c.Say(" 个工作日", " working days")
}

func catalogShow(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		it, err := s.Item(ctx, c.Operand(0))
		if err != nil {
			return err
		}
		return c.Print(it, func(w io.Writer) { printItem(w, c, it) })
	})
}

func printItem(w io.Writer, c *cli.Call, it *counter.Item) {
	cli.Table(w, [][]string{
		{c.Say("事项", "item"), it.Code + " " + it.Name},
		{c.Say("版本", "version"), fmt.Sprintf("%d (%s)", it.Version, it.EffectiveFrom)},
		{c.Say("部门", "department"), it.Department},
		{c.Say("类型", "type"), it.Type.Name()},
		{c.Say("时限", "limit"), limitOf(c, it.Instant, it.Days())},
		{c.Say("结果", "result"), it.Result.Name},
	})
	for i, text := range it.Conditions {
		if i == 0 {
			fmt.Fprintln(w, c.Say("条件:", "conditions:"))
		}
		fmt.Fprintln(w, "  "+text)
	}
	fmt.Fprintln(w, c.Say("材料:", "materials:"))
	rows := [][]string{}
	for _, m := range it.Materials {
		notes := []string{}
		if m.When != "" {
			notes = append(notes, m.When)
		}
		if m.Issuer != "" {
			notes = append(notes, m.Issuer)
		}
		if m.MayPromise {
			notes = append(notes, c.Say("可承诺后补", "may be promised"))
		}
		rows = append(rows, []string{"  " + m.Name, needName(c, m.Necessity), strings.Join(notes, "; ")})
	}
	cli.Table(w, rows)
	if len(it.Fields) > 0 {
		fmt.Fprintln(w, c.Say("表单:", "form:"))
	}
	cli.Table(w, fieldRows(c, it.Fields, "  "))
}

// fieldRows lists fields, those of a group under it.
func fieldRows(c *cli.Call, fields []counter.Field, indent string) (rows [][]string) {
	for _, f := range fields {
		need := ""
		if f.Required {
			need = c.Say("必填", "required")
		}
		rows = append(rows, []string{indent + f.Name, f.Label, string(f.Kind), need})
		rows = append(rows, fieldRows(c, f.Rows, indent+"  ")...)
	}
	return rows
}

func needName(c *cli.Call, need string) string {
	zh := map[string]string{counter.NeedRequired: "必要", counter.NeedConditional: "视情形", counter.NeedOptional: "非必要"}[need]
	return c.Say(zh, need)
}

func catalogDiff(ctx context.Context, c *cli.Call) error {
	f, err := c.Open(c.Operand(0))
	if err != nil {
		return err
	}
	defer f.Close()
	items, err := itemsheet.Read(f, filepath.Base(c.Operand(0)))
	if err != nil {
		return err
	}
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		lines, err := s.CatalogDiff(ctx, items)
		if err != nil {
			return err
		}
		return c.Print(list(lines), func(w io.Writer) {
			if len(lines) == 0 {
				fmt.Fprintln(w, c.Say("没有差别", "no difference"))
			}
			for _, l := range lines {
				fmt.Fprintln(w, l)
			}
		})
	})
}
