package store

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// A clerk is disabled at the hub while the village is away and goes on working.
// The acts named a position before, so they stand; but everybody sees that they
// have to be looked at.
func TestActsAfterAnUnknownDisableStandAndAreMarked(t *testing.T) {
	w := newWorld(t)
	_, before := w.accept(t, w.vil, "before")
	w.vil.clock = w.hub.clock // one clock for both: the mark goes by stamps
	*w.hub.clock = w.hub.clock.Add(60e9)
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "user.disable", Entity: w.clerk, Payload: counter.DisablePayload{}})
		return err
	}))
	_, after := w.accept(t, w.vil, "after")
	w.converge(t)
	for _, d := range []*device{w.hub, w.vil} {
		if marked(t, d, before) {
			t.Error("an act from before the disable is marked")
		}
		if !marked(t, d, after) {
			t.Error("an act from after the disable is not marked")
		}
	}
	err := w.vil.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := w.appendCase(rec, uuid.New(), "late")
		return err
	})
	must(t, err) // the store records what it is told; the facade asks first
	rows, err := w.vil.Cases(context.Background(), counter.CaseFilter{})
	must(t, err)
	if len(rows) != 2 {
		t.Errorf("%d cases stand, want 2: a disabled clerk accepted one", len(rows))
	}
	w.converge(t)
}

func marked(t *testing.T, d *device, id uuid.UUID) bool {
	t.Helper()
	e, err := d.Entity(context.Background(), string(village), id)
	must(t, err)
	if e.Folded.Case == nil {
		t.Fatal("the acceptance does not stand")
	}
	return e.Folded.Effects[0].Review
}
