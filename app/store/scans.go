package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/scan"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// PutScan cuts, seals and keeps a scanned material of a scope, and gives the hash of
// its root, by which a case names it. All of it is durable on return.
func (s *Store) PutScan(ctx context.Context, scope oplog.Scope, plain []byte) (root oplog.Hash, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self == nil {
		return root, notEnrolled()
	}
	sealer, err := s.keys.sealer(scope)
	if err != nil {
		return root, err
	}
	top, parts, err := scan.Split(sealer, s.self.Suite, plain)
	if err != nil {
		return root, err
	}
	m, err := scan.OpenRoot(s.scanKeys(scope), top.Name, top.Data)
	if err != nil {
		return root, err
	}
	now := s.now()
	folder := segment.ScansFolder(scope, now.In(china).Year())
	t, err := s.begin(ctx)
	if err != nil {
		return root, err
	}
	defer t.rollback()
	for _, p := range append([]scan.Piece{top}, parts...) {
		if err := t.putPiece(folder, p, now.Unix()); err != nil {
			return root, diskError(err)
		}
	}
	if err := t.putRoot(folder, top.Name.Hash, &m, now.Unix()); err != nil {
		return root, diskError(err)
	}
	if err := t.commit(); err != nil {
		return root, err
	}
	s.subs.tell([]string{folder})
	return top.Name.Hash, nil
}

func (s *Store) scanKeys(scope oplog.Scope) scan.Keys {
	return func(id oplog.KeyID) *seal.Sealer { return s.keys.byID(scope, id) }
}

// ScanState tells how much of a scanned material is on this device.
type ScanState struct {
	Root      oplog.Hash
	Folder    string
	Size      int64 // bytes of the plain file
	Parts     int   // pieces besides the root
	Held      int   // of them, on this device
	Delivered int   // of them, also at the district, as far as is known here
	Released  bool  // removed here by the retention policy
	Made      time.Time
}

// Scan tells how a scanned material stands; ok is false while its root is not here.
func (s *Store) Scan(ctx context.Context, root oplog.Hash) (st ScanState, ok bool, err error) {
	st.Root = root
	var made int64
	err = s.r.QueryRowContext(ctx, `SELECT folder, size, parts, made, released,
		(SELECT count(*) FROM scan_parts p JOIN scan_files f ON f.folder = r.folder AND f.hash = p.hash WHERE p.root = r.root),
		(SELECT count(*) FROM scan_parts p JOIN scan_files f ON f.folder = r.folder AND f.hash = p.hash AND f.delivered = 1 WHERE p.root = r.root)
		FROM scan_roots r WHERE root = ?`, root[:]).Scan(&st.Folder, &st.Size, &st.Parts, &made, &st.Released, &st.Held, &st.Delivered)
	if errors.Is(err, sql.ErrNoRows) {
		return st, false, nil
	}
	st.Made = time.Unix(made, 0).In(china)
	return st, err == nil, err
}

// OpenScan gives the plain bytes of a scanned material. Errors: CodeNotFound while it
// is not here whole, or was released; CodeIntegrity for damaged pieces.
func (s *Store) OpenScan(ctx context.Context, root oplog.Hash) ([]byte, error) {
	st, ok, err := s.Scan(ctx, root)
	if err != nil {
		return nil, err
	}
	switch {
	case !ok:
		return nil, counter.E(counter.CodeNotFound, "材料的扫描件还没有传到本机", "the scan has not arrived on this device").
			Hint("同步之后再试", "sync and try again")
	case st.Released:
		return nil, counter.E(counter.CodeNotFound, "扫描件已按保存期限从本机清除", "the scan was removed here by the retention policy").
			Hint("到区级枢纽查看", "look at it at the district's hub")
	case st.Held < st.Parts:
		return nil, counter.Ef(counter.CodeNotFound, "扫描件还没有传完(%d/%d)", "the scan has arrived in part (%d of %d)", st.Held, st.Parts).
			Hint("等同步完成后再试", "try again when sync is done")
	}
	scope, err := segment.ScopeOf(st.Folder)
	if err != nil {
		return nil, err
	}
	top := scan.Name{Hash: root, Root: true}
	data, err := s.readPiece(st.Folder, top)
	if err != nil {
		return nil, err
	}
	m, err := scan.OpenRoot(s.scanKeys(scope), top, data)
	if err != nil {
		return nil, scanDamaged(err)
	}
	plain, err := scan.Join(s.scanKeys(scope), m, func(n scan.Name) ([]byte, error) { return s.readPiece(st.Folder, n) })
	if err != nil {
		return nil, scanDamaged(err)
	}
	return plain, nil
}

func (s *Store) readPiece(folder string, n scan.Name) ([]byte, error) {
	data, err := s.disk.ReadFile(s.SegmentPath(folder, n.String()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, scanDamaged(err)
	}
	return data, diskError(err)
}

func scanDamaged(err error) error {
	var told *counter.Error
	if errors.As(err, &told) {
		return err
	}
	return counter.E(counter.CodeIntegrity, "扫描件在本机的副本损坏", "this device's copy of the scan is damaged").
		Hint("运行 onedoor log verify,再同步一次", "run onedoor log verify, then sync").Because(err)
}
