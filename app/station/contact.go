package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"onedoor/sync/bepnode"
)

// metaContacts is when this device last met others, by road and name: JSON of
// map[road]map[name]time. It names devices and no person.
const metaContacts = "contacts"

// contactEvery is how often a standing connection is written down again.
const contactEvery = 5 * time.Minute

// mostContacts bounds what a hub with many stations keeps.
const mostContacts = 2000

// contacts remembers them over restarts: a clerk asks when it was, not when the
// program was started.
type contacts struct {
	mu  sync.Mutex
	all map[string]map[string]time.Time
}

func (c *contacts) load(ctx context.Context, s *Station) {
	if c.all != nil {
		return
	}
	c.all = map[string]map[string]time.Time{}
	if raw, err := s.v.store.Meta(ctx, metaContacts); err == nil && raw != nil {
		_ = json.Unmarshal(raw, &c.all) // what cannot be read is forgotten: it is only news
	}
}

func (c *contacts) of(ctx context.Context, s *Station, road string) map[string]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load(ctx, s)
	return maps.Clone(c.all[road])
}

// note keeps contacts of a road.
func (c *contacts) note(ctx context.Context, s *Station, road string, at map[string]time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load(ctx, s)
	if c.all[road] == nil {
		c.all[road] = map[string]time.Time{}
	}
	news := false
	for name, t := range at {
		old, known := c.all[road][name]
		if t = t.Truncate(time.Second); t.After(old) && (known || len(c.all[road]) < mostContacts) {
			c.all[road][name], news = t, true
		}
	}
	if !news {
		return nil
	}
	raw, err := json.Marshal(c.all)
	if err != nil {
		return err
	}
	return s.v.store.PutMeta(ctx, metaContacts, raw)
}

// Watch calls f after anything of what a person sees of this device changed: topic
// "records" for what is recorded, "link" for connections and their progress. f must
// not block. Connections are watched while the station serves.
func (s *Station) Watch(f func(topic string)) (cancel func()) {
	stop := s.v.store.Subscribe(func(string) { f("records") })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers == nil {
		s.watchers = map[int]func(string){}
	}
	id := s.nextWatcher
	s.nextWatcher++
	s.watchers[id] = f
	return func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, id)
	}
}

func (s *Station) tell(topic string) {
	s.mu.Lock()
	fs := make([]func(string), 0, len(s.watchers))
	for _, f := range s.watchers {
		fs = append(fs, f)
	}
	s.mu.Unlock()
	for _, f := range fs {
		f(topic)
	}
}

// watchEvery is how soon a change of a connection is told. Looking costs a lock and
// a copy of a few rows.
const watchEvery = time.Second

// watchLinks tells of changed connections and writes down who was met, until ctx ends.
func (s *Station) watchLinks(ctx context.Context, node *bepnode.Node) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	last, noted := "", time.Time{}
	s.meter.anew()
	for {
		peers, ended, now := node.Status(), ctx.Err() != nil, s.cfg.Now()
		s.meter.peersMoved(peers, s.roadOf)
		picture := linkPicture(peers, node.Links())
		if picture != last || ended || now.Sub(noted) >= contactEvery || now.Before(noted) {
			noted = now
			// Only news; a disk that is full is told where it matters.
			_ = s.noteMet(context.WithoutCancel(ctx), peers)
		}
		if picture != last {
			last = picture
			s.tell("link")
		}
		if ended {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func (s *Station) noteMet(ctx context.Context, peers []bepnode.PeerStatus) error {
	names, err := s.deviceNames(ctx)
	if err != nil {
		return err
	}
	met := map[string]map[string]time.Time{roadWAN: {}, roadLAN: {}}
	for _, p := range peers {
		if !p.LastContact.IsZero() {
			met[s.roadOf(p.Device)][cmpName(names[p.Device], p.Name, p.Device)] = p.LastContact
		}
	}
	return errors.Join(s.contacts.note(ctx, s, roadWAN, met[roadWAN]), s.contacts.note(ctx, s, roadLAN, met[roadLAN]))
}

// linkPicture is what a page shows of connections, without the times and byte counts
// that change all the while.
func linkPicture(peers []bepnode.PeerStatus, links []bepnode.LinkStatus) string {
	type row struct {
		Name      string
		Connected bool
		Code      bepnode.Code
		Folders   []bepnode.FolderStatus
	}
	var rows []row
	for _, p := range peers {
		rows = append(rows, row{p.Device.String(), p.Connected, p.Code, p.Folders})
	}
	for _, l := range links {
		rows = append(rows, row{l.Addr, l.Connected, l.Code, nil})
	}
	return fmt.Sprint(rows)
}
