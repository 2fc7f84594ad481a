package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/seal"
)

// TestDamagedDatabase flips bytes all over the file: every answer is an error
// that tells what to do, or a right one; never a panic. Where a flip lands is
// luck (keys and ids differ in each run); what must be noticed is damaged at
// known places.
func TestDamagedDatabase(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		w.accept(t, w.vil, fmt.Sprint("p", i))
	}
	var size, root int
	must(t, w.vil.w.QueryRow("PRAGMA page_size").Scan(&size))
	must(t, w.vil.w.QueryRow("SELECT rootpage FROM sqlite_master WHERE name = 'ops'").Scan(&root))
	w.vil.close()
	path := filepath.Join(w.vil.home, DatabaseName)
	good, err := os.ReadFile(path)
	must(t, err)
	use := func(bad []byte) []error {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, DatabaseName), bad, 0o600))
		return useDamaged(t, w, dir)
	}
	for k := range 60 {
		bad := bytes.Clone(good)
		for j := range 1 + k%40 {
			bad[(k*7919+j*104729+j*j*31)%len(bad)] ^= byte(1 + (k*31+j)%255)
		}
		if k%10 == 0 {
			bad = bad[:len(bad)*(k+1)/150]
		}
		use(bad)
	}
	for name, harm := range map[string]func(bad []byte) []byte{
		"untouched":        func(bad []byte) []byte { return bad },
		"the header":       func(bad []byte) []byte { clear(bad[:16]); return bad },
		"half of the file": func(bad []byte) []byte { return bad[:len(bad)/2] },
		"the table of ops": func(bad []byte) []byte { clear(bad[(root-1)*size : root*size]); return bad },
	} {
		noticed := slices.ContainsFunc(use(harm(bytes.Clone(good))), func(err error) bool {
			return counter.CodeOf(err) == counter.CodeIntegrity
		})
		if noticed != (name != "untouched") {
			t.Errorf("%s: noticed %v", name, noticed)
		}
	}
}

func useDamaged(t *testing.T, w *world, dir string) (errs []error) {
	ctx := context.Background()
	add := func(err error) {
		if err == nil {
			return
		}
		var told *counter.Error
		if !errors.As(err, &told) {
			t.Errorf("an error that tells nothing: %v", err)
		}
		errs = append(errs, err)
	}
	s, err := Open(ctx, Options{Home: dir, Now: func() time.Time { return *w.vil.clock }, Secrets: w.vil.secrets, Marker: w.vil.marks})
	if err != nil {
		add(err)
		return errs
	}
	defer s.Close()
	if err := s.Become(ctx, Self{Device: w.vil.id, Sign: w.vil.priv, Suite: seal.AES, District: w.hub.id}); err != nil {
		add(err)
		return errs
	}
	_, err = s.VerifyLogs(ctx)
	add(err)
	_, err = s.Digests(ctx, "")
	add(err)
	rows, err := s.Cases(ctx, counter.CaseFilter{})
	add(err)
	for _, c := range rows {
		_, err := s.Entity(ctx, c.Scope, c.Entity)
		add(err)
	}
	add(s.Record(ctx, func(rec counter.Recorder) error {
		_, err := w.appendCase(rec, uuid.New(), "x")
		return err
	}))
	add(s.Rebuild(ctx))
	return errs
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	w := newWorld(t)
	_, err := w.vil.w.Exec("PRAGMA user_version = 99")
	must(t, err)
	must(t, w.vil.Store.Close())
	path := filepath.Join(w.vil.home, DatabaseName)
	before, err := os.ReadFile(path)
	must(t, err)
	for _, readOnly := range []bool{false, true} {
		_, err := Open(context.Background(), Options{Home: w.vil.home, Now: time.Now, Secrets: w.vil.secrets, Marker: w.vil.marks, ReadOnly: readOnly})
		if counter.CodeOf(err) != counter.CodeFailed {
			t.Fatalf("%v", err)
		}
	}
	after, err := os.ReadFile(path)
	must(t, err)
	if string(before) != string(after) {
		t.Fatal("the newer database was changed")
	}
	w.vil.Store = nil
}

// TestSegmentFilesAfterAPowerCut: own files are made again, foreign ones are
// named and served no further.
func TestSegmentFilesAfterAPowerCut(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	for name, harm := range map[string]func(path string) error{
		"missing":   os.Remove,
		"truncated": func(p string) error { return os.Truncate(p, 100) },
		"longer":    func(p string) error { return appendFile(p, "torn") },
	} {
		t.Run(name, func(t *testing.T) {
			w.vil.close()
			own := onlyTail(t, w.vil, string(village))
			foreign, err := filepath.Glob(filepath.Join(w.vil.home, SegmentsDir, string(village)+"-*", w.hub.id.String(), "*.tail"))
			must(t, err)
			keep, err := os.ReadFile(foreign[0])
			must(t, err)
			must(t, harm(own))
			must(t, harm(foreign[0]))
			w.vil.open(w.hub)
			rep, err := w.vil.VerifyLogs(context.Background())
			must(t, err)
			want := 1
			if name == "longer" {
				want = 0
			}
			if len(rep.Faults) != want || want == 1 && rep.Faults[0].Device != w.hub.id.String() {
				t.Fatalf("%+v", rep.Faults)
			}
			must(t, os.WriteFile(foreign[0], keep, 0o600))
		})
	}
}

func appendFile(path, text string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, text...), 0o600)
}

// TestFullDatabaseSaysSo uses SQLite's own limit of pages: a true SQLITE_FULL.
func TestFullDatabaseSaysSo(t *testing.T) {
	w := newWorld(t)
	var pages int
	must(t, w.vil.w.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err := w.vil.w.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+3))
	must(t, err)
	told := map[string]bool{}
	var failed error
	for i := range 200 {
		var number string
		failed = w.vil.Record(context.Background(), func(rec counter.Recorder) (err error) {
			number, err = w.appendCase(rec, uuid.New(), fmt.Sprint(i))
			return err
		})
		if failed != nil {
			break
		}
		told[number] = true
	}
	if !isFull(failed) || counter.CodeOf(failed) != counter.CodeFailed {
		t.Fatalf("%v", failed)
	}
	_, err = w.vil.w.Exec("PRAGMA max_page_count = 100000")
	must(t, err)
	number, _ := w.accept(t, w.vil, "after")
	if told[number] {
		t.Fatalf("%s told twice", number)
	}
	w.converge(t)
	goesOn(t, w)
}

// TestFailedMarkIsNotCalledNothing: the case is durable, so the clerk must not
// do it again; and no byte leaves before the mark stands.
func TestFailedMarkIsNotCalledNothing(t *testing.T) {
	w := newWorld(t)
	w.converge(t)
	w.vil.close()
	broken := true
	w.vil.fault = func(step string) error {
		if broken && step == "mark" {
			return errors.New("the key folder is gone")
		}
		return nil
	}
	broken = false
	w.vil.open(w.hub)
	broken = true
	id := uuid.New()
	err := w.vil.Record(context.Background(), func(rec counter.Recorder) error { _, err := w.appendCase(rec, id, "a"); return err })
	if err == nil {
		t.Fatal("told as done without a mark")
	}
	if _, err := w.vil.Entity(context.Background(), string(village), id); err != nil {
		t.Fatalf("the case is not there: %v", err)
	}
	if err := w.vil.Flush(); err == nil {
		t.Fatal("bytes left before the mark stood")
	}
	broken = false
	must(t, w.vil.Flush())
	w.converge(t)
	goesOn(t, w)
}
