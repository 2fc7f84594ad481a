package scan

import (
	"encoding/hex"
	"fmt"
	"regexp"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Name of a piece: two digits of its hash, the hash, and what it is.
type Name struct {
	Hash oplog.Hash
	Root bool
}

// String is the file name, as in "0f/0f…-64 digits….part".
func (n Name) String() string {
	h, ext := hex.EncodeToString(n.Hash[:]), "part"
	if n.Root {
		ext = "root"
	}
	return fmt.Sprintf("%s/%s.%s", h[:2], h, ext)
}

var namePattern = regexp.MustCompile(`^([0-9a-f]{2})/([0-9a-f]{64})\.(root|part)$`)

// ParseName reads a name and refuses all that this package does not make.
func ParseName(s string) (Name, error) {
	m := namePattern.FindStringSubmatch(s)
	if m == nil || m[1] != m[2][:2] {
		return Name{}, fmt.Errorf("%w: name of a scan", segment.ErrRefused)
	}
	n := Name{Root: m[3] == "root"}
	_, err := hex.Decode(n.Hash[:], []byte(m[2]))
	return n, err
}
