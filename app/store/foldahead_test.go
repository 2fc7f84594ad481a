package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// TestFoldedAheadIsTheSame: a file of many cases, folded while the rows are written, gives
// what a rebuild gives entity by entity.
func TestFoldedAheadIsTheSame(t *testing.T) {
	w := newWorld(t)
	must(t, w.vil.Record(context.Background(), func(rec counter.Recorder) error {
		for i := range 5 * foldAheadFrom {
			if _, err := w.appendCase(rec, uuid.New(), fmt.Sprint("somebody ", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	w.converge(t)
	if n := casesAt(t, w.hub); n != 5*foldAheadFrom {
		t.Fatalf("%d cases", n)
	}
	before := digests(t, w.hub)
	must(t, w.hub.Rebuild(context.Background()))
	if digests(t, w.hub) != before || digests(t, w.vil) != before {
		t.Fatal("another digest")
	}
}

// TestFoldAheadEnds: whoever stops early leaves nothing running that reads the
// transaction's ops.
func TestFoldAheadEnds(t *testing.T) {
	w := newWorld(t)
	tx, err := w.vil.begin(context.Background())
	must(t, err)
	defer tx.rollback()
	var list []entry
	for range 100 {
		list = append(list, entry{entityKey{village, uuid.New()}, &touched{typ: "case", new: true}})
	}
	next, stop, err := tx.foldAhead(list)
	must(t, err)
	if one := next(); one.err != nil || one.f == nil {
		t.Fatalf("%+v", one)
	}
	stop()
	if next, _, err := tx.foldAhead(list[:foldAheadFrom-1]); err != nil || next != nil {
		t.Fatal("folded ahead for nothing")
	}
}
