package station

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/atomicfile"
)

const (
	draftsDir = "drafts"
	maxDraft  = 1 << 20 // bytes
)

// KeepDraft stores what a user has typed and not handed in yet, in place of what was
// kept before; empty data forgets it. It lies below the home, sealed with the
// device's key and bound to its author, and never travels. It is durable on return.
func (s *Station) KeepDraft(author uuid.UUID, data []byte) error {
	path := s.draftPath(author)
	if len(data) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("删除草稿", err)
		}
		return nil
	}
	if len(data) > maxDraft {
		return counter.E(counter.CodeInvalid, "草稿太大，没有保存", "the draft is too large and was not kept").Hint("请减少填写的内容", "write less")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fileError("保存草稿", err)
	}
	if err := atomicfile.Write(path, s.v.ring.Seal("draft", author[:], data), 0o600); err != nil {
		return fileError("保存草稿", err)
	}
	return nil
}

// Draft gives what KeepDraft has kept for the author; nil if there is nothing. One
// that does not open any more is given up: it must not keep a clerk from working.
func (s *Station) Draft(author uuid.UUID) ([]byte, error) {
	sealed, err := os.ReadFile(s.draftPath(author))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError("读取草稿", err)
	}
	data, err := s.v.ring.Open("draft", author[:], sealed)
	if err != nil {
		return nil, nil
	}
	return data, nil
}

// draftPath names the file by a keyed hash: a folder tells nobody whose it is.
func (s *Station) draftPath(author uuid.UUID) string {
	mac := s.v.ring.MAC("draft", author[:])
	return filepath.Join(s.v.home, draftsDir, hex.EncodeToString(mac[:16]))
}
