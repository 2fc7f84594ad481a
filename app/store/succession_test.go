package store

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// backup copies a closed home; restore puts the copy in its place. The mark is in
// the key folder and stays.
func (d *device) backup() string {
	d.t.Helper()
	to := d.t.TempDir()
	must(d.t, os.CopyFS(to, os.DirFS(d.home)))
	return to
}

func (d *device) restore(from string) {
	d.t.Helper()
	d.home = d.t.TempDir()
	must(d.t, os.CopyFS(d.home, os.DirFS(from)))
}

// power lets the hub state what a user may do.
func (w *world) power(t testing.TB, user uuid.UUID, roles ...counter.Role) {
	t.Helper()
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		kind, payload := "user.set", any(counter.UserPayload{Roles: roles, Division: string(village), Login: true})
		if len(roles) == 0 {
			kind, payload = "user.disable", counter.DisablePayload{}
		}
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: kind, Entity: user, Payload: payload})
		return err
	}))
}

func (w *world) acceptBy(t testing.TB, d *device, user uuid.UUID) uuid.UUID {
	t.Helper()
	was := w.clerk
	w.clerk = user
	_, id := w.accept(t, d, "someone")
	w.clerk = was
	return id
}

func (w *world) status(t testing.TB, d *device, id uuid.UUID) (status string, review bool) {
	t.Helper()
	e, err := d.Entity(context.Background(), string(village), id)
	must(t, err)
	if e.Folded.Case == nil {
		return "no case", false
	}
	for _, f := range e.Folded.Effects {
		review = review || f.Review
	}
	return string(e.Folded.Case.Status), review
}

// TestARestoredHubGoesOn: the hub's home comes back from a backup after stations had
// got newer powers, and the hub acts before it meets anybody. Nobody loses a right
// or a case, and all come to one state.
func TestARestoredHubGoesOn(t *testing.T) {
	w := newWorld(t)
	old, lost, both, gone := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	w.power(t, old, counter.Clerk)
	w.power(t, gone, counter.Clerk)
	w.power(t, both, counter.Clerk)
	w.converge(t)
	w.hub.close()
	saved := w.hub.backup()
	w.hub.open(w.hub)
	// after the backup
	w.power(t, lost, counter.Clerk)
	w.power(t, both)
	w.power(t, gone)
	later := newDevice(t, "later")
	w.enrol(t, later)
	w.converge(t)
	later.open(w.hub)
	t.Cleanup(later.close)
	must(t, later.AddKeys(context.Background(), w.keys...))
	patientPull(t, later, w.hub)
	before := w.acceptBy(t, w.vil, lost)
	w.hub.close()

	w.hub.restore(saved)
	w.hub.open(w.hub)
	*w.hub.clock = w.hub.clock.Add(time.Hour)
	fresh := uuid.New()
	w.power(t, fresh, counter.Clerk)
	w.power(t, both, counter.Clerk, counter.Reviewer) // said anew: stands against what was lost
	between := w.acceptBy(t, w.vil, lost)
	atLater := w.acceptBy(t, later, lost)
	must(t, later.Flush())
	must(t, w.vil.Flush())
	patientPull(t, w.hub, w.vil)
	w.converge(t)
	patientPull(t, w.hub, later)
	must(t, w.hub.Flush())
	patientPull(t, later, w.hub)
	w.converge(t)
	patientPull(t, later, w.hub)
	if a, b := digests(t, w.hub), digests(t, later); a != b {
		t.Fatalf("\n%s\n%s", a, b)
	}
	for _, d := range []*device{w.hub, w.vil, later} {
		for name, id := range map[string]uuid.UUID{"before": before, "between": between, "at the later station": atLater} {
			if s, review := w.status(t, d, id); s != string(counter.StatusAccepted) || !review {
				t.Errorf("the case accepted %s: %s, review %v", name, s, review)
			}
		}
		p, err := d.PowersNow(context.Background(), village)
		must(t, err)
		for name, want := range map[uuid.UUID]int{old: 1, lost: 1, fresh: 1, both: 2, gone: 0} {
			if u, ok := p.User(name); !ok || u.Disabled != (want == 0) || want > 0 && len(u.Roles) != want {
				t.Errorf("a user is %+v, wanted %d roles", u, want)
			}
		}
	}
	after := w.acceptBy(t, w.vil, lost)
	w.converge(t)
	if s, review := w.status(t, w.hub, after); s != string(counter.StatusAccepted) || review {
		t.Errorf("after: %s, review %v", s, review)
	}
	w.sameForNewcomers(t)
}

// sameForNewcomers compares the digest of devices that get everything at once, from
// the hub or from a village, and after a rebuild.
func (w *world) sameForNewcomers(t *testing.T) {
	t.Helper()
	want := digests(t, w.hub)
	for _, from := range []*device{w.hub, w.vil} {
		d := newDevice(t, "newcomer")
		d.open(w.hub)
		must(t, d.AddKeys(context.Background(), w.keys...))
		w.hub.mustKnow(t, d)
		for _, via := range []*device{w.hub, from} {
			pullFor(t, d, via, w.vil.id)
		}
		if got := digests(t, d); got != want {
			t.Errorf("a newcomer has\n%s\nnot\n%s", got, want)
		}
		d.close()
	}
	must(t, w.hub.Rebuild(context.Background()))
	if got := digests(t, w.hub); got != want {
		t.Errorf("rebuild\n%s\nnot\n%s", got, want)
	}
}

func (d *device) mustKnow(t *testing.T, o *device) {
	t.Helper()
	must(t, d.PutDevice(context.Background(), DeviceRow{Device: o.id, Division: string(village), SignCert: o.cert, TLSCert: o.cert}))
}

// pullFor takes all that a device shows to another one, as a copy of the files would.
func pullFor(t *testing.T, to, from *device, as [32]byte) {
	t.Helper()
	folders, err := from.Folders(as)
	must(t, err)
	for range 3 {
		for _, f := range folders {
			entries, err := from.Since(f, 0, 1000)
			must(t, err)
			must(t, to.Announced(from.id, f, 3, true, entries))
			wants, err := to.Wants(from.id, f)
			must(t, err)
			for _, w := range wants {
				data, err := from.Read(as, f, w.Name, w.Offset, int(w.Size-w.Offset))
				must(t, err)
				if _, err := to.Receive(context.Background(), from.id, w, data); err != nil && !Later(err) {
					t.Fatal(err)
				}
			}
		}
	}
}
