package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onedoor/cmd/story/play"
)

// TestDaemonCarriesOut: nobody stops a hub to add a user or to enrol a station,
// and the login is the same.
func TestDaemonCarriesOut(t *testing.T) {
	t.Parallel()
	s := district(t)
	hub := serveHub(t, s)
	var v any
	s.Env = append(s.Env, "ONEDOOR_NEW_PASSWORD=demo-second-clerk")
	must(t, s, &v, play.Admin, "user", "add", "--home", "hub", "--name", "李四", "--role", "clerk", "--division", play.Village)
	must(t, s, &v, play.Person{}, "init", "--home", "second", "--division", play.Village, "--counter", "02", "--name", "纯阳社区2号窗口", "--out", "second.request")
	must(t, s, &v, play.Admin, "hub", "enroll", "--home", "hub", "--request", "second.request", "--tier", "village", "--out", "second.grant")
	must(t, s, &v, play.Person{}, "join", "--home", "second", "--grant", "second.grant")
	must(t, s, &v, play.Person{}, "sync", "--home", "second", "--hub", hub)

	for _, c := range []struct {
		who  play.Person
		line string
		want int
	}{
		{play.Person{Name: play.Admin.Name, Password: "guess"}, "user disable --home hub --name 李四", 3},
		{play.Admin, "user disable --home hub --name 无此人", 6},
		{play.Person{}, "hub serve --home hub --listen tcp://127.0.0.1:0", 4},
		{play.Admin, "user list --home hub", 0},
		{play.Person{}, "hub status --home hub", 0},
	} {
		r, err := s.Run(t.Context(), c.who, append(strings.Fields(c.line), "--json")...)
		if err != nil || r.Code != c.want {
			t.Errorf("%s: exit %d, want %d, %v\n%s", c.line, r.Code, c.want, err, r.Stderr)
		}
		if c.want != 0 && !json.Valid([]byte(r.Stderr)) {
			t.Errorf("%s: stderr %q", c.line, r.Stderr)
		}
	}
	second := play.Person{Name: "李四", Password: "demo-second-clerk"}
	who, _ := json.Marshal(person(3))
	write(t, s, "who.json", string(who))
	var done struct{ Number string }
	must(t, s, &done, second, "case", "accept", "--home", "second", "--item", plainItems(t, s)[0].Code, "--applicant", "who.json", "--material", "all")
	if done.Number[20:22] != "02" {
		t.Errorf("number %s does not name counter 02", done.Number)
	}
}

// TestFlippedByte: one byte of a log's file is enough for log verify to name
// device and place.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	s := district(t)
	importFile(t, s, "some.jsonl", plainItems(t, s), 0, 3)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "some.jsonl")
	var files []string
	filepath.WalkDir(filepath.Join(s.Dir, "village"), func(path string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".tail") || strings.HasSuffix(path, ".seg")) {
			files = append(files, path)
		}
		return err
	})
	if len(files) < 2 {
		t.Fatalf("files of logs: %v", files)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := len(data) * 2 / 3
		data[at] ^= 0x10
		os.WriteFile(path, data, 0o600)
		r, err := s.Run(t.Context(), play.Person{}, "log", "verify", "--home", "village", "--json")
		if err != nil {
			t.Fatal(err)
		}
		var report struct {
			OK     bool
			Faults []struct {
				Device, File, What string
				Offset             int
			}
		}
		if err := r.JSON(&report); err != nil || r.Code != 5 || report.OK || len(report.Faults) == 0 {
			t.Fatalf("%s: exit %d, %v, %+v", filepath.Base(path), r.Code, err, report)
		}
		if f := report.Faults[0]; f.Device == "" || !strings.HasSuffix(f.File, filepath.Base(path)) || f.What == "" || f.Offset > at {
			t.Errorf("%s, byte %d: %+v", filepath.Base(path), at, f)
		}
		data[at] ^= 0x10
		os.WriteFile(path, data, 0o600)
	}
	mustBeSound(t, s, "village")
}

