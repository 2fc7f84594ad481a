package keyring

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// memDisk is a disk with a cache: what was not flushed may be lost or torn.
type memDisk struct {
	cache, disk []byte
	writeErr    error
	flushErr    error
	tear        int // >= 0: the next write keeps only so many bytes, then fails
	flushes     int
}

func newMemDisk(data []byte) *memDisk {
	return &memDisk{cache: bytes.Clone(data), disk: bytes.Clone(data), tear: -1}
}

func (d *memDisk) ReadAt(b []byte, off int64) (int, error) {
	if off >= int64(len(d.cache)) {
		return 0, io.EOF
	}
	n := copy(b, d.cache[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (d *memDisk) WriteAt(b []byte, off int64) (int, error) {
	if d.writeErr != nil {
		return 0, d.writeErr
	}
	if n := int(off) + len(b); n > len(d.cache) {
		d.cache = append(d.cache, make([]byte, n-len(d.cache))...)
	}
	if d.tear >= 0 {
		n := copy(d.cache[off:], b[:d.tear])
		d.tear = -1
		return n, errors.New("power cut")
	}
	return copy(d.cache[off:], b), nil
}

func (d *memDisk) flush() error {
	if d.flushErr != nil {
		return d.flushErr
	}
	d.flushes++
	d.disk = bytes.Clone(d.cache)
	return nil
}

func (d *memDisk) Close() error { return nil }

func fresh(t *testing.T, name string, m Mark) (*MarkFile, *memDisk) {
	t.Helper()
	data := make([]byte, markSize)
	copy(data, encodeSlot(name, 1, m))
	d := newMemDisk(data)
	mf, err := newMarkFile(name, "mark", d)
	if err != nil {
		t.Fatal(err)
	}
	d.flushes = 0
	return mf, d
}

// reopen is a start after a power cut: only what is on the disk is there.
func reopen(t *testing.T, name string, d *memDisk) Mark {
	t.Helper()
	mf, err := newMarkFile(name, "mark", newMemDisk(d.disk))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mf.Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMarkFile(t *testing.T) {
	dir, name := t.TempDir(), NewName()
	first := Mark{Epoch: [8]byte{1}, Date: 20261120}
	mf, err := CreateMark(dir, name, first)
	if err != nil {
		t.Fatal(err)
	}
	defer mf.Close()
	other, err := OpenMark(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for i := range uint64(20) {
		want := Mark{[8]byte{1}, i + 1, 20261120, i * 2, i * 3}
		if err := mf.Advance(want); err != nil {
			t.Fatal(err)
		}
		if got, err := other.Load(); err != nil || got != want {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		if st, _ := os.Stat(markPath(dir, name)); st.Size() != markSize {
			t.Fatalf("size %d", st.Size())
		}
	}
	if _, err := CreateMark(dir, name, first); CodeOf(err) != CodeExists {
		t.Error(err)
	}
	if _, err := OpenMark(dir, NewName()); CodeOf(err) != CodeMarkMissing {
		t.Error(err)
	}
	if _, err := OpenMark(dir, "../x"); CodeOf(err) != CodeBadName {
		t.Error(err)
	}
	stolen := NewName()
	data, _ := os.ReadFile(markPath(dir, name))
	os.WriteFile(markPath(dir, stolen), data, 0o600)
	if _, err := OpenMark(dir, stolen); CodeOf(err) != CodeMarkDamaged {
		t.Errorf("another device's mark: %v", err)
	}
}

func TestMarkNeverGoesBack(t *testing.T) {
	mf, d := fresh(t, "n", Mark{[8]byte{1}, 10, 20261120, 100, 1000})
	step := func(next, want Mark, flushes int) {
		t.Helper()
		d.flushes = 0
		if err := mf.Advance(next); err != nil {
			t.Fatal(err)
		}
		if got, _ := mf.Load(); got != want || d.flushes != flushes {
			t.Errorf("after %+v: %+v with %d flushes, want %+v", next, got, d.flushes, want)
		}
	}
	step(Mark{[8]byte{1}, 9, 20261119, 99, 999}, Mark{[8]byte{1}, 10, 20261120, 100, 1000}, 0)
	step(Mark{[8]byte{1}, 11, 20261121, 1, 1001}, Mark{[8]byte{1}, 11, 20261121, 100, 1001}, 1)
	// A clock that was a day ahead and is set right: serials of the day before count too.
	step(Mark{[8]byte{1}, 12, 20261120, 140, 1002}, Mark{[8]byte{1}, 12, 20261121, 140, 1002}, 1)
	// A new epoch counts its commits anew; numbers go on after the mark.
	step(Mark{[8]byte{2}, 1, 20261101, 1, 5}, Mark{[8]byte{2}, 1, 20261121, 140, 1002}, 1)
}

// TestMarkSurvivesEveryTornWrite cuts every update at every byte, with and without
// what was written reaching the disk.
func TestMarkSurvivesEveryTornWrite(t *testing.T) {
	for updates := range 3 {
		for cut := range slotSize {
			mf, d := fresh(t, "n", Mark{Epoch: [8]byte{1}})
			for i := range updates {
				if err := mf.Advance(Mark{Epoch: [8]byte{1}, Commit: uint64(i + 1)}); err != nil {
					t.Fatal(err)
				}
			}
			d.tear = cut
			if err := mf.Advance(Mark{Epoch: [8]byte{1}, Commit: 99}); CodeOf(err) != CodeIO {
				t.Fatal(err)
			}
			d.disk = bytes.Clone(d.cache) // the torn bytes reached the disk
			if got := reopen(t, "n", d); got.Commit != uint64(updates) {
				t.Fatalf("cut %d after %d updates: %+v", cut, updates, got)
			}
		}
	}
}

// TestFailedFlushIsRetried: a mark that is only in the cache must not count as durable.
func TestFailedFlushIsRetried(t *testing.T) {
	mf, d := fresh(t, "n", Mark{Epoch: [8]byte{1}, Commit: 1})
	next := Mark{Epoch: [8]byte{1}, Commit: 2}
	d.flushErr = errors.New("I/O error")
	for range 3 {
		if err := mf.Advance(next); CodeOf(err) != CodeIO {
			t.Fatal(err)
		}
		if got := reopen(t, "n", d); got.Commit != 1 {
			t.Fatalf("%+v", got)
		}
		// The last durable slot must not be the one that is written again.
		if _, n, ok := decodeSlot("n", d.cache[:slotSize]); !ok || n != 1 {
			t.Fatal("the good slot was overwritten")
		}
	}
	d.flushErr = nil
	if err := mf.Advance(next); err != nil {
		t.Fatal(err)
	}
	if got := reopen(t, "n", d); got.Commit != 2 {
		t.Fatalf("%+v", got)
	}
	d.writeErr = errors.New("read-only")
	if err := mf.Advance(Mark{Epoch: [8]byte{1}, Commit: 3}); CodeOf(err) != CodeIO {
		t.Fatal(err)
	}
}

func TestTruncatedMark(t *testing.T) {
	mf, d := fresh(t, "n", Mark{Epoch: [8]byte{1}, Commit: 1})
	if err := mf.Advance(Mark{Epoch: [8]byte{1}, Commit: 2}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 10, slotSize, slotStride, slotStride + 63, slotStride + 64} {
		cut, err := newMarkFile("n", "mark", newMemDisk(d.disk[:size]))
		switch {
		case size < slotSize:
			if CodeOf(err) != CodeMarkDamaged {
				t.Errorf("%d bytes: %v", size, err)
			}
			continue
		case err != nil:
			t.Fatal(err)
		}
		want := uint64(1)
		if size >= slotStride+slotSize {
			want = 2
		}
		if got, _ := cut.Load(); got.Commit != want {
			t.Errorf("%d bytes: %+v", size, got)
		}
		if err := cut.Advance(Mark{Epoch: [8]byte{1}, Commit: 7}); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got, _ := cut.Load(); got.Commit != 7 {
			t.Errorf("%d bytes: %+v", size, got)
		}
	}
}

// TestMarkModel runs random updates and power cuts against what must hold: after a
// restart the mark is the last acknowledged one, or the one that was under way.
func TestMarkModel(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		mf, d := fresh(t, "n", Mark{Epoch: [8]byte{1}})
		acked, tried := Mark{Epoch: [8]byte{1}}, Mark{Epoch: [8]byte{1}}
		for range 30 {
			tried.Commit++
			tried.Serial += rnd.Uint64N(3)
			if rnd.IntN(4) == 0 {
				d.tear = rnd.IntN(slotSize)
			}
			if err := mf.Advance(tried); err == nil {
				acked = tried
			} else if rnd.IntN(2) == 0 {
				d.disk = bytes.Clone(d.cache)
			}
			if rnd.IntN(5) == 0 {
				if got := reopen(t, "n", d); got != acked && got != tried {
					t.Fatalf("seed %d: %+v, acknowledged %+v", seed, got, acked)
				}
				next := newMemDisk(d.disk)
				var err error
				if mf, err = newMarkFile("n", "mark", next); err != nil {
					t.Fatal(err)
				}
				d = next
			}
		}
	}
}

func FuzzMarkSlot(f *testing.F) {
	f.Add(encodeSlot("n", 3, Mark{[8]byte{1}, 2, 3, 4, 5}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < slotSize {
			return
		}
		if m, n, ok := decodeSlot("n", b); ok && !bytes.Equal(encodeSlot("n", n, m), b[:slotSize]) {
			t.Fatal("a slot has two encodings")
		}
	})
}

// BenchmarkAdvance is what the mark adds to one acceptance: one flush.
func BenchmarkAdvance(b *testing.B) {
	mf, err := CreateMark(b.TempDir(), NewName(), Mark{})
	if err != nil {
		b.Fatal(err)
	}
	defer mf.Close()
	for i := uint64(1); b.Loop(); i++ {
		if err := mf.Advance(Mark{Commit: i}); err != nil {
			b.Fatal(err)
		}
	}
}
