package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"onedoor/sync/oplog"
	"onedoor/sync/scan"
	"onedoor/sync/segment"
)

// scanVault is the store's folders of scanned materials.
type scanVault struct{ *Store }

var _ segment.Vault = scanVault{}

// Folders lists the scans of every scope that is shared with a peer.
func (v scanVault) Folders(peer oplog.DeviceID) (out []string, err error) {
	for _, scope := range v.heldScopes() {
		if scope == oplog.Realm {
			continue
		}
		if ok, err := v.mayHave(peer, scope); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		years, err := v.scanFolders(scope)
		if err != nil {
			return nil, err
		}
		out = append(out, years...)
	}
	return out, nil
}

// scanFolders gives the folders of a scope's scans that exist, and this year's.
func (v scanVault) scanFolders(scope oplog.Scope) ([]string, error) {
	if err := v.ensureFolder(segment.ScansFolder(scope, v.now().In(china).Year())); err != nil {
		return nil, err
	}
	return v.foldersLike(string(scope) + "-*-scans")
}

// MaxSequence is the highest sequence of a piece that is still here: released ones
// left gaps, also at the end.
func (v scanVault) MaxSequence(folder string) (seq int64, err error) {
	err = v.r.QueryRow("SELECT coalesce(max(sequence), 0) FROM scan_files WHERE folder = ?", folder).Scan(&seq)
	return seq, err
}

// Since lists our pieces after a sequence. Their content never changes: version 1.
func (v scanVault) Since(folder string, seq int64, limit int) ([]segment.FileInfo, error) {
	return v.fileInfos("SELECT name, size, hash, 1, mtime, sequence FROM scan_files WHERE folder = ? AND sequence > ? ORDER BY sequence LIMIT ?",
		folder, folder, seq, limit)
}

// Announced keeps the pieces that a peer says to hold, under the names of their hashes.
func (v scanVault) Announced(peer oplog.DeviceID, folder string, indexID uint64, full bool, entries []segment.FileInfo) error {
	_, err := v.announced(peer, folder, indexID, full, entries, func(t *txn, e segment.FileInfo) (bool, error) {
		n, err := scan.ParseName(e.Name)
		if err != nil || n.Hash != e.Hash || e.Size <= 0 || e.Size > segment.SealSize {
			return false, nil
		}
		if peer == v.powers.districts.now().hub() {
			_, err = t.exec("UPDATE scan_files SET delivered = 1 WHERE folder = ? AND name = ?", folder, e.Name)
		}
		return true, err
	})
	return err
}

// Wants lists roots, then the parts that a root held here lists: nobody can make us
// fetch what no member of the scope has sealed.
func (v scanVault) Wants(peer oplog.DeviceID, folder string) ([]segment.Want, error) {
	entries, err := v.fileInfos(`SELECT p.name, p.size, p.hash, p.version, p.mtime, p.sequence FROM peer_files p
		WHERE p.peer = ? AND p.folder = ?
		AND NOT EXISTS (SELECT 1 FROM scan_files f WHERE f.folder = p.folder AND f.name = p.name)
		AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.folder = p.folder AND q.name = p.name AND q.hash = p.hash)
		AND CASE WHEN p.name GLOB '*.root' THEN NOT EXISTS (SELECT 1 FROM scan_roots r WHERE r.root = p.hash)
			ELSE EXISTS (SELECT 1 FROM scan_parts s JOIN scan_roots r USING (root) WHERE s.hash = p.hash AND r.folder = p.folder AND r.released = 0) END
		ORDER BY p.name GLOB '*.root' DESC, p.sequence`, folder, peer[:], folder)
	if err != nil {
		return nil, err
	}
	wants := make([]segment.Want, len(entries))
	for i, e := range entries {
		wants[i] = segment.Want{FileInfo: e}
	}
	return wants, nil
}

