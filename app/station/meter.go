package station

import (
	"context"
	"maps"
	"sync"

	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
)

// meter counts what went over each road, and what was wrong with it, since the
// program was started.
type meter struct {
	mu     sync.Mutex
	seen   map[oplog.DeviceID][2]int64 // of the present node: sent, received
	total  map[string][2]int64         // by road
	faults map[string]int64            // by code
}

// peersMoved adds what connections moved since the last look.
func (m *meter) peersMoved(peers []bepnode.PeerStatus, road func(oplog.DeviceID) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = map[oplog.DeviceID][2]int64{}
	}
	for _, p := range peers {
		old := m.seen[p.Device]
		m.addLocked(road(p.Device), p.SentBytes-old[0], p.ReceivedBytes-old[1])
		m.seen[p.Device] = [2]int64{p.SentBytes, p.ReceivedBytes}
	}
}

// anew forgets where the counts of connections stood: a new node begins at nothing.
func (m *meter) anew() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.seen)
}

func (m *meter) moved(road string, sent, received int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addLocked(road, sent, received)
}

func (m *meter) addLocked(road string, sent, received int64) {
	if m.total == nil {
		m.total = map[string][2]int64{}
	}
	t := m.total[road]
	m.total[road] = [2]int64{t[0] + max(0, sent), t[1] + max(0, received)}
}

func (m *meter) fault(code bepnode.Code) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.faults == nil {
		m.faults = map[string]int64{}
	}
	m.faults[string(code)]++
}

func (m *meter) read() (total map[string][2]int64, faults map[string]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.total), maps.Clone(m.faults)
}

func (m *meter) faultsSum() (n int64) {
	_, faults := m.read()
	for _, c := range faults {
		n += c
	}
	return n
}

// peers are the devices met by the network since the program was started, with the
// names that the district gave them.
func (s *Station) peers() []bepnode.PeerStatus {
	s.mu.Lock()
	node := s.node
	s.mu.Unlock()
	if node == nil {
		return nil
	}
	list := node.Status()
	if names, err := s.deviceNames(context.Background()); err == nil {
		for i := range list {
			list[i].Name = cmpName(names[list[i].Device], list[i].Name, list[i].Device)
		}
	}
	return list
}

// roadOf tells by which network a device is met.
func (s *Station) roadOf(d oplog.DeviceID) string {
	if _, at := s.near.state(); at[d] != "" {
		return roadLAN
	}
	return roadWAN
}
