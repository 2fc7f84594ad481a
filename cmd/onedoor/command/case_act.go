package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var actHelp = cli.T(
	`VERB: handover 移交审查、review 审查、return 退回、approve 准予、deny 不予、withdraw 申请人撤回、
conclude 办结送达、void 作废（须写原因）、resolve 裁决（--choose 写明以哪一条为准）、
restore 恢复被取代的一步（--choose 写明哪一条）、correct 更正受理日期或办结期限（--legal-date、--due，须写原因）、
admit 主管认可已挂失设备的操作（全部，或 --choose 写明的一条）、
note 记事（--opinion 写明内容；--choose 写明处理了哪一条提醒，all 是全部）。`,
	`VERB: handover, review, return, approve, deny, withdraw, conclude, void (needs a reason), resolve (--choose names the op that stands),
restore (--choose names the superseded op), correct (--legal-date, --due; needs a reason),
admit (a supervisor gives effect to a revoked device's acts: all, or the one that --choose names),
note (--opinion is its text; --choose names the op of a task that is seen to, or all).`)

func caseAct(fs *cli.Flags) cli.Run {
	opinion := fs.String("opinion", "", cli.T("意见，加密保存", "opinion, kept sealed"))
	reason := fs.String("reason", "", cli.T("原因，不加密，不要写姓名", "reason, not sealed: no names in it"))
	to := fs.String("to", "", cli.T("移交给哪个区划", "division that is to act next"), cli.Meta("CODE"))
	choose := fs.String("choose", "", cli.T("裁决以哪一条为准，恢复哪一条，处理了哪一条", "the op that stands, is restored or seen to"), cli.Meta("OP"))
	legal := fs.String("legal-date", "", cli.T("更正后的受理日期", "the corrected date of acceptance"), cli.Meta("YYYY-MM-DD"))
	due := fs.String("due", "", cli.T("更正后的办结期限；不给则重新计算", "the corrected limit; counted anew if left out"), cli.Meta("YYYY-MM-DD"))
	kind := fs.String("kind", "", cli.T("出具哪种文书；省略为这一步通常的文书", "kind of document; the usual one of the act by default"), cli.Meta("KIND"))
	f := definePrint(fs)
	return func(ctx context.Context, c *cli.Call) error {
		o := desk.ActOptions{Opinion: *opinion, Reason: *reason, To: *to, Choose: *choose, LegalDate: counter.Date(*legal), Due: counter.Date(*due)}
		r, err := f.request(c, c.Operand(0), *kind)
		if err != nil {
			return err
		}
		return writingAs(ctx, c, "case act", func(st *station.Station, s *desk.Session) error { return act(ctx, c, st, s, o, r) })
	}
}

// act does a step, and issues its document if it is said where to.
func act(ctx context.Context, c *cli.Call, st *station.Station, s *desk.Session, o desk.ActOptions, r desk.PrintRequest) error {
	if r.Out == "" && r.Printer == "" {
		v, err := s.Act(ctx, c.Operand(0), c.Operand(1), o)
		if err != nil {
			return err
		}
		return c.Print(v, func(w io.Writer) { printCase(w, c, v); offerPapers(w, c, v.Number) })
	}
	usual := r.Kind
	if kinds := desk.PapersOf(counter.Verb(c.Operand(1))); usual == "" && len(kinds) > 0 {
		usual = kinds[0]
	}
	var err error
	if r.Printer, err = resolve(ctx, st, usual, r.Printer); err != nil {
		return err
	}
	v, d, warn, err := s.ActWithPaper(ctx, c.Operand(0), c.Operand(1), o, r)
	if err != nil {
		return err
	}
	return c.Print(v, func(w io.Writer) { printCase(w, c, v); printDocument(w, c, d, warn) })
}

// offerPapers names the documents of the act, for the clerk to print one.
func offerPapers(w io.Writer, c *cli.Call, number string) {
	for _, kind := range desk.PapersOf(counter.Verb(c.Operand(1))) {
		fmt.Fprintf(w, c.Say("可出具: %s  onedoor document print %s --kind %s --out %s.pdf\n", "can be issued: %s  onedoor document print %s --kind %s --out %s.pdf\n"),
			kindName(c, kind), number, kind, kind)
	}
}

// importStep is how often an import tells how far it is.
const importStep = 1000

func caseImport(ctx context.Context, c *cli.Call) error {
	f, err := c.Open(c.Operand(0))
	if err != nil {
		return err
	}
	defer f.Close()
	return writingAs(ctx, c, "case import", func(_ *station.Station, s *desk.Session) error {
		told := 0
		v, err := s.ImportCases(ctx, f, func(done int) {
			if !c.JSON && done >= told+importStep {
				told = done
				fmt.Fprintf(c.Stderr, c.Say("已受理 %d 件…\n", "%d accepted...\n"), done)
			}
		})
		if err != nil {
			// What was accepted before stands, and whoever repeats the file must know it.
			fmt.Fprintf(c.Stderr, c.Say("中断前已受理 %d 件，仍然有效\n", "%d were accepted before this and stand\n"), v.Accepted)
			return err
		}
		v.Refused = list(v.Refused)
		if err := c.Print(v, func(w io.Writer) { printCaseImport(w, c, v) }); err != nil {
			return err
		}
		if len(v.Refused) > 0 {
			return cli.Exit(7) // invalid input, told line by line above
		}
		return nil
	})
}

func printCaseImport(w io.Writer, c *cli.Call, v desk.CaseImport) {
	fmt.Fprintf(w, c.Say("受理 %d 件，未受理 %d 行\n", "%d accepted, %d lines refused\n"), v.Accepted, len(v.Refused))
	for _, r := range v.Refused {
		fmt.Fprintf(w, c.Say("  第 %d 行: %s\n", "  line %d: %s\n"), r.Line, c.Say(r.Why, r.WhyEn))
	}
}
