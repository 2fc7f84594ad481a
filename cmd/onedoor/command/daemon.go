package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/internal/cli"
	"onedoor/internal/cli/endpoint"
)

func serveCommand(version string) *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Short: cli.T("窗口或镇街的后台程序：同步、浏览器界面", "daemon of a counter or town: syncs, serves the browser"),
		Long:  serveHelp,
		Define: func(fs *cli.Flags) cli.Run {
			listen := fs.String("listen", "", cli.T("给其他设备连接的地址", "where other devices connect"), cli.Meta("tcp://HOST:PORT"))
			hub := fs.String("hub", "", cli.T("上级地址，代替入网凭证里的；- 表示不连接", "address of the superior, instead of the grant's; - for none"), cli.Meta("tcp://HOST:PORT"))
			admin, lan, ui := adminFlag(fs), lanFlag(fs), uiFlags(fs)
			return func(ctx context.Context, c *cli.Call) error {
				return serve(ctx, c, version, "serve", ui(), station.ServeOptions{Listen: *listen, Hub: *hub, AdminListen: *admin, LAN: *lan == "on"})
			}
		},
	}
}

var serveHelp = cli.T("运行期间，其他命令照常可用，由它代为执行。中断（Ctrl-C）即按次序结束。",
	"While it runs, other commands work as usual: it carries them out. An interrupt (Ctrl-C) ends it in order.")

func hubServe(version string) func(*cli.Flags) cli.Run {
	return func(fs *cli.Flags) cli.Run { return hubServeFlags(fs, version) }
}

func hubServeFlags(fs *cli.Flags, version string) cli.Run {
	listen := fs.String("listen", "tcp://0.0.0.0:22800", cli.T("给窗口连接的地址", "where counters connect"), cli.Meta("tcp://HOST:PORT"))
	admin, lan, ui := adminFlag(fs), lanFlag(fs), uiFlags(fs)
	return func(ctx context.Context, c *cli.Call) error {
		return serve(ctx, c, version, "hub serve", ui(), station.ServeOptions{Listen: *listen, Hub: "-", AdminListen: *admin, LAN: *lan == "on"})
	}
}

func adminFlag(fs *cli.Flags) *string {
	return fs.String("admin-listen", "", cli.T("/healthz /readyz /metrics 的地址", "address of /healthz /readyz /metrics"), cli.Meta("HOST:PORT"))
}

func lanFlag(fs *cli.Flags) *string {
	return fs.String("lan", "on", cli.T("在本地网络上自动找到本区的其他设备（off 关闭）", "find the district's devices on the local network (off: do not)"), cli.OneOf("on", "off"))
}

// ready is what a daemon says when it is up; a script waits for this line.
type ready struct {
	station.Addrs
	UI string `json:"ui,omitempty"` // link that opens one browser
}

// serve owns the home until it is interrupted: the network, the pages for a
// browser, and the commands of other processes on the same home.
func serve(ctx context.Context, c *cli.Call, version, command string, ui uiOptions, o station.ServeOptions) (err error) {
	if ofDaemon(ctx) != nil {
		return counter.E(counter.CodeBusy, "后台程序已在运行", "the daemon is running already").Hint("不必再启动", "there is no need to start it again")
	}
	cfg, err := daily(c)
	if err != nil {
		return err
	}
	lease, err := endpoint.Own(ctx, cfg.Home, "onedoor "+command, c.Now, endpoint.DefaultWait)
	if err != nil {
		return err
	}
	defer lease.Release()
	st, err := station.Open(ctx, cfg, station.Write)
	if err != nil {
		return err
	}
	defer func() {
		if e := st.Close(); err == nil {
			err = e
		}
	}()
	server, err := lease.Serve(c.Now, Handler(version, st))
	if err != nil {
		return err
	}
	defer server.Close()
	return serveAll(ctx, c, st, ui, o)
}

// serveAll runs network and pages together: when one of them fails, both end.
func serveAll(ctx context.Context, c *cli.Call, st *station.Station, ui uiOptions, o station.ServeOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var pages *browser
	if ui.address != "" {
		var err error
		if pages, err = openBrowser(ctx, c, st, ui); err != nil {
			return err
		}
		defer pages.listener.Close()
	}
	o.Ready = func(a station.Addrs) {
		r := ready{Addrs: a}
		if pages != nil {
			r.UI = pages.serve(ctx)
			go func() {
				err := <-pages.done
				pages.done <- err
				cancel()
			}()
		}
		printReady(c, r)
	}
	err := st.Serve(ctx, o)
	cancel()
	if pages != nil && err == nil {
		err = <-pages.done
	}
	if errors.Is(err, context.Canceled) {
		return nil // an interrupt is how a daemon ends
	}
	return err
}

func printReady(c *cli.Call, r ready) {
	c.Print(r, func(w io.Writer) {
		words := []string{c.Say("已就绪", "ready")}
		for _, p := range [][2]string{{c.Say("监听", "listens at"), r.Listen}, {c.Say("上级", "superior"), r.Hub}, {c.Say("管理", "admin"), r.Admin},
			{c.Say("界面", "interface"), r.UI}} {
			if p[1] != "" {
				words = append(words, p[0]+" "+p[1])
			}
		}
		fmt.Fprintln(w, strings.Join(words, "  "))
	})
}
