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
	printCases(w, c, p.Cases)
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
