package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// TestCopiedDisk: home and key folder come back together from a copy. The device goes
// on where the copy stood, with numbers that it had told before, until it meets
// somebody; then everybody has both branches, and it begins a new epoch.
func TestCopiedDisk(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.accept(t, w.vil, "before")
	w.converge(t)
	saved, mark := w.vil.backup(), *w.vil.marks
	lost, _ := w.accept(t, w.vil, "on the first disk")
	w.accept(t, w.vil, "on the first disk, too")
	w.converge(t)
	w.vil.restore(saved)
	*w.vil.marks = mark
	w.vil.open(w.hub)
	again, _ := w.accept(t, w.vil, "on the copy")
	if again != lost {
		t.Fatalf("the copy told %s, not %s again: what is this test about?", again, lost)
	}
	if c, err := w.vil.Copied(ctx); err != nil || c != nil {
		t.Fatalf("it cannot know yet: %+v, %v", c, err)
	}
	was := w.vil.epoch.now()
	w.converge(t)
	c, err := w.vil.Copied(ctx)
	must(t, err)
	if c == nil || c.Was != was.String() || c.Epoch != w.vil.epoch.now().String() || w.vil.epoch.now() == was {
		t.Fatalf("after the contact: %+v, epoch %s", c, w.vil.epoch.now())
	}
	if w.vil.marks.hw.Epoch != w.vil.epoch.now() {
		t.Fatal("the mark is still of the old epoch")
	}
	w.converge(t)
	for _, d := range []*device{w.hub, w.vil} {
		rows, err := d.CaseByNumber(ctx, again)
		must(t, err)
		if len(rows) != 2 {
			t.Fatalf("%d cases bear the number that was told twice", len(rows))
		}
		reviews, err := d.Reviews(ctx, "")
		must(t, err)
		var flagged, twice int
		for _, r := range reviews {
			if r.Type == "case" && slices.Contains(r.Kinds, counter.TaskReview) {
				flagged++
			}
			if slices.Contains(r.Kinds, counter.TaskNumber) {
				twice++
			}
		}
		if flagged != 3 || twice != 2 {
			t.Fatalf("%d cases to review, %d with an equal number: %+v", flagged, twice, reviews)
		}
		rep, err := d.VerifyLogs(ctx)
		must(t, err)
		if !rep.OK || len(rep.Forks) != 1 || len(rep.Forks[0].Branches) != 2 || rep.Forks[0].After != 2 {
			t.Fatalf("log verify: %+v", rep)
		}
	}
	w.accept(t, w.vil, "in the new epoch")
	w.converge(t)
	w.vil.close()
	w.vil.open(w.hub) // nothing of it was only in memory
	if c, err := w.vil.Copied(ctx); err != nil || c == nil {
		t.Fatalf("forgotten: %+v, %v", c, err)
	}
	w.accept(t, w.vil, "after a restart")
	w.converge(t)
	goesOn(t, w)
}

// TestCopiedDiskThatWroteNothing learns it by what it lacks of its own log.
func TestCopiedDiskThatWroteNothing(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "before")
	w.converge(t)
	saved, mark := w.vil.backup(), *w.vil.marks
	number, _ := w.accept(t, w.vil, "lost")
	w.converge(t)
	w.vil.restore(saved)
	*w.vil.marks = mark
	w.vil.open(w.hub)
	w.converge(t)
	if c, err := w.vil.Copied(context.Background()); err != nil || c == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	rows, err := w.vil.CaseByNumber(context.Background(), number)
	must(t, err)
	if len(rows) != 1 {
		t.Fatal("what was lost did not come back")
	}
	if f, err := w.hub.Forks(context.Background()); err != nil || len(f) != 0 {
		t.Fatalf("nothing parted: %+v, %v", f, err)
	}
	w.accept(t, w.vil, "after")
	w.converge(t)
}

// TestSealedByALaterDisk: all that the copy lacks is that its last file was sealed. Others
// show it under that name; both sides know that nothing is missing (found by seed 4766).
func TestSealedByALaterDisk(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "before")
	w.converge(t)
	saved, mark := w.vil.backup(), *w.vil.marks
	must(t, w.vil.SealTails())
	w.converge(t)
	w.vil.restore(saved)
	*w.vil.marks = mark
	w.vil.open(w.hub)
	w.converge(t)
	folders, err := w.hub.Folders(w.vil.id)
	must(t, err)
	for _, f := range folders {
		for _, pair := range [][2]*device{{w.vil, w.hub}, {w.hub, w.vil}} {
			if ok, err := pair[0].Settled(pair[1].id, f); err != nil || !ok {
				t.Errorf("%s does not know that %s has all of %s: %v", pair[0].id.Short(), pair[1].id.Short(), f, err)
			}
		}
	}
	w.accept(t, w.vil, "after")
	w.converge(t)
	if n := casesAt(t, w.hub); n != 2 {
		t.Fatalf("hub has %d cases", n)
	}
}

