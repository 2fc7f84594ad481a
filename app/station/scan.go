package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"onedoor/app/counter"
	"onedoor/internal/atomicfile"
)

const (
	scansDir = "materials"
	maxScan  = 50 << 20 // bytes
)

// keepScan stores a scanned material below the home, sealed with the device's
// key and named by its content. Scans do not travel yet; the case carries their
// hash.
func (s *Station) keepScan(_ context.Context, path string) (counter.MaterialFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return counter.MaterialFile{}, fileError("读取材料文件", err)
	}
	if info.Size() == 0 || info.Size() > maxScan || !info.Mode().IsRegular() {
		return counter.MaterialFile{}, counter.E(counter.CodeInvalid, "材料文件是空的、太大(超过50兆)或不是普通文件", "the file is empty, over 50 MB, or not a file").
			Hint("重新扫描或压缩后再试", "scan it again, or make it smaller")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return counter.MaterialFile{}, fileError("读取材料文件", err)
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	f := counter.MaterialFile{SHA256: name, Size: info.Size(), Ext: strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))}
	to := filepath.Join(s.v.home, scansDir, name[:2], name)
	if exists(to) {
		return f, nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return f, fileError("保存材料文件", err)
	}
	if err := atomicfile.Write(to, s.v.ring.Seal("material", sum[:], data), 0o600); err != nil {
		return f, fileError("保存材料文件", err)
	}
	return f, nil
}
