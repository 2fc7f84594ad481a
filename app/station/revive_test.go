package station

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"onedoor/app/counter"
)

// safe is what a district keeps outside its hub.
type safe struct{ keys, kit []byte }

func (d *district) safe(hub *Station) (s safe) {
	d.t.Helper()
	var err error
	s.keys, err = hub.ExportKeys(context.Background(), d.admin(hub), "correct horse")
	must(d.t, err)
	s.kit, err = os.ReadFile(filepath.Join(d.hub.Home, RecoveryKitName))
	must(d.t, err)
	return s
}

func (s safe) revival(from string) Revival {
	return Revival{From: from, Keys: s.keys, Kit: s.kit, Passphrase: "correct horse", KitPhrase: "correct horse"}
}

// shelve copies sealed segments as an archive holds them.
func (d *district) shelve(hub *Station) string {
	d.t.Helper()
	must(d.t, hub.SealTails(context.Background()))
	dir := d.t.TempDir()
	must(d.t, os.CopyFS(filepath.Join(dir, "archive-440604-2026"), os.DirFS(filepath.Join(d.hub.Home, "segments"))))
	tails, err := filepath.Glob(filepath.Join(dir, "*/*/*/*.tail"))
	must(d.t, err)
	for _, t := range tails {
		must(d.t, os.Remove(t))
	}
	return dir
}

// A hub that burned down is made again from its archive, the key backup and the
// recovery kit: with the same digests, as the same device. Stations connect as before,
// give back what the archive had not got, and take what the new hub writes.
func TestReviveHub(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.cases(3)
	hub, addr, stop := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	d.at(d.vil, Write, func(s *Station) { must(t, s.SealTails(t.Context())) })
	d.sync(d.vil, addr)
	archive, kept := d.shelve(hub), d.safe(hub)
	want := digestsOf(t, hub, "realm", testVillage, "440604000000")
	// After the archive's last look: a user, and a case.
	d.addUserAt(hub, "li")
	d.cases(1)
	d.sync(d.vil, addr)
	stop()

	again := config(t, "again")
	r, err := ReviveHub(t.Context(), again, kept.revival(archive))
	must(t, err)
	if len(r.Refused) != 0 || r.Files < 3 {
		t.Fatalf("%+v", r)
	}
	d.at(again, Read, func(s *Station) {
		if got := digestsOf(t, s, "realm", testVillage, "440604000000"); got != want {
			t.Fatalf("not the same\n%s\n%s", got, want)
		}
	})
	hub2, addr2, _ := d.serve(again, "-")
	d.sync(d.vil, addr2)
	d.addUserAt(hub2, "zhou")
	must(t, hub2.v.store.Flush())
	d.sync(d.vil, addr2)
	d.at(d.vil, Write, func(s *Station) {
		agree(t, s, hub2, "realm", testVillage)
		for _, name := range []string{"li", "zhou"} { // one from before, which came back, and a new one
			if _, err := s.Desk().Login(t.Context(), name, "pw-"+name+"-1"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		d.accept(s, "zhou", 50, 1)
	})
	d.sync(d.vil, addr2)
	rep, err := hub2.VerifyLogs(t.Context())
	if err != nil || !rep.OK {
		t.Errorf("%+v %v", rep, err)
	}
}

func TestReviveRefusals(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	hub, _, _ := d.serve(d.hub, "-")
	archive, kept := d.shelve(hub), d.safe(hub)
	other := config(t, "other")
	_, err := InitHub(t.Context(), other, HubInit{District: "440605", Name: "南海区", Admin: "admin", Password: "pw-admin-1", RecoveryPassphrase: "correct horse"})
	must(t, err)
	foreign, err := os.ReadFile(filepath.Join(other.Home, RecoveryKitName))
	must(t, err)
	for name, c := range map[string]struct {
		change func(*Revival)
		code   counter.Code
	}{
		"wrong passphrase":       {func(r *Revival) { r.Passphrase = "x" }, counter.CodeLocked},
		"wrong kit passphrase":   {func(r *Revival) { r.KitPhrase = "x" }, counter.CodeLocked},
		"another district's kit": {func(r *Revival) { r.Kit = foreign }, counter.CodeInvalid},
		"an empty folder":        {func(r *Revival) { r.From = t.TempDir() }, counter.CodeNotFound},
		"no kit":                 {func(r *Revival) { r.Kit = []byte("?") }, counter.CodeInvalid},
	} {
		c2 := config(t, "refused")
		r := kept.revival(archive)
		c.change(&r)
		if _, err := ReviveHub(t.Context(), c2, r); counter.CodeOf(err) != c.code {
			t.Errorf("%s: %v (%s)", name, err, counter.CodeOf(err))
		}
		if exists(c2.Home) {
			t.Errorf("%s: half a home is left", name)
		}
	}
	// A home in use is left alone.
	if _, err := ReviveHub(t.Context(), d.vil, kept.revival(archive)); counter.CodeOf(err) != counter.CodeInvalid {
		t.Errorf("a home in use: %v", err)
	}
	// A damaged segment is named; the rest stands.
	segs, err := filepath.Glob(filepath.Join(archive, "*/realm-*/*/*/*.seg"))
	must(t, err)
	data, err := os.ReadFile(segs[0])
	must(t, err)
	data[len(data)/2] ^= 1
	must(t, os.WriteFile(segs[0], data, 0o600))
	if r, err := ReviveHub(t.Context(), config(t, "damaged"), kept.revival(archive)); err != nil || len(r.Refused) == 0 {
		t.Errorf("%+v %v", r, err)
	}
}