// TestRestoredHomeIsNoCopy: the key folder stayed, so the mark told it at once, and
// old ops that come back are no surprise.
func TestRestoredHomeIsNoCopy(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	saved := w.vil.backup()
	for range 2 { // restored twice: the epoch between is known from the mark
		w.accept(t, w.vil, "b")
		w.converge(t)
		w.vil.restore(saved)
		w.vil.open(w.hub)
	}
	w.accept(t, w.vil, "c")
	w.converge(t)
	if c, err := w.vil.Copied(context.Background()); err != nil || c != nil {
		t.Fatalf("%+v, %v", c, err)
	}
}

// TestCopyOfALostEpoch: the lost disk had begun another epoch, which the copy has
// never heard of.
func TestCopyOfALostEpoch(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	saved, mark := w.vil.backup(), *w.vil.marks
	w.vil.restore(saved)
	w.vil.marks.hw.Commit += 3 // as a home restored by itself
	w.vil.open(w.hub)
	lost, _ := w.accept(t, w.vil, "in the lost epoch")
	w.converge(t)
	w.vil.restore(saved)
	*w.vil.marks = mark
	w.vil.open(w.hub)
	again, _ := w.accept(t, w.vil, "on the copy")
	if again != lost {
		t.Fatalf("%s, not %s", again, lost)
	}
	w.converge(t)
	if c, err := w.vil.Copied(context.Background()); err != nil || c == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	w.sayCopied(t, w.vil)
	w.converge(t)
	for _, d := range []*device{w.hub, w.vil} { // no log has branches, and yet
		reviews, err := d.Reviews(context.Background(), string(village))
		must(t, err)
		if n := len(reviews); n != 2 || !slices.Contains(reviews[0].Kinds, counter.TaskNumber) || !slices.Contains(reviews[1].Kinds, counter.TaskNumber) {
			t.Fatalf("%+v", reviews)
		}
	}
	w.accept(t, w.vil, "after")
	w.converge(t)
}

// sayCopied is what a station does about it.
func (w *world) sayCopied(t *testing.T, d *device) {
	t.Helper()
	c, err := d.Copied(context.Background())
	must(t, err)
	must(t, d.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "station.copied", Entity: uuid.New(), New: true,
			Payload: counter.CopiedPayload{Epoch: c.Epoch, Was: c.Was}})
		return err
	}))
}

// branched writes one log as a device and its copies would: a case that all share,
// then what each branch does to it and beside it.
func branched(t *testing.T, w *world) (files []*forger, shared, apart uuid.UUID) {
	t.Helper()
	shared, apart = uuid.New(), uuid.New()
	accept := func(id uuid.UUID, serial uint64) func(*oplog.Op) {
		return func(o *oplog.Op) {
			p := counter.AcceptPayload{Number: counter.FormatNumber(string(village), "2026-11-20", "01", serial), Item: counter.ItemRef{Code: "A1", Name: "item", Version: 1},
				Person: uuid.UUID{1}, Type: "person", Read: "typed", Counter: "01", Division: string(village), LegalDate: "2026-11-20", AcceptedAt: "2026-11-20T10:00:00+08:00"}
			o.Kind, o.Entity = "case.accept", id
			o.Payload, _ = json.Marshal(p)
		}
	}
	act := func(kind string, id uuid.UUID, at int) func(*oplog.Op) {
		return func(o *oplog.Op) {
			o.Kind, o.Entity, o.Payload = kind, id, []byte(`{"reason":"r"}`)
			o.Stamp += oplog.Stamp(at << 16)
		}
	}
	trunk := newForger(t, w, w.vil)
	trunk.say(accept(shared, 1))
	trunk.say(act("case.note", shared, 1))
	copyOf := func(f *forger) *forger {
		c := *f
		c.file = slices.Clone(f.file)
		return &c
	}
	one, two := copyOf(trunk), copyOf(trunk)
	one.say(act("case.withdraw", shared, 9))
	one.say(accept(apart, 2))
	two.say(act("case.note", uuid.New(), 3))
	three := copyOf(two) // a copy of the copy
	two.say(act("case.void", shared, 5))
	two.say(accept(uuid.New(), 2))
	three.say(act("case.handover", shared, 4))
	three.say(act("case.note", shared, 6))
	four := copyOf(trunk) // a file that begins behind the fork
	four.say(accept(uuid.New(), 3))
	rest := copyOf(four)
	rest.head.First, rest.head.Prev = four.st.Seq+1, four.st.Prev
	rest.file = rest.head.Append(nil)
	rest.say(act("case.note", shared, 2))
	return []*forger{one, two, three, four, rest}, shared, apart
}

