package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

func TestAcceptedCaseReachesTheHub(t *testing.T) {
	w := newWorld(t)
	var numbers []string
	for i := range 5 {
		n, _ := w.accept(t, w.vil, fmt.Sprintf("secret-%d", i))
		numbers = append(numbers, n)
	}
	if ops := w.converge(t); ops != 10 {
		t.Fatalf("%d ops moved, want 10", ops)
	}
	if ops := w.converge(t); ops != 0 {
		t.Fatalf("a second round moved %d ops", ops)
	}
	for _, n := range numbers {
		rows, err := w.hub.CaseByNumber(context.Background(), n)
		must(t, err)
		if len(rows) != 1 || rows[0].Status != "accepted" {
			t.Fatalf("%s at the hub: %+v", n, rows)
		}
	}
	people, err := w.hub.People(context.Background(), "secret-3")
	must(t, err)
	if len(people) != 1 {
		t.Fatalf("found %d people by number at the hub", len(people))
	}
	before := digests(t, w.vil)
	w.accept(t, w.vil, "one more")
	if digests(t, w.vil) == before {
		t.Fatal("one more acceptance did not change the digest")
	}
}

func TestCaseWaitsForPowersAndThenCounts(t *testing.T) {
	w := newWorld(t)
	// The hub changes powers; the village applies and works; a third replica
	// gets the village's ops first.
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "user.set", Entity: uuid.New(), New: true,
			Payload: counter.UserPayload{Roles: []counter.Role{counter.Clerk}, Division: string(village)}})
		return err
	}))
	w.converge(t)
	w.accept(t, w.vil, "x")
	late := newDevice(t, "late")
	w.enrol(t, late)
	w.converge(t)
	late.open(w.hub)
	t.Cleanup(late.close)
	must(t, late.AddKeys(context.Background(), w.keys...))
	for range 2 {
		pull(t, late, w.hub)
	}
	w.accept(t, w.vil, "y")
	w.converge(t)
	pull(t, late, w.hub)
	if got, want := digests(t, late), digests(t, w.vil); got != want {
		t.Fatalf("late replica\n got %s\nwant %s", got, want)
	}
}

func TestRebuildGivesTheSameDigest(t *testing.T) {
	w := newWorld(t)
	for i := range 20 {
		w.accept(t, w.vil, fmt.Sprint("p", i))
	}
	w.converge(t)
	before := digests(t, w.hub)
	must(t, w.hub.Rebuild(context.Background()))
	if after := digests(t, w.hub); after != before {
		t.Fatalf("rebuild changed the digest\n%s\n%s", before, after)
	}
}

func TestNothingPersonalInTheClear(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "张三丰秘密")
	must(t, w.vil.Flush())
	must(t, filepath.Walk(w.vil.home, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && (bytes.Contains(data, []byte("张三丰")) || bytes.Contains(data, []byte(clerkName))) {
			t.Errorf("%s holds personal data in the clear", path)
		}
		return err
	}))
}

func TestFlippedByteInAnySegmentIsFound(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.accept(t, w.vil, "b")
	w.converge(t)
	rep, err := w.vil.VerifyLogs(context.Background())
	must(t, err)
	if !rep.OK || rep.Files == 0 {
		t.Fatalf("clean logs: %+v", rep)
	}
	var files []string
	must(t, filepath.Walk(filepath.Join(w.vil.home, SegmentsDir), func(p string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, p)
		}
		return err
	}))
	for _, path := range files {
		good, err := os.ReadFile(path)
		must(t, err)
		for off := 0; off < len(good); off += 1 + len(good)/60 {
			bad := bytes.Clone(good)
			bad[off] ^= 0x10
			must(t, os.WriteFile(path, bad, 0o600))
			rep, err := w.vil.VerifyLogs(context.Background())
			must(t, err)
			if rep.OK {
				t.Fatalf("byte %d of %s flipped and not found", off, filepath.Base(path))
			}
			if f := rep.Faults[0]; f.Device == "" || !strings.Contains(path, filepath.Base(f.File)) {
				t.Fatalf("fault does not name its place: %+v", f)
			}
		}
		must(t, os.WriteFile(path, good, 0o600))
	}
}

