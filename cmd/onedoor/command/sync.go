package command

import (
	"context"
	"fmt"
	"io"
	"time"

	"onedoor/app/station"
	"onedoor/internal/cli"
)

func syncCommand() *cli.Command {
	return &cli.Command{
		Name:  "sync",
		Short: cli.T("与上级同步一轮", "one round of sync with the superior"),
		Sub:   stickCommands(),
		Define: func(fs *cli.Flags) cli.Run {
			hub := fs.String("hub", "", cli.T("上级地址，代替入网凭证里的", "address of the superior, instead of the grant's"), cli.Meta("tcp://HOST:PORT"))
			timeout := fs.Duration("timeout", 60*time.Second, cli.T("最多等多久", "how long to wait"))
			return func(ctx context.Context, c *cli.Call) error {
				return writing(ctx, c, "sync", func(st *station.Station) error {
					stop := tellProgress(c, st)
					r, err := st.Sync(ctx, *hub, *timeout)
					stop()
					if err != nil {
						return err
					}
					return c.Print(r, func(w io.Writer) { printSync(w, c, r) })
				})
			}
		},
	}
}

// progressEvery is how often a round tells how far it is.
const progressEvery = 2 * time.Second

// tellProgress says how far the exchange is, on stderr, until stop is called. It is
// for people: --json stays silent.
func tellProgress(c *cli.Call, st *station.Station) (stop func()) {
	if c.JSON {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		last := ""
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if words := c.Say(st.Progress()); words != "" && words != last {
				last = words
				fmt.Fprintln(c.Stderr, words)
			}
		}
	}()
	return func() { close(done); <-ended }
}

func printSync(w io.Writer, c *cli.Call, r station.SyncReport) {
	peer := r.PeerName
	if peer == "" {
		peer = short(r.Peer)
	}
	fmt.Fprintf(w, c.Say("与 %s 同步\n", "synced with %s\n"), peer)
	cli.Table(w, [][]string{
		{c.Say("送出", "sent"), fmt.Sprintf(c.Say("%d 条操作", "%d ops"), r.SentOps), fmt.Sprintf(c.Say("%d 字节", "%d bytes"), r.SentBytes)},
		{c.Say("收到", "received"), fmt.Sprintf(c.Say("%d 条操作", "%d ops"), r.ReceivedOps), fmt.Sprintf(c.Say("%d 字节", "%d bytes"), r.ReceivedBytes)},
	})
	if r.Converged {
		fmt.Fprintln(w, c.Say("两边一致", "both sides hold the same"))
	} else {
		fmt.Fprintln(w, c.Say("还没有送完，请再同步一次", "not everything is across yet, sync again"))
	}
}
