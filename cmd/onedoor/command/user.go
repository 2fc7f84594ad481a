package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

func userCommands() *cli.Command {
	return &cli.Command{
		Name:  "user",
		Short: cli.T("人员", "users"),
		Sub: []*cli.Command{
			{Name: "add", Short: cli.T("增加人员", "add a user"), Define: userAdd,
				Long: cli.T("新人员的口令取自 ONEDOOR_NEW_PASSWORD，没有则用 ONEDOOR_PASSWORD，再没有则询问。",
					"The new user's password comes from ONEDOOR_NEW_PASSWORD, else ONEDOOR_PASSWORD, else a prompt.")},
			{Name: "list", Short: cli.T("列出人员", "list the users"), Define: cli.Simple(userList)},
			{Name: "disable", Short: cli.T("停用离岗人员", "disable a user who left"), Define: userDisable},
			{Name: "passwd", Short: cli.T("设置口令", "set a password"), Define: userPasswd,
				Long: cli.T("新口令取自 ONEDOOR_NEW_PASSWORD，没有则询问。", "The new password comes from ONEDOOR_NEW_PASSWORD or a prompt.")},
		},
	}
}

func userAdd(fs *cli.Flags) cli.Run {
	name := fs.String("name", "", cli.T("登录名", "login name"), cli.Required(), cli.Meta("NAME"))
	role := fs.String("role", "", cli.T("岗位，几个用逗号分开", "role, several with commas"), cli.Required(), cli.Meta("clerk|reviewer|approver|supervisor|administrator"))
	division := fs.String("division", "", cli.T("所属区划", "division"), cli.Required(), cli.Meta("CODE"))
	return func(ctx context.Context, c *cli.Call) error {
		variable := "ONEDOOR_NEW_PASSWORD"
		if c.Getenv(variable) == "" && c.Getenv("ONEDOOR_PASSWORD") != "" {
			variable = "ONEDOOR_PASSWORD"
		}
		password, err := c.NewSecret(variable, cli.T(*name+" 的口令", "password of "+*name))
		if err != nil {
			return err
		}
		c.Remember("ONEDOOR_NEW_PASSWORD", password)
		return writingAs(ctx, c, "user add", func(_ *station.Station, s *desk.Session) error {
			u, err := s.AddUser(ctx, desk.NewUser{Name: *name, Role: *role, Division: *division, Password: password})
			if err != nil {
				return err
			}
			return c.Print(u, func(w io.Writer) { printUsers(w, c, []desk.UserLine{u}) })
		})
	}
}

func userList(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		users, err := s.Users(ctx)
		if err != nil {
			return err
		}
		return c.Print(list(users), func(w io.Writer) { printUsers(w, c, users) })
	})
}

func printUsers(w io.Writer, c *cli.Call, users []desk.UserLine) {
	rows := [][]string{{c.Say("姓名", "name"), c.Say("岗位", "role"), c.Say("区划", "division"), c.Say("状态", "state")}}
	for _, u := range users {
		state := c.Say("正常", "active")
		if u.Disabled {
			state = c.Say("已停用", "disabled")
		}
		rows = append(rows, []string{u.Name, strings.Join(u.Roles, " "), u.Division, state})
	}
	cli.Table(w, rows)
}

func userDisable(fs *cli.Flags) cli.Run {
	name := fs.String("name", "", cli.T("登录名", "login name"), cli.Required(), cli.Meta("NAME"))
	return func(ctx context.Context, c *cli.Call) error {
		return writingAs(ctx, c, "user disable", func(_ *station.Station, s *desk.Session) error {
			if err := s.DisableUser(ctx, *name); err != nil {
				return err
			}
			v := struct {
				Name     string `json:"name"`
				Disabled bool   `json:"disabled"`
			}{*name, true}
			return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("已停用:", "disabled:"), v.Name) })
		})
	}
}

func userPasswd(fs *cli.Flags) cli.Run {
	name := fs.String("name", "", cli.T("登录名；不给则是自己", "login name; yourself if left out"), cli.Meta("NAME"))
	return func(ctx context.Context, c *cli.Call) error {
		who := *name
		if who == "" {
			who = c.User()
		}
		password, err := c.NewSecret("ONEDOOR_NEW_PASSWORD", cli.T(who+" 的新口令", "password of "+who))
		if err != nil {
			return err
		}
		c.Remember("ONEDOOR_NEW_PASSWORD", password)
		return writingAs(ctx, c, "user passwd", func(_ *station.Station, s *desk.Session) error {
			if err := s.SetPassword(ctx, who, password); err != nil {
				return err
			}
			v := struct {
				Name    string `json:"name"`
				Changed bool   `json:"changed"`
			}{who, true}
			return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("口令已更改:", "password changed:"), v.Name) })
		})
	}
}
