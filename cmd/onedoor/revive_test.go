package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/cmd/story/play"
)

const kitPhrase = "demo-recovery-phrase"

// lostHub is a district with cases at its hub, and what lies in another room: a copy
// of the archive's folder, the key backup and the recovery kit.
func lostHub(t *testing.T) (s *play.Land, deposit []string) {
	t.Helper()
	if program == "" {
		t.Fatal("go build: ", buildFault)
	}
	s, err := play.NewLand(program, t.TempDir(), repo())
	if err != nil {
		t.Fatal(err)
	}
	s.Env = append(s.Env, "ONEDOOR_RECOVERY_PASSPHRASE="+kitPhrase)
	if err := s.SetUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	importFile(t, s, "some.jsonl", plainItems(t, s), 0, 5)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "some.jsonl")
	var at play.Addrs
	hub, err := s.Start(t.Context(), &at, "hub", "serve", "--home", "hub", "--listen", "tcp://127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var v synced
	must(t, s, &v, play.Person{}, "sync", "--home", "village", "--hub", at.Listen)
	if stderr, err := hub.Stop(); err != nil || !v.Converged {
		t.Fatalf("%+v %v\n%s", v, err, stderr)
	}
	for _, home := range []string{"village", "hub"} {
		must(t, s, new(any), play.Person{}, "log", "seal", "--home", home)
	}
	must(t, s, new(any), play.Admin, "hub", "keys", "export", "--home", "hub", "--out", "keys-backup.json")
	in := func(name string) string { return filepath.Join(s.Dir, name) }
	if err := os.CopyFS(in("safe/archive-440604-2026"), os.DirFS(in("hub/segments"))); err != nil {
		t.Fatal(err)
	}
	kit, err := os.ReadFile(in("hub/recovery-kit.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, "kit.json", string(kit))
	return s, []string{"--from", "safe", "--keys", "keys-backup.json", "--recovery", "kit.json"}
}

// revived is the JSON of rebuild --from.
type revived struct {
	Device  string
	Files   int
	Ops     int
	Refused []string
	Digests []play.Digest
}

// mustAgreeWith fails unless a home holds what the village holds, in the same state.
func mustAgreeWith(t *testing.T, s *play.Land, home string) {
	t.Helper()
	village, err := s.Digests(t.Context(), "village")
	if err != nil {
		t.Fatal(err)
	}
	hub, err := s.Digests(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range village {
		if !slices.Contains(hub, d) {
			t.Errorf("%s holds %+v, the village %+v", home, hub, d)
		}
	}
}

// TestHubMadeAgain: the hub's disk burned. One command makes it again from the deposit,
// and stations connect as before.
func TestHubMadeAgain(t *testing.T) {
	t.Parallel()
	s, deposit := lostHub(t)
	before, err := s.Digests(t.Context(), "hub")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(s.Dir, "hub")); err != nil {
		t.Fatal(err)
	}
	wrong := *s.Stage
	wrong.Env = append(slices.Clone(s.Env), "ONEDOOR_RECOVERY_PASSPHRASE=guess")
	if r, err := wrong.Run(t.Context(), play.Person{}, append([]string{"rebuild", "--home", "hub"}, deposit...)...); err != nil || r.Code != 3 {
		t.Fatalf("with a wrong passphrase: %+v %v", r, err)
	}
	var v revived
	must(t, s, &v, play.Person{}, append([]string{"rebuild", "--home", "hub"}, deposit...)...)
	if !slices.Equal(v.Digests, before) || len(v.Refused) != 0 || v.Files == 0 || v.Ops == 0 {
		t.Fatalf("made again %+v\nwas %+v", v, before)
	}
	importFile(t, s, "more.jsonl", plainItems(t, s), 20, 3)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "more.jsonl")
	syncUntilSame(t, s, serveHub(t, s))
	mustAgree(t, s)
	mustBeSound(t, s, "village", "hub")
}

// TestStolenHubSucceeded: thieves have the hub, its keys and its address. Another one
// takes its place with one command; the village goes over to it and refuses the thieves.
func TestStolenHubSucceeded(t *testing.T) {
	t.Parallel()
	s, deposit := lostHub(t)
	rebuild := append([]string{"rebuild", "--home", "heir", "--successor", "stolen", "--address", "tcp://127.0.0.1:1"}, deposit...)
	var v revived
	must(t, s, &v, play.Person{}, rebuild...)
	if len(v.Refused) != 0 || v.Ops == 0 {
		t.Fatalf("%+v", v)
	}
	importFile(t, s, "more.jsonl", plainItems(t, s), 20, 3)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "more.jsonl")
	syncUntilSame(t, s, serveHome(t, s, "heir"))
	mustAgreeWith(t, s, "heir")
	mustBeSound(t, s, "village", "heir")
	r, err := s.Run(t.Context(), play.Person{}, "sync", "--home", "village", "--hub", serveHome(t, s, "hub"), "--timeout", "20s", "--lang", "zh")
	if err != nil || r.Code != 3 {
		t.Errorf("at the thieves' hub: %+v %v", r, err)
	}
	if r, err := s.Run(t.Context(), play.Person{}, rebuild...); err != nil || r.Code != 7 || !strings.Contains(r.Stderr, "换一个新目录") {
		t.Errorf("once more into the same folder: %+v %v", r, err)
	}
}

// syncUntilSame lets the village meet a hub until both say that they hold the same: who
// hears of a successor breaks off first, and comes back for the new keys.
func syncUntilSame(t *testing.T, s *play.Land, hub string) {
	t.Helper()
	for limit := time.Now().Add(2 * time.Minute); ; {
		r, err := s.Run(t.Context(), play.Person{}, "sync", "--home", "village", "--hub", hub, "--json")
		var v synced
		if err == nil && r.Code == 0 && r.JSON(&v) == nil && v.Converged && v.SentOps+v.ReceivedOps == 0 {
			return
		}
		if err != nil || time.Now().After(limit) {
			t.Fatalf("%+v %v", r, err)
		}
	}
}
