package store

import (
	"context"
	"errors"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Outward is the store as the roads to other devices see it: folders of ops, folders
// of scanned materials behind them, and those of archives.
type Outward struct {
	*Store   // folders of ops, and what is optional on a segment.Vault
	scans    *scanVault
	archives *archiveVault
	district string
}

var _ segment.Vault = (*Outward)(nil)

// Outward gives the vault for transports. district is the realm's code of six digits.
func (s *Store) Outward(district string) *Outward {
	return &Outward{Store: s, scans: &scanVault{s}, archives: &archiveVault{s, district}, district: district}
}

// of chooses who answers for a folder.
func (o *Outward) of(folder string) segment.Vault {
	if _, ok := archiveYear(folder); ok {
		return o.archives
	}
	if _, _, ok := segment.ParseScans(folder); ok {
		return o.scans
	}
	return o.Store
}

// Folders lists what a device is shown, ops of all scopes before any scan; or an
// archive's years.
func (o *Outward) Folders(peer oplog.DeviceID) ([]string, error) {
	if _, ok, err := o.IsArchive(peer); ok || err != nil {
		if err != nil {
			return nil, err
		}
		return o.archives.Folders(peer)
	}
	ops, err := o.Store.Folders(peer)
	if err != nil {
		return nil, err
	}
	scans, err := o.scans.Folders(peer)
	return append(ops, scans...), err
}

// ArchiveFolders lists the folders that archives are shown.
func (o *Outward) ArchiveFolders() ([]string, error) { return o.archives.ArchiveFolders() }

// Takes is for devices only: an archive has nothing that we would take.
func (o *Outward) Takes(peer oplog.DeviceID) ([]string, []oplog.DeviceID, error) {
	if _, ok, err := o.IsArchive(peer); ok || err != nil {
		return nil, nil, err
	}
	return o.Store.Takes(peer)
}

// IndexID of the folder's own kind, as all that follow.
func (o *Outward) IndexID(folder string) (uint64, error) { return o.of(folder).IndexID(folder) }

// MaxSequence is the highest sequence of our index of a folder.
func (o *Outward) MaxSequence(folder string) (int64, error) { return o.of(folder).MaxSequence(folder) }

// Since lists our files of a folder after a sequence.
func (o *Outward) Since(folder string, seq int64, limit int) ([]segment.FileInfo, error) {
	return o.of(folder).Since(folder, seq, limit)
}

// Announced stores entries of a peer's index.
func (o *Outward) Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo) error {
	return o.of(folder).Announced(peer, folder, indexID, full, entries)
}

// Wants lists what a peer announced and we lack.
func (o *Outward) Wants(peer oplog.DeviceID, folder string) ([]segment.Want, error) {
	return o.of(folder).Wants(peer, folder)
}

// Read serves a byte range of one of our files.
func (o *Outward) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	return o.of(folder).Read(peer, folder, name, offset, size)
}

// Receive takes the bytes of a Want.
func (o *Outward) Receive(ctx context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	return o.of(w.Folder).Receive(ctx, peer, w, data)
}

// Settled tells whether a peer's index and ours agree.
func (o *Outward) Settled(peer oplog.DeviceID, folder string) (bool, error) {
	return o.of(folder).Settled(peer, folder)
}

// OpsIn counts ops; other folders have none.
func (o *Outward) OpsIn(folder, name string, from, to int64) (int, error) {
	if _, _, err := segment.ParseFolder(folder); err != nil {
		return 0, nil
	}
	return o.Store.OpsIn(folder, name, from, to)
}

// Subscribe tells of an archive's folder with every folder of its year.
func (o *Outward) Subscribe(f func(folder string)) (cancel func()) {
	return o.Store.Subscribe(func(folder string) {
		f(folder)
		if _, year, err := segment.ParseFolder(folder); err == nil {
			f(ArchiveFolder(o.district, year))
		}
	})
}

var errNotMember = errors.New("store: the peer is no member of the scope")
