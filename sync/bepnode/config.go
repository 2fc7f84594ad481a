package bepnode

import (
	"slices"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// folder is what one session knows of one folder that we share with the peer.
type folder struct {
	name string
	// takeOnly: we take the files of takeFrom and show nothing of our own.
	takeOnly bool
	takeFrom []oplog.DeviceID

	// Our index, written by the announcer.
	indexID uint64
	sent    int64 // our sequence up to which the peer was sent our index
	full    bool  // the next message begins the index anew
	open    bool  // the peer shares the folder, and where to start is known
	pushed  bool  // entries beyond assumed were sent before the peer's claim
	assumed int64
	claim   *hint // the peer's claim, not looked at yet (set by the storer)
	dirty   bool  // our index may have grown
	dirs    map[string]bool

	// The peer's index, written by the storer.
	theirs   bool // the peer shares the folder
	theirID  uint64
	theirMax int64 // as the peer numbers; never calculated with
	have     int64 // the peer's sequence up to which its index is stored here
	known    bool  // what is stored belongs to theirID

	progress FolderStatus
}

// peerFolder is one folder in the peer's configuration.
type peerFolder struct {
	claim    hint // how much of our index it says to hold
	theirID  uint64
	theirMax int64
}

// loadFolders asks the Vault what we share with the peer now, and tells whether
// that changed. It runs before the session starts, then only in the storer.
func (s *session) loadFolders() (changed bool, err error) {
	want, err := s.n.shared(s.peer.Device)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if want.equal(s.sharesNow()) {
		return false, nil
	}
	next := make(map[string]*folder, len(want.names))
	for _, name := range want.names {
		f := s.folders[name]
		takeOnly := want.takeOnly(name)
		if f == nil || f.takeOnly != takeOnly || takeOnly && !slices.Equal(f.takeFrom, want.writers) {
			if f == nil {
				f = &folder{name: name, dirs: map[string]bool{}, progress: FolderStatus{Folder: name}}
			}
			f.takeOnly, f.takeFrom, f.dirty = takeOnly, want.writers, true
			s.fetchDirty[name] = true
			s.fetchIdle = false
		}
		next[name] = f
	}
	s.order, s.folders, s.resend = want.names, next, true
	return true, nil
}

// share is what a peer and we have in common by our side's judgement: the first
// names are shared both ways, from full on we only take what writers wrote.
type share struct {
	names   []string
	full    int
	writers []oplog.DeviceID
}

func (s share) takeOnly(name string) bool { return slices.Index(s.names, name) >= s.full }

// shared asks the Vault what we share with a peer now.
func (n *Node) shared(peer oplog.DeviceID) (s share, err error) {
	list, err := n.opt.Vault.Folders(peer)
	s.names, s.full = slices.Clone(list), len(list)
	taker, ok := n.opt.Vault.(Taker)
	if err != nil || !ok {
		return s, err
	}
	more, writers, err := taker.Takes(peer)
	for _, name := range more {
		if !slices.Contains(list, name) {
			s.names = append(s.names, name)
		}
	}
	s.writers = writers
	return s, err
}

// sharesNow is what the session goes by; under the lock.
func (s *session) sharesNow() share {
	now := share{names: slices.Clone(s.order), full: len(s.order)}
	for i, name := range s.order {
		if s.folders[name].takeOnly {
			now.full, now.writers = i, s.folders[name].takeFrom
			break
		}
	}
	return now
}

func (s share) equal(other share) bool {
	same := s.full == other.full && slices.Equal(s.names, other.names)
	return same && (s.full == len(s.names) || slices.Equal(s.writers, other.writers))
}

// isTakeOnly tells whether we show nothing of a folder to the peer.
func (s *session) isTakeOnly(f *folder) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f.takeOnly
}

// wants asks the Vault what we lack and may take from this peer.
func (s *session) wants(f *folder) ([]segment.Want, error) {
	wants, err := s.n.opt.Vault.Wants(s.peer.Device, f.name)
	if err != nil || !s.isTakeOnly(f) {
		return wants, err
	}
	s.mu.Lock()
	from := f.takeFrom
	s.mu.Unlock()
	return slices.DeleteFunc(wants, func(w segment.Want) bool {
		name, err := segment.ParseName(w.Name)
		return err != nil || !slices.Contains(from, name.Device)
	}), nil
}