// TestBranchesInEveryOrder: whatever order the branches of a log come in, all that hold
// them fold alike, no fixed act of one is undone by another, and all is flagged.
func TestBranchesInEveryOrder(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	files, shared, _ := branched(t, w)
	first, rest := "", len(files)-1 // a file that begins behind the fork: it comes first or last
	permute(rest, func(order []int) {
		if order = append(slices.Clone(order), rest); order[0] > order[1] {
			order = append([]int{rest}, order[:rest]...)
		}
		d := w.third(t)
		for range len(files) { // what came before its beginning is asked for again
			for _, i := range order {
				f := files[i]
				want := f.want()
				if i == rest {
					want.Name = segment.SealedName(f.head, *w.hub.clock, want.Hash)
				}
				_, err := d.Receive(ctx, w.hub.id, want, f.file)
				if err != nil && !errors.Is(err, errGap) {
					t.Fatalf("%v: %v", order, err)
				}
			}
		}
		got := digests(t, d)
		if first == "" {
			first = got
		}
		if got != first {
			t.Fatalf("%v folds differently\n%s\n%s", order, got, first)
		}
		rep, err := d.VerifyLogs(ctx)
		must(t, err)
		if !rep.OK || len(rep.Forks) != 1 || len(rep.Forks[0].Branches) != 4 {
			t.Fatalf("%v: %+v", order, rep)
		}
		doc, err := d.Entity(ctx, string(village), shared)
		must(t, err)
		if len(doc.Facts) != 7 {
			t.Fatalf("%v: %d facts", order, len(doc.Facts))
		}
		for i, e := range doc.Folded.Effects {
			f := &doc.Facts[i]
			if f.Verb().Fixed() && !e.Effective || e.Review != (f.Seq > 2) {
				t.Fatalf("%v: %s %d: %+v", order, f.Kind, f.Seq, e)
			}
		}
		if doc.Folded.Case.Status != counter.StatusDisputed {
			t.Fatalf("withdrawn on one branch, voided on another: %s", doc.Folded.Case.Status)
		}
		d.close()
	})
}

func permute(n int, f func([]int)) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	var rec func(int)
	rec = func(k int) {
		if k == n {
			f(list)
			return
		}
		for i := k; i < n; i++ {
			list[k], list[i] = list[i], list[k]
			rec(k + 1)
			list[k], list[i] = list[i], list[k]
		}
	}
	rec(0)
}

// third is one more replica of the village, with all that the hub has.
func (w *world) third(t *testing.T) *device {
	d := newDevice(t, "third")
	d.open(w.hub)
	t.Cleanup(d.close)
	must(t, d.AddKeys(context.Background(), w.keys...))
	for _, sc := range []oplog.Scope{oplog.Realm, village} {
		files, err := w.hub.OwnFiles(sc)
		must(t, err)
		for _, f := range files {
			data, err := w.hub.readPrefix(w.hub.SegmentPath(f.Folder, f.Name), f.Size)
			must(t, err)
			f.Hash = sha256.Sum256(data)
			_, err = d.Receive(context.Background(), w.hub.id, segment.Want{FileInfo: f}, data)
			must(t, err)
		}
	}
	return d
}

// TestBranchesGoOnToThirdStations: whoever holds both branches shows both, under names
// that do not take each other's place.
func TestBranchesGoOnToThirdStations(t *testing.T) {
	w := newWorld(t)
	files, _, _ := branched(t, w)
	far := w.third(t)
	w.enrol(t, far)
	pull(t, far, w.hub)
	for _, f := range files[:4] {
		must(t, f.send())
	}
	for range 2 {
		pull(t, far, w.hub)
		pull(t, w.hub, far)
	}
	if a, b := digests(t, w.hub), digests(t, far); a != b {
		t.Fatalf("\n%s\n%s", a, b)
	}
	for _, pair := range [][2]*device{{w.hub, far}, {far, w.hub}} {
		ok, err := pair[0].Settled(pair[1].id, string(village)+"-2026")
		if err != nil || !ok {
			wants, _ := pair[0].Wants(pair[1].id, string(village)+"-2026")
			t.Fatalf("not settled: %v, %v", wants, err)
		}
	}
	for _, d := range []*device{w.hub, far} {
		before := digests(t, d)
		must(t, d.Rebuild(context.Background()))
		if after := digests(t, d); after != before {
			t.Fatalf("rebuild\n%s\n%s", before, after)
		}
		rep, err := d.VerifyLogs(context.Background())
		must(t, err)
		if !rep.OK {
			t.Fatalf("%+v", rep.Faults)
		}
	}
}

// TestForkOfTheDistrictIsRefused: rights hang on its log, which has to be one.
func TestForkOfTheDistrictIsRefused(t *testing.T) {
	w := newWorld(t)
	one, two := newForger(t, w, w.hub), newForger(t, w, w.hub)
	d := w.third(t)
	for i, f := range []*forger{one, two} {
		f.say(func(o *oplog.Op) {
			o.Kind, o.Payload, o.Realm, o.Powers = "user.disable", fmt.Appendf(nil, `{"n":%d}`, i), oplog.Position{}, oplog.Position{}
		})
	}
	want := one.want()
	_, err := d.Receive(context.Background(), w.hub.id, want, one.file)
	must(t, err)
	want = two.want()
	if _, err := d.Receive(context.Background(), w.hub.id, want, two.file); !errors.Is(err, segment.ErrRefused) || !strings.Contains(err.Error(), "forks") {
		t.Fatalf("%v", err)
	}
}
