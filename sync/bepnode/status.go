package bepnode

import (
	"sort"
	"time"

	"onedoor/sync/oplog"
)

// PeerStatus is what is known of one device since the Node was made.
type PeerStatus struct {
	Device        oplog.DeviceID
	Name          string
	Addr          string
	Connected     bool
	Dialed        bool      // by us
	Since         time.Time // of the present or last connection
	LastContact   time.Time // last byte received
	SentBytes     int64     // TCP payload over all connections
	ReceivedBytes int64
	Code          Code // why the last connection ended; "" while connected
	Folders       []FolderStatus
}

// FolderStatus is the progress of one folder on the present connection.
type FolderStatus struct {
	Folder    string
	WantFiles int64 // announced by the peer and not held here
	WantBytes int64
	GotFiles  int64 // received on this connection
	GotBytes  int64
}

// LinkStatus is one address that Connect looks after.
type LinkStatus struct {
	Addr      string
	Connected bool
	Device    oplog.DeviceID // of the last connection; zero before
	Code      Code           // of the last failure; "" when none
	Err       error
	Pause     time.Duration // until the next try, as it was set; 0 while connected
}

// peerRecord outlives connections.
type peerRecord struct {
	status  PeerStatus
	current *session
}

// Status lists the devices met since the Node was made, by device ID.
func (n *Node) Status() []PeerStatus {
	n.mu.Lock()
	list := make([]PeerStatus, 0, len(n.known))
	for _, r := range n.known {
		st := r.status
		if r.current != nil {
			r.current.addTo(&st)
		}
		list = append(list, st)
	}
	n.mu.Unlock()
	sort.Slice(list, func(i, j int) bool { return list[i].Device.String() < list[j].Device.String() })
	return list
}

// Links lists the addresses of Connect, by address.
func (n *Node) Links() []LinkStatus {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]LinkStatus, 0, len(n.links))
	for l := range n.links {
		st := LinkStatus{Addr: l.addr, Connected: l.connected, Device: l.peer, Err: l.err, Pause: l.pause}
		if l.err != nil {
			st.Code = CodeOf(l.err)
		}
		list = append(list, st)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Addr < list[j].Addr })
	return list
}

// addTo adds a live or just ended connection to what was known before it.
func (s *session) addTo(st *PeerStatus) {
	st.SentBytes += s.w.out.Load()
	st.ReceivedBytes += s.w.in.Load()
	if last := s.w.last.Load(); last != 0 {
		st.LastContact = time.Unix(0, last)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Name = s.peer.Name
	st.Folders = make([]FolderStatus, 0, len(s.order))
	for _, name := range s.order {
		st.Folders = append(st.Folders, s.folders[name].progress)
	}
}

func (n *Node) recordLocked(s *session) {
	r := n.known[s.peer.Device]
	if r == nil {
		r = &peerRecord{}
		n.known[s.peer.Device] = r
	}
	r.current = s
	st := &r.status
	st.Device, st.Addr, st.Dialed, st.Since = s.peer.Device, s.addr, s.dialed, s.since
	st.Connected, st.Code = true, ""
}

func (n *Node) recordEndLocked(s *session) {
	r := n.known[s.peer.Device]
	if r == nil || r.current != s {
		return
	}
	s.addTo(&r.status)
	r.current = nil
	r.status.Connected, r.status.Code = false, s.failure().Code
}
