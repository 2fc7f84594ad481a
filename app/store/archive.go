package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"onedoor/sync/oplog"
)

// Archive is a stock Syncthing daemon that may hold the sealed segment files of
// every scope here. It gets no key, so it can read none of them.
type Archive struct {
	Device  oplog.DeviceID
	Name    string
	Added   time.Time
	AddedBy string // login name of the administrator
	Files   int    // sealed files that it is shown
	Held    int    // of these, those that it said to hold with our content
}

// PutArchive names an archive, or renames it. From the first one on, every sealed
// file gets a number of the archive's own.
func (s *Store) PutArchive(ctx context.Context, a Archive) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	if _, err := t.exec(`INSERT INTO archives (device, name, added, added_by) VALUES (?, ?, ?, ?)
		ON CONFLICT (device) DO UPDATE SET name = excluded.name`, a.Device[:], a.Name, a.Added.Unix(), a.AddedBy); err != nil {
		return diskError(err)
	}
	if _, err := t.exec(`INSERT OR IGNORE INTO archived (year, folder, name)
		SELECT CAST(substr(folder, -4) AS INTEGER), folder, name FROM files WHERE name GLOB '*.seg' ORDER BY id`); err != nil {
		return diskError(err)
	}
	return t.commit()
}

// RemoveArchive takes an archive off the list and tells whether it was on it. What
// it holds stays with it.
func (s *Store) RemoveArchive(ctx context.Context, device oplog.DeviceID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(ctx)
	if err != nil {
		return false, err
	}
	defer t.rollback()
	for _, query := range []string{"DELETE FROM peer_files WHERE peer = ?", "DELETE FROM peer_claims WHERE peer = ?", "DELETE FROM peer_hints WHERE peer = ?"} {
		if _, err := t.exec(query, device[:]); err != nil {
			return false, diskError(err)
		}
	}
	res, err := t.exec("DELETE FROM archives WHERE device = ?", device[:])
	if err != nil {
		return false, diskError(err)
	}
	n, err := res.RowsAffected()
	return n > 0, errors.Join(err, t.commit())
}

// IsArchive tells whether a device is on the list, and its name.
func (s *Store) IsArchive(device oplog.DeviceID) (name string, ok bool, err error) {
	err = s.r.QueryRow("SELECT name FROM archives WHERE device = ?", device[:]).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return name, err == nil, err
}

// Archives lists them in the order they were named.
func (s *Store) Archives(ctx context.Context) ([]Archive, error) {
	rows, err := s.r.QueryContext(ctx, `SELECT device, name, added, added_by,
		(SELECT count(*) FROM archived JOIN files USING (folder, name)),
		(SELECT count(*) FROM archived JOIN files USING (folder, name) JOIN peer_files p ON p.peer = archives.device
			AND p.name = archived.folder || '/' || archived.name AND p.hash = files.hash AND p.folder GLOB 'archive-*')
		FROM archives ORDER BY added, device`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Archive
	for rows.Next() {
		var a Archive
		var id []byte
		var added int64
		if err := rows.Scan(&id, &a.Name, &added, &a.AddedBy, &a.Files, &a.Held); err != nil {
			return nil, err
		}
		copy(a.Device[:], id)
		a.Added = time.Unix(added, 0).In(china)
		out = append(out, a)
	}
	return out, rows.Err()
}
