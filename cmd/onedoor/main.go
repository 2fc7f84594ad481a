// Command onedoor is the whole program without a window: the district's hub, the
// counter of a village or town, and the tools for both. It needs no cgo.
//
// Each family of commands has a file of its own. Nothing here knows how a case is
// accepted or how two devices meet; the commands read what was typed, call the
// facade, and print what it says.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"onedoor/internal/cli"
)

func main() {
	env, err := cli.System()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks the command to end in order; a second one ends it at once.
	context.AfterFunc(ctx, stop)
	app := &cli.App{Root: root()}
	os.Exit(app.Execute(ctx, env))
}

// root is the tree of all commands.
func root() *cli.Command {
	return &cli.Command{
		Name:  "onedoor",
		Short: cli.T("一门办：离线可用的村镇办事窗口", "onedoor: a service counter that works without a link"),
		Sub: []*cli.Command{
			hubCommands(),
			initCommand(),
			joinCommand(),
			serveCommand(),
			syncCommand(),
			divisionCommands(),
			calendarCommands(),
			catalogCommands(),
			userCommands(),
			cardCommands(),
			personCommands(),
			caseCommands(),
			documentCommands(),
			stateCommands(),
			logCommands(),
			rebuildCommand(),
			versionCommand(),
		},
	}
}
