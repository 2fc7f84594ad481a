package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/cmd/story/play"
)

type stickJSON struct {
	Peer          *string `json:"peer"`
	SentOps       int     `json:"sent_ops"`
	ReceivedOps   int     `json:"received_ops"`
	SentBytes     int64   `json:"sent_bytes"`
	ReceivedBytes int64   `json:"received_bytes"`
	Converged     bool    `json:"converged"`
	Faults        []struct{ File, What string }
}

// TestStick: a village that has no link hands its cases over on a stick.
func TestStick(t *testing.T) {
	t.Parallel()
	s := district(t)
	wang := play.Clerk
	write(t, s, "a.json", `{"type":"person","name":"测试甲","number":"`+idNumber(1)+`"}`)
	code := plainItems(t, s)[0].Code
	for range 3 {
		must(t, s, new(any), wang, "case", "accept", "--home", "village", "--item", code, "--applicant", "a.json", "--material", "all")
	}
	if err := os.Mkdir(filepath.Join(s.Dir, "usb"), 0o700); err != nil {
		t.Fatal(err)
	}
	var out, again, in stickJSON
	must(t, s, &out, play.Person{}, "sync", "export", "--home", "village", "--dir", "usb")
	must(t, s, &again, play.Person{}, "sync", "export", "--home", "village", "--dir", "usb")
	must(t, s, &in, play.Person{}, "sync", "import", "--home", "hub", "--dir", "usb")
	if out.Peer == nil || *out.Peer != "" || !out.Converged || out.SentOps == 0 || again.SentBytes != 0 || !in.Converged || in.ReceivedOps < 4 {
		t.Fatalf("%+v\n%+v\n%+v", out, again, in)
	}
	mustAgree(t, s)
	for _, c := range []struct {
		code int
		args []string
	}{
		{6, []string{"sync", "import", "--home", "hub", "--dir", "nowhere"}},
		{2, []string{"sync", "import", "--home", "hub"}},
		{7, []string{"sync", "export", "--home", "village", "--dir", "usb", "--scope", "12"}},
		{3, []string{"sync", "export", "--home", "village", "--dir", "usb", "--scope", "440604011002"}},
	} {
		r, err := s.Run(t.Context(), play.Person{}, c.args...)
		if err != nil || r.Code != c.code {
			t.Errorf("%s: exit %d, want %d\n%s (%v)", strings.Join(c.args, " "), r.Code, c.code, r.Stderr, err)
		}
	}
}

// TestDamagedStick: the file is named, the exit code tells, the rest is taken.
func TestDamagedStick(t *testing.T) {
	t.Parallel()
	s := district(t)
	usb := filepath.Join(s.Dir, "usb")
	if err := os.Mkdir(usb, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, s, "a.json", `{"type":"person","name":"测试甲","number":"`+idNumber(1)+`"}`)
	must(t, s, new(any), play.Clerk, "case", "accept", "--home", "village", "--item", plainItems(t, s)[0].Code, "--applicant", "a.json", "--material", "all")
	must(t, s, new(any), play.Person{}, "sync", "export", "--home", "village", "--dir", "usb")
	tails, err := filepath.Glob(filepath.Join(usb, "onedoor", "*", play.Village+"-*", "*", "*.tail"))
	if err != nil || len(tails) == 0 {
		t.Fatalf("%v %v", tails, err)
	}
	for _, path := range tails {
		data, err := os.ReadFile(path)
		if err == nil {
			data[len(data)-1] ^= 1
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Run(t.Context(), play.Person{}, "sync", "import", "--home", "hub", "--dir", "usb", "--json")
	var in stickJSON
	if err != nil || r.Code != 5 || r.JSON(&in) != nil || len(in.Faults) == 0 || in.Faults[0].What != "damaged" {
		t.Fatalf("exit %d, %v\n%s%s", r.Code, err, r.Stdout, r.Stderr)
	}
	must(t, s, new(any), play.Person{}, "sync", "export", "--home", "village", "--dir", "usb")
	must(t, s, &in, play.Person{}, "sync", "import", "--home", "hub", "--dir", "usb")
	mustAgree(t, s)
}

// TestKillStick ends exports and imports by kill -9 at random moments: the stick
// stays usable, both homes stay sound, and one undisturbed exchange brings the rest.
func TestKillStick(t *testing.T) {
	t.Parallel()
	s := district(t)
	if err := os.Mkdir(filepath.Join(s.Dir, "usb"), 0o700); err != nil {
		t.Fatal(err)
	}
	items := plainItems(t, s)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	for n := range max(4, kills(t)/5) {
		importFile(t, s, "more.jsonl", items, 100*n, 100)
		must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "more.jsonl")
		for _, args := range [][]string{{"sync", "export", "--home", "village"}, {"sync", "import", "--home", "hub"}} {
			run := s.Command(t.Context(), play.Person{}, append(args, "--dir", "usb")...)
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.Int64N(int64(400 * time.Millisecond))))
			run.Process.Kill()
			run.Wait()
		}
	}
	mustBeSound(t, s, "village", "hub")
	var out, in stickJSON
	must(t, s, &out, play.Person{}, "sync", "export", "--home", "village", "--dir", "usb")
	must(t, s, &in, play.Person{}, "sync", "import", "--home", "hub", "--dir", "usb")
	if !out.Converged || !in.Converged {
		t.Fatalf("%+v\n%+v", out, in)
	}
	mustAgree(t, s)
	mustBeSound(t, s, "village", "hub")
}
