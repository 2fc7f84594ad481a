package store

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"onedoor/sync/oplog"
)

// TestKnownOf compares what is asked for many entities together with what is asked for
// each alone: known ones and new ones, twice in one batch, more than go into a statement.
func TestKnownOf(t *testing.T) {
	w := newWorld(t)
	for i := range 40 {
		w.accept(t, w.vil, string(rune('a'+i)))
	}
	w.converge(t)
	var held []oplog.EntityID
	rows, err := w.hub.r.Query("SELECT DISTINCT entity FROM ops ORDER BY id")
	must(t, err)
	for rows.Next() {
		var e []byte
		must(t, rows.Scan(&e))
		held = append(held, oplog.EntityID(e))
	}
	must(t, rows.Close())
	for n := range 2*askTogether + 2 {
		var ops []oplog.Op
		for i := range n {
			id := held[(i*7+n)%len(held)]
			if i%3 == 0 {
				id = uuid.New()
			}
			ops = append(ops, oplog.Op{Entity: id}, oplog.Op{Entity: id})
		}
		w.hub.mu.Lock()
		tx, err := w.hub.begin(context.Background())
		must(t, err)
		known, err := tx.knownOf(touchedSet{}, ops)
		must(t, err)
		for _, o := range ops {
			var want bool
			must(t, tx.row("SELECT EXISTS (SELECT 1 FROM ops o WHERE o.entity = ?)", o.Entity[:]).Scan(&want))
			if known[o.Entity] != want {
				t.Errorf("%d entities: %v is known: %v, want %v", n, o.Entity, known[o.Entity], want)
			}
		}
		tx.rollback()
		w.hub.mu.Unlock()
	}
}
