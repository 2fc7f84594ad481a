package station

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/atomicfile"
)

// What pages keep on this PC, sealed with the device's key: it never travels.
const (
	settingsDir = "settings" // of this PC, by name
	ownDir      = "own"      // of users: filters and the like
	pendingDir  = "pending"  // scans of applications that are not accepted yet
	maxOwn      = 64 << 10   // bytes
	// mostPending bounds what one user can leave lying.
	mostPending = 200
)

// SaveSetting stores settings of this PC under a name of lower-case letters, durable
// on return.
func (s *Station) SaveSetting(name string, data []byte) error {
	if len(data) > maxOwn {
		return tooLarge()
	}
	return s.keepSealed(s.settingPath(name), "settings", []byte(name), data)
}

// LoadSetting gives what SaveSetting has stored; nil if nothing was, or if it does not
// open any more: a counter works with the usual settings then.
func (s *Station) LoadSetting(name string) ([]byte, error) {
	return s.openSealed(s.settingPath(name), "settings", []byte(name))
}

func (s *Station) settingPath(name string) string {
	return filepath.Join(s.v.home, settingsDir, filepath.Base(name))
}

// KeepOwn stores something small of a user's, such as a list's filters.
func (s *Station) KeepOwn(author uuid.UUID, data []byte) error {
	if len(data) > maxOwn {
		return tooLarge()
	}
	return s.keepSealed(s.ofAuthor(ownDir, "own", author), "own", author[:], data)
}

// Own gives what KeepOwn has stored for the user; nil if there is nothing.
func (s *Station) Own(author uuid.UUID) ([]byte, error) {
	return s.openSealed(s.ofAuthor(ownDir, "own", author), "own", author[:])
}

func tooLarge() error {
	return counter.E(counter.CodeInvalid, "内容太大，没有保存", "too large, and not kept").Hint("请减少内容", "keep less")
}

// Scan is a file that somebody has added to an application.
type Scan struct {
	Name string
	Data []byte
}

// HoldScan keeps a scan for the application that its author is filling in, sealed,
// until it is taken up or the application is given up. It gives the scan's id.
func (s *Station) HoldScan(author uuid.UUID, scan Scan) (id string, err error) {
	dir := s.ofAuthor(pendingDir, "pending", author)
	if held, err := os.ReadDir(dir); err == nil && len(held) >= mostPending {
		return "", counter.E(counter.CodeInvalid, "没有办完的材料文件太多", "too many files of unfinished applications").
			Hint("请先办完或清空这一件", "finish or clear this application first")
	}
	head, err := json.Marshal(scan.Name)
	if err != nil {
		return "", err
	}
	name := uuid.New()
	data := slices.Concat(head, []byte("\n"), scan.Data)
	return name.String(), s.keepSealed(filepath.Join(dir, name.String()), "pending", slices.Concat(author[:], name[:]), data)
}

// HeldScan gives a scan that its author holds. Errors: CodeNotFound.
func (s *Station) HeldScan(author uuid.UUID, id string) (Scan, error) {
	gone := counter.E(counter.CodeNotFound, "这个材料文件已经不在了", "this file is not held any more").Hint("请重新添加", "add it again")
	name, err := uuid.Parse(id)
	if err != nil {
		return Scan{}, gone
	}
	data, err := s.openSealed(filepath.Join(s.ofAuthor(pendingDir, "pending", author), name.String()), "pending", slices.Concat(author[:], name[:]))
	if err != nil || data == nil {
		return Scan{}, gone.Because(err)
	}
	end := slices.Index(data, '\n')
	var scan Scan
	if end < 0 || json.Unmarshal(data[:end], &scan.Name) != nil {
		return Scan{}, gone
	}
	scan.Data = data[end+1:]
	return scan, nil
}

// DropScans gives up held scans of an author: all but those that are to be kept.
func (s *Station) DropScans(author uuid.UUID, keep ...string) error {
	dir := s.ofAuthor(pendingDir, "pending", author)
	held, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fileError("删除材料文件", err)
	}
	for _, e := range held {
		if !slices.Contains(keep, e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fileError("删除材料文件", err)
			}
		}
	}
	return nil
}

// ofAuthor names a file or folder by a keyed hash: it tells nobody whose it is.
func (s *Station) ofAuthor(dir, label string, author uuid.UUID) string {
	mac := s.v.ring.MAC(label, author[:])
	return filepath.Join(s.v.home, dir, hex.EncodeToString(mac[:16]))
}

func (s *Station) keepSealed(path, label string, aad, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fileError("保存", err)
	}
	if err := atomicfile.Write(path, s.v.ring.Seal(label, aad, data), 0o600); err != nil {
		return fileError("保存", err)
	}
	return nil
}

// openSealed gives nil for what was never kept and for what does not open.
func (s *Station) openSealed(path, label string, aad []byte) ([]byte, error) {
	sealed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError("读取", err)
	}
	data, err := s.v.ring.Open(label, aad, sealed)
	if err != nil {
		return nil, nil
	}
	return data, nil
}
