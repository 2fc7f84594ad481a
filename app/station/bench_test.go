package station

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
)

// The benchmarks named Ratio measure the budgets of the design against a bare
// equivalent in the same run; "budget" is the ratio that is asked for.

// BenchmarkRatioAccept compares a durable acceptance (ops, projections, number,
// mark) with the same rows by a bare transaction of the same driver.
func BenchmarkRatioAccept(b *testing.B) {
	d := newDistrict(b)
	ctx := context.Background()
	s, err := Open(ctx, d.vil, Write)
	must(b, err)
	defer s.Close()
	wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
	must(b, err)
	item := easyItem(b, s)
	accept := func(i int) {
		_, err := wang.Accept(ctx, desk.Acceptance{Item: item, Applicant: person(i), Materials: desk.Materials{All: true}})
		must(b, err)
	}
	for i := range 20 {
		accept(i)
	}
	const n = 1000
	bare := bareAccepts(b, s, n)
	start := time.Now()
	for i := range n {
		accept(100 + i)
	}
	ours := time.Since(start)
	for b.Loop() { //nolint:revive // the work is above: it needs pairs
	}
	report(b, float64(ours)/float64(bare), 2)
	b.ReportMetric(float64(ours.Microseconds())/n, "us/accept")
	b.ReportMetric(float64(bare.Microseconds())/n, "us/bare")
}

func report(b *testing.B, ratio, budget float64) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratio, "ratio")
	b.ReportMetric(budget, "budget")
}

// bareDB has the tables of the store and nothing of its code.
func bareDB(b *testing.B, like string) *sql.DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bare.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	must(b, err)
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	schema, err := os.ReadFile("../store/schema/0001_floor.sql")
	must(b, err)
	_, err = db.Exec(string(schema) + "; ALTER TABLE cases ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0") // later indexes are our own cost
	must(b, err)
	_, err = db.Exec("ATTACH DATABASE ? AS like_db", "file:"+like+"?mode=ro")
	must(b, err)
	return db
}

type bareRow struct {
	stmt string
	args []any
}

// rowsOf reads the rows of a table of an open home, as they would be inserted.
func rowsOf(b *testing.B, db *sql.DB, table, cond string) (out []bareRow) {
	b.Helper()
	rows, err := db.Query("SELECT * FROM like_db." + table + " " + cond)
	must(b, err)
	defer rows.Close()
	cols, err := rows.Columns()
	must(b, err)
	stmt := "INSERT INTO main." + table + " VALUES (?"
	for range cols[1:] {
		stmt += ", ?"
	}
	stmt += ")"
	for rows.Next() {
		args := make([]any, len(cols))
		ptrs := make([]any, len(cols))
		for i := range args {
			ptrs[i] = &args[i]
		}
		must(b, rows.Scan(ptrs...))
		if state, _ := args[min(4, len(args)-1)].([]byte); table == "entities" && len(state) == 0 {
			args[4] = []byte{} // the driver gives nil for an empty blob
		}
		out = append(out, bareRow{stmt, args})
	}
	must(b, rows.Err())
	return out
}

// bareAccepts times n transactions with rows like those of one acceptance.
func bareAccepts(b *testing.B, s *Station, n int) time.Duration {
	db := bareDB(b, filepath.Join(s.v.home, store.DatabaseName))
	_, err := db.Exec("PRAGMA foreign_keys = 0")
	must(b, err)
	one := map[string][]bareRow{}
	for table, count := range map[string]int{"ops": 2, "batches": 1, "entities": 2, "cases": 1, "lookup": 1} {
		one[table] = rowsOf(b, db, table, fmt.Sprintf("ORDER BY id DESC LIMIT %d", count))
	}
	start := time.Now()
	for i := range n {
		tx, err := db.Begin()
		must(b, err)
		stmts := map[string]*sql.Stmt{}
		for table, rows := range one {
			for k, r := range rows {
				args := append([]any{}, r.args...)
				args[0] = nil
				unique(table, args, i*10+k)
				if stmts[r.stmt] == nil {
					stmts[r.stmt], err = tx.Prepare(r.stmt)
					must(b, err)
				}
				_, err := stmts[r.stmt].Exec(args...)
				must(b, err)
			}
		}
		_, err = tx.Exec("UPDATE progress SET commits = commits + 1")
		must(b, err)
		_, err = tx.Exec("UPDATE logs SET seq = seq + 1")
		must(b, err)
		must(b, tx.Commit())
	}
	return time.Since(start)
}

