package meshtest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	_ "onedoor/app/store" // the driver
)

// TestDisk: what a commit told to be durable survives every power cut, and a
// database that does not flush loses something in some of them.
func TestDisk(t *testing.T) {
	useVFS()
	for _, c := range []struct {
		sync  string
		loses bool
	}{{"FULL", false}, {"OFF", true}} {
		lost := 0
		for seed := range uint64(40) {
			lost += commitAndCut(t, seed, c.sync)
		}
		if (lost > 0) != c.loses {
			t.Errorf("synchronous=%s: %d commits lost", c.sync, lost)
		}
	}
}

// commitAndCut counts the durable rows that a cut took away; a damaged database
// has lost all.
func commitAndCut(t *testing.T, seed uint64, sync string) int {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := newDisk(fmt.Sprintf("smoke%d", seed), rng)
	defer d.discard()
	open := func() *sql.DB {
		db, err := sql.Open("sqlite", "file:"+d.home()+"/x.db?vfs="+vfsName+"&_pragma=journal_mode(WAL)&_pragma=synchronous("+sync+")")
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	if _, err := db.Exec("CREATE TABLE t (n INTEGER, b BLOB)"); err != nil {
		t.Fatal(err)
	}
	d.fuse = 1 + rng.IntN(120)
	told := 0
	for n := range 30 {
		if _, err := db.ExecContext(context.Background(), "INSERT INTO t VALUES (?, randomblob(1000))", n); err != nil {
			break
		}
		told = n + 1
	}
	d.fuse, d.dead = 0, true
	_ = db.Close()
	d.powerCut()
	db = open()
	defer db.Close()
	var have int
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&have); err != nil {
		have = 0
	}
	return max(0, told-have)
}
