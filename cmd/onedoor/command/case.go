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

func caseCommands() *cli.Command {
	return &cli.Command{
		Name:  "case",
		Short: cli.T("办件", "cases"),
		Sub: []*cli.Command{
			{Name: "accept", Short: cli.T("受理一件", "accept a case"), Long: acceptHelp, Define: caseAccept},
			{Name: "list", Short: cli.T("列出办件", "list cases"), Define: caseList},
			{Name: "show", Args: "NUMBER", Short: cli.T("一件的全部内容和经过", "everything about a case"), Define: cli.Simple(caseShow)},
			{Name: "act", Args: "NUMBER VERB", Short: cli.T("办理下一步", "do the next step"), Long: actHelp, Define: caseAct},
			{Name: "admit", Short: cli.T("认可已挂失设备的全部操作", "admit all acts of a revoked device"), Long: admitHelp, Define: caseAdmit},
			{Name: "material", Args: "NUMBER NAME", Short: cli.T("取出一份材料的扫描件", "open the scan of a material"), Define: caseMaterial},
			{Name: "import", Args: "FILE", Short: cli.T("批量受理，一行一件", "accept many cases, one per line"), Define: cli.Simple(caseImport)},
		},
	}
}

func caseList(fs *cli.Flags) cli.Run {
	scope := fs.String("scope", "", cli.T("只列这个区划", "only this division"), cli.Meta("CODE"))
	status := fs.String("status", "", cli.T("只列这个状态", "only this status"), cli.Meta("STATUS"))
	item := fs.String("item", "", cli.T("只列这个事项", "only this item"), cli.Meta("CODE"))
	from := fs.String("from", "", cli.T("受理日期从", "accepted on or after"), cli.Meta("YYYY-MM-DD"))
	to := fs.String("to", "", cli.T("受理日期到", "accepted on or before"), cli.Meta("YYYY-MM-DD"))
	review := fs.Bool("review", cli.T("只列要有人处理的：待复核、待认可、待裁决、须出具通知等", "only what somebody has to see to: reviews, withheld acts, disputes, notices"))
	limit := fs.Int("limit", 0, cli.T("最多几件；不给则全部", "at most this many; all if left out"))
	return func(ctx context.Context, c *cli.Call) error {
		f := counter.CaseFilter{Status: *status, Item: *item, From: *from, To: *to, Limit: *limit}
		for name, day := range map[string]string{"--from": *from, "--to": *to} {
			if day != "" && !counter.Date(day).Valid() {
				return badDate(name, day)
			}
		}
		if *status != "" && counter.Status(*status).Stage() == "" {
			return counter.Ef(counter.CodeUsage, "没有这种状态：%s", "there is no status %q", *status).
				Hint("可用："+statusList(), "one of "+statusList())
		}
		if *scope != "" {
			full, err := counter.PadDivision(*scope)
			if err != nil {
				return err
			}
			f.Scope = full
		}
		if *review {
			return caseReviews(ctx, c, f.Scope)
		}
		return readingAs(ctx, c, func(st *station.Station, s *desk.Session) error {
			cases, err := s.Cases(ctx, f)
			if err != nil {
				return err
			}
			lines, err := withHandovers(ctx, st, cases)
			if err != nil {
				return err
			}
			return c.Print(lines, func(w io.Writer) { printCases(w, c, lines) })
		})
	}
}

func caseReviews(ctx context.Context, c *cli.Call, scope string) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		lines, err := s.Reviews(ctx, scope)
		if err != nil {
			return err
		}
		return c.Print(list(lines), func(w io.Writer) {
			rows := [][]string{{c.Say("编号", "number"), c.Say("事项", "item"), c.Say("状态", "status"), c.Say("要处理的", "to do")}}
			for _, r := range lines {
				number, names := r.Number, r.KindNames
				if r.Type == "person" {
					number = c.Say("人员 ", "person ") + r.ID
				}
				if c.Say("zh", "en") == "en" {
					names = nil
					for _, k := range r.Kinds {
						names = append(names, counter.TaskText(k, "en"))
					}
				}
				rows = append(rows, []string{number, strings.TrimSpace(r.Item + " " + r.ItemName), c.Say(r.StatusName, r.Status), strings.Join(names, c.Say("；", "; "))})
			}
			cli.Table(w, rows)
			fmt.Fprintf(w, c.Say("共 %d 件\n", "%d in all\n"), len(lines))
		})
	})
}

func badDate(flag, value string) error {
	return counter.Ef(counter.CodeUsage, "%s 的日期 %q 不对", "%s: %q is not a date", flag, value).
		Hint("写成 2026-11-20 的样子", "write it as 2026-11-20")
}

