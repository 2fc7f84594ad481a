package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"onedoor/app/station"
	"onedoor/internal/cli"
	"onedoor/internal/cli/endpoint"
)

var outlookHelp = cli.T(
	`最后联系、等着送出的、等着生效的和原因、超过交接期限的办件、没有消息的站点。后台程序在运行时由它回答，才知道现在连着谁。`,
	`Last contacts, what waits to be sent or to take effect and why, cases beyond the hand-over limit, silent stations.
A running daemon answers: only it knows who is connected.`)

func statusCommand() *cli.Command {
	return &cli.Command{Name: "status", Short: cli.T("本机与其他站点的同步情况", "how this PC's exchange with the others stands"), Long: outlookHelp, Define: status}
}

func status(fs *cli.Flags) cli.Run {
	silent := fs.Int("silent-days", station.DefaultSilentDays, cli.T("超过几个工作日没有消息算失联", "working days after which a station counts as silent"))
	return func(ctx context.Context, c *cli.Call) error {
		// A running daemon knows whom it is connected to; without one the home is read.
		home, err := c.Home()
		if err != nil {
			return err
		}
		if ofDaemon(ctx) == nil {
			if daemon, err := endpoint.Connect(home); err == nil {
				code, err := daemon.Execute(ctx, c.Env)
				if err != nil {
					return err
				}
				return cli.Exit(code)
			}
		}
		return reading(ctx, c, func(st *station.Station) error {
			v, err := st.Status(ctx, *silent)
			if err != nil {
				return err
			}
			return c.Print(v, func(w io.Writer) { printStatus(w, c, v) })
		})
	}
}

func printStatus(w io.Writer, c *cli.Call, v station.Status) {
	cli.Table(w, [][]string{
		{c.Say("名称", "name"), v.Name},
		{c.Say("区划", "division"), v.Division + " " + levelName(c, v.Tier)},
		{c.Say("设备", "device"), v.Device},
		{c.Say("服务点", "scopes"), strconv.Itoa(v.Scopes)},
		{c.Say("操作", "ops"), strconv.Itoa(v.Ops)},
		{c.Say("等待", "waiting"), strconv.Itoa(v.Waiting)},
		{c.Say("办件", "cases"), strconv.Itoa(v.Cases)},
		{c.Say("设备数", "devices"), strconv.Itoa(v.Devices)},
	})
	for i, n := range v.Notices {
		if i == 0 {
			fmt.Fprintln(w, c.Say("请注意:", "notices:"))
		}
		fmt.Fprintln(w, "  "+map[string]string{"bad": "! ", "warn": "* "}[n.Level]+c.Say(n.Text, n.En))
	}
	for i, p := range v.Waits {
		if i == 0 {
			fmt.Fprintln(w, c.Say("等待生效的:", "waiting to take effect:"))
		}
		fmt.Fprintf(w, c.Say("  %s（来自 %s）%d 条：%s\n", "  %s (from %s): %d ops, %s\n"), p.Scope, p.Device, p.Ops, c.Say(p.Words, p.En))
	}
	printRoads(w, c, v.Roads)
	for i, st := range v.Stations {
		if i == 0 {
			fmt.Fprintln(w, c.Say("站点:", "stations:"))
		}
		fmt.Fprintf(w, "  %s %s: %s\n", st.Name, levelName(c, st.Tier), c.Say(st.Words, st.En))
	}
}

func printRoads(w io.Writer, c *cli.Call, roads []station.Road) {
	fmt.Fprintln(w, c.Say("通道:", "roads:"))
	for _, r := range roads {
		note := c.Say(r.Note, roadNoteEn(r))
		if note == "" { // it is on, and its peers follow
			note = c.Say("已打开", "on")
		}
		fmt.Fprintf(w, "  %s %s\n", c.Say(r.Name, roadsEn[r.Kind]), note)
		for _, p := range r.Peers {
			state := c.Say("在线", "connected")
			if !p.Connected {
				state = c.Say("离线", "away")
				if !p.LastContact.IsZero() {
					state += c.Say("，最后联系 ", ", last contact ") + p.LastContact.In(chinaTime).Format("2006-01-02 15:04")
				}
			}
			fmt.Fprintf(w, "    %s %s %s%s\n", p.Name, state, p.Trouble, p.Progress)
		}
	}
}

// roadsEn names the roads; new ones go by their kind until they are named here.
var roadsEn = map[string]string{"wan": "network", "lan": "local network", "stick": "USB stick"}

// roadNoteEn says less than the Chinese note: whether a road that cannot be seen is used.
func roadNoteEn(r station.Road) string {
	if r.Kind == "stick" {
		return "carries data between PCs without a network; sealed, useless to a finder"
	}
	if !r.On {
		return "off"
	}
	return ""
}

// chinaTime is the civil time of every station.
var chinaTime = time.FixedZone("CST", 8*3600)
