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

func personCommands() *cli.Command {
	return &cli.Command{
		Name:  "person",
		Short: cli.T("办事人", "persons"),
		Sub: []*cli.Command{
			{Name: "find", Args: "NUMBER", Short: cli.T("按证件号码查找", "find by ID number"),
				Long:   cli.T("号码写 - 则从标准输入读，不留在命令历史里。", "With - as number it is read from standard input, and stays out of the shell's history."),
				Define: cli.Simple(personFind)},
			{Name: "restore", Args: "ID FIELD OP", Short: cli.T("让以前的值重新有效", "let an earlier value stand again"),
				Long: cli.T("FIELD: identity 身份信息、phone 联系电话、address 住址。OP: person show 列出的记录号（可只写开头，至少 8 位）。",
					"FIELD: identity, phone, address. OP: as person show lists it (its beginning is enough, 8 characters or more)."),
				Define: cli.Simple(personRestore)},
			{Name: "seen", Args: "ID", Short: cli.T("待复核的登记已核实（主管）", "records that were to be looked at are right (supervisors)"),
				Long: cli.T("把这个人待复核的登记全部标为已核实，--opinion 写明怎样核实的，加密保存。先用 person show 看。",
					"Marks all records of the person that bear the mark as looked at; --opinion says what was found and is kept sealed. See person show first."),
				Define: personSeen},
			{Name: "show", Args: "ID", Short: cli.T("一个人的资料和办件", "a person with their cases"), Define: cli.Simple(personShow)},
		},
	}
}

func personFind(ctx context.Context, c *cli.Call) error {
	number := c.Operand(0)
	if number == "-" {
		data, err := c.ReadFile("-", 4<<10)
		if err != nil {
			return err
		}
		number = strings.TrimSpace(string(data))
	}
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		found, err := s.FindPerson(ctx, number)
		if err != nil {
			return err
		}
		for i := range found {
			found[i].Cases = list(found[i].Cases)
		}
		return c.Print(list(found), func(w io.Writer) {
			if len(found) == 0 {
				fmt.Fprintln(w, c.Say("没有找到", "nobody found"))
			}
			for i := range found {
				printPerson(w, c, &found[i])
			}
		})
	})
}

func personShow(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		p, err := s.ShowPerson(ctx, c.Operand(0))
		if err != nil {
			return err
		}
		p.Cases = list(p.Cases)
		return c.Print(p, func(w io.Writer) { printPerson(w, c, p) })
	})
}

func personRestore(ctx context.Context, c *cli.Call) error {
	return writingAs(ctx, c, "person restore", func(_ *station.Station, s *desk.Session) error {
		p, err := s.RestoreValue(ctx, c.Operand(0), c.Operand(1), c.Operand(2))
		if err != nil {
			return err
		}
		p.Cases = list(p.Cases)
		return c.Print(p, func(w io.Writer) { printPerson(w, c, p) })
	})
}

func personSeen(fs *cli.Flags) cli.Run {
	opinion := fs.String("opinion", "", cli.T("怎样核实的，加密保存", "what was found, kept sealed"))
	return func(ctx context.Context, c *cli.Call) error {
		return writingAs(ctx, c, "person seen", func(_ *station.Station, s *desk.Session) error {
			p, err := s.SeenPerson(ctx, c.Operand(0), nil, *opinion)
			if err != nil {
				return err
			}
			p.Cases = list(p.Cases)
			return c.Print(p, func(w io.Writer) { printPerson(w, c, p) })
		})
	}
}

func printPerson(w io.Writer, c *cli.Call, p *desk.PersonView) {
	rows := [][]string{}
	for _, line := range [][2]string{
		{c.Say("姓名", "name"), p.Name}, {c.Say("号码", "number"), p.NumberMasked}, {c.Say("性别", "sex"), p.Sex},
		{c.Say("出生", "birth"), p.Birth}, {c.Say("电话", "phone"), p.Phone}, {c.Say("住址", "address"), p.Address},
		{c.Say("来源", "source"), sourceName(c, p.Source)}, {c.Say("服务点", "service point"), p.Scope}, {"ID", p.ID},
	} {
		if line[1] != "" {
			rows = append(rows, line[:])
		}
	}
	cli.Table(w, rows)
	for _, v := range p.Values {
		printValue(w, c, &v)
	}
	for _, r := range p.Reviews {
		fmt.Fprintf(w, c.Say("待复核: %s（%s，%s %s）  记录号 %s\n", "to be looked at: %s (%s, %s %s) op %s\n"), r.What, r.Actor, r.Device, minute(r.At), r.Op[:16])
	}
	for _, n := range p.Notes {
		fmt.Fprintf(w, c.Say("已核实: %s（%s，%s %s）\n", "looked at: %s (%s, %s %s)\n"), n.Text, n.Actor, n.Device, minute(n.At))
	}
	printCases(w, c, linesOf(p.Cases, nil))
}

// printValue says where a value came from, and what else was entered for it.
func printValue(w io.Writer, c *cli.Call, v *desk.ValueView) {
	fmt.Fprintf(w, c.Say("%[1]s（%[2]s，%[3]s %[4]s %[5]s）: %[6]s\n", "%[7]s (%[2]s, %[3]s %[4]s %[5]s): %[6]s\n"),
		v.Name, sourceName(c, v.Source), v.Actor, v.Device, minute(v.At), v.Value, v.Field)
	if v.Restored != nil {
		fmt.Fprintf(w, c.Say("  由 %s 恢复，%s\n", "  restored by %s, %s\n"), v.Restored.Actor, minute(v.Restored.At))
	}
	for _, o := range v.Others {
		fmt.Fprintf(w, c.Say("  未采用: %s（%s，%s %s）%s  记录号 %s\n", "  not standing: %s (%s, %s %s) %s  op %s\n"),
			o.Value, sourceName(c, o.Source), o.Actor, minute(o.At), c.Say(o.WhyName, counter.ReasonText(o.Why, "en")), o.Op[:16])
	}
}

// sourceName says how an identity came in; a typed one is marked as such for ever.
func sourceName(c *cli.Call, source string) string {
	switch source {
	case counter.SourceCard:
		return c.Say("读卡", "read from a card")
	case counter.SourceTyped:
		return c.Say("手工录入(未读卡)", "typed, not read from a card")
	case counter.SourceImport:
		return c.Say("批量导入", "imported")
	}
	return source
}