// unique changes the key columns of a copied row.
func unique(table string, args []any, n int) {
	id := uuid.New()
	switch table {
	case "ops":
		args[2], args[4] = int64(1_000_000+n), id[:]
	case "batches":
		args[2] = int64(1_000_000 + n)
	case "entities", "cases":
		args[1] = id[:]
	case "lookup":
		args[1] = id[:]
	}
}

// BenchmarkRatioFirstSync sends 50,000 ops of 10,000 cases from a village to the
// hub over loopback TLS: verified, folded and durable there. The bare figure is
// the insert of the same rows at the hub.
func BenchmarkRatioFirstSync(b *testing.B) {
	d := newDistrict(b)
	ctx := context.Background()
	vil, err := Open(ctx, d.vil, Write)
	must(b, err)
	defer vil.Close()
	canon := fill(b, vil, 10_000)
	hub, err := Open(ctx, d.hub, Write)
	must(b, err)
	defer hub.Close()
	serve, stop := context.WithCancel(ctx)
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- hub.Serve(serve, ServeOptions{Listen: "tcp://127.0.0.1:0", Ready: func(a Addrs) { ready <- a.Listen }})
	}()
	addr := <-ready
	runtime.GC()
	start := time.Now()
	rep, err := vil.Sync(ctx, addr, 5*time.Minute)
	ours := time.Since(start)
	must(b, err)
	open := diskOf(b, d.hub.Home)
	awaitTidy(b, d.hub.Home)
	idle := diskOf(b, d.hub.Home)
	stop()
	must(b, <-done)
	if !rep.Converged || rep.SentOps < 50_000 {
		b.Fatalf("%+v", rep)
	}
	bare := bareInsert(b, filepath.Join(d.hub.Home, store.DatabaseName))
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(ours)/float64(bare), 2.5)
	b.ReportMetric(ours.Seconds(), "s/sync")
	b.ReportMetric(bare.Seconds(), "s/bare")
	b.ReportMetric(float64(rep.SentBytes+rep.ReceivedBytes)/1e6, "MB/wire")
	b.ReportMetric(float64(rep.SentBytes)/float64(packed(b, canon)), "wire/zstd")
	b.ReportMetric(float64(len(canon))/1e6, "MB/ops")
	b.ReportMetric(float64(idle)/float64(len(canon)), "disk/ops")
	b.ReportMetric(float64(open)/float64(len(canon)), "disk-at-once/ops")
}

