package command

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"sync"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/app/window"
	"onedoor/frontend"
	"onedoor/internal/cli"
)

// browser is the interface for a browser on the same machine, beside a daemon.
type browser struct {
	listener net.Listener
	server   *window.Server
	first    chan string // the link that opens the first browser
	done     chan error
}

// uiOptions are the flags of the interface.
type uiOptions struct{ address, cardPort string }

// uiFlags defines them; read gives them once the flags are parsed.
func uiFlags(fs *cli.Flags) (read func() uiOptions) {
	address := fs.String("ui", "", cli.T("浏览器界面的本机地址", "loopback address of the browser interface"), cli.Meta("127.0.0.1:8808"))
	port := fs.String("card-port", "", cli.T("浏览器界面用的读卡器地址", "address of the card reader for the browser interface"),
		cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT"))
	return func() uiOptions { return uiOptions{*address, *port} }
}

// openBrowser takes the port, so that a mistake is told before anything runs.
func openBrowser(ctx context.Context, c *cli.Call, st *station.Station, o uiOptions) (*browser, error) {
	l, err := window.Listen(o.address)
	if err != nil {
		return nil, err
	}
	pages, err := fs.Sub(frontend.Dist, "dist")
	if err != nil {
		l.Close()
		return nil, err
	}
	b := &browser{listener: l, first: make(chan string, 1), done: make(chan error, 1)}
	var once sync.Once
	cfg := window.Over(st.Desk(), c.Now)
	Equip(ctx, &cfg, st, o.cardPort, c.Getenv)
	cfg.Log = func(method string, err error) {
		slog.Error("interface", "method", method, "code", string(counter.CodeOf(err)))
	}
	b.server = window.NewServer(cfg, pages, func(link string) {
		told := true
		once.Do(func() { b.first <- link; told = false })
		if told { // a link opens one browser; here is the next one's
			fmt.Fprintln(c.Stderr, c.Say("下一个浏览器请打开:", "for the next browser:"), link)
		}
	})
	return b, nil
}

// serve answers until ctx ends and gives the link that opens the first browser; an
// empty one if serving failed at once.
func (b *browser) serve(ctx context.Context) (link string) {
	go func() { b.done <- b.server.Serve(ctx, b.listener) }()
	select {
	case link = <-b.first:
	case err := <-b.done:
		b.done <- err
	}
	return link
}
