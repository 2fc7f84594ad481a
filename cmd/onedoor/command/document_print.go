package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var printHelp = cli.T(
	`第一次是出具，以后不写内容再打就是补打：内容和文字与当时相同，注明“补打”。--anew 按现在的情况重新出具。
办件里没有的内容用 --facts 文件或 --fact 字段=内容 写明（清单每行一条，表格各列用 | 隔开）；还缺什么用 document kinds 看。
--printer 写打印机名（document printers），打印成功后这种文书就记住它；热敏小票打印机写 raw:队列、file:/dev/usb/lp0 或 tcp:地址:9100。
文书先登记后打印；打印机没有收下的，登记为没有打印。`,
	`The first time it is issued, later reprinted: the same statements and words, marked as a reprint. --anew states what is so now.
What the case does not know is given with --facts FILE or --fact FIELD=TEXT (lists: a line each, rows: | between columns);
document kinds tells what is missing. --printer is a queue (document printers), remembered for the kind; a receipt printer is
raw:QUEUE, file:/dev/usb/lp0 or tcp:HOST:9100. A document is recorded before it is printed, and what the printer says after.`)

// printFlags are the flags of everything that prints.
type printFlags struct {
	out, printer, paper, facts, watermark *string
	fact, scans, kept                     *[]string
}

func definePrint(fs *cli.Flags) printFlags {
	return printFlags{
		out:       fs.Path("out", cli.T("写出的 PDF", "PDF to write"), cli.Meta("FILE.pdf")),
		printer:   fs.String("printer", "", cli.T("打印机；写 - 用这种文书上次的打印机", "printer; - is the one last used for this kind"), cli.Meta("NAME")),
		paper:     fs.String("paper", "", cli.T("纸张", "paper"), cli.Meta("a4|a5|roll80")),
		facts:     fs.Path("facts", cli.T("办件里没有、这种文书要写明的内容（JSON）", "what the document must state and the case does not know (JSON)"), cli.Meta("FILE.json")),
		fact:      fs.Strings("fact", cli.T("同上，一项一写", "the same, one at a time"), cli.Meta("FIELD=TEXT")),
		scans:     fs.Strings("scan", cli.T("附上的扫描件", "a scan that belongs to it"), cli.Meta("FILE.jpg")),
		kept:      fs.Strings("kept", cli.T("附上本件已保存的材料扫描件", "a scan that was kept with the case's material"), cli.Meta("MATERIAL")),
		watermark: fs.String("watermark", "", cli.T("水印", "watermark"), cli.Meta("TEXT")),
	}
}

// request reads what was given. Folders are looked at first: a print that is
// recorded and then cannot be written helps nobody.
func (f printFlags) request(c *cli.Call, number, kind string) (r desk.PrintRequest, err error) {
	r = desk.PrintRequest{Number: number, Kind: kind, Paper: *f.paper, Watermark: *f.watermark, Out: *f.out, Printer: *f.printer, Kept: *f.kept}
	if r.Out != "" {
		if _, err := os.Stat(filepath.Dir(r.Out)); err != nil {
			return r, writeError(r.Out, err)
		}
	}
	if *f.facts != "" {
		if r.Facts, err = c.ReadFile(*f.facts, 1<<20); err != nil {
			return r, err
		}
	}
	for _, text := range *f.fact {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return r, counter.Ef(counter.CodeUsage, "--fact %q 应写成 字段=内容", "--fact %q is not FIELD=TEXT", text)
		}
		if r.Texts == nil {
			r.Texts = map[string]string{}
		}
		if old := r.Texts[key]; old != "" {
			value = old + "\n" + value // given again: another line of a list
		}
		r.Texts[key] = value
	}
	for _, path := range *f.scans {
		scan, err := c.ReadFile(path, documentLimit)
		if err != nil {
			return r, err
		}
		r.Scans = append(r.Scans, scan)
	}
	return r, nil
}

// resolve finds the printer that - stands for.
func resolve(ctx context.Context, st *station.Station, kind, printer string) (string, error) {
	if printer != "-" {
		return printer, nil
	}
	if name := st.Desk().PrinterOf(ctx, kind); name != "" {
		return name, nil
	}
	return "", counter.E(counter.CodeUsage, "这种文书还没有选过打印机", "no printer was chosen for this kind yet").
		Hint("用 --printer 写明打印机名，名单见 onedoor document printers", "name one with --printer; see onedoor document printers")
}

func nowhere(r desk.PrintRequest) error {
	if r.Out != "" || r.Printer != "" {
		return nil
	}
	return counter.E(counter.CodeUsage, "没有写打印到哪里", "nowhere to print to").
		Hint("用 --out 写成 PDF，或用 --printer 打印", "give --out FILE.pdf or --printer NAME")
}

func documentPrint(fs *cli.Flags) cli.Run {
	kind := fs.String("kind", "", cli.T("文书种类", "kind of document"), cli.Required(), cli.Meta("KIND"))
	f := definePrint(fs)
	anew := fs.Bool("anew", cli.T("不是补打：按现在的情况重新出具", "not a reprint: state what is so now"))
	copyNo := fs.Int("copy", 0, cli.T("只要第几份", "only this copy"), cli.Meta("N"))
	return func(ctx context.Context, c *cli.Call) error {
		r, err := f.request(c, c.Operand(0), *kind)
		if err == nil {
			err = nowhere(r)
		}
		if err != nil {
			return err
		}
		r.Anew, r.CopyNo = *anew, *copyNo
		return writingAs(ctx, c, "document print", func(st *station.Station, s *desk.Session) (err error) {
			if r.Printer, err = resolve(ctx, st, *kind, r.Printer); err != nil {
				return err
			}
			d, warn, err := s.PrintPaper(ctx, r)
			if err != nil {
				return err
			}
			return c.Print(d, func(w io.Writer) { printDocument(w, c, d, warn) })
		})
	}
}

