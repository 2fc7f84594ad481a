package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// rootsWord stands in for the realm's root: its signature is a word that thieves do
// not know.
func rootsWord(heir oplog.DeviceID, p *counter.ContinuePayload) (Heir, error) {
	h := p.Heir
	if string(h.Root) != "the root's word" {
		return Heir{}, errors.New("not the root's")
	}
	row := func(id oplog.DeviceID, cert []byte) DeviceRow {
		return DeviceRow{Device: id, Division: "440604000000", Tier: "district", Name: "hub", SignCert: cert, TLSCert: cert}
	}
	return Heir{Device: row(heir, h.SignCert), Old: row(oplog.DeviceID(p.Device), h.OldSignCert), At: h.At, Stolen: h.Stolen}, nil
}

// succeed makes heir the district's device in place of old, and lets it say something
// in the village.
func (w *world) succeed(t testing.TB, heir, old *device, root string, stolen bool, fresh uuid.UUID) error {
	t.Helper()
	return heir.Succeed(context.Background(), func(from counter.ContinuePayload) (counter.ContinuePayload, error) {
		from.Heir = &counter.HeirPayload{TLSCert: heir.cert, SignCert: heir.cert, OldTLSCert: old.cert, OldSignCert: old.cert,
			Authority: []byte{1}, At: heir.clock.UnixMilli(), Stolen: stolen, Root: []byte(root)}
		return from, nil
	}, func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "user.set", Entity: fresh, New: true, Sealed: map[string][]byte{"name": []byte("li")},
			Payload: counter.UserPayload{Roles: []counter.Role{counter.Clerk}, Division: string(village), Login: true}})
		return err
	})
}

// copyOf opens a device that holds what from shows to the village.
func (w *world) copyOf(t *testing.T, name string, from *device) *device {
	t.Helper()
	d := newDevice(t, name)
	d.open(w.hub)
	t.Cleanup(d.close)
	must(t, d.AddKeys(context.Background(), w.keys...))
	must(t, from.Flush())
	pullFor(t, d, from, w.vil.id)
	return d
}

// stolenHub is a world whose hub went on after it was stolen, with a successor that
// never saw what it said then.
type stolenHub struct {
	*world
	heir, thief, later     *device
	old, fresh, planted    uuid.UUID
	before, after, byThief uuid.UUID
}

func newStolenHub(t *testing.T, stolen bool) *stolenHub {
	s := &stolenHub{world: newWorld(t), old: uuid.New(), fresh: uuid.New(), planted: uuid.New()}
	s.power(t, s.old, counter.Clerk)
	s.converge(t)
	s.before = s.acceptBy(t, s.vil, s.old)
	must(t, s.vil.Flush())
	s.heir = s.copyOf(t, "heir", s.hub)
	s.later = s.copyOf(t, "later", s.hub)
	// the thief goes on, and the village believes him
	s.thief = s.hub
	s.power(t, s.planted, counter.Clerk, counter.Supervisor)
	s.power(t, s.old)
	s.converge(t)
	s.byThief = s.acceptBy(t, s.vil, s.planted)
	*s.heir.clock = s.heir.clock.Add(-24 * time.Hour) // stamps decide nothing here
	if err := s.succeed(t, s.heir, s.thief, "a thief's word", stolen, s.fresh); err == nil {
		t.Fatal("a successor without the root's word")
	}
	must(t, s.succeed(t, s.heir, s.thief, "the root's word", stolen, s.fresh))
	must(t, s.heir.Flush())
	return s
}

// TestASuccessorOfAStolenHub: what the stolen hub said after what its successor
// continues from has no effect, on whichever way and in whichever order it arrives;
// what the village did by it is kept and looked at. The hub itself is let in nowhere.
func TestASuccessorOfAStolenHub(t *testing.T) {
	s := newStolenHub(t, true)
	w := s.world
	// The village: the thief's word first. Then the other order: the successor's first.
	pullFor(t, s.vil, s.heir, s.vil.id)
	s.after = s.acceptBy(t, s.vil, s.fresh)
	must(t, s.vil.Flush())
	pullFor(t, s.later, s.heir, s.vil.id)
	pullFor(t, s.later, s.vil, s.heir.id)
	pullFor(t, s.heir, s.vil, s.heir.id)
	newcomer := newDevice(t, "newcomer")
	newcomer.open(s.heir)
	t.Cleanup(newcomer.close)
	must(t, newcomer.AddKeys(context.Background(), w.keys...))
	pullFor(t, newcomer, s.heir, s.heir.id)
	want := digests(t, s.heir)
	for name, d := range map[string]*device{"heir": s.heir, "village": s.vil, "later": s.later, "newcomer": newcomer} {
		if got := digests(t, d); got != want {
			t.Errorf("%s\n%s\nnot\n%s", name, got, want)
		}
		s.check(t, name, d)
	}
	must(t, s.heir.Rebuild(context.Background()))
	s.vil.close()
	s.vil.open(s.thief) // it was enrolled by the old one
	for _, d := range []*device{s.heir, s.vil} {
		if got := digests(t, d); got != want {
			t.Errorf("rebuilt or opened again\n%s\nnot\n%s", got, want)
		}
	}
	if f, err := s.vil.Folders(s.thief.id); err != nil || len(f) != 0 {
		t.Errorf("the stolen hub is shown %v, %v", f, err)
	}
	if f, err := s.vil.Folders(s.heir.id); err != nil || len(f) != 2 {
		t.Errorf("the successor is shown %v, %v", f, err)
	}
	// A hub that hears of it says no more.
	pullFor(t, s.thief, s.heir, s.heir.id)
	err := s.thief.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "user.disable", Entity: s.fresh, Payload: counter.DisablePayload{}})
		return err
	})
	if counter.CodeOf(err) != counter.CodeDenied {
		t.Errorf("the stolen hub writes on: %v", err)
	}
}