// Settled tells whether we lack nothing, and the peer or the district says to hold
// all of ours: a device that has released a scan does not take it again.
func (v scanVault) Settled(peer oplog.DeviceID, folder string) (bool, error) {
	wants, err := v.Wants(peer, folder)
	if err != nil || len(wants) > 0 {
		return false, err
	}
	var ok bool
	err = v.r.QueryRow(`SELECT NOT EXISTS (SELECT 1 FROM scan_files f WHERE f.folder = ? AND f.delivered = 0 AND NOT EXISTS
		(SELECT 1 FROM peer_files p WHERE p.peer = ? AND p.folder = f.folder AND p.name = f.name))`, folder, peer[:]).Scan(&ok)
	return ok || v.isHub(), err
}

// Read serves a range of a piece to a member of its scope.
func (v scanVault) Read(peer oplog.DeviceID, folder, name string, offset int64, size int) ([]byte, error) {
	scope, err := segment.ScopeOf(folder)
	if err != nil {
		return nil, err
	}
	if ok, err := v.mayHave(peer, scope); err != nil || !ok {
		return nil, errors.Join(err, errNotMember)
	}
	var total int64
	if err := v.r.QueryRow("SELECT size FROM scan_files WHERE folder = ? AND name = ?", folder, name).Scan(&total); err != nil {
		return nil, fmt.Errorf("store: no such scan: %w", err)
	}
	return v.readRange(folder, name, offset, size, total)
}

// Receive checks a piece and keeps it, durable on return.
func (v scanVault) Receive(ctx context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.receiveScan(ctx, w, data)
	if errors.Is(err, segment.ErrRefused) && !errors.Is(err, errBytes) {
		err = errors.Join(err, v.quarantine(ctx, peer, w, err))
	}
	return segment.Receipt{}, err
}

func (v scanVault) receiveScan(ctx context.Context, w segment.Want, data []byte) error {
	if v.self == nil {
		return notEnrolled()
	}
	scope, err := segment.ScopeOf(w.Folder)
	if err != nil {
		return err
	}
	name, err := scan.ParseName(w.Name)
	if err != nil {
		return err
	}
	if w.Offset != 0 || sha256.Sum256(data) != name.Hash {
		return fmt.Errorf("%w: %w", segment.ErrRefused, errBytes)
	}
	var m scan.Manifest
	if name.Root {
		m, err = scan.OpenRoot(v.scanKeys(scope), name, data)
	} else {
		err = scan.Check(name, data)
	}
	if err != nil {
		return err // without its key a root stays wanted
	}
	t, err := v.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	if err := t.putPiece(w.Folder, scan.Piece{Name: name, Data: data}, w.ModTime); err != nil {
		return diskError(err)
	}
	if name.Root {
		if err := t.putRoot(w.Folder, name.Hash, &m, w.ModTime); err != nil {
			return diskError(err)
		}
	}
	if err := t.commit(); err != nil {
		return err
	}
	v.subs.tell([]string{w.Folder})
	return nil
}

// putPiece writes a piece to disk and into our index.
func (t *txn) putPiece(folder string, p scan.Piece, made int64) error {
	if err := t.s.growFile(t.s.SegmentPath(folder, p.Name.String()), p.Data); err != nil {
		return err
	}
	seq, err := t.nextSequence(folder)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT OR IGNORE INTO scan_files (folder, name, size, hash, mtime, sequence, delivered) VALUES (?, ?, ?, ?, ?, ?, 0)`,
		folder, p.Name.String(), len(p.Data), p.Name.Hash[:], made, seq)
	return err
}

func (t *txn) putRoot(folder string, root oplog.Hash, m *scan.Manifest, made int64) error {
	if _, err := t.exec("INSERT OR IGNORE INTO scan_roots (root, folder, sha256, size, parts, made, released) VALUES (?, ?, ?, ?, ?, ?, 0)",
		root[:], folder, m.SHA256[:], m.Size, len(m.Parts), made); err != nil {
		return err
	}
	for _, h := range m.Parts {
		if _, err := t.exec("INSERT OR IGNORE INTO scan_parts (root, hash) VALUES (?, ?)", root[:], h[:]); err != nil {
			return err
		}
	}
	return nil
}