// awaitTidy waits until an open home has emptied its journal, as it does when nothing
// comes in for a moment.
func awaitTidy(b *testing.B, home string) {
	b.Helper()
	for range 600 {
		if info, err := os.Stat(filepath.Join(home, store.DatabaseName+"-wal")); err != nil || info.Size() < 1<<20 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatal("the journal is never emptied")
}

// fill records n cases of five ops each and gives the canonical bytes of all ops.
func fill(b *testing.B, s *Station, n int) []byte {
	b.Helper()
	ctx := context.Background()
	wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
	must(b, err)
	for from := 0; from < n; from += 50 {
		must(b, s.v.store.Record(ctx, func(rec counter.Recorder) error {
			for i := from; i < from+50 && i < n; i++ {
				if err := fiveOps(rec, wang, i); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must(b, s.v.store.Flush())
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.v.home, store.DatabaseName)+"?mode=ro")
	must(b, err)
	defer db.Close()
	rows, err := db.Query("SELECT o.body FROM ops o JOIN logs l ON l.id = o.log WHERE l.own = 1 ORDER BY o.id")
	must(b, err)
	defer rows.Close()
	var canon []byte
	for rows.Next() {
		var kept []byte
		must(b, rows.Scan(&kept))
		body, err := store.Unpack(kept)
		must(b, err)
		canon = append(canon, body...)
	}
	return canon
}

func fiveOps(rec counter.Recorder, who *desk.Session, i int) error {
	return fiveOpsIn(rec, who, testVillage, "01", i)
}

func fiveOpsIn(rec counter.Recorder, who *desk.Session, scope, place string, i int) error {
	p := person(i)
	per, id := uuid.New(), uuid.New()
	date, serial := rec.NextSerial(rec.Now())
	due := counter.Date("2026-12-18")
	acts := []counter.Act{
		{Kind: "person.record", Entity: per, New: true, Payload: counter.RecordPayload{Type: "person", Source: "typed"},
			Sealed: map[string][]byte{"identity": fmt.Appendf(nil, `{"name":%q,"number":%q}`, p.Name, p.Number), "phone": []byte(p.Phone)}},
		{Kind: "case.accept", Entity: id, New: true, Payload: counter.AcceptPayload{
			Number: counter.FormatNumber(scope, counter.DateOf(date), place, serial),
			Item:   counter.ItemRef{ID: uuid.New(), Code: "MZ001", Name: "最低生活保障对象认定", Version: 1}, Person: per, Type: "person", Read: "typed",
			Channel: "window", Counter: place, Division: scope, LegalDate: counter.DateOf(rec.Now()), AcceptedAt: rec.Now().Format(time.RFC3339),
			Due: &due, PromisedDays: 20, Materials: []counter.GivenMaterial{{Name: "居民身份证", Provided: true, Originals: 1, Copies: 1},
				{Name: "户口簿", Provided: true, Originals: 1, Copies: 1}, {Name: "申请表", Provided: true, Originals: 1}}},
			Sealed: map[string][]byte{"applicant": fmt.Appendf(nil, `{"name":%q,"number":%q,"phone":%q}`, p.Name, p.Number, p.Phone),
				"form": fmt.Appendf(nil, `{"members":"3","income":"%d","address":"测试路%d号","reason":"家庭收入低于标准"}`, 500+i%900, i)}},
		{Kind: "case.handover", Entity: id, Payload: counter.ActPayload{To: "440604011000"}},
		{Kind: "case.note", Entity: id, Payload: counter.NotePayload{}, Sealed: map[string][]byte{"text": []byte("已电话告知申请人补充说明")}},
		{Kind: "case.print", Entity: id, Payload: counter.PrintPayload{Kind: "acceptance", Copy: 1, IssuedAt: rec.Now().Format(time.RFC3339)}},
	}
	for _, a := range acts {
		a.Scope, a.Actor = scope, who.UserID()
		if _, err := rec.Append(a); err != nil {
			return err
		}
	}
	return nil
}

func packed(b *testing.B, data []byte) int {
	enc, err := zstd.NewWriter(nil)
	must(b, err)
	return len(enc.EncodeAll(data, nil))
}

// bareInsert times inserting the hub's ops and projections into bare tables.
func bareInsert(b *testing.B, like string) time.Duration {
	var start time.Time
	bareInsertBy(b, like, func() { start = time.Now() })
	return time.Since(start)
}

// bareInsertBy does it, and calls begin when the rows are read and the work begins.
func bareInsertBy(b *testing.B, like string, begin func()) {
	db := bareDB(b, like)
	_, err := db.Exec("PRAGMA foreign_keys = 0")
	must(b, err)
	var all []bareRow
	for _, table := range []string{"ops", "entities", "cases", "lookup"} {
		all = append(all, rowsOf(b, db, table, "")...)
	}
	runtime.GC()
	begin()
	for from := 0; from < len(all); from += 1000 {
		tx, err := db.Begin()
		must(b, err)
		stmts := map[string]*sql.Stmt{}
		for _, r := range all[from:min(from+1000, len(all))] {
			if stmts[r.stmt] == nil {
				stmts[r.stmt], err = tx.Prepare(r.stmt)
				must(b, err)
			}
			_, err := stmts[r.stmt].Exec(r.args...)
			must(b, err)
		}
		must(b, tx.Commit())
	}
}

func diskOf(b *testing.B, home string) (total int64) {
	must(b, filepath.Walk(home, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			total += info.Size()
		}
		return err
	}))
	return total
}

// BenchmarkRatioSearch compares a search in the catalogue with its budget.
func BenchmarkRatioSearch(b *testing.B) {
	d := newDistrict(b)
	s, err := Open(context.Background(), d.vil, Read)
	must(b, err)
	defer s.Close()
	queries := []string{"低", "di", "dibao", "cjr", "残疾人", "养老", "y"}
	var worst time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		_, err := s.Desk().SearchItems(context.Background(), queries[i%len(queries)], 20)
		must(b, err)
		if took := time.Since(start); i > len(queries) {
			worst = max(worst, took)
		}
		i++
	}
	report(b, float64(worst)/float64(30*time.Millisecond), 1)
	b.ReportMetric(float64(worst.Microseconds()), "us/worst")
}

// BenchmarkRatioLogin compares a login with its budget of 1 s (on an old PC).
func BenchmarkRatioLogin(b *testing.B) {
	d := newDistrict(b)
	s, err := Open(context.Background(), d.vil, Read)
	must(b, err)
	defer s.Close()
	n := 0
	start := time.Now()
	for b.Loop() {
		_, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
		must(b, err)
		n++
	}
	each := time.Since(start) / time.Duration(n)
	report(b, float64(each)/float64(time.Second), 1)
	b.ReportMetric(float64(each.Milliseconds()), "ms/login")
}
