package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

var _ segment.Vault = (*Store)(nil)

// IndexID names the life of our index of a folder.
func (s *Store) IndexID(folder string) (uint64, error) {
	id, _, err := s.folder(folder)
	return uint64(id), err
}

// MaxSequence is the highest sequence of our index of a folder.
func (s *Store) MaxSequence(folder string) (int64, error) {
	_, seq, err := s.folder(folder)
	return seq, err
}

func (s *Store) folder(folder string) (id, seq int64, err error) {
	err = s.r.QueryRow("SELECT index_id, sequence FROM folders WHERE folder = ?", folder).Scan(&id, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return id, seq, err
}

// Folders lists what we share with a peer, realm first, oldest year first: realm
// with every enrolled device, a scope with the district and with the members
// that its powers, as held here, name; nothing with a revoked one.
func (s *Store) Folders(peer oplog.DeviceID) ([]string, error) {
	scopes := []oplog.Scope{}
	for _, scope := range s.sharedScopes() {
		ok, err := s.mayHave(peer, scope)
		if err != nil {
			return nil, err
		}
		if ok {
			scopes = append(scopes, scope)
		}
	}
	var out []string
	for _, scope := range scopes {
		years, err := s.scopeFolders(scope)
		if err != nil {
			return nil, err
		}
		out = append(out, years...)
	}
	return out, nil
}

// Expect names scopes that this hub may have opened and lost the keys of: their
// folders are shared, so that stations give back what is in them. See Self.Recall.
func (s *Store) Expect(scopes []oplog.Scope) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	s.keys.expect = scopes
}

// sharedScopes are heldScopes and those expected.
func (s *Store) sharedScopes() []oplog.Scope {
	out := s.heldScopes()
	s.keys.mu.RLock()
	defer s.keys.mu.RUnlock()
	for _, scope := range s.keys.expect {
		if !slices.Contains(out, scope) {
			out = append(out, scope)
		}
	}
	return out
}

