package courier

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

const (
	realmFolder = "realm-2026"
	scopeFolder = "440604100001-2026"
	otherFolder = "440604100002-2026"
)

func (s *station) export(t testing.TB, d Disk) Report {
	t.Helper()
	r, err := s.courier(t, d).Export(context.Background(), "")
	if err != nil || !r.Converged {
		t.Fatalf("export: %+v, %v", r, err)
	}
	return r
}

func (s *station) imports(t testing.TB, d Disk) Report {
	t.Helper()
	r, err := s.courier(t, d).Import(context.Background(), "")
	if err != nil || !r.Converged {
		t.Fatalf("import: %+v, %v", r, err)
	}
	return r
}

func same(t testing.TB, a, b *station, folders ...string) {
	t.Helper()
	for _, f := range folders {
		if x, y := a.dump(f), b.dump(f); x != y {
			t.Fatalf("%s differs\n%s\n--\n%s", f, x, y)
		}
	}
}

// pair is a hub with something to tell and a village.
func pair(t testing.TB) (hub, vil *station) {
	r := newRealm(t)
	hub, vil = r.station(realmFolder, scopeFolder, otherFolder), r.station(realmFolder, scopeFolder)
	hub.write(realmFolder, 3)
	hub.write(scopeFolder, 2)
	hub.write(otherFolder, 4)
	vil.write(scopeFolder, 40)
	vil.write(scopeFolder, 5)
	return hub, vil
}

func TestThereAndBack(t *testing.T) {
	hub, vil := pair(t)
	stick := Dir(t.TempDir())
	if r := hub.export(t, stick); r.SentOps != 9 || r.Files != 3 {
		t.Fatalf("%+v", r)
	}
	if r := vil.imports(t, stick); r.ReceivedOps != 5 || r.Files != 2 {
		t.Fatalf("%+v", r)
	}
	if r := vil.export(t, stick); r.SentOps != 45 {
		t.Fatalf("%+v", r)
	}
	if r := hub.imports(t, stick); r.ReceivedOps != 45 {
		t.Fatalf("%+v", r)
	}
	same(t, hub, vil, realmFolder, scopeFolder)
	hub.export(t, stick) // now it names the village's files, too
	vil.imports(t, stick)
	for _, s := range []*station{hub, vil} {
		if r := s.imports(t, stick); r.Files != 0 {
			t.Fatalf("replay: %+v", r)
		}
		s.export(t, stick)
		if r := s.export(t, stick); r.SentBytes != 0 || r.SentOps != 0 {
			t.Fatalf("second export: %+v", r)
		}
	}
	vil.write(scopeFolder, 3) // the tail grows
	if r := vil.export(t, stick); r.SentOps != 3 || r.Files != 1 {
		t.Fatalf("growth: %+v", r)
	}
	if r := hub.imports(t, stick); r.ReceivedOps != 3 {
		t.Fatalf("growth: %+v", r)
	}
	same(t, hub, vil, scopeFolder)
}

func TestOldTailsGoAndSealedFilesStay(t *testing.T) {
	hub, vil := pair(t)
	dir := t.TempDir()
	for range 8 {
		vil.write(scopeFolder, 4)
		vil.export(t, Dir(dir))
		hub.imports(t, Dir(dir))
		hub.export(t, Dir(dir))
	}
	tails, seals := 0, 0
	must(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch filepath.Ext(p) {
		case ".tail":
			tails++
		case ".seg":
			seals++
		}
		return err
	}))
	if tails > 5 || seals < 2 {
		t.Fatalf("%d tails, %d sealed files", tails, seals)
	}
}

// faulty is a disk that fails at one of its writes, in one of the ways that sticks
// fail, and then is gone.
type faulty struct {
	Disk
	root string
	at   int // the write that fails, from 1; 0 none
	how  int
	n    int
	gone bool
	hit  bool
}

const (
	nothing  = iota // nothing of the file arrived
	remains         // half of it, under its temporary name
	torn            // half of it under its final name: a stick without a journal
	zeros           // its length, without its content
	finished        // all of it, but nobody was told
	full            // no room; the stick stays
	ways
)

var errPulled = errors.New("input/output error")

func (f *faulty) Write(name string, data []byte) error {
	if f.gone {
		return errPulled
	}
	if f.n++; f.n != f.at {
		return f.Disk.Write(name, data)
	}
	f.hit = true
	path := filepath.Join(f.root, filepath.FromSlash(name))
	_ = os.MkdirAll(filepath.Dir(path), 0o700)
	switch f.how {
	case remains:
		_ = os.WriteFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp-1"), data[:len(data)/2], 0o600)
	case torn:
		_ = os.WriteFile(path, data[:len(data)/2], 0o600)
	case zeros:
		_ = os.WriteFile(path, make([]byte, len(data)), 0o600)
	case finished:
		_ = os.WriteFile(path, data, 0o600)
	case full:
		f.at++ // and the next one, until room is made
		return syscall.ENOSPC
	}
	f.gone = true
	return errPulled
}

