package main

import (
	"strings"
	"testing"

	"onedoor/cmd/story/play"
)

// TestCodeAndRevocation: a town joins a running hub with a one-time code, syncs, and is
// revoked: its scopes have new keys, and it is not let in any more.
func TestCodeAndRevocation(t *testing.T) {
	t.Parallel()
	s := district(t)
	must(t, s, new(any), play.Person{}, "init", "--home", "town", "--division", play.Town, "--counter", "01", "--name", "张槎街道1号窗口", "--out", "town.request")
	hub := serveHub(t, s)
	var code struct{ Code, Division, Tier, Expires string }
	must(t, s, &code, play.Admin, "hub", "enroll", "--home", "hub", "--code", play.Town, "--tier", "town")
	var joined struct{ Device, Division string }
	must(t, s, &joined, play.Person{}, "join", "--home", "town", "--code", code.Code, "--hub", hub)
	var round synced
	must(t, s, &round, play.Person{}, "sync", "--home", "town", "--hub", hub)
	var gone struct {
		Revoked bool
		Rotated []struct {
			Scope, Key string
			Devices    int
		}
	}
	must(t, s, &gone, play.Admin, "hub", "revoke", joined.Device, "--home", "hub")
	if !gone.Revoked || len(gone.Rotated) < 2 {
		t.Fatalf("%+v", gone)
	}
	var devices []struct {
		Device  string
		Revoked bool
		Keys    []struct {
			Scope, Key string
			Current    bool
		}
	}
	must(t, s, &devices, play.Admin, "hub", "devices", "--home", "hub")
	for _, d := range devices {
		for _, k := range d.Keys {
			if k.Current == d.Revoked && k.Scope != play.Village || d.Device == joined.Device && !d.Revoked {
				t.Errorf("%s: %+v", d.Device, k)
			}
		}
	}
	r, err := s.Run(t.Context(), play.Person{}, "sync", "--home", "town", "--hub", hub)
	if err != nil || r.Code == 0 || !strings.Contains(r.Stderr, "停用") {
		t.Errorf("%v %+v", err, r)
	}
	must(t, s, &round, play.Person{}, "sync", "--home", "village", "--hub", hub)
	mustBeSound(t, s, "village", "hub")
	mustAgree(t, s)
	r, err = s.Run(t.Context(), play.Person{}, "join", "--home", "town", "--code", code.Code, "--hub", hub)
	if err != nil || r.Code != 3 {
		t.Errorf("%v %+v", err, r)
	}
}
