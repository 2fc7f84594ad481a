// Command onedoor is the whole program without a window: the district's hub, the
// counter of a village or town, and the tools for both. It needs no cgo.
//
// The commands are in the package command; this is the process around them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"onedoor/cmd/onedoor/command"
	"onedoor/internal/cli"
)

// version is set by the linker (see the Makefile).
var version = "unknown"

func main() {
	env, err := cli.System()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks the command to end in order; a second one ends it at once.
	context.AfterFunc(ctx, stop)
	app := &cli.App{Root: command.Root(version)}
	os.Exit(app.Execute(ctx, env))
}