func printDocument(w io.Writer, c *cli.Call, d desk.DocumentRef, warn []string) {
	what := c.Say("已出具", "issued")
	if d.Reprint > 0 {
		what = fmt.Sprintf(c.Say("补打第 %d 次", "reprint %d"), d.Reprint)
	}
	fmt.Fprintln(w, kindName(c, d.Kind), what)
	if d.File != "" {
		fmt.Fprintln(w, c.Say("文件:", "file:"), d.File)
	}
	if d.Printer != "" {
		fmt.Fprintln(w, c.Say("打印机已收下:", "printer took it:"), d.Printer, strings.Join(d.Jobs, " "))
	}
	for _, text := range warn {
		fmt.Fprintln(w, c.Say("注意:", "Note:"), text)
	}
}

func documentPaper(fs *cli.Flags) cli.Run {
	kind := fs.String("kind", "", cli.T("guide 办事指南、checklist 材料清单、mine 我的办件、handover 交接单", "guide, checklist, mine or handover"), cli.Required(), cli.Meta("KIND"))
	item := fs.String("item", "", cli.T("事项代码", "code of the item"), cli.Meta("CODE"))
	person := fs.String("person", "", cli.T("证件号码", "number of the person"), cli.Meta("NUMBER"))
	day := fs.String("day", "", cli.T("交接日期，省略为今天", "day of the hand-over; today by default"), cli.Meta("YYYY-MM-DD"))
	to := fs.String("to", "", cli.T("接收单位", "who takes the papers over"), cli.Meta("NAME"))
	f := definePrint(fs)
	return func(ctx context.Context, c *cli.Call) error {
		r, err := f.request(c, "", *kind)
		if err == nil {
			err = nowhere(r)
		}
		if err != nil {
			return err
		}
		return writingAs(ctx, c, "document paper", func(st *station.Station, s *desk.Session) error {
			printer, err := resolve(ctx, st, *kind, r.Printer)
			if err != nil {
				return err
			}
			d, warn, err := s.PrintLoose(ctx, desk.LooseRequest{Kind: *kind, Item: *item, Person: *person, Day: counter.Date(*day), To: *to,
				Texts: r.Texts, Paper: r.Paper, Out: r.Out, Printer: printer})
			if err != nil {
				return err
			}
			return c.Print(d, func(w io.Writer) { printDocument(w, c, d, warn) })
		})
	}
}

func documentKinds(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		offers, err := s.Papers(ctx, c.Operand(0), "")
		if err != nil {
			return err
		}
		return c.Print(list(offers), func(w io.Writer) {
			for _, o := range offers {
				mark := "  "
				if o.Now {
					mark = "* "
				}
				fmt.Fprintf(w, "%s%-13s %s\n", mark, o.Kind, o.Title)
				for _, f := range o.Fields {
					if f.Required && f.Value == "" && len(f.When) == 0 {
						fmt.Fprintf(w, c.Say("      还要填 %s  %s（%s）\n", "      state %s  %s (%s)\n"), f.Key, f.Zh, f.Basis)
					}
				}
			}
		})
	})
}

func documentPrinters(fs *cli.Flags) cli.Run {
	kind := fs.String("kind", "*", cli.T("文书种类，* 为其余各种", "kind of document; * is all others"), cli.Meta("KIND"))
	use := fs.String("use", "", cli.T("这种文书以后用哪台打印机；写 none 取消", "use this printer for the kind from now on; none forgets it"), cli.Meta("NAME"))
	return func(ctx context.Context, c *cli.Call) error {
		show := func(st *station.Station) error {
			all, err := st.Desk().Printers(ctx)
			if err != nil {
				return err
			}
			return c.Print(all, func(w io.Writer) { printPrinters(w, c, all) })
		}
		if *use == "" {
			return reading(ctx, c, show)
		}
		return writing(ctx, c, "document printers", func(st *station.Station) error {
			name := *use
			if name == "none" {
				name = ""
			}
			if err := st.Desk().RememberPrinter(*kind, name); err != nil {
				return err
			}
			return show(st)
		})
	}
}

func printPrinters(w io.Writer, c *cli.Call, all desk.PrinterList) {
	if all.Why != "" {
		fmt.Fprintln(w, all.Why)
	}
	rows := [][]string{}
	for _, p := range all.Printers {
		state := c.Say("可用", "ready")
		switch {
		case p.Stopped:
			state = c.Say("已停止", "stopped")
		case p.Rejecting:
			state = c.Say("不接收", "rejecting")
		}
		if p.Default {
			state += c.Say("（默认）", " (default)")
		}
		rows = append(rows, []string{p.Name, state, p.Why})
	}
	for _, chosen := range all.Chosen {
		name := c.Say("其余各种文书", "all other kinds")
		if chosen.Kind != desk.AnyKind {
			name = kindName(c, chosen.Kind)
		}
		rows = append(rows, []string{chosen.Printer, c.Say("用于", "used for"), name})
	}
	cli.Table(w, rows)
}
