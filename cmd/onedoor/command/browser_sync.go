package command

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"onedoor/app/station"
	"onedoor/app/window"
)

// pageRound is how long a round asked for on a page waits for a slow line.
const pageRound = 90 * time.Second

// equipSync gives the seats the link to the others and what can be done about it.
func equipSync(ctx context.Context, cfg *window.Config, st *station.Station) {
	feed := &window.Feed{}
	cfg.Feed = feed
	st.Watch(func(topic string) {
		feed.Tell(topic)
		if topic == window.TopicRecords {
			feed.Tell(window.TopicLink) // what waits has changed
		}
	})
	receipts := watchReceipts(ctx, st, func() { feed.Tell(window.TopicLink) })
	cfg.Link = func(ctx context.Context) (window.LinkState, error) {
		l, err := linkState(ctx, st)
		if err == nil {
			receipts.saw(l.Backlog.Ops)
		}
		return l, err
	}
	cfg.Unsent = st.Unsent
	cfg.SyncNow = func(ctx context.Context) (window.Exchange, error) {
		r, err := st.Sync(ctx, "", pageRound)
		return exchange(r.PeerName, r), err
	}
	cfg.Sticks = sticks
	cfg.StickExport = func(ctx context.Context, dir string) (window.Exchange, error) {
		return stickExchange(st.ExportStick(ctx, dir, ""))(dir)
	}
	cfg.StickImport = func(ctx context.Context, dir string) (window.Exchange, error) {
		return stickExchange(st.ImportStick(ctx, dir, ""))(dir)
	}
}

func exchange(peer string, r station.SyncReport) window.Exchange {
	return window.Exchange{Peer: peer, SentOps: r.SentOps, ReceivedOps: r.ReceivedOps, Sent: r.SentBytes, Received: r.ReceivedBytes}
}

func stickExchange(r station.StickReport, err error) func(dir string) (window.Exchange, error) {
	return func(dir string) (window.Exchange, error) {
		e := exchange(dir, r.SyncReport)
		e.Files, e.Stations = r.Files, r.Stations
		for _, f := range r.Faults {
			e.Faults = append(e.Faults, window.ExchangeFault(f))
		}
		return e, err
	}
}

func linkState(ctx context.Context, st *station.Station) (window.LinkState, error) {
	t, err := st.Tally(ctx)
	if err != nil {
		return window.LinkState{}, err
	}
	roads, err := st.Roads(ctx)
	if err != nil {
		return window.LinkState{}, err
	}
	out := window.LinkState{Ops: t.Ops, Waiting: t.Waiting, Cases: t.Cases, Devices: t.Devices, Above: st.Desk().Device().Tier != "district"}
	for _, r := range roads {
		road := window.Road{Kind: r.Kind, Name: r.Name, On: r.On, Note: r.Note}
		for _, p := range r.Peers {
			road.Peers = append(road.Peers, window.Peer{Name: p.Name, Tier: p.Tier, Address: p.Address, Connected: p.Connected,
				Since: stamp(p.Since), LastContact: stamp(p.LastContact), Trouble: p.Trouble, Sent: p.Sent, Received: p.Received,
				WantFiles: p.WantFiles, WantBytes: p.WantBytes, GotBytes: p.GotBytes, Progress: p.Progress})
		}
		out.Roads = append(out.Roads, road)
	}
	return out, addOutlook(ctx, st, &out)
}

// addOutlook adds what people should know of it.
func addOutlook(ctx context.Context, st *station.Station, to *window.LinkState) error {
	o, err := st.Outlook(ctx, 0)
	if err != nil {
		return err
	}
	b, h := o.Backlog, o.Handover // counting what is not sent costs a look at all of it: once
	to.Backlog = window.Backlog{Ops: b.Ops, Cases: b.Cases, Oldest: b.Oldest, Number: b.Number}
	to.Handover = window.LinkHandover{Limit: h.LimitDays, Waiting: h.Waiting, DueToday: h.DueToday, Overdue: h.Overdue, Numbers: h.Numbers}
	for _, n := range o.Notices {
		to.Notices = append(to.Notices, window.LinkNotice{Kind: n.Kind, Level: n.Level, Text: n.Text})
	}
	for _, w := range o.Waits {
		to.Waits = append(to.Waits, window.LinkWait{Scope: w.Scope, Device: w.Device, Ops: w.Ops, Text: w.Words})
	}
	for _, v := range o.Stations {
		to.Stations = append(to.Stations, window.LinkStation{Name: v.Name, Division: v.Division, Tier: v.Tier, Below: v.Below, Connected: v.Connected,
			LastContact: stamp(v.LastContact), LastRecord: stamp(v.LastRecord), SilentDays: v.SilentDays, Silent: v.Silent, Text: v.Words})
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// sticks lists the folders into which systems put what is plugged in. It lists
// plain folders there too: better one too many than the right one missing.
func sticks() []window.Stick {
	var found []string
	if runtime.GOOS == "windows" {
		for letter := 'D'; letter <= 'Z'; letter++ {
			found = append(found, string(letter)+`:\`)
		}
	} else {
		for _, pattern := range []string{"/media/*/*", "/run/media/*/*", "/media/*", "/mnt/*"} {
			matches, _ := filepath.Glob(pattern)
			found = append(found, matches...)
		}
	}
	var out []window.Stick
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		free := int64(-1)
		if room, err := station.DiskRoom(path); err == nil {
			free = room.Free
		}
		out = append(out, window.Stick{Path: path, Name: filepath.Base(path), Free: free})
	}
	return out
}