func (f *faulty) List(name string) ([]string, error) {
	if f.gone {
		return nil, errPulled
	}
	return f.Disk.List(name)
}

func (f *faulty) Remove(name string) error {
	if f.gone {
		return errPulled
	}
	return f.Disk.Remove(name)
}

// TestPulledAtEveryWrite: whatever write of an export is cut, and however, the
// stick gives what it names, nothing wrong is taken from it, and a repeated export
// completes it.
func TestPulledAtEveryWrite(t *testing.T) {
	for how := range ways {
		for at := 1; ; at++ {
			if !pulledAt(t, how, at) {
				if at < 7 {
					t.Fatalf("only %d writes", at)
				}
				break
			}
		}
	}
}

func pulledAt(t *testing.T, how, at int) bool {
	hub, vil := pair(t)
	root := t.TempDir()
	stick := Dir(root)
	vil.export(t, stick)
	hub.imports(t, stick) // so that there is an older state to lose
	hub.export(t, stick)
	vil.write(scopeFolder, 2)
	vil.imports(t, stick)
	hub.write(realmFolder, 1)
	hub.write(scopeFolder, 30)
	hub.write(otherFolder, 2)
	known := vil.dump(scopeFolder)

	f := &faulty{Disk: stick, root: root, at: at, how: how}
	r, err := hub.courier(t, f).Export(context.Background(), "")
	if f.n < at {
		must(t, err)
		return false
	}
	if want := map[bool]Code{true: CodeFull, false: CodeDisk}[how == full]; CodeOf(err) != want || r.Converged {
		t.Fatalf("way %d, write %d: %+v, %v", how, at, r, err)
	}
	if _, err := vil.courier(t, stick).Import(context.Background(), ""); err != nil {
		t.Fatalf("way %d, write %d: import of the remains: %v", how, at, err)
	}
	got := strings.Split(vil.dump(scopeFolder), "\n")
	for _, line := range strings.Split(known, "\n") {
		if !slices.Contains(got, line) {
			t.Fatalf("way %d, write %d: lost %q", how, at, line)
		}
	}
	hub.export(t, stick)
	vil.imports(t, stick)
	vil.export(t, stick)
	hub.imports(t, stick)
	same(t, hub, vil, realmFolder, scopeFolder)
	assertTidy(t, root)
	return true
}

func assertTidy(t *testing.T, root string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if strings.Contains(p, ".tmp-") && !strings.Contains(p, "README") {
			t.Errorf("left behind: %s", p)
		}
		return err
	}))
}

// TestDamagedFilesAreNamedAndTheRestGoesOn, and the next export mends them.
func TestDamagedFilesAreNamedAndTheRestGoesOn(t *testing.T) {
	r := newRealm(t)
	hub, other, vil := r.station(realmFolder, scopeFolder), r.station(realmFolder, scopeFolder), r.station(realmFolder, scopeFolder)
	vil.write(scopeFolder, 40)
	vil.write(scopeFolder, 5)
	root := t.TempDir()
	vil.export(t, Dir(root))
	var segs []string
	must(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(p, ".seg") || strings.HasSuffix(p, ".tail") {
			segs = append(segs, p)
		}
		return err
	}))
	if len(segs) != 2 {
		t.Fatalf("%v", segs)
	}
	for i, p := range segs {
		hub := hub
		if i > 0 {
			hub = other
		}
		data, err := os.ReadFile(p)
		must(t, err)
		data[len(data)/2] ^= 1
		must(t, os.WriteFile(p, data, 0o600))
		vil.write(realmFolder, 1)
		r, err := hub.courier(t, Dir(root)).Import(context.Background(), "")
		must(t, err)
		rel, _ := filepath.Rel(root, p)
		if r.Converged || len(r.Faults) == 0 || !slices.ContainsFunc(r.Faults, func(f Fault) bool {
			return f.What == Damaged && f.File == filepath.ToSlash(rel)
		}) {
			t.Fatalf("%+v", r)
		}
		vil.export(t, Dir(root))
		hub.imports(t, Dir(root))
	}
	same(t, hub, vil, scopeFolder)
	same(t, other, vil, scopeFolder, realmFolder)
}