// makeConfig tells the peer our folders, our index of each, and how much of the
// peer's index is stored here, so that it sends what is newer.
func (s *session) makeConfig() (*protocol.ClusterConfig, error) {
	v, peer := s.n.opt.Vault, s.peer.Device
	cc := &protocol.ClusterConfig{}
	for _, f := range s.ours() {
		name := f.name
		id, err := v.IndexID(name)
		if err != nil {
			return nil, err
		}
		top, err := v.MaxSequence(name)
		if err != nil {
			return nil, err
		}
		if s.isTakeOnly(f) {
			top = 0 // all that it is shown
		}
		claimID, claimed, err := v.Claim(peer, name)
		if err != nil {
			return nil, err
		}
		cc.Folders = append(cc.Folders, protocol.Folder{ID: name, Devices: []protocol.Device{
			{ID: protocol.DeviceID(s.n.self), IndexID: protocol.IndexID(id), MaxSequence: top * seqStep},
			{ID: protocol.DeviceID(peer), IndexID: protocol.IndexID(claimID), MaxSequence: claimed},
		}})
	}
	return cc, nil
}

func (s *session) folderOrder() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// takeConfig reads the peer's configuration, the first or a later one.
func (s *session) takeConfig(cc *protocol.ClusterConfig) error {
	config := map[string]peerFolder{}
	for _, f := range cc.Folders {
		if f.Paused {
			continue
		}
		var pf peerFolder
		for _, d := range f.Devices {
			switch id := oplog.DeviceID(d.ID); {
			case id == s.n.self:
				pf.claim = hint{uint64(d.IndexID), d.MaxSequence / seqStep}
			case id == s.peer.Device:
				pf.theirID, pf.theirMax = uint64(d.IndexID), d.MaxSequence
			}
		}
		config[f.ID] = pf
	}
	s.mu.Lock()
	first := s.config == nil
	s.config = config
	s.mu.Unlock()
	if err := s.openFolders(config); err != nil {
		return err
	}
	if err := s.applyConfig(); err != nil {
		return err
	}
	if first {
		s.hurry.Stop()
		close(s.ready)
	}
	return nil
}

// openFolders asks the Vault about folders that only the peer shares.
func (s *session) openFolders(config map[string]peerFolder) error {
	opener, ok := s.n.opt.Vault.(Opener)
	if !ok {
		return nil
	}
	opened := false
	for name := range config {
		s.mu.Lock()
		known := s.folders[name] != nil
		s.mu.Unlock()
		if known {
			continue
		}
		ok, err := opener.Opens(s.peer.Device, name)
		if err != nil {
			return err
		}
		opened = opened || ok
	}
	if !opened {
		return nil
	}
	if _, err := s.loadFolders(); err != nil {
		return err
	}
	poke(s.flush) // sends our configuration again
	return nil
}

// applyConfig brings our folders and the peer's configuration together, after
// either of them changed.
func (s *session) applyConfig() error {
	s.mu.Lock()
	config := s.config
	s.mu.Unlock()
	if config == nil {
		return nil
	}
	stored := map[string]hint{}
	for _, name := range s.folderOrder() {
		id, seq, err := s.n.opt.Vault.Claim(s.peer.Device, name)
		if err != nil {
			return err
		}
		stored[name] = hint{id, seq}
	}
	// All at once, or the announcer might begin with a folder that is not the first.
	s.mu.Lock()
	for name, claim := range stored {
		pf, shared := config[name]
		s.folders[name].meet(pf, shared, claim)
		s.fetchDirty[name] = true
	}
	s.fetchIdle = false
	s.mu.Unlock()
	poke(s.fetchKick)
	poke(s.flush)
	poke(s.progress)
	return nil
}

// meet takes the peer's side of the folder. A claim counts only when the folder
// begins to be shared: later ones lag behind what is on its way.
func (f *folder) meet(pf peerFolder, shared bool, stored hint) {
	if !shared {
		f.theirs, f.open, f.claim = false, false, nil
		return
	}
	if !f.theirs || f.theirID != pf.theirID {
		f.known = pf.theirID != 0 && stored.indexID == pf.theirID
		f.have = 0
		if f.known {
			f.have = stored.seq
		}
	}
	if !f.theirs {
		f.claim = &hint{pf.claim.indexID, pf.claim.seq}
	}
	f.theirs, f.theirID, f.theirMax = true, pf.theirID, pf.theirMax
}