func printCases(w io.Writer, c *cli.Call, cases []caseLine) {
	rows := [][]string{{c.Say("编号", "number"), c.Say("事项", "item"), c.Say("状态", "status"), c.Say("受理", "accepted"), c.Say("办结期限", "due"), ""}}
	for _, k := range cases {
		rows = append(rows, []string{k.Number, k.Item + " " + k.ItemName, c.Say(k.StatusName, k.Status), minute(k.AcceptedAt), dash(k.Due), handoverWords(c, k.Handover)})
	}
	cli.Table(w, rows)
	fmt.Fprintf(w, c.Say("共 %d 件\n", "%d cases\n"), len(cases))
}

// minute shortens an RFC 3339 time for people: 2026-11-20 09:30.
func minute(at string) string {
	if len(at) < 16 {
		return at
	}
	return strings.Replace(at[:16], "T", " ", 1)
}

func caseShow(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		v, err := s.Case(ctx, c.Operand(0))
		if err != nil {
			return err
		}
		return c.Print(v, func(w io.Writer) { printCase(w, c, v) })
	})
}

func printCase(w io.Writer, c *cli.Call, v *desk.CaseView) {
	read := c.Say("手工录入，未读卡", "typed, not read from a card")
	if v.Applicant.Read == counter.ReadCard {
		read = c.Say("读卡", "read from a card")
	}
	due := dash(v.Due)
	if v.DueProvisional {
		due += c.Say("（暂定）", " (provisional)")
	}
	cli.Table(w, [][]string{
		{c.Say("编号", "number"), v.Number},
		{c.Say("事项", "item"), fmt.Sprintf("%s %s (%s %d)", v.Item.Code, v.Item.Name, c.Say("版本", "version"), v.Item.Version)},
		{c.Say("申请人", "applicant"), fmt.Sprintf("%s %s (%s)", v.Applicant.Name, v.Applicant.NumberMasked, read)},
		{c.Say("状态", "status"), c.Say(v.StatusName, v.Status)},
		{c.Say("环节", "stage"), c.Say(v.StageName, v.Stage)},
		{c.Say("受理", "accepted"), minute(v.AcceptedAt)},
		{c.Say("办结期限", "due"), due},
	})
	for i, m := range v.Materials {
		if i == 0 {
			fmt.Fprintln(w, c.Say("材料:", "materials:"))
		}
		state := c.Say("已收", "given")
		if m.Deferred {
			state = c.Say("容缺后补", "promised")
		}
		fmt.Fprintf(w, "  %s (%s)\n", m.Name, state)
	}
	fmt.Fprintln(w, c.Say("经过:", "timeline:"))
	rows := [][]string{}
	for _, t := range v.Timeline {
		note := strings.TrimSpace(t.Detail + " " + t.Opinion)
		if !t.Effective && t.Reason != nil {
			note = strings.TrimSpace(c.Say("未生效: ", "without effect: ") + *t.Reason + " " + note)
		}
		if t.Review {
			note = strings.TrimSpace(c.Say("待复核", "to be reviewed") + " " + note)
		}
		if t.Restorable {
			note += c.Say("（可恢复，记录号 ", " (can be restored, op ") + t.Op + c.Say("）", ")")
		}
		rows = append(rows, []string{"  " + minute(t.At), c.Say(t.VerbName, t.Verb), t.Actor, t.Device, note})
	}
	cli.Table(w, rows)
	for _, j := range v.Joins {
		fmt.Fprintf(w, c.Say("同一事项另有受理 %s，%s\n", "accepted elsewhere too: %s, %s\n"), j.Number,
			map[bool]string{true: c.Say("由本件续办", "this case goes on"), false: c.Say("由该件续办", "that case goes on")}[j.Survives])
	}
	for _, t := range v.Tasks {
		fmt.Fprintf(w, c.Say("待处理: %s  记录号 %s\n", "to do: %s  op %s\n"), c.Say(t.Name, counter.TaskText(t.Kind, "en")), t.Op[:16])
	}
	if v.Waiting > 0 {
		fmt.Fprintf(w, c.Say("另有 %d 条记录在等待尚未收到的内容\n", "%d more ops wait for what is not here yet\n"), v.Waiting)
	}
}

// statusList names the statuses that a case can have, for a hint.
func statusList() string {
	var names []string
	for _, s := range counter.Statuses() {
		names = append(names, string(s))
	}
	return strings.Join(names, " ")
}