// heldScopes lists the scopes that we have keys of, realm first.
func (s *Store) heldScopes() []oplog.Scope {
	s.keys.mu.RLock()
	defer s.keys.mu.RUnlock()
	var out []oplog.Scope
	for scope := range s.keys.current {
		if scope != oplog.Realm {
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	if _, ok := s.keys.current[oplog.Realm]; ok {
		out = slices.Insert(out, 0, oplog.Realm)
	}
	return out
}

// scopeFolders gives the folders of a scope that exist, and this year's.
func (s *Store) scopeFolders(scope oplog.Scope) ([]string, error) {
	now := segment.FolderID(scope, s.now().In(china).Year())
	if _, _, err := s.folder(now); err != nil {
		return nil, err
	}
	if err := s.ensureFolder(now); err != nil {
		return nil, err
	}
	return s.foldersLike(string(scope) + "-[0-9][0-9][0-9][0-9]")
}

// foldersLike lists the folders that fit a pattern, oldest year first.
func (s *Store) foldersLike(glob string) ([]string, error) {
	rows, err := s.r.Query("SELECT folder FROM folders WHERE folder GLOB ? ORDER BY folder", glob)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var f string
		if err := rows.Scan(&f); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func (s *Store) ensureFolder(folder string) error {
	if id, _, err := s.folder(folder); err != nil || id != 0 {
		return err
	}
	_, err := s.w.Exec("INSERT OR IGNORE INTO folders (folder, index_id, sequence) VALUES (?, ?, 0)", folder, newIndexID())
	return err
}

func (s *Store) mayHave(peer oplog.DeviceID, scope oplog.Scope) (bool, error) {
	if line := s.powers.districts.now(); line.is(peer) && peer != line.hub() {
		return false, nil // its successor has taken its place
	}
	if peer == s.powers.districts.now().hub() || broken.Is(broken.OpenDoor) {
		return true, nil
	}
	realm, err := s.PowersNow(context.Background(), oplog.Realm)
	if err != nil {
		return false, err
	}
	if m, ok := realm.MemberByDevice(peer); ok && m.Removed { // a connection may stand since before
		return false, nil
	}
	if scope == oplog.Realm {
		return true, nil
	}
	p, err := s.PowersNow(context.Background(), scope)
	if err != nil {
		return false, err
	}
	m, ok := p.MemberByDevice(peer)
	return ok && !m.Removed, nil
}

// Since lists our files of a folder after a sequence.
func (s *Store) Since(folder string, seq int64, limit int) ([]segment.FileInfo, error) {
	return s.fileInfos("SELECT name, size, hash, version, mtime, sequence FROM files WHERE folder = ? AND sequence > ? ORDER BY sequence LIMIT ?",
		folder, folder, seq, limit)
}

func (s *Store) fileInfos(query, folder string, args ...any) ([]segment.FileInfo, error) {
	rows, err := s.r.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []segment.FileInfo
	for rows.Next() {
		f := segment.FileInfo{Folder: folder}
		var hash []byte
		if err := rows.Scan(&f.Name, &f.Size, &hash, &f.Version, &f.ModTime, &f.Sequence); err != nil {
			return nil, err
		}
		copy(f.Hash[:], hash)
		out = append(out, f)
	}
	return out, rows.Err()
}

// Claim gives how much of a peer's index of a folder is stored here.
func (s *Store) Claim(peer oplog.DeviceID, folder string) (indexID uint64, maxSeq int64, err error) {
	var id int64
	err = s.r.QueryRow("SELECT index_id, sequence FROM peer_claims WHERE peer = ? AND folder = ?", peer[:], folder).Scan(&id, &maxSeq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return uint64(id), maxSeq, err
}

// Announced stores entries of a peer's index and how far they reach.
func (s *Store) Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo) error {
	changed, err := s.announced(peer, folder, indexID, full, entries, func(t *txn, e segment.FileInfo) (bool, error) {
		_, err := segment.ParseName(e.Name)
		return err == nil && e.Size > 0 && e.Size <= segment.MaxFile, nil
	})
	if changed {
		s.subs.tell([]string{folder})
	}
	return err
}

// announced stores the entries that take wants; one that is not ours to fetch is
// covered by the claim all the same.
func (s *Store) announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo,
	take func(*txn, segment.FileInfo) (bool, error)) (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if changed, err = s.sealTogether(folder, entries); err != nil {
		return changed, err
	}
	t, err := s.beginLoose(context.Background())
	if err != nil {
		return changed, err
	}
	defer t.rollback()
	if full {
		if _, err := t.exec("DELETE FROM peer_files WHERE peer = ? AND folder = ?", peer[:], folder); err != nil {
			return changed, err
		}
	}
	var last int64
	for i, e := range entries {
		if last = max(last, e.Sequence); i > 0 && broken.Is(broken.LostIndexClaim) {
			continue
		}
		if ok, err := take(t, e); err != nil || !ok {
			if err != nil {
				return changed, err
			}
			continue
		}
		if err := t.putPeerFile(peer, folder, e); err != nil {
			return changed, err
		}
	}
	if _, err := t.exec(`INSERT INTO peer_claims (peer, folder, index_id, sequence) VALUES (?, ?, ?, ?) ON CONFLICT (peer, folder)
		DO UPDATE SET index_id = excluded.index_id, sequence = CASE WHEN ? THEN excluded.sequence ELSE max(sequence, excluded.sequence) END`,
		peer[:], folder, int64(indexID), last, full); err != nil {
		return changed, err
	}
	return changed, t.commit()
}

// sealTogether does sealAnnounced where there is something to do, durably and before
// the announcement is kept: should that be lost, it comes again.
func (s *Store) sealTogether(folder string, entries []segment.FileInfo) (changed bool, err error) {
	for _, e := range entries {
		name, err := segment.ParseName(e.Name)
		if err != nil || !name.Sealed || s.ownLog(name) {
			continue
		}
		err = s.r.QueryRow("SELECT 1 FROM files WHERE folder = ? AND name = ? AND first = ? AND hash = ?",
			folder, segment.TailName(name.Device, name.Epoch), name.First, e.Hash[:]).Scan(new(int))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return false, err
		}
		t, err := s.begin(context.Background())
		if err != nil {
			return false, err
		}
		defer t.rollback()
		if changed, err = t.sealAnnounced(folder, entries); err != nil {
			return false, err
		}
		return changed, t.commit()
	}
	return false, nil
}

func (t *txn) putPeerFile(peer oplog.DeviceID, folder string, e segment.FileInfo) error {
	_, err := t.exec(`INSERT INTO peer_files (peer, folder, name, size, hash, version, mtime, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (peer, folder, name) DO UPDATE SET size = excluded.size, hash = excluded.hash, version = excluded.version,
		mtime = excluded.mtime, sequence = excluded.sequence`,
		peer[:], folder, e.Name, e.Size, e.Hash[:], int64(e.Version), e.ModTime, e.Sequence)
	return err
}

// sealAnnounced renames our tails that a peer now announces under their sealed
// names: the bytes are the same, nothing needs to be fetched.
func (t *txn) sealAnnounced(folder string, entries []segment.FileInfo) (changed bool, err error) {
	for _, e := range entries {
		name, err := segment.ParseName(e.Name)
		if err != nil || !name.Sealed || t.s.ownLog(name) {
			continue
		}
		tail := segment.TailName(name.Device, name.Epoch)
		var log int64
		var last uint64
		err = t.row("SELECT log, version FROM files WHERE folder = ? AND name = ? AND first = ? AND hash = ?", folder, tail, name.First, e.Hash[:]).Scan(&log, &last)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return changed, err
		}
		if err := t.renameTail(folder, tail, e, log, name.First, last); err != nil {
			return changed, err
		}
		changed = true
	}
	return changed, nil
}

