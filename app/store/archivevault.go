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

// archiveVault is the store as an archive sees it: folders of its own, one a year,
// in it every scope's sealed files under SCOPE-YEAR/NAME. Nothing is ever taken from
// an archive.
type archiveVault struct {
	*Store
	district string // six digits
}

var _ segment.Vault = (*archiveVault)(nil)

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

// Folders lists the folders that an archive is shown.
func (v *archiveVault) Folders(oplog.DeviceID) ([]string, error) { return v.ArchiveFolders() }

// ArchiveFolders lists the folders that an archive is shown: every year that has
// sealed files, and this one.
func (v *archiveVault) ArchiveFolders() ([]string, error) {
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

// IndexID names the life of a folder's index; a restored home has a new one.
func (v *archiveVault) IndexID(folder string) (uint64, error) {
	if err := v.ensureFolder(folder); err != nil {
		return 0, err
	}
	return v.Store.IndexID(folder)
}

// MaxSequence is the highest number of a folder's index.
func (v *archiveVault) MaxSequence(folder string) (seq int64, err error) {
	year, _ := archiveYear(folder)
	err = v.r.QueryRow("SELECT coalesce(max(archived.sequence), 0) FROM archived JOIN files USING (folder, name) WHERE year = ?", year).Scan(&seq)
	return seq, err
}

// Since lists a folder's files after a sequence.
func (v *archiveVault) Since(folder string, seq int64, limit int) ([]segment.FileInfo, error) {
	year, _ := archiveYear(folder)
	return v.fileInfos(`SELECT folder || '/' || name, size, hash, version, mtime, a.sequence FROM archived a JOIN files USING (folder, name)
		WHERE year = ? AND a.sequence > ? ORDER BY a.sequence LIMIT ?`, folder, year, seq, limit)
}

// Announced keeps what an archive says to hold: its receipts.
func (v *archiveVault) Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo) error {
	_, err := v.announced(peer, folder, indexID, full, entries, func(*txn, segment.FileInfo) (bool, error) { return true, nil })
	return err
}

// Wants of an archive are none: its bytes come from us.
func (v *archiveVault) Wants(oplog.DeviceID, string) ([]segment.Want, error) { return nil, nil }

// Receive refuses what nobody asked for.
func (v *archiveVault) Receive(context.Context, oplog.DeviceID, segment.Want, []byte) (segment.Receipt, error) {
	return segment.Receipt{}, fmt.Errorf("%w: an archive has nothing to give", segment.ErrRefused)
}

// Read serves a sealed file to an archive that is on the list, and no other file.
func (v *archiveVault) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	year, _ := archiveYear(folder)
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
func (v *archiveVault) Settled(peer oplog.DeviceID, folder string) (ok bool, err error) {
	year, _ := archiveYear(folder)
	err = v.r.QueryRow(`SELECT NOT EXISTS (SELECT 1 FROM archived a JOIN files f USING (folder, name) WHERE year = ? AND NOT EXISTS (
		SELECT 1 FROM peer_files p WHERE p.peer = ? AND p.folder = ? AND p.name = a.folder || '/' || a.name AND p.hash = f.hash))`,
		year, peer[:], folder).Scan(&ok)
	return ok, err
}
