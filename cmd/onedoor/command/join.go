package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/internal/cli"
	"onedoor/internal/cli/endpoint"
)

func initCommand() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Short: cli.T("窗口：建立数据文件夹，写出入网申请", "counter: make the data folder and a request to join"),
		Define: func(fs *cli.Flags) cli.Run {
			division := fs.String("division", "", cli.T("所在村、社区或镇街的区划代码", "division code of the service point"), cli.Required(), cli.Meta("440604100001"))
			number := fs.String("counter", "", cli.T("窗口号，两位", "number of the counter, two digits"), cli.Required(), cli.Meta("01"))
			name := fs.String("name", "", cli.T("窗口名称", "name of the counter"), cli.Required(), cli.Meta("NAME"))
			out := fs.Path("out", cli.T("写出的入网申请", "request to write"), cli.Required(), cli.Meta("REQUEST"))
			return func(ctx context.Context, c *cli.Call) error {
				cfg, err := config(c)
				if err != nil {
					return err
				}
				info, err := station.InitCounter(ctx, cfg, station.CounterInit{
					Division: *division, Counter: *number, Name: *name, Out: *out,
				})
				if err != nil {
					return err
				}
				return c.Print(info, func(w io.Writer) {
					cli.Table(w, [][]string{
						{c.Say("区划", "division"), info.Division},
						{c.Say("窗口", "counter"), info.Counter},
						{c.Say("入网申请", "request"), info.Request},
					})
					fmt.Fprintln(w, c.Say("请把入网申请交给区里，拿到入网凭证后运行 onedoor join",
						"take the request to the district; with the grant run onedoor join"))
				})
			}
		},
	}
}

func joinCommand() *cli.Command {
	return &cli.Command{
		Name:  "join",
		Short: cli.T("窗口：用入网凭证或入网码入网", "counter: join with the grant or a code"),
		Define: func(fs *cli.Flags) cli.Run {
			grant := fs.Path("grant", cli.T("区里给的入网凭证", "the grant that the district gave"), cli.Meta("GRANT"))
			code := fs.String("code", "", cli.T("或：区里给的一次性入网码", "or: the one-time code that the district gave"), cli.Meta("CODE"))
			hub := fs.String("hub", "", cli.T("用入网码时区级枢纽的地址", "with a code, the hub's address"), cli.Meta("tcp://HOST:PORT"))
			return func(ctx context.Context, c *cli.Call) error {
				cfg, err := daily(c)
				if err != nil {
					return err
				}
				if (*grant == "") == (*code == "") || (*code != "") != (*hub != "") {
					return counter.E(counter.CodeUsage, "要写 --grant 文件，或者 --code 入网码 和 --hub 地址", "give --grant FILE, or --code CODE and --hub ADDRESS").
						Hint("见 onedoor join --help", "see onedoor join --help")
				}
				var data []byte
				if *grant != "" {
					if data, err = c.ReadFile(*grant, 256<<20); err != nil {
						return err
					}
				}
				lease, err := endpoint.Own(ctx, cfg.Home, "onedoor join", c.Now, endpoint.DefaultWait)
				if err != nil {
					return err
				}
				defer lease.Release()
				var info station.JoinInfo
				if *grant != "" {
					info, err = station.Join(ctx, cfg, data)
				} else {
					info, err = station.JoinByCode(ctx, cfg, *code, *hub)
				}
				if err != nil {
					return err
				}
				return c.Print(info, func(w io.Writer) {
					cli.Table(w, [][]string{
						{c.Say("已入网", "joined"), info.District},
						{c.Say("区划", "division"), info.Division},
						{c.Say("设备", "device"), info.Device},
						{c.Say("根指纹", "root fingerprint"), info.RootFingerprint},
					})
					fmt.Fprintln(w, c.Say("请与区里公布的根指纹核对。现在就可以受理，不必等网络。",
						"compare the root fingerprint with the published one. The counter can work now, without a link."))
				})
			}
		},
	}
}
