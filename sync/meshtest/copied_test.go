package meshtest

import (
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
)

// What app/station does about a whole disk that was restored together with its key
// folder, op for op.

// number is the counter number that a device numbers its cases with; ok is false while
// it waits for another one.
func (w *world) number(d *device) (number string, ok bool) {
	c, err := d.store.Copied(bg)
	w.at(d, err)
	realm, err := d.store.PowersNow(bg, oplog.Realm)
	w.at(d, err)
	lived, err := d.store.Lived(bg)
	w.at(d, err)
	number = realm.NumberOf(counter.OpID(d.id), d.counter, func(epoch string) bool {
		raw, err := hex.DecodeString(epoch)
		return err == nil && lived[oplog.Epoch(raw)]
	})
	return number, c == nil || realm.Answered(c.Epoch)
}

// copyDisk has a whole disk restored within a day: what was done since the copy may be
// out in the world, and the people at the device go on at once, with the same numbers.
func (w *world) copyDisk(d *device) {
	w.saveHome(d)
	for range 1 + w.rng.IntN(3) {
		w.accept(d)
		if o := w.partner(d, w.working()); o != d && w.works(d) && w.one(2) {
			w.contact(d, o)
		}
		if !w.works(d) {
			break
		}
	}
	w.restoreHome(d, true)
	w.accept(d)
}

// works tells that a device has power and room.
func (w *world) works(d *device) bool { return slices.Contains(w.working(), d) }

// chores says that a disk is a copy, and lets the hub answer.
func (w *world) chores(d *device) {
	if c, err := d.store.Copied(bg); c != nil {
		w.at(d, err)
		said, err := d.store.States(bg, string(d.own), "station")
		w.at(d, err)
		if !slices.ContainsFunc(said, func(r counter.StateRow) bool { return copiedIn(r.JSON) == c.Epoch }) {
			w.fault("told to be a copy")
			w.logf("%s is a copy: epoch %s after %s", d.name, c.Epoch, c.Was)
			w.record(d, func(rec counter.Recorder) (string, error) {
				_, err := rec.Append(counter.Act{Scope: string(d.own), Kind: "station.copied", Entity: uuid.New(), New: true,
					Payload: counter.CopiedPayload{Epoch: c.Epoch, Was: c.Was}})
				return "", err
			})
		}
	}
	if d != w.hub {
		return
	}
	said, err := d.store.StatesOf(bg, "station")
	w.at(d, err)
	for _, row := range said {
		w.answer(row)
	}
}

func copiedIn(state []byte) string {
	var s counter.PowerState
	var p counter.CopiedPayload
	if json.Unmarshal(state, &s) != nil || json.Unmarshal(s.Payload, &p) != nil {
		return ""
	}
	return p.Epoch
}

func (w *world) answer(row store.ScopedState) {
	epoch := copiedIn(row.JSON)
	realm, err := w.hub.store.PowersNow(bg, oplog.Realm)
	w.at(w.hub, err)
	if epoch == "" || realm.Answered(epoch) {
		return
	}
	doc, err := w.hub.store.Entity(bg, row.Scope, row.Entity)
	w.at(w.hub, err)
	m, ok := realm.MemberByDevice(doc.Facts[0].Device)
	if !ok || m.Removed {
		return
	}
	w.fault("another counter number given")
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		_, err := rec.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "number.give", Entity: uuid.New(), New: true,
			Payload: counter.NumberPayload{Device: m.Device, Counter: realm.FreeNumber(m.Division), Epoch: epoch}})
		return "", err
	})
}

// checkTwice: a number that was told twice, because a whole disk had been restored and
// nobody knew, is that of two cases which are both flagged everywhere.
func (w *world) checkTwice(number string, list []*entry) {
	for _, d := range w.live() {
		if !slices.Contains(d.scopes, list[0].scope) || d.light {
			continue
		}
		rows, err := d.store.CaseByNumber(bg, number)
		w.must(err)
		reviews, err := d.store.Reviews(bg, string(list[0].scope))
		w.must(err)
		for _, e := range list {
			if !slices.ContainsFunc(rows, func(r counter.CaseRow) bool { return r.Entity == e.entity }) {
				w.fatalf("number %s was told for %d cases, and %s does not find that of %s", number, len(list), d.name, e.by.name)
			}
			if !slices.ContainsFunc(reviews, func(r counter.ReviewRow) bool {
				return r.Entity == e.entity && slices.Contains(r.Kinds, counter.TaskNumber)
			}) {
				w.fatalf("number %s was told twice, and %s does not flag the case of %s", number, d.name, e.by.name)
			}
		}
	}
	w.fault("equal numbers, flagged")
}

// checkCopies: whose whole disk never came back has one log in each epoch, and is not
// told to be a copy.
func (w *world) checkCopies(d *device) {
	c, err := d.store.Copied(bg)
	w.must(err)
	if c != nil && !d.copied {
		w.fatalf("%s believes that its disk is a copy: %+v", d.name, *c)
	}
	forks, err := d.store.Forks(bg)
	w.must(err)
	for _, f := range forks {
		i := slices.IndexFunc(w.all, func(o *device) bool { return o.id.String() == f.Device })
		if i < 0 || !w.all[i].copied {
			w.fatalf("%s holds two branches of a log of %s: %+v", d.name, f.Name, f)
		}
	}
}