// TestTamperedLog: the hub takes nothing of a damaged file, goes on with everybody
// else, and takes it once the counter has written it anew from its database.
func TestTamperedLog(t *testing.T) {
	t.Parallel()
	s := district(t)
	hub := serveHub(t, s)
	items := plainItems(t, s)
	var v any
	must(t, s, &v, play.Person{}, "init", "--home", "other", "--division", "440604011002", "--counter", "01", "--name", "江湾1号窗口", "--out", "other.request")
	must(t, s, &v, play.Admin, "hub", "enroll", "--home", "hub", "--request", "other.request", "--tier", "village", "--out", "other.grant")
	must(t, s, &v, play.Person{}, "join", "--home", "other", "--grant", "other.grant")
	importFile(t, s, "some.jsonl", items, 0, 5)
	must(t, s, &v, play.Clerk, "case", "import", "--home", "village", "some.jsonl")

	var stat []struct {
		Own           bool
		Scope, Device string
	}
	must(t, s, &stat, play.Person{}, "log", "stat", "--home", "village")
	flipped := ""
	for _, l := range stat {
		if l.Own {
			files, _ := filepath.Glob(filepath.Join(s.Dir, "village", "segments", l.Scope+"-*", l.Device, "*"))
			for _, path := range files {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				data[len(data)/2] ^= 1
				os.WriteFile(path, data, 0o600)
				flipped = path
			}
		}
	}
	if flipped == "" {
		t.Fatalf("no file of the counter's own: %+v", stat)
	}
	before, err := s.Digests(t.Context(), "hub")
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(t.Context(), play.Person{}, "sync", "--home", "village", "--hub", hub, "--timeout", "20s", "--json")
	if err != nil || r.Code == 0 {
		t.Fatalf("a damaged log was synced as if nothing were: %v\n%s", err, r.Stdout)
	}
	if told := r.Stdout + r.Stderr; r.Code != 5 || !strings.Contains(told, "本机的日志文件") && !strings.Contains(told, "of this device") {
		t.Errorf("exit %d, and not told that the damage is here: %s", r.Code, told)
	}
	after, err := s.Digests(t.Context(), "hub")
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the hub took something of a damaged file (%v)", err)
	}
	must(t, s, new(synced), play.Person{}, "sync", "--home", "other", "--hub", hub)
	mustBeSound(t, s, "hub")

	must(t, s, &v, play.Person{}, "rebuild", "--home", "village")
	mustBeSound(t, s, "village")
	var done synced
	must(t, s, &done, play.Person{}, "sync", "--home", "village", "--hub", hub)
	if !done.Converged || done.SentOps == 0 {
		t.Errorf("after the repair: %+v", done)
	}
	mustAgree(t, s)
	mustBeSound(t, s, "hub")
}

// TestCounterDaemon: while the counter's daemon runs, the command line works as
// before: in its own folder, with its own input, reader and login.
func TestCounterDaemon(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	port := reader(t, s, "--card", "R2")
	daemon, err := s.Start(t.Context(), new(play.Addrs), "serve", "--home", "village", "--hub", "-")
	if err != nil {
		t.Fatal(err)
	}
	var done struct {
		Number    string
		Documents []struct{ File string }
	}
	must(t, s, &done, play.Clerk, "case", "accept", "--home", "village", "--item", code, "--card-port", port, "--material", "all", "--out", "papers")
	if data, err := os.ReadFile(done.Documents[0].File); err != nil || !strings.HasPrefix(done.Documents[0].File, s.Dir) || len(data) < 1000 {
		t.Errorf("notice %q: %d bytes, %v", done.Documents[0].File, len(data), err)
	}
	importFile(t, s, "in.jsonl", plainItems(t, s), 0, 120)
	cmd := s.Command(t.Context(), play.Clerk, "case", "import", "--home", "village", "-", "--json")
	in, err := os.Open(filepath.Join(s.Dir, "in.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd.Stdin = in
	if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), `"accepted":120`) {
		t.Errorf("import from standard input: %v %s", err, out)
	}
	var cases []struct{ Number string }
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "village")
	if len(cases) != 121 {
		t.Errorf("%d cases", len(cases))
	}
	if stderr, err := daemon.Stop(); err != nil {
		t.Errorf("serve: %v\n%s", err, stderr)
	}
	mustBeSound(t, s, "village")
}

// TestWritersWaitForEachOther: clerks at one home at the same moment both get a
// number, and not the same.
func TestWritersWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	const writers = 4
	numbers := make(chan string, writers)
	for i := range writers {
		who, _ := json.Marshal(person(i))
		write(t, s, fmt.Sprint(i, ".json"), string(who))
		go func() {
			var done struct{ Number string }
			r, err := s.Run(t.Context(), play.Clerk, "case", "accept", "--home", "village", "--item", code, "--applicant", fmt.Sprint(i, ".json"), "--material", "all", "--json")
			if err != nil || r.Code != 0 {
				t.Errorf("exit %d, %v, %s", r.Code, err, r.Stderr)
			}
			r.JSON(&done)
			numbers <- done.Number
		}()
	}
	seen := map[string]bool{}
	for range writers {
		seen[<-numbers] = true
	}
	if len(seen) != writers {
		t.Errorf("%d numbers for %d acceptances: %v", len(seen), writers, seen)
	}
}
