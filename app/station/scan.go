package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/oplog"
	"onedoor/sync/scan"
)

// keepScan stores a scanned material in a scope: cut, sealed with the scope's key
// and named by content, as it travels to everybody who may have the scope.
func (s *Station) keepScan(ctx context.Context, scope, path string) (counter.MaterialFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return counter.MaterialFile{}, fileError("读取材料文件", err)
	}
	if info.Size() == 0 || info.Size() > scan.MaxFile || !info.Mode().IsRegular() {
		return counter.MaterialFile{}, counter.E(counter.CodeInvalid, "材料文件是空的、太大(超过50兆)或不是普通文件", "the file is empty, over 50 MB, or not a file").
			Hint("重新扫描或压缩后再试", "scan it again, or make it smaller")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return counter.MaterialFile{}, fileError("读取材料文件", err)
	}
	return s.keepScanData(ctx, scope, filepath.Base(path), data)
}

// keepScanData does the same with what was read already; name tells the kind of file.
func (s *Station) keepScanData(ctx context.Context, scope, name string, data []byte) (counter.MaterialFile, error) {
	root, err := s.v.store.PutScan(ctx, oplog.Scope(scope), data)
	if err != nil {
		return counter.MaterialFile{}, err
	}
	sum := sha256.Sum256(data)
	return counter.MaterialFile{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)),
		Ext: strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")), Root: root.String()}, nil
}

// scanState tells how much of a scan is on this device.
func (s *Station) scanState(ctx context.Context, root string) (desk.ScanState, error) {
	h, err := scanRoot(root)
	if err != nil {
		return desk.ScanState{}, err
	}
	st, ok, err := s.v.store.Scan(ctx, h)
	if err != nil || !ok {
		return desk.ScanState{}, err
	}
	return desk.ScanState{Parts: st.Parts, Held: st.Held, Delivered: st.Delivered, Released: st.Released}, nil
}

func (s *Station) openScan(ctx context.Context, root string) ([]byte, error) {
	h, err := scanRoot(root)
	if err != nil {
		return nil, err
	}
	return s.v.store.OpenScan(ctx, h)
}

// releaseEvery is how often a daemon applies the retention policy.
const releaseEvery = 6 * time.Hour

// releaseLoop applies the policy at once and then from time to time. A failure is
// told and tried again: nothing depends on it.
func (s *Station) releaseLoop(ctx context.Context) error {
	for {
		if n, err := s.ReleaseScans(ctx); err != nil {
			slog.Warn("retention", "cause", err)
		} else if n > 0 {
			slog.Info("retention", "released", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(releaseEvery):
		}
	}
}

// ReleaseScans removes the copies that the district's policy lets go on a device of
// this tier, and tells how many scans that were.
func (s *Station) ReleaseScans(ctx context.Context) (int, error) {
	r, err := s.desk.Retention(ctx)
	days := r.Days(string(s.id.Device.Tier))
	if err != nil || days == 0 {
		return 0, err
	}
	return s.v.store.ReleaseScans(ctx, s.cfg.Now().AddDate(0, 0, -days))
}

func scanRoot(root string) (h oplog.Hash, err error) {
	b, err := hex.DecodeString(root)
	if err != nil || len(b) != len(h) {
		return h, counter.E(counter.CodeNotFound, "这份材料没有扫描件", "this material has no scan")
	}
	return oplog.Hash(b), nil
}
