package command

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"onedoor/internal/cli"
)

func versionCommand(version string) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Short: cli.T("程序版本", "version of the program"),
		Define: cli.Simple(func(_ context.Context, c *cli.Call) error {
			v := struct {
				Version string `json:"version"`
				Go      string `json:"go"`
				System  string `json:"system"`
			}{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return c.Print(v, func(w io.Writer) {
				fmt.Fprintf(w, "onedoor %s (%s, %s)\n", v.Version, v.Go, v.System)
			})
		}),
	}
}