// Read serves a byte range of one of our files.
func (s *Store) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	scope, _, err := segment.ParseFolder(folder)
	if err != nil {
		return nil, err
	}
	if ok, err := s.mayHave(peer, scope); err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("store: %s is not a member of %s", peer.Short(), scope))
	}
	var total int64
	if err := s.r.QueryRow("SELECT size FROM files WHERE folder = ? AND name = ?", folder, name).Scan(&total); err != nil {
		return nil, fmt.Errorf("store: no such file: %w", err)
	}
	return s.readRange(folder, name, offset, size, total)
}

// readRange reads from the file of a known length.
func (s *Store) readRange(folder, name string, offset int64, size int, total int64) ([]byte, error) {
	if offset < 0 || size < 0 || offset+int64(size) > total {
		return nil, fmt.Errorf("store: range %d+%d of %d bytes", offset, size, total)
	}
	buf := make([]byte, size)
	if _, err := s.disk.ReadAt(s.SegmentPath(folder, name), buf, offset); err != nil {
		return nil, err
	}
	return buf, nil
}

// ownLog tells whether a file belongs to a log that this device writes. Logs of
// its earlier epochs are like anybody's: after a restore, peers hold more of them.
func (s *Store) ownLog(n segment.Name) bool {
	return s.self != nil && n.Device == s.self.Device && n.Epoch == s.epoch.now()
}

// Hint gives up to where a peer was last sent our index of a folder.
func (s *Store) Hint(peer oplog.DeviceID, folder string) (indexID uint64, seq int64, ok bool) {
	var id int64
	err := s.r.QueryRow("SELECT index_id, sequence FROM peer_hints WHERE peer = ? AND folder = ?", peer[:], folder).Scan(&id, &seq)
	return uint64(id), seq, err == nil
}

// SetHint remembers it. Losing a hint costs a round trip, so errors are not told.
func (s *Store) SetHint(peer oplog.DeviceID, folder string, indexID uint64, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.beginLoose(context.Background())
	if err != nil {
		return
	}
	defer t.rollback()
	if _, err := t.exec(`INSERT INTO peer_hints (peer, folder, index_id, sequence) VALUES (?, ?, ?, ?) ON CONFLICT (peer, folder)
		DO UPDATE SET index_id = excluded.index_id, sequence = excluded.sequence`, peer[:], folder, int64(indexID), seq); err == nil {
		_ = t.commit()
	}
}