func TestForgedAlteredAndForeign(t *testing.T) {
	hub, vil := pair(t)
	root := t.TempDir()
	vil.export(t, Dir(root))
	t.Run("altered index", func(t *testing.T) {
		path := filepath.Join(root, top, realmName(vil.v), scopeFolder, vil.rec.ID.String()+".idx")
		data, err := os.ReadFile(path)
		must(t, err)
		for _, i := range []int{9, 60, len(data) / 2, len(data) - 3} {
			bad := slices.Clone(data)
			bad[i] ^= 4
			must(t, os.WriteFile(path, bad, 0o600))
			wantFault(t, hub, root, Unread)
		}
		must(t, os.WriteFile(path, data[:len(data)-20], 0o600))
		wantFault(t, hub, root, Unread)
		must(t, os.WriteFile(path, data, 0o600))
	})
	t.Run("revoked station", func(t *testing.T) {
		hub.deny[vil.rec.ID] = true
		wantFault(t, hub, root, Unread)
		delete(hub.deny, vil.rec.ID)
	})
	t.Run("forged content under a right index", func(t *testing.T) {
		f := vil.folders[scopeFolder]
		name := segment.TailName(vil.self, oplog.Epoch{9})
		f.put(scopeFolder, name, []byte("FORGED\n"), 99)
		vil.export(t, Dir(root))
		wantFault(t, hub, root, Refused)
		delete(f.files, name)
	})
	t.Run("other district", func(t *testing.T) {
		stranger := newRealm(t).station(realmFolder)
		_, err := stranger.courier(t, Dir(root)).Import(context.Background(), "")
		if CodeOf(err) != CodeOtherDistrict {
			t.Fatalf("%v", err)
		}
		_, err = stranger.courier(t, Dir(t.TempDir())).Import(context.Background(), "")
		if CodeOf(err) != CodeEmpty {
			t.Fatalf("%v", err)
		}
		// Its folder renamed to ours is still not ours.
		dir := t.TempDir()
		stranger.write(realmFolder, 2)
		stranger.export(t, Dir(dir))
		must(t, os.Rename(filepath.Join(dir, top, realmName(stranger.v)), filepath.Join(dir, top, realmName(hub.v))))
		wantFault(t, hub, dir, Unread)
	})
	t.Run("a scope that is not held", func(t *testing.T) {
		_, err := vil.courier(t, Dir(root)).Export(context.Background(), "440604100002")
		if CodeOf(err) != CodeNothingShared {
			t.Fatalf("%v", err)
		}
	})
	t.Run("no stick", func(t *testing.T) {
		gone := filepath.Join(t.TempDir(), "usb")
		if _, err := vil.courier(t, Dir(gone)).Export(context.Background(), ""); CodeOf(err) != CodeDisk {
			t.Fatalf("%v", err)
		}
		if _, err := vil.courier(t, Dir(gone)).Import(context.Background(), ""); CodeOf(err) != CodeDisk {
			t.Fatalf("%v", err)
		}
	})
}

func wantFault(t *testing.T, s *station, root string, what Trouble) {
	t.Helper()
	r, err := s.courier(t, Dir(root)).Import(context.Background(), "")
	must(t, err)
	if r.Converged || !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.What == what }) {
		t.Fatalf("want %s: %+v", what, r)
	}
}

// TestAnyMixture: stations with different scopes, two sticks, cuts and replays in
// any order. In the end each pair holds the same.
func TestAnyMixture(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		world := newRealm(t)
		all := []*station{world.station(realmFolder, scopeFolder, otherFolder), world.station(realmFolder, scopeFolder, otherFolder),
			world.station(realmFolder, scopeFolder), world.station(realmFolder, otherFolder)}
		roots := []string{t.TempDir(), t.TempDir()}
		for range 60 {
			s, root := all[r.IntN(len(all))], roots[r.IntN(2)]
			switch r.IntN(4) {
			case 0, 1:
				s.write(s.order[r.IntN(len(s.order))], 1+r.IntN(6))
			case 2:
				f := &faulty{Disk: Dir(root), root: root, at: r.IntN(12), how: r.IntN(ways)}
				_, err := s.courier(t, f).Export(context.Background(), "")
				if err != nil && !f.hit {
					t.Fatalf("seed %d: %v", seed, err)
				}
			case 3:
				if _, err := s.courier(t, Dir(root)).Import(context.Background(), ""); err != nil && CodeOf(err) != CodeEmpty {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		for range 2 {
			for _, s := range all {
				s.export(t, Dir(roots[0]))
			}
			for _, s := range all {
				s.imports(t, Dir(roots[0]))
			}
		}
		for _, s := range all[1:] {
			same(t, all[0], s, s.order...)
		}
	}
}

func FuzzIndex(f *testing.F) {
	hub, _ := pair(f)
	dir := f.TempDir()
	hub.export(f, Dir(dir))
	data, err := os.ReadFile(filepath.Join(dir, top, realmName(hub.v), realmFolder, hub.rec.ID.String()+".idx"))
	must(f, err)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(indexMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, signed, sig, err := decodeIndex(data)
		if err != nil {
			return
		}
		if again := x.body(); string(again) != string(signed) || len(signed)+len(sig) != len(data) {
			t.Fatal("another encoding of the same index")
		}
		for _, e := range x.entries {
			if strings.Contains(e.Name, "..") || !fs.ValidPath(e.Name) {
				t.Fatalf("name %q", e.Name)
			}
		}
	})
}