func TestDamagedTailIsRefusedAndTheRestGoesOn(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	must(t, w.vil.Flush())
	f := onlyTail(t, w.vil, string(village))
	data, err := os.ReadFile(f)
	must(t, err)
	data[len(data)-100] ^= 1
	must(t, os.WriteFile(f, data, 0o600))
	folder := "440604100001-2026"
	entries, err := w.vil.Since(folder, 0, 100)
	must(t, err)
	id, _ := w.vil.IndexID(folder)
	must(t, w.hub.Announced(w.vil.id, folder, id, true, entries))
	wants, err := w.hub.Wants(w.vil.id, folder)
	must(t, err)
	if len(wants) != 1 {
		t.Fatalf("%d wants", len(wants))
	}
	got, err := w.vil.Read(w.hub.id, folder, wants[0].Name, 0, int(wants[0].Size))
	must(t, err)
	if _, err := w.hub.Receive(context.Background(), w.vil.id, wants[0], got); !errors.Is(err, errBytes) {
		t.Fatalf("damaged bytes: %v", err)
	}
	must(t, w.vil.RewriteOwnFiles(context.Background()))
	w.converge(t)
}

func onlyTail(t *testing.T, d *device, scope string) string {
	t.Helper()
	m, err := filepath.Glob(filepath.Join(d.home, SegmentsDir, scope+"-*", d.id.String(), "*.tail"))
	must(t, err)
	if len(m) != 1 {
		t.Fatalf("tails: %v", m)
	}
	return m[0]
}

func TestSealingAtDaysEndMovesNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	*w.vil.clock = w.vil.clock.AddDate(0, 0, 1)
	w.accept(t, w.vil, "b")
	must(t, w.vil.Flush())
	_, bytes := pull(t, w.hub, w.vil)
	tail, err := os.Stat(onlyTail(t, w.vil, string(village)))
	must(t, err)
	if bytes != tail.Size() {
		t.Fatalf("%d bytes fetched, the new tail has %d: the sealed file was fetched again", bytes, tail.Size())
	}
	w.converge(t)
	rep, err := w.hub.VerifyLogs(context.Background())
	must(t, err)
	if !rep.OK {
		t.Fatalf("%+v", rep)
	}
}

func TestRestoredHomeBeginsANewEpochAndKeepsCounting(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.vil.close()
	backup := filepath.Join(t.TempDir(), "home")
	must(t, os.CopyFS(backup, os.DirFS(w.vil.home)))
	w.vil.open(w.hub)
	n2, _ := w.accept(t, w.vil, "b")
	w.converge(t)
	w.vil.close()
	must(t, os.RemoveAll(w.vil.home))
	w.vil.home = backup
	w.vil.open(w.hub)
	n3, _ := w.accept(t, w.vil, "c")
	if n3 == n2 {
		t.Fatalf("number %s told twice", n2)
	}
	pull(t, w.hub, w.vil)
	rows, err := w.hub.Cases(context.Background(), counter.CaseFilter{})
	must(t, err)
	if len(rows) != 3 {
		t.Fatalf("hub has %d cases, want 3", len(rows))
	}
}

// TestFaultAtEveryStepLosesNothing fails each durable step once: what was told
// as done exists afterwards, what was not told does not, and numbers are unique.
func TestFaultAtEveryStepLosesNothing(t *testing.T) {
	for _, step := range []string{"begin", "ops", "commit", "mark", "segment", "seal"} {
		t.Run(step, func(t *testing.T) {
			w := newWorld(t)
			armed := false
			w.vil.close()
			w.vil.fault = func(s string) error {
				if armed && s == step {
					armed = false
					return errors.New("injected")
				}
				return nil
			}
			w.vil.open(w.hub)
			told := map[string]bool{}
			for i := range 6 {
				armed = i == 3
				var number string
				err := w.vil.Record(context.Background(), func(rec counter.Recorder) (err error) {
					number, err = w.appendCase(rec, uuid.New(), fmt.Sprint("p", i))
					return err
				})
				if err != nil {
					continue
				}
				if told[number] {
					t.Fatalf("number %s told twice", number)
				}
				told[number] = true
				if i == 4 {
					*w.vil.clock = w.vil.clock.AddDate(0, 0, 1)
				}
				_ = w.vil.Flush()
			}
			w.vil.Store.Close()
			w.vil.open(w.hub)
			for n := range told {
				rows, err := w.vil.CaseByNumber(context.Background(), n)
				must(t, err)
				if len(rows) != 1 {
					t.Errorf("%s: %d rows", n, len(rows))
				}
			}
			w.converge(t)
		})
	}
}
