package bepnode

import (
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

// One index message: two seconds of a 128 kbit/s line at most.
const (
	maxEntries    = 200
	maxEntryBytes = 32 << 10
	entryBytes    = 130 // of an entry besides its name, about
)

// announcer sends our configuration and our index: at once after a pause, then at
// most every Coalesce while changes keep coming, and at once again when the
// fetcher has nothing left to do, since the peer waits for that receipt.
func (s *session) announcer() {
	if err := s.greet(); err != nil {
		s.local(err)
		return
	}
	gap := time.NewTimer(time.Hour)
	gap.Stop()
	defer gap.Stop()
	resting, pending := false, false
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.kick:
			if resting {
				pending = true
				continue
			}
		case <-s.flush:
		case <-gap.C:
			resting = false
			if !pending {
				continue
			}
		}
		pending = false
		sent, err := s.announce()
		if err != nil {
			s.local(err)
			return
		}
		if sent {
			resting = true
			gap.Reset(s.n.opt.Coalesce)
		}
		poke(s.progress)
	}
}

// greet sends the first configuration, and behind it what the peer probably lacks,
// without waiting for its claim: one round trip less.
func (s *session) greet() error {
	if err := s.configure(); err != nil {
		return err
	}
	for _, f := range s.ours() {
		h, ok := s.n.hints.get(s.peer.Device, f.name)
		if !ok || s.isStock() || s.isTakeOnly(f) {
			continue
		}
		id, err := s.n.opt.Vault.IndexID(f.name)
		if err != nil {
			return err
		}
		if id != h.indexID {
			continue
		}
		s.mu.Lock()
		f.indexID, f.sent, f.assumed, f.pushed = id, h.seq, h.seq, true
		s.mu.Unlock()
		if _, _, err := s.sendSome(f); err != nil {
			return err
		}
	}
	return nil
}

// configure sends our configuration as it is now.
func (s *session) configure() error {
	s.mu.Lock()
	s.resend = false
	s.mu.Unlock()
	cc, err := s.makeConfig()
	if err != nil {
		return err
	}
	s.conn.ClusterConfig(cc, nil)
	return nil
}

// ours lists the folders that we share, in the order to be sent.
func (s *session) ours() []*folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*folder, 0, len(s.order))
	for _, name := range s.order {
		list = append(list, s.folders[name])
	}
	return list
}

// announce sends what is new of every folder, and tells whether there was any.
func (s *session) announce() (some bool, err error) {
	s.mu.Lock()
	resend := s.resend
	s.mu.Unlock()
	if resend {
		if err := s.configure(); err != nil {
			return false, err
		}
	}
	for f, claim := range s.claims() {
		if err := s.adopt(f, claim); err != nil {
			return false, err
		}
	}
	for _, f := range s.ours() {
		s.mu.Lock()
		due := f.open && (f.dirty || f.full)
		f.dirty = f.dirty && !due
		s.mu.Unlock()
		for more := due; more && s.ctx.Err() == nil; {
			var sent bool
			if sent, more, err = s.sendSome(f); err != nil {
				return some, err
			}
			some = some || sent
		}
	}
	return some, nil
}

// claims takes the claims that came since the last time.
func (s *session) claims() map[*folder]hint {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := map[*folder]hint{}
	for _, f := range s.folders {
		if f.claim != nil {
			got[f] = *f.claim
			f.claim = nil
		}
	}
	return got
}

// adopt takes the peer's claim as the place to start from. A claim on another life
// of our index, or beyond its end, gets the whole index.
func (s *session) adopt(f *folder, claim hint) error {
	id, err := s.n.opt.Vault.IndexID(f.name)
	if err != nil {
		return err
	}
	top, err := s.n.opt.Vault.MaxSequence(f.name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case claim.indexID != id || claim.seq > top || claim.seq < 0:
		f.sent, f.full = 0, true
	case f.pushed && f.indexID == id && claim.seq >= f.assumed:
		f.sent = max(f.sent, claim.seq) // what was pushed joins on to what it has
	case s.n.hints.behind(s.peer.Device, f.name, claim):
		f.sent, f.full = 0, true // it has seen more than we remember to have sent: we are a copy of an earlier disk
	default:
		f.sent = claim.seq
	}
	f.indexID, f.pushed, f.open, f.dirty = id, false, true, true
	return nil
}

// sendSome sends one index message if there is something to send.
func (s *session) sendSome(f *folder) (sent, more bool, err error) {
	s.mu.Lock()
	from, full, stock, hide := f.sent, f.full, s.stock, f.takeOnly
	s.mu.Unlock()
	var entries []segment.FileInfo
	if !hide {
		if entries, err = s.n.opt.Vault.Since(f.name, from, maxEntries); err != nil {
			return false, false, err
		}
	}
	entries, more = cutEntries(entries)
	if len(entries) == 0 && !full {
		return false, false, nil
	}
	last := from
	if len(entries) > 0 {
		last = entries[len(entries)-1].Sequence
	}
	files := s.wireEntries(f, entries, stock)
	if full {
		err = s.conn.Index(s.ctx, &protocol.Index{Folder: f.name, Files: files, LastSequence: last * seqStep})
	} else {
		err = s.conn.IndexUpdate(s.ctx, &protocol.IndexUpdate{
			Folder: f.name, Files: files, PrevSequence: from * seqStep, LastSequence: last * seqStep,
		})
	}
	if err != nil {
		return false, false, nil // the connection is ending, which others notice
	}
	s.mu.Lock()
	f.sent, f.full = last, false
	id := f.indexID
	s.mu.Unlock()
	s.n.hints.set(s.peer.Device, f.name, hint{id, last})
	return true, more, nil
}

// wireEntries leaves out a name that the peer's library would end the connection for.
func (s *session) wireEntries(f *folder, entries []segment.FileInfo, stock bool) []protocol.FileInfo {
	files := make([]protocol.FileInfo, 0, len(entries))
	by := shortID(s.n.self)
	for _, e := range entries {
		if !validName(e.Name) {
			s.n.opt.OnFault(Fault{Device: s.n.self, Folder: f.name, Name: e.Name, Err: badFrame("name is not portable")})
			continue
		}
		if stock {
			files = append(files, wireDirs(e, by, f.dirs)...)
		}
		files = append(files, wireEntry(e, by, stock))
	}
	return files
}

// cutEntries keeps one message's worth, and tells whether there may be more.
func cutEntries(entries []segment.FileInfo) ([]segment.FileInfo, bool) {
	size := 0
	for i, e := range entries {
		if size += entryBytes + len(e.Name); size > maxEntryBytes && i > 0 {
			return entries[:i], true
		}
	}
	return entries, len(entries) == maxEntries
}
