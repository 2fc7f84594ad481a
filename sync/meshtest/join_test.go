package meshtest

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/roster"
)

// publishItem publishes a version of the one item of the catalogue. It is for one case at a time, so that
// two stations may accept the same matter.
func (w *world) publishItem(rec counter.Recorder) error {
	first := w.item == uuid.Nil
	if first {
		w.item = uuid.New()
	}
	w.versions++
	raw, err := json.Marshal(counter.Item{Code: "A1", Name: "item", Version: w.versions, EffectiveFrom: "2000-01-01", PromisedDays: 5, Single: true})
	w.must(err)
	_, err = rec.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "item.publish", Entity: w.item, New: first, Payload: counter.PublishPayload{Item: raw}})
	return err
}

// watched is a device's ledger that notes what the facade writes.
type watched struct {
	counter.Ledger
	w *world
	d *device
}

func (l watched) Record(_ context.Context, f func(counter.Recorder) error) error {
	l.w.record(l.d, func(rec counter.Recorder) (string, error) { return "", f(rec) })
	return nil
}

// joinDoubles lets a superior look for matters that two stations accepted.
func (w *world) joinDoubles(d *device) (written int) {
	if d.tier() == roster.Village || d.revoked {
		return 0
	}
	_, written, err := desk.New(desk.Config{Ledger: watched{d.store, w, d}, Now: d.read, Device: desk.Device{ID: d.id}}).JoinDoubles(bg, 0)
	w.at(d, err)
	for range written {
		w.fault("join of a double acceptance")
	}
	if written > 0 {
		w.logf("%s joins %d", d.name, written)
	}
	return written
}

// settleDoubles: in the end every superior has said what it has to say.
func (w *world) settleDoubles() {
	for range 6 {
		written := 0
		for _, d := range w.live() {
			if !d.light {
				written += w.joinDoubles(d)
			}
		}
		if written == 0 {
			return
		}
		w.settle()
	}
	w.fatalf("superiors go on joining the same matters")
}
