// Command story is behind "make run": it sets up a district in a folder that git
// ignores and plays the whole story with the real program, telling each step.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"onedoor/cmd/story/play"
)

func main() {
	program := flag.String("program", "bin/onedoor", "the built program")
	dir := flag.String("dir", "run", "folder for the demonstration; each run makes a new one in it")
	window := flag.String("window", "", "the built window program, opened where there is a display")
	once := flag.Bool("once", false, "end after the story")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, *program, *dir, *window, *once, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "\n失败 FAILED: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program, parent, window string, once bool, out io.Writer) error {
	land, err := prepare(program, parent)
	if err != nil {
		return err
	}
	land.Out = out
	begun := time.Now()
	fmt.Fprintf(out, "一门办的故事。命令都在这个文件夹里执行，全部文件也在里面:\n  %s\n", land.Dir)
	fmt.Fprintf(out, "要自己再试，先设置 ONEDOOR_KEYDIR=%s，口令放在 ONEDOOR_PASSWORD:\n", filepath.Join(land.Dir, "keys"))
	for _, p := range []play.Person{play.Admin, play.Clerk, play.Supervisor} {
		fmt.Fprintf(out, "  %s %s\n", p.Name, p.Password)
	}
	told, err := land.Tell(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n故事讲完，用时 %.1f 秒。受理编号 %s\n", time.Since(begun).Seconds(), told.Number)
	if !once {
		err = stay(ctx, land, told, displayed(window), out)
	}
	if _, stopErr := told.Hub.Stop(); err == nil {
		err = stopErr
	}
	return err
}

// prepare makes a fresh folder, so that an earlier run that still goes on is not
// disturbed.
func prepare(program, parent string) (*play.Land, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("没有编译好的程序 / the program is not built (make build): %w", err)
	}
	if parent, err = filepath.Abs(parent); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, time.Now().Format("20060102-150405-"))
	if err != nil {
		return nil, err
	}
	repo, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return play.NewLand(program, dir, repo)
}

// displayed gives the window program if it is there and there is a screen to show it on.
func displayed(window string) string {
	if window == "" || runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return ""
	}
	path, err := filepath.Abs(window)
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// stay shows the counter, in its window or to a browser, until it is interrupted or
// the window is closed.
func stay(ctx context.Context, land *play.Land, told play.Told, window string, out io.Writer) error {
	land.Echo = out // the daemon tells the link for the next browser
	counter, err := land.OpenCounter(ctx, window)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n枢纽 %s，数据 %s\n", told.Ready.Listen, filepath.Join(land.Dir, "hub"))
	fmt.Fprintf(out, "窗口登录: 用户 %s  口令 %s\n", play.Clerk.Name, play.Clerk.Password)
	if counter.Page != "" {
		fmt.Fprintf(out, "READY %s\n", counter.Page)
	} else {
		fmt.Fprintln(out, "READY window 窗口已打开，关闭窗口即结束")
	}
	fmt.Fprintln(out, "按 Ctrl-C 结束")
	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "\n正在结束…")
	case <-counter.Ended():
		if counter.Page != "" {
			err = fmt.Errorf("窗口的后台程序自己结束了 / the counter's daemon ended by itself")
		}
	case <-told.Hub.Ended():
		err = fmt.Errorf("枢纽自己结束了 / the hub ended by itself")
	}
	return cmp.Or(err, counter.Stop())
}
