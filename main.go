// Command onedoor (the root package) is the desktop program of a counter, a town or
// the hub: the pages of frontend/ in a window of the system's web view, over the
// facade of the device in the data folder. It is wiring and nothing else; the
// program without a window is cmd/onedoor.
//
// It builds without a web view for checks ("go build ./..."), and then says so when
// it is started; a real window needs the tags of "make window".
package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	wailsruntime "github.com/wailsapp/wails/v2/pkg/runtime"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/app/window"
	"onedoor/cmd/onedoor/command"
	"onedoor/frontend"
	"onedoor/internal/cli/endpoint"
)

// lockWait is short: somebody is looking at the screen.
const lockWait = 3 * time.Second

func main() {
	home := flag.String("home", os.Getenv("ONEDOOR_HOME"), "数据文件夹 data folder (ONEDOOR_HOME)")
	port := flag.String("card-port", os.Getenv("ONEDOOR_CARD_PORT"), "读卡器地址 address of the card reader, such as sdt+serial:///dev/ttyUSB0 (ONEDOOR_CARD_PORT)")
	flag.Parse()
	if err := run(*home, *port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run shows the window until it is closed. A station that does not open is told in
// the window: who starts a program by an icon sees no terminal. The web view needs
// longer to start than the station to open, so both happen at once; the home is
// locked before.
func run(home, cardPort string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lease, fault := own(ctx, home)
	w, opened := window.Opening(ctx)
	feed := make(chan *window.Feed, 1)
	ended := make(chan error, 1)
	go func() {
		end := func() error { return nil }
		cfg := window.Config{}
		if fault == nil {
			cfg, end, fault = open(ctx, lease, cardPort)
		}
		if fault != nil {
			cfg = window.Config{Fault: fault, Now: time.Now}
		}
		cfg.Log = func(method string, err error) { slog.Error("window", "method", method, "cause", err) }
		opened(cfg)
		feed <- cfg.Feed
		<-ctx.Done()
		ended <- cmp.Or(fault, end())
	}()
	err := show(ctx, w, feed)
	cancel()
	return cmp.Or(<-ended, err)
}

// own takes the home for this process.
func own(ctx context.Context, home string) (*endpoint.Lease, error) {
	if home == "" {
		return nil, counter.E(counter.CodeUsage, "没有指明数据文件夹", "no data folder given").
			Hint("启动时加上 --home 文件夹，或设置 ONEDOOR_HOME", "start with --home DIR, or set ONEDOOR_HOME")
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, err
	}
	return endpoint.Own(ctx, home, "onedoor window", time.Now, lockWait)
}

// open sets the station of a home going, the link to the others too. The returned
// function ends what was begun, also after an error.
func open(ctx context.Context, lease *endpoint.Lease, cardPort string) (_ window.Config, end func() error, _ error) {
	home := lease.Home()
	st, err := station.Open(ctx, station.Config{
		Home: home, Getenv: os.Getenv, Now: time.Now,
		Warn: func(e *counter.Error) { slog.Warn("station", "note", e.En, "hint", e.HintEn) },
	}, station.Write)
	if err != nil {
		return window.Config{}, lease.Release, err
	}
	closeStation := func() error { return errors.Join(st.Close(), lease.Release()) }
	// While the window is open it carries out the command line's writes on this home.
	helper, err := lease.Serve(time.Now, command.Handler("window", st))
	if err != nil {
		return window.Config{}, closeStation, err
	}
	synced := make(chan struct{})
	go func() {
		defer close(synced)
		if err := st.Serve(ctx, station.ServeOptions{LAN: true}); err != nil && ctx.Err() == nil {
			slog.Error("sync ended", "cause", err)
		}
	}()
	cfg := window.Over(st.Desk(), time.Now)
	command.Equip(ctx, &cfg, st, cardPort, os.Getenv)
	cfg.PaperFolder, cfg.OpenFile = papersFolder(home), openFile
	// Papers are plain; those that a crash left behind go too.
	if err := os.RemoveAll(cfg.PaperFolder); err != nil {
		slog.Warn("old papers stay", "cause", err) // a viewer may hold one: no reason not to work
	}
	return cfg, func() error {
		<-synced
		return errors.Join(os.RemoveAll(cfg.PaperFolder), helper.Close(), closeStation())
	}, nil
}

// show opens the window and returns when it is closed.
func show(ctx context.Context, w *window.Window, feed <-chan *window.Feed) error {
	pages, err := fs.Sub(frontend.Dist, "dist")
	if err != nil {
		return err
	}
	assets := &assetserver.Options{Assets: pages}
	if _, err := fs.Stat(pages, "index.html"); err != nil {
		assets = &assetserver.Options{Handler: window.Pages(pages)} // says that nothing was built
	}
	return wails.Run(&options.App{
		Title: "一门办", Width: 1280, Height: 720, MinWidth: 1024, MinHeight: 600,
		BackgroundColour: options.NewRGB(0xee, 0xf2, 0xf8),
		AssetServer:      assets,
		Bind:             []any{w},
		OnStartup:        func(view context.Context) { go tell(ctx, view, feed) },
		ErrorFormatter:   func(err error) any { return window.FaultText(err) },
		// Below warnings Wails writes what calls return: citizens' data.
		LogLevel: logger.WARNING, LogLevelProduction: logger.ERROR,
		// Files are dropped on the page, as in a browser; a drop beside its place does nothing there.
		Linux:   &linux.Options{ProgramName: "onedoor", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Windows: &windows.Options{WebviewUserDataPath: webviewFolder(), IsZoomControlEnabled: true},
	})
}

// tell passes on to the page what changes, as long as the program runs.
func tell(ctx, view context.Context, from <-chan *window.Feed) {
	feed := <-from
	if feed == nil {
		return // the station did not open; nothing changes
	}
	l := feed.Listen()
	defer l.Close()
	for {
		topics, err := l.Next(ctx, time.Hour)
		if err != nil {
			return
		}
		if len(topics) > 0 {
			wailsruntime.EventsEmit(view, "onedoor:changed", topics)
		}
	}
}

// papersFolder is where printed papers lie for the system's viewer while the window
// is open. It is not below the home: nothing there is in plain text.
func papersFolder(home string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	name := sha256.Sum256([]byte(home))
	return filepath.Join(cache, "onedoor", "papers", hex.EncodeToString(name[:6]))
}

// openFile starts the system's program for a file that we have made, without
// waiting for it.
func openFile(path string) error {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "windows":
		c = exec.Command("rundll32.exe", "url.dll,FileProtocolHandler", path)
	default:
		c = exec.Command("xdg-open", path)
	}
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }()
	return nil
}

// webviewFolder is a place that the web view may write to; "" lets it choose.
func webviewFolder() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "onedoor", "webview")
}
