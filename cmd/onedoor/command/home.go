package command

import (
	"context"
	"fmt"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
	"onedoor/internal/cli/endpoint"
)

// stationKey carries the open station of a daemon to the commands that it carries
// out for other processes.
type stationKey struct{}

func withStation(ctx context.Context, st *station.Station) context.Context {
	return context.WithValue(ctx, stationKey{}, st)
}

func ofDaemon(ctx context.Context) *station.Station {
	st, _ := ctx.Value(stationKey{}).(*station.Station)
	return st
}

// config is what a station needs to know of this call.
func config(c *cli.Call) (station.Config, error) {
	home, err := c.Home()
	return station.Config{Home: home, Getenv: c.Getenv, Now: c.Now, Warn: func(e *counter.Error) { note(c, e) }}, err
}

// daily is config for an ordinary command. That the key lies in a plain file was
// told when the home was made; told with every command, nobody would read it, nor
// the next warning.
func daily(c *cli.Call) (station.Config, error) {
	cfg, err := config(c)
	cfg.Warn = func(e *counter.Error) {
		if e.Code != keyPlain {
			note(c, e)
		}
	}
	return cfg, err
}

// keyPlain is the code of the note that no passphrase protects the device's key.
const keyPlain = "key_plain"

// note tells something that is no failure. With --json standard error is kept for
// the one error object that a script reads.
func note(c *cli.Call, e *counter.Error) {
	if c.JSON || e == nil {
		return
	}
	fmt.Fprintln(c.Stderr, c.Say("注意:", "Note:"), c.Say(e.Zh, e.En))
	if hint := c.Say(e.HintZh, e.HintEn); hint != "" {
		fmt.Fprintln(c.Stderr, c.Say("提示:", "Hint:"), hint)
	}
}

// reading runs f with the station opened for reading, which works while another
// process holds the home.
func reading(ctx context.Context, c *cli.Call, f func(*station.Station) error) error {
	if st := ofDaemon(ctx); st != nil {
		return f(st)
	}
	cfg, err := daily(c)
	if err != nil {
		return err
	}
	st, err := station.Open(ctx, cfg, station.Read)
	if err != nil {
		return err
	}
	defer st.Close()
	return f(st)
}

// writing runs f with the station opened for writing. If a daemon holds the home,
// the daemon runs the same command line instead; another one-shot writer is waited
// for. command is the note for those who wait, without operands.
func writing(ctx context.Context, c *cli.Call, command string, f func(*station.Station) error) (err error) {
	if st := ofDaemon(ctx); st != nil {
		return f(st)
	}
	cfg, err := daily(c)
	if err != nil {
		return err
	}
	lease, daemon, err := endpoint.Acquire(ctx, cfg.Home, "onedoor "+command, c.Now, endpoint.DefaultWait)
	if err != nil {
		return err
	}
	if daemon != nil {
		code, err := daemon.Execute(ctx, c.Env)
		if err != nil {
			return err
		}
		return cli.Exit(code)
	}
	defer lease.Release()
	st, err := station.Open(ctx, cfg, station.Write)
	if err != nil {
		return err
	}
	// What was committed is durable before f returns; Close only ends it in order, but
	// an error there is the first sign of a dying disk.
	defer func() {
		if e := st.Close(); err == nil {
			err = e
		}
	}()
	return f(st)
}

// readingAs is reading in the name of --user.
func readingAs(ctx context.Context, c *cli.Call, f func(*station.Station, *desk.Session) error) error {
	user, password, err := c.Login()
	if err != nil {
		return err
	}
	return reading(ctx, c, func(st *station.Station) error {
		s, err := st.Desk().Login(ctx, user, password)
		if err != nil {
			return err
		}
		return f(st, s)
	})
}

// writingAs is writing in the name of --user. The password is asked before the
// home is taken, so that nobody holds it while looking for a password.
func writingAs(ctx context.Context, c *cli.Call, command string, f func(*station.Station, *desk.Session) error) error {
	user, password, err := c.Login()
	if err != nil {
		return err
	}
	c.Remember("ONEDOOR_PASSWORD", password)
	return writing(ctx, c, command, func(st *station.Station) error {
		s, err := st.Desk().Login(ctx, user, password)
		if err != nil {
			return err
		}
		return f(st, s)
	})
}

// list makes an empty JSON array of an empty list, not null.
func list[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

// dash shows an empty cell of a table.
func dash(s *string) string {
	if s == nil || *s == "" {
		return "-"
	}
	return *s
}
