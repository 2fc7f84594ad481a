package station

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"onedoor/sync/bepnode"
	"onedoor/sync/lan"
	"onedoor/sync/oplog"
)

// neighbours are the stations found on the local network, while serving.
type neighbours struct {
	mu sync.Mutex
	on bool
	at map[oplog.DeviceID]string // address
}

func (n *neighbours) set(d oplog.DeviceID, addr string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.at == nil {
		n.at = map[oplog.DeviceID]string{}
	}
	if addr == "" {
		delete(n.at, d)
		return
	}
	n.at[d] = addr
}

func (n *neighbours) state() (on bool, at map[oplog.DeviceID]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.on, maps.Clone(n.at)
}

// searchLAN finds stations of the district on the local network and stays connected
// with them until ctx ends. It says where we listen, if others can reach that. A PC
// without a network that can multicast goes on without.
func (s *Station) searchLAN(ctx context.Context, node *bepnode.Node, listen string) error {
	air, err := lan.Multicast()
	if err != nil {
		slog.Warn("no discovery on the local network", "cause", err)
		return nil
	}
	s.near.mu.Lock()
	s.near.on = true
	s.near.mu.Unlock()
	self := lan.Beacon{Realm: lan.RealmOf(s.id.Root), Device: s.id.Device.ID, Port: reachablePort(listen)}
	dial := func(ctx context.Context, device oplog.DeviceID, addr string) {
		s.near.set(device, addr)
		defer s.near.set(device, "")
		_ = node.Connect(ctx, addr)
	}
	if err := lan.Run(ctx, lan.Options{Self: self, Air: air, Dial: dial}); err != nil {
		slog.Warn("discovery on the local network ended", "cause", err)
	}
	return nil
}

// reachablePort is the port of a listening address that others can dial; 0 for none
// and for one of this computer alone.
func reachablePort(listen string) uint16 {
	a, err := net.ResolveTCPAddr("tcp", strings.TrimPrefix(listen, "tcp://"))
	if listen == "" || err != nil || a.IP.IsLoopback() {
		return 0
	}
	return uint16(a.Port)
}

// lanRoad takes the neighbours out of the network's road into one of their own.
func (s *Station) lanRoad(wan *Road, before map[string]time.Time) Road {
	on, at := s.near.state()
	r := Road{Kind: roadLAN, Name: "本地网络", On: on, Peers: []RoadPeer{},
		Note: "同一个局域网里的镇街和村居自动互相找到，不经过区级；不需要设置"}
	if !on {
		r.Note = "现在不用：启动程序时关掉了（--lan off），或者这台电脑没有局域网。上面的网络和下面的 U 盘照常使用"
	}
	addresses := slices.Collect(maps.Values(at))
	wan.Peers = slices.DeleteFunc(wan.Peers, func(p RoadPeer) bool {
		near := p.Address != "" && slices.Contains(addresses, p.Address)
		if near {
			r.Peers = append(r.Peers, p)
		}
		return near
	})
	for name, at := range before {
		if !slices.ContainsFunc(r.Peers, func(p RoadPeer) bool { return p.Name == name }) {
			r.Peers = append(r.Peers, RoadPeer{Name: name, LastContact: at})
		}
	}
	slices.SortStableFunc(r.Peers, func(a, b RoadPeer) int { return b.LastContact.Compare(a.LastContact) })
	return r
}
