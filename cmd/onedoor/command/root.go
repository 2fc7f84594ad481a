// Package command holds the commands of onedoor, each family in a file of its own.
// Nothing here knows how a case is accepted or how two devices meet: the commands
// read what was typed, call the facade, and print what it says.
//
// It is a package beside the program so that whoever holds a home for long, the
// desktop window too, can carry out the commands of other processes on it.
package command

import (
	"context"

	"onedoor/app/station"
	"onedoor/internal/cli"
	"onedoor/internal/cli/endpoint"
)

// Handler carries out commands of other processes on the home of st, for
// endpoint.Lease.Serve.
func Handler(version string, st *station.Station) endpoint.Handler {
	app := &cli.App{Root: Root(version)}
	return func(ctx context.Context, env *cli.Env) int { return app.Execute(withStation(ctx, st), env) }
}

// Root is the tree of all commands of a program of this version.
func Root(version string) *cli.Command {
	return &cli.Command{
		Name:  "onedoor",
		Short: cli.T("一门办：离线可用的村镇办事窗口", "onedoor: a service counter that works without a link"),
		Sub: []*cli.Command{
			hubCommands(version),
			initCommand(),
			joinCommand(),
			serveCommand(version),
			syncCommand(),
			statusCommand(),
			divisionCommands(),
			calendarCommands(),
			retentionCommands(),
			catalogCommands(),
			userCommands(),
			cardCommands(),
			personCommands(),
			caseCommands(),
			documentCommands(),
			stateCommands(),
			logCommands(),
			rebuildCommand(),
			versionCommand(version),
		},
	}
}
