package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// provisionalCase records a case whose due date waits for a calendar, or not.
func (w *world) provisionalCase(t *testing.T, d *device, provisional bool) {
	t.Helper()
	due := counter.Date("2027-01-15")
	must(t, d.Record(context.Background(), func(rec counter.Recorder) error {
		date, serial := rec.NextSerial(rec.Now())
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "case.accept", Entity: uuid.New(), Actor: w.clerk, New: true,
			Payload: counter.AcceptPayload{Number: counter.FormatNumber(string(village), counter.DateOf(date), "01", serial),
				Item: counter.ItemRef{Code: "A1", Name: "item", Version: 1}, Person: uuid.New(), Type: "person", Read: "typed", Counter: "01",
				Division: string(village), LegalDate: counter.DateOf(rec.Now()), AcceptedAt: rec.Now().Format(time.RFC3339),
				Due: &due, DueProvisional: provisional, PromisedDays: 20}})
		return err
	}))
}

// TestSixthMigration takes a database back to what the fifth version made and opens it
// again: the rows are filled, the digest is the same, the few are found.
func TestSixthMigration(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	w.accept(t, w.vil, "no due date")
	for i := range 5 {
		w.provisionalCase(t, w.vil, i == 2)
	}
	before := digests(t, w.vil)
	w.vil.close()
	path := filepath.Join(w.vil.home, DatabaseName)
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	for _, q := range []string{"DROP INDEX cases_provisional", "DROP INDEX cases_scope", "DROP INDEX cases_accepted", "DROP INDEX entities_type",
		"ALTER TABLE logs DROP COLUMN path", "ALTER TABLE logs DROP COLUMN shared", "ALTER TABLE logs DROP COLUMN split", // of the seventh
		"ALTER TABLE cases DROP COLUMN provisional", "CREATE INDEX entities_type ON entities (type, scope)", "PRAGMA user_version = 5"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	must(t, db.Close())
	w.vil.open(w.hub)
	if _, err := os.Stat(filepath.Join(w.vil.home, "onedoor-v5.backup.db")); err != nil {
		t.Fatal("no copy was made before")
	}
	find := func() int {
		t.Helper()
		rows, err := w.vil.Cases(ctx, counter.CaseFilter{Scope: string(village), Provisional: true})
		must(t, err)
		return len(rows)
	}
	if n := find(); n != 5 {
		t.Fatalf("%d cases have to be looked at before they are filled, not 5", n)
	}
	must(t, w.vil.FillProvisional(ctx, string(village)))
	if n := find(); n != 1 {
		t.Fatalf("%d provisional cases, not 1", n)
	}
	if after := digests(t, w.vil); after != before {
		t.Fatalf("%s\nafter the migration\n%s", before, after)
	}
	w.provisionalCase(t, w.vil, true)
	if n := find(); n != 2 {
		t.Fatalf("%d provisional cases, not 2", n)
	}
	must(t, w.vil.Rebuild(ctx))
	if n := find(); n != 2 {
		t.Fatalf("%d provisional cases after a rebuild, not 2", n)
	}
}
