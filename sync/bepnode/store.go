package bepnode

import (
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

// storer takes the peer's configuration and index off the dispatcher's hands, in
// order, and watches what we share with the peer. After the end of the connection
// it still stores what had arrived.
func (s *session) storer() {
	gap := time.NewTimer(time.Hour)
	gap.Stop()
	defer gap.Stop()
	resting, pending, broken := false, false, false
	check := func(err error) {
		if err != nil && !broken {
			broken = true
			go s.local(err)
		}
	}
	for {
		select {
		case m := <-s.inbox:
			if !broken {
				check(s.take(m))
			}
		case <-s.recheck:
			if resting {
				pending = true
				continue
			}
			resting, pending = true, false
			gap.Reset(s.n.opt.Coalesce)
			check(s.refreshFolders())
		case <-gap.C:
			if resting = pending; pending {
				pending = false
				gap.Reset(s.n.opt.Coalesce)
				check(s.refreshFolders())
			}
		case <-s.dead:
			for len(s.inbox) > 0 && !broken {
				check(s.take(<-s.inbox))
			}
			return
		}
	}
}

func (s *session) take(m any) error {
	switch m := m.(type) {
	case *protocol.ClusterConfig:
		return s.takeConfig(m)
	case *indexBatch:
		return s.takeIndex(m)
	case *protocol.DownloadProgress:
		s.takeRefusals(m)
	}
	return nil
}

// refreshFolders follows a change of what may be shared with the peer. A peer that
// may have nothing any more, because it was revoked, is told so and let go.
func (s *session) refreshFolders() error {
	changed, err := s.loadFolders()
	if err != nil {
		go s.stop(CodeUntrusted, reasonRefused, err)
		return nil
	}
	if !changed {
		return nil
	}
	return s.applyOrConfigure()
}

func (s *session) applyOrConfigure() error {
	poke(s.flush) // sends our configuration again
	return s.applyConfig()
}

// takeIndex stores entries of the peer's index. Only what joins on to the stored
// part is taken: a gap would be passed over for ever.
func (s *session) takeIndex(b *indexBatch) error {
	s.mu.Lock()
	f := s.folders[b.folder]
	ok := f != nil && f.theirs && (b.full || f.known && b.prev <= f.have)
	var id uint64
	if ok {
		id = f.theirID
	}
	s.mu.Unlock()
	if !ok {
		return nil
	}
	entries, bad := s.plainEntries(b)
	if bad > 0 {
		s.n.fault(s, b.folder, "", badFrame("%d of %d index entries are not segment files", bad, len(b.files)))
	}
	if err := s.n.opt.Vault.Announced(s.peer.Device, b.folder, id, b.full, entries); err != nil {
		return err
	}
	last := b.last
	for _, e := range b.files {
		last = max(last, e.Sequence)
	}
	s.mu.Lock()
	if b.full {
		f.have = last
	}
	f.have, f.known = max(f.have, last), true
	s.mu.Unlock()
	if s.tally != nil {
		s.tally.acknowledged(entries)
	}
	s.wakeFetch(b.folder)
	poke(s.progress)
	return nil
}

// plainEntries keeps the segment files, and counts what nobody should announce.
func (s *session) plainEntries(b *indexBatch) (entries []segment.FileInfo, bad int) {
	for _, f := range b.files {
		if e, ok := plainEntry(b.folder, f); ok {
			entries = append(entries, e)
		} else if f.Type == protocol.FileInfoTypeFile && !f.Deleted && !f.RawInvalid {
			bad++
		}
	}
	return entries, bad
}

// wakeFetch says that the folder's wants may have changed.
func (s *session) wakeFetch(name string) {
	s.mu.Lock()
	s.fetchDirty[name] = true
	s.fetchIdle = false
	s.mu.Unlock()
	poke(s.fetchKick)
}
