package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
