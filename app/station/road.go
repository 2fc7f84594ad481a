package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// Road is one way on which this device and others exchange their records. New roads
// are new rows: whoever shows them need not know which there are.
type Road struct {
	Kind  string     `json:"kind"` // wan, lan, stick
	Name  string     `json:"name"` // in words
	On    bool       `json:"on"`
	Note  string     `json:"note"` // in words: why it is off, or how it is used
	Peers []RoadPeer `json:"peers"`
}

// RoadPeer is a device at the other end of a road.
type RoadPeer struct {
	Name        string    `json:"name"`
	Tier        string    `json:"tier"` // village, town, district; "" if not known here
	Address     string    `json:"address"`
	Connected   bool      `json:"connected"`
	Since       time.Time `json:"since"`        // of the present connection
	LastContact time.Time `json:"last_contact"` // also before this program was started
	Trouble     string    `json:"trouble"`      // in words: why the last try failed
	Sent        int64     `json:"sent_bytes"`
	Received    int64     `json:"received_bytes"`
	WantFiles   int64     `json:"want_files"` // announced by it and not here yet
	WantBytes   int64     `json:"want_bytes"`
	GotBytes    int64     `json:"got_bytes"` // on this connection
	Progress    string    `json:"progress"`  // in words, while something is on its way; else ""
}

// Roads tells of every road how it stands.
func (s *Station) Roads(ctx context.Context) ([]Road, error) {
	wan, err := s.wan(ctx)
	if err != nil {
		return nil, err
	}
	stick := Road{Kind: roadStick, Name: "U 盘", On: true, Note: "没有网络时，用 U 盘在两台电脑之间带数据。U 盘上的内容是加密的，捡到的人打不开", Peers: []RoadPeer{}}
	for name, at := range s.contacts.of(ctx, s, roadStick) {
		stick.Peers = append(stick.Peers, RoadPeer{Name: name, LastContact: at})
	}
	slices.SortFunc(stick.Peers, func(a, b RoadPeer) int { return b.LastContact.Compare(a.LastContact) })
	near := s.lanRoad(&wan, s.contacts.of(ctx, s, roadLAN))
	return []Road{wan, near, stick}, nil
}

const (
	roadWAN   = "wan"
	roadLAN   = "lan"
	roadStick = "stick"
)

// wan is the network: whom we look after ourselves, and who came to us.
func (s *Station) wan(ctx context.Context) (Road, error) {
	r := Road{Kind: roadWAN, Name: "网络", On: true, Peers: []RoadPeer{}}
	devices, err := s.v.store.Devices(ctx)
	if err != nil {
		return r, err
	}
	known := map[oplog.DeviceID]store.DeviceRow{}
	for _, d := range devices {
		known[d.Device] = d
	}
	before := s.contacts.of(ctx, s, roadWAN)
	s.mu.Lock()
	node := s.node
	s.mu.Unlock()
	if node == nil {
		r.On, r.Note = false, "程序没有在后台联网"
		node = &bepnode.Node{}
	}
	seen := map[string]bool{}
	addresses := map[oplog.DeviceID]string{}
	for _, l := range node.Links() {
		if !l.Connected && l.Device.IsZero() {
			p := RoadPeer{Name: "上级 " + l.Addr, Address: l.Addr, Trouble: words(l.Err)}
			if l.Err == nil {
				p.Trouble = "正在连接"
			}
			r.Peers = append(r.Peers, p)
		}
		addresses[l.Device] = l.Addr
	}
	for _, st := range node.Status() {
		d := known[st.Device]
		p := RoadPeer{Name: cmpName(d.Name, st.Name, st.Device), Tier: d.Tier, Address: addresses[st.Device], Connected: st.Connected,
			LastContact: st.LastContact, Sent: st.SentBytes, Received: st.ReceivedBytes}
		if st.Connected {
			p.Since = st.Since
		} else {
			p.Trouble = codeWords(st.Code)
		}
		for _, f := range st.Folders {
			p.WantFiles, p.WantBytes, p.GotBytes = p.WantFiles+f.WantFiles, p.WantBytes+f.WantBytes, p.GotBytes+f.GotBytes
		}
		if at := before[p.Name]; at.After(p.LastContact) {
			p.LastContact = at
		}
		p.Progress, _ = progressWords(st)
		seen[p.Name] = true
		r.Peers = append(r.Peers, p)
	}
	for name, at := range before {
		if !seen[name] {
			r.Peers = append(r.Peers, RoadPeer{Name: name, LastContact: at})
		}
	}
	slices.SortStableFunc(r.Peers, func(a, b RoadPeer) int { return b.LastContact.Compare(a.LastContact) })
	if r.On && len(r.Peers) == 0 {
		r.Note = "没有设置上级的地址，也没有设备连到本机"
	}
	return r, nil
}

func cmpName(registered, told string, id oplog.DeviceID) string {
	switch {
	case registered != "":
		return registered
	case told != "":
		return told
	}
	return id.Short()
}

// words says why a link is down, for a person.
func words(err error) string {
	var e *counter.Error
	if err == nil || !errors.As(linkError(err), &e) {
		return ""
	}
	return e.Zh
}

func codeWords(c bepnode.Code) string {
	switch c {
	case "", bepnode.CodeUnreachable:
		return ""
	case bepnode.CodeUntrusted:
		return "对方不是本区的设备"
	case bepnode.CodeRefused:
		return "对方没有接受本机，本机可能已被停用"
	case bepnode.CodeNothingShared:
		return "与对方没有共同的数据范围"
	case bepnode.CodeProtocol:
		return "对方的程序版本或应答不对"
	}
	return "连接断了，会自动重连；已传的不会重传"
}

// superiors are the devices whose word counts for "it has arrived above": all that
// stand higher than this one.
func (s *Station) superiors(ctx context.Context) (ids []oplog.DeviceID, err error) {
	rank := map[string]int{string(roster.Village): 1, string(roster.Town): 2, string(roster.District): 3}
	devices, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		// What only a stolen or replaced hub confirmed has not arrived.
		if rank[d.Tier] > rank[string(s.id.Device.Tier)] && !s.revoked(ctx, d.Device) {
			ids = append(ids, d.Device)
		}
	}
	return ids, nil
}

// Backlog tells what of this device's own records no superior has confirmed yet. The
// district has nobody above it and therefore none.
func (s *Station) Backlog(ctx context.Context) (store.Backlog, error) {
	above, err := s.superiors(ctx)
	if err != nil || s.id.Device.Tier == roster.District {
		return store.Backlog{}, err
	}
	return s.v.store.Backlog(ctx, above)
}

// Unsent gives those of the case numbers that a superior does not hold whole yet.
func (s *Station) Unsent(ctx context.Context, numbers []string) ([]string, error) {
	above, err := s.superiors(ctx)
	if err != nil || s.id.Device.Tier == roster.District {
		return nil, err
	}
	return s.v.store.Unsent(ctx, above, numbers)
}

// Tally tells how much this device holds.
func (s *Station) Tally(ctx context.Context) (store.Tally, error) { return s.v.store.Tally(ctx) }
