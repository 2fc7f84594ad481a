package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// ArchiveVault is the store as devices and archives see it together. An archive is
// shown folders of its own: one a year, in it every scope's sealed files under
// SCOPE-YEAR/NAME. Nothing is ever taken from an archive.
type ArchiveVault struct {
	*Store
	district string // six digits
}

// WithArchives gives the vault for the transport of a hub.
func (s *Store) WithArchives(district string) *ArchiveVault { return &ArchiveVault{s, district} }

var _ segment.Vault = (*ArchiveVault)(nil)

var archivePattern = regexp.MustCompile(`^archive-[0-9]{6}-([0-9]{4})$`)

// ArchiveFolder is the BEP folder of a district's year.
func ArchiveFolder(district string, year int) string {
	return fmt.Sprintf("archive-%s-%04d", district, year)
}

func archiveYear(folder string) (year int, ok bool) {
	m := archivePattern.FindStringSubmatch(folder)
	if m == nil {
		return 0, false
	}
	year, _ = strconv.Atoi(m[1])
	return year, true
}

// Folders lists an archive's years, or what is shared with a device.
func (v *ArchiveVault) Folders(peer oplog.DeviceID) ([]string, error) {
	if _, ok, err := v.IsArchive(peer); !ok || err != nil {
		if err != nil {
			return nil, err
		}
		return v.Store.Folders(peer)
	}
	return v.ArchiveFolders()
}

// ArchiveFolders lists the folders that an archive is shown: every year that has
// sealed files, and this one.
func (v *ArchiveVault) ArchiveFolders() ([]string, error) {
	rows, err := v.r.Query("SELECT DISTINCT year FROM archived UNION SELECT ? ORDER BY 1", v.now().In(china).Year())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var year int
		if err := rows.Scan(&year); err != nil {
			return nil, err
		}
		out = append(out, ArchiveFolder(v.district, year))
	}
	return out, rows.Err()
}

// Takes is for devices only: an archive has nothing that we would take.
func (v *ArchiveVault) Takes(peer oplog.DeviceID) ([]string, oplog.DeviceID, error) {
	if _, ok, err := v.IsArchive(peer); ok || err != nil {
		return nil, oplog.DeviceID{}, err
	}
	return v.Store.Takes(peer)
}

// IndexID names the life of a folder's index; a restored home has a new one.
func (v *ArchiveVault) IndexID(folder string) (uint64, error) {
	if _, ok := archiveYear(folder); ok {
		if err := v.ensureFolder(folder); err != nil {
			return 0, err
		}
	}
	return v.Store.IndexID(folder)
}

// MaxSequence is the highest number of a folder's index.
func (v *ArchiveVault) MaxSequence(folder string) (seq int64, err error) {
	year, ok := archiveYear(folder)
	if !ok {
		return v.Store.MaxSequence(folder)
	}
	err = v.r.QueryRow("SELECT coalesce(max(archived.sequence), 0) FROM archived JOIN files USING (folder, name) WHERE year = ?", year).Scan(&seq)
	return seq, err
}

// Since lists a folder's files after a sequence.
func (v *ArchiveVault) Since(folder string, seq int64, limit int) ([]segment.FileInfo, error) {
	year, ok := archiveYear(folder)
	if !ok {
		return v.Store.Since(folder, seq, limit)
	}
	return v.fileInfos(`SELECT folder || '/' || name, size, hash, version, mtime, a.sequence FROM archived a JOIN files USING (folder, name)
		WHERE year = ? AND a.sequence > ? ORDER BY a.sequence LIMIT ?`, folder, year, seq, limit)
}

// Announced keeps what an archive says to hold: its receipts.
func (v *ArchiveVault) Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo) error {
	if _, ok := archiveYear(folder); !ok {
		return v.Store.Announced(peer, folder, indexID, full, entries)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	t, err := v.begin(context.Background())
	if err != nil {
		return err
	}
	defer t.rollback()
	if full {
		if _, err := t.exec("DELETE FROM peer_files WHERE peer = ? AND folder = ?", peer[:], folder); err != nil {
			return err
		}
	}
	var last int64
	for _, e := range entries {
		last = max(last, e.Sequence)
		if err := t.putPeerFile(peer, folder, e); err != nil {
			return err
		}
	}
	if _, err := t.exec(`INSERT INTO peer_claims (peer, folder, index_id, sequence) VALUES (?, ?, ?, ?) ON CONFLICT (peer, folder)
		DO UPDATE SET index_id = excluded.index_id, sequence = CASE WHEN ? THEN excluded.sequence ELSE max(sequence, excluded.sequence) END`,
		peer[:], folder, int64(indexID), last, full); err != nil {
		return err
	}
	return t.commit()
}

// Wants of an archive are none: its bytes come from us.
func (v *ArchiveVault) Wants(peer oplog.DeviceID, folder string) ([]segment.Want, error) {
	if _, ok := archiveYear(folder); ok {
		return nil, nil
	}
	return v.Store.Wants(peer, folder)
}

// Receive refuses what nobody asked for.
func (v *ArchiveVault) Receive(ctx context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	if _, ok := archiveYear(w.Folder); ok {
		return segment.Receipt{}, fmt.Errorf("%w: an archive has nothing to give", segment.ErrRefused)
	}
	return v.Store.Receive(ctx, peer, w, data)
}

// Read serves a sealed file to an archive that is on the list, and no other file.
func (v *ArchiveVault) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	year, ok := archiveYear(folder)
	if !ok {
		return v.Store.Read(peer, folder, name, offset, size)
	}
	if _, ok, err := v.IsArchive(peer); !ok || err != nil {
		return nil, errors.Join(err, fmt.Errorf("store: %s is no archive", peer.Short()))
	}
	of, name, _ := strings.Cut(name, "/")
	var total int64
	err := v.r.QueryRow("SELECT size FROM archived JOIN files USING (folder, name) WHERE year = ? AND folder = ? AND name = ?", year, of, name).Scan(&total)
	if err != nil {
		return nil, fmt.Errorf("store: no such file: %w", err)
	}
	return v.readRange(of, name, offset, size, total)
}

// Settled tells whether an archive said to hold all that it is shown.
func (v *ArchiveVault) Settled(peer oplog.DeviceID, folder string) (ok bool, err error) {
	year, isArchive := archiveYear(folder)
	if !isArchive {
		return v.Store.Settled(peer, folder)
	}
	err = v.r.QueryRow(`SELECT NOT EXISTS (SELECT 1 FROM archived a JOIN files f USING (folder, name) WHERE year = ? AND NOT EXISTS (
		SELECT 1 FROM peer_files p WHERE p.peer = ? AND p.folder = ? AND p.name = a.folder || '/' || a.name AND p.hash = f.hash))`,
		year, peer[:], folder).Scan(&ok)
	return ok, err
}

// Subscribe tells of an archive's folder with every folder of its year.
func (v *ArchiveVault) Subscribe(f func(folder string)) (cancel func()) {
	return v.Store.Subscribe(func(folder string) {
		f(folder)
		if _, year, err := segment.ParseFolder(folder); err == nil {
			f(ArchiveFolder(v.district, year))
		}
	})
}
