package main

import (
	"testing"
	"time"

	"onedoor/cmd/story/play"
)

// TestTown: a village whose only superior is a town, which was enrolled after it,
// reaches the district through it, and the other way round.
func TestTown(t *testing.T) {
	t.Parallel()
	s := district(t)
	must(t, s, new(any), play.Person{}, "init", "--home", "town", "--division", play.Town, "--counter", "01", "--name", "张槎街道1号窗口", "--out", "town.request")
	must(t, s, new(any), play.Admin, "hub", "enroll", "--home", "hub", "--request", "town.request", "--tier", "town", "--out", "town.grant")
	must(t, s, new(any), play.Person{}, "join", "--home", "town", "--grant", "town.grant")
	hub := serveHub(t, s)
	var at play.Addrs
	town, err := s.Start(t.Context(), &at, "serve", "--home", "town", "--listen", "tcp://127.0.0.1:0", "--hub", hub)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stderr, err := town.Stop(); err != nil {
			t.Errorf("serve: %v\n%s", err, stderr)
		}
	})
	importFile(t, s, "some.jsonl", plainItems(t, s), 0, 30)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "some.jsonl")
	var up synced
	must(t, s, &up, play.Person{}, "sync", "--home", "village", "--hub", at.Listen)
	if !up.Converged || up.SentOps < 30 {
		t.Fatalf("%+v", up)
	}
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		same, counter, district, err := s.Agree(t.Context())
		if err == nil && same {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%v\ncounter %+v\nhub     %+v", err, counter, district)
		}
	}
	mustBeSound(t, s, "village", "town", "hub")
}
