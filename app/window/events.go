package window

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// heartbeat lets both sides notice that the other has gone.
	heartbeat = 15 * time.Second
	// mostStreams bounds what lies open; a page listens only while it is in view.
	mostStreams = 64
)

// events tells a seat what changed, as server-sent events, until the page or the
// program ends. A page reads them with fetch and not with EventSource, which could
// not show the key.
func (d *door) events(w http.ResponseWriter, r *http.Request) {
	if err := readCall(w, r, &struct{}{}); err != nil {
		writeFault(w, err)
		return
	}
	if d.seatOf(r) == nil {
		writeFault(w, noSeat())
		return
	}
	if d.streams.Add(1) > mostStreams {
		d.streams.Add(-1)
		http.Error(w, "too many pages", http.StatusServiceUnavailable)
		return
	}
	defer d.streams.Add(-1)
	feed := d.server.cfg.Feed
	if feed == nil {
		feed = &Feed{}
	}
	l := feed.Listen()
	defer l.Close()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(d.seats.ctx, cancel)() // the end of the program waits for no page
	out := http.NewResponseController(w)
	// The server's deadline is for slow senders; this one has said all it will.
	_ = out.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	fmt.Fprint(w, ": open\n\n")
	for out.Flush() == nil {
		topics, err := l.Next(ctx, heartbeat)
		if err != nil {
			return
		}
		if len(topics) == 0 {
			fmt.Fprint(w, ": still here\n\n")
			continue
		}
		data, err := json.Marshal(topics)
		if err != nil {
			return
		}
		fmt.Fprintf(w, "event: changed\ndata: %s\n\n", data)
	}
}

// seatOf gives the seat of a call that shows cookie and key; nil without.
func (d *door) seatOf(r *http.Request) *Window {
	c, err := r.Cookie(d.cookie)
	if err != nil {
		return nil
	}
	return d.seats.find(c.Value, r.Header.Get("X-Onedoor-Key"))
}