func (s *stolenHub) check(t *testing.T, name string, d *device) {
	t.Helper()
	for what, c := range map[string]struct {
		id     uuid.UUID
		status string
		review bool
	}{
		"before":              {s.before, string(counter.StatusAccepted), false},
		"after":               {s.after, string(counter.StatusAccepted), false},
		"by the planted user": {s.byThief, "no case", false},
	} {
		if st, review := s.status(t, d, c.id); st != c.status || review != c.review && st != "no case" {
			t.Errorf("%s: the case %s is %s, review %v", name, what, st, review)
		}
	}
	p, err := d.PowersNow(context.Background(), village)
	must(t, err)
	if _, ok := p.User(s.planted); ok {
		t.Errorf("%s: the planted user counts", name)
	}
	for what, id := range map[string]uuid.UUID{"old": s.old, "fresh": s.fresh} {
		if u, ok := p.User(id); !ok || u.Disabled {
			t.Errorf("%s: the %s user is %+v %v", name, what, u, ok)
		}
	}
}

// TestASuccessorOfALostHub: nobody stole it, so what stations bring of its later word
// is taken over, as after a restored backup.
func TestASuccessorOfALostHub(t *testing.T) {
	s := newStolenHub(t, false)
	pullFor(t, s.vil, s.heir, s.vil.id)
	must(t, s.vil.Flush())
	pullFor(t, s.heir, s.vil, s.heir.id)
	must(t, s.heir.Flush())
	pullFor(t, s.vil, s.heir, s.vil.id)
	for name, d := range map[string]*device{"heir": s.heir, "village": s.vil} {
		if st, review := s.status(t, d, s.byThief); st != string(counter.StatusAccepted) || !review {
			t.Errorf("%s: %s, review %v", name, st, review)
		}
		p, err := d.PowersNow(context.Background(), village)
		must(t, err)
		if u, ok := p.User(s.planted); !ok || u.Disabled {
			t.Errorf("%s: the late user is lost", name)
		}
	}
	if a, b := digests(t, s.heir), digests(t, s.vil); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
}

// TestNobodyElseSucceeds: a log of realm that claims it without the root's word is
// refused by name, and nothing of it counts.
func TestNobodyElseSucceeds(t *testing.T) {
	w := newWorld(t)
	liar := w.copyOf(t, "liar", w.hub)
	liar.self.Succession = func(heir oplog.DeviceID, p *counter.ContinuePayload) (Heir, error) {
		p.Heir.Root = []byte("the root's word")
		h, err := rootsWord(heir, p)
		p.Heir.Root = []byte("his own word")
		return h, err
	}
	must(t, w.succeed(t, liar, w.hub, "his own word", true, uuid.New()))
	must(t, liar.Flush())
	entries, err := liar.Since("realm-2026", 0, 100)
	must(t, err)
	refused := 0
	for _, e := range entries {
		n, err := segment.ParseName(e.Name)
		must(t, err)
		if n.Device != liar.id {
			continue
		}
		data, err := liar.disk.ReadFile(liar.SegmentPath(e.Folder, e.Name))
		must(t, err)
		_, err = w.vil.Receive(context.Background(), liar.id, segment.Want{FileInfo: e}, data)
		if !errors.Is(err, segment.ErrRefused) {
			t.Errorf("%s: %v", e.Name, err)
		}
		refused++
	}
	if refused == 0 || w.vil.Hub() != w.hub.id {
		t.Errorf("%d files refused; the hub is %s", refused, w.vil.Hub().Short())
	}
}

// TestAHubMakesItsKeysAgain: a hub that lost a scope's key, and does not even know of
// the scope any more, takes it back from a station by making the key again.
func TestAHubMakesItsKeysAgain(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "someone")
	w.converge(t)
	d := newDevice(t, "forgetful")
	d.open(w.hub)
	t.Cleanup(d.close)
	must(t, d.AddKeys(context.Background(), w.keys[0])) // realm's
	pullFor(t, d, w.hub, w.vil.id)
	if len(d.Keys()) != 1 || digests(t, d) == digests(t, w.hub) {
		t.Fatal("nothing is missing")
	}
	d.self.Recall = func(scope oplog.Scope, id oplog.KeyID) []seal.Key {
		if scope != village || id != w.keys[1].ID {
			return nil
		}
		return []seal.Key{{1}, w.keys[1].Key} // of an older seed, and of the right one
	}
	d.Expect([]oplog.Scope{village})
	folders, err := d.Folders(w.hub.id)
	must(t, err)
	if len(folders) != 2 {
		t.Errorf("shared: %v", folders)
	}
	pullFor(t, d, w.hub, w.vil.id)
	if a, b := digests(t, d), digests(t, w.hub); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
}
