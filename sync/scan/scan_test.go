package scan_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/scan"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

func sealer(t testing.TB, scope oplog.Scope) *seal.Sealer {
	t.Helper()
	id, key := seal.NewKey()
	s, err := seal.New(seal.AES, scope, id, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keysOf(list ...*seal.Sealer) scan.Keys {
	return func(id oplog.KeyID) *seal.Sealer {
		for _, s := range list {
			if s.ID == id {
				return s
			}
		}
		return nil
	}
}

func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(n)})
	b := make([]byte, n)
	_, _ = r.Read(b)
	return b
}

type shelf map[scan.Name][]byte

func (s shelf) read(n scan.Name) ([]byte, error) {
	if b, ok := s[n]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

func split(t testing.TB, s *seal.Sealer, plain []byte) (scan.Piece, shelf) {
	t.Helper()
	root, parts, err := scan.Split(s, seal.AES, plain)
	if err != nil {
		t.Fatal(err)
	}
	on := shelf{}
	for _, p := range parts {
		if len(p.Data) > segment.SealSize {
			t.Fatalf("a piece of %d bytes", len(p.Data))
		}
		on[p.Name] = p.Data
	}
	return root, on
}

func TestFilesOfAllSizesComeBack(t *testing.T) {
	s := sealer(t, "440604011001")
	for _, n := range []int{1, 100, scan.PieceSize - 1, scan.PieceSize, scan.PieceSize + 1, 3*scan.PieceSize + 7, 20 << 20} {
		plain := noise(n)
		root, on := split(t, s, plain)
		m, err := scan.OpenRoot(keysOf(s), root.Name, root.Data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scan.Join(keysOf(s), m, on.read)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	for _, n := range []int{0, scan.MaxFile + 1} {
		if _, _, err := scan.Split(s, seal.AES, make([]byte, n)); err == nil {
			t.Errorf("%d bytes were taken", n)
		}
	}
}

// Bytes that were altered, moved to another place or sealed for another scope are
// refused; a key that is not held yet is another thing.
func TestForeignPieces(t *testing.T) {
	s, other := sealer(t, "440604011001"), sealer(t, "440604011002")
	root, on := split(t, s, noise(2*scan.PieceSize))
	m, err := scan.OpenRoot(keysOf(s), root.Name, root.Data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scan.OpenRoot(keysOf(other), root.Name, root.Data); !errors.Is(err, scan.ErrKey) {
		t.Errorf("without the key: %v", err)
	}
	for i := 0; i < len(root.Data); i += 7 {
		bad := bytes.Clone(root.Data)
		bad[i] ^= 1
		if _, err := scan.OpenRoot(keysOf(s), root.Name, bad); !errors.Is(err, segment.ErrRefused) {
			t.Fatalf("byte %d altered: %v", i, err)
		}
	}
	swapped := m
	swapped.Parts = []oplog.Hash{m.Parts[1], m.Parts[0]}
	if _, err := scan.Join(keysOf(s), swapped, on.read); !errors.Is(err, segment.ErrRefused) {
		t.Errorf("swapped parts: %v", err)
	}
	_, foreign := split(t, s, noise(scan.PieceSize)) // another file of the same scope
	mixed := m
	for n := range foreign {
		mixed.Parts = []oplog.Hash{n.Hash, m.Parts[1]}
		on[n] = foreign[n]
	}
	if _, err := scan.Join(keysOf(s), mixed, on.read); !errors.Is(err, segment.ErrRefused) {
		t.Errorf("a part of another file: %v", err)
	}
	delete(on, scan.Name{Hash: m.Parts[0]})
	if _, err := scan.Join(keysOf(s), m, on.read); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part that is not here: %v", err)
	}
	// The same key id under another scope's key.
	moved, err := seal.New(seal.AES, "440604011002", s.ID, seal.Key{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scan.OpenRoot(keysOf(moved), root.Name, root.Data); !errors.Is(err, segment.ErrRefused) {
		t.Errorf("another scope: %v", err)
	}
}

func TestNames(t *testing.T) {
	root, on := split(t, sealer(t, "440604011001"), noise(10))
	names := []scan.Name{root.Name}
	for n := range on {
		names = append(names, n)
	}
	for _, n := range names {
		if back, err := scan.ParseName(n.String()); err != nil || back != n {
			t.Errorf("%s: %v %v", n, back, err)
		}
	}
	good := root.Name.String()
	for _, bad := range []string{"", good[3:], "zz" + good[2:], good[:len(good)-5], good + "x", "../" + good, good[:len(good)-4] + "exe"} {
		if _, err := scan.ParseName(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// FuzzRoot: whatever bytes come, they are refused in words.
func FuzzRoot(f *testing.F) {
	s := sealer(f, "440604011001")
	root, on := split(f, s, noise(1000))
	f.Add(root.Data)
	for _, data := range on {
		f.Add(data)
	}
	f.Add([]byte("ODSC"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := scan.Name{Root: true}
		if scan.Check(n, data) == nil {
			t.Fatal("the hash of nothing")
		}
		n.Hash = root.Name.Hash
		if m, err := scan.OpenRoot(keysOf(s), n, data); err == nil && (!bytes.Equal(data, root.Data) || m.Size != 1000) {
			t.Fatalf("%+v", m)
		}
	})
}
