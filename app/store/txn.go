package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/sync/oplog"
)

// txn is one write transaction with its statements prepared once: preparing
// costs as much as running when fifty thousand ops arrive.
type txn struct {
	s       *Store
	ctx     context.Context
	tx      *sql.Tx
	stmts   map[string]*sql.Stmt
	fresh   []string // statements to keep prepared once the transaction is over
	done    bool     // committed
	heldAt  map[oplog.Scope]heldLog
	pos     map[[2]oplog.Position]int64 // positions already looked up
	prog    progress
	powers  powersCache // of the scopes in changed, as this transaction makes them
	changed map[oplog.Scope]bool
	own     bool        // holds acts of this device: the mark goes with it
	moved   bool        // our index of some folder moved
	cases   []entityKey // that were projected
	conn    *sql.Conn   // of a loose transaction
	keys    []taken     // that the ring has and the table only when this is committed
	gone    []string    // files that are not ours any more once the transaction stands
}

func (s *Store) begin(ctx context.Context) (*txn, error) {
	return s.beginOn(ctx, nil)
}

// beginLoose begins a transaction of which a power cut may take back the whole, as if
// it had never been: what peers announced and were told, which is asked for again. It
// costs no flush. Whatever is committed durably later takes it along.
func (s *Store) beginLoose(ctx context.Context) (*txn, error) {
	if broken.Is(broken.SkippedFsync) {
		return s.begin(ctx)
	}
	conn, err := s.w.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return nil, diskError(err)
	}
	if _, err = conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
		discard(conn)
		return nil, diskError(err)
	}
	t, err := s.beginOn(ctx, conn)
	if err != nil {
		firm(conn)
	}
	return t, err
}

// firm gives the writer's connection back with durable commits; when that cannot be
// had, another one is opened.
func firm(conn *sql.Conn) {
	if _, err := conn.ExecContext(context.Background(), "PRAGMA synchronous = FULL"); err != nil {
		discard(conn)
		return
	}
	_ = conn.Close()
}

func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

func (s *Store) beginOn(ctx context.Context, conn *sql.Conn) (*txn, error) {
	if err := s.opt.Fault("begin"); err != nil {
		return nil, diskError(err)
	}
	// A transaction that has begun comes to its end: with a context that can be
	// cancelled, SQLite's driver starts a goroutine for every statement.
	if ctx.Err() != nil {
		return nil, diskError(ctx.Err())
	}
	ctx = context.WithoutCancel(ctx)
	start := s.w.BeginTx
	if conn != nil {
		start = conn.BeginTx
	}
	tx, err := start(ctx, nil)
	if err != nil {
		return nil, diskError(err)
	}
	t := &txn{s: s, ctx: ctx, tx: tx, conn: conn, stmts: map[string]*sql.Stmt{}, heldAt: map[oplog.Scope]heldLog{}, pos: map[[2]oplog.Position]int64{}}
	t.prog = progress{Epoch: s.epoch.now(), Commit: s.mark.Commit, Stamp: s.clock, Seen: s.seen, Date: s.mark.Date, Serial: s.mark.Serial}
	return t, nil
}

func (t *txn) stmt(query string) (*sql.Stmt, error) {
	if st := t.stmts[query]; st != nil {
		return st, nil
	}
	if kept := t.s.prepared[query]; kept != nil {
		st := t.tx.StmtContext(t.ctx, kept)
		t.stmts[query] = st
		return st, nil
	}
	st, err := t.tx.PrepareContext(t.ctx, query)
	if err == nil {
		t.stmts[query] = st
		t.fresh = append(t.fresh, query)
	}
	return st, err
}

func (t *txn) exec(query string, args ...any) (sql.Result, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(t.ctx, args...)
}

func (t *txn) query(query string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(t.ctx, args...)
}

func (t *txn) row(query string, args ...any) *sql.Row {
	st, err := t.stmt(query)
	if err != nil {
		return t.tx.QueryRowContext(t.ctx, query, args...)
	}
	return st.QueryRowContext(t.ctx, args...)
}

func (t *txn) rollback() {
	if t.done {
		return
	}
	_ = t.tx.Rollback()
	t.release()
	t.s.keys.drop(t.keys)
	for scope := range t.changed {
		t.s.powers.forget(scope)
	}
}

// release gives back the connection of a loose transaction.
func (t *txn) release() {
	if t.conn != nil {
		firm(t.conn)
		t.conn = nil
	}
}

// commit makes the transaction durable, then the mark, then tells the rest of
// the program. Only after it may a number be told or a byte leave the device.
func (t *txn) commit() error {
	s := t.s
	p := t.prog
	if _, err := t.exec(updateProgress, p.Epoch[:], p.Commit, int64(p.Stamp), int64(p.Seen), p.Date, p.Serial); err != nil {
		return diskError(err)
	}
	if err := s.opt.Fault("commit"); err != nil {
		return diskError(err)
	}
	if err := t.tx.Commit(); err != nil {
		return diskError(err)
	}
	t.done = true
	t.release()
	s.outbox.note(t.cases)
	select {
	case s.committed <- struct{}{}:
	default:
	}
	if s.epoch.now() != p.Epoch { // what was passed over as ours is now fetched like anybody's
		s.epoch.set(p.Epoch)
		s.knows.forget()
	}
	for scope := range t.changed {
		s.powers.forget(scope)
	}
	t.keepStatements()
	for _, path := range t.gone {
		if path != "" {
			_ = s.disk.Remove(path) // left behind it does no harm: nothing names it
		}
	}
	t.gone = nil
	s.clock, s.seen = t.prog.Stamp, t.prog.Seen
	if hw := t.prog.highWater(); hw.Commit != s.mark.Commit {
		s.mark, s.markBehind, s.markOwed = hw, true, s.markOwed || t.own
	}
	if s.markOwed {
		return s.advanceMark()
	}
	return nil
}

// advanceMark writes the mark of what is durable. Until it stands, no number may
// be told and no byte may leave: a restored home would give them out again.
func (s *Store) advanceMark() error {
	err := s.opt.Fault("mark")
	if err == nil {
		err = s.opt.Marker.Advance(s.mark)
	}
	if err != nil {
		return counter.E(counter.CodeFailed, "已经记录,但防回退标记没有写成,办件编号暂不能使用", "recorded, but the high-water mark could not be written").
			Hint("不要重复办理;检查密钥文件夹所在的磁盘后,在办件列表里核对", "do not do it again; check the disk of the key folder, then look at the list of cases").Because(err)
	}
	s.markBehind, s.markOwed = false, false
	return nil
}

// removeAfter deletes a file when the transaction is durable: before, a crash
// would leave a record of a file that is not there.
func (t *txn) removeAfter(path string) { t.gone = append(t.gone, path) }

// A transaction is a querier itself, with its statements prepared.

// QueryContext is query.
func (t *txn) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.query(query, args...)
}

// QueryRowContext is row.
func (t *txn) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	return t.row(query, args...)
}

// ExecContext is exec.
func (t *txn) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return t.exec(query, args...)
}

// keepStatements prepares the statements of this transaction for the next ones.
// There is one writer connection, so this has to wait until it is free.
func (t *txn) keepStatements() {
	for _, q := range t.fresh {
		if st, err := t.s.w.PrepareContext(t.ctx, q); err == nil {
			t.s.prepared[q] = st
		}
	}
}

// held is the function held, asked once per scope and transaction.
func (t *txn) held(scope oplog.Scope) (heldLog, error) {
	if p, ok := t.heldAt[scope]; ok {
		return p, nil
	}
	p, err := held(t.ctx, t, scope, t.cache(scope))
	if err == nil {
		t.heldAt[scope] = p
	}
	return p, err
}

// logRow is a log as the table has it.
type logRow struct {
	id int64
	oplog.LogID
	own       bool
	seq       uint64
	head      oplog.Hash
	realm     oplog.Position
	powers    oplog.Position
	fileFirst uint64
	filePrev  oplog.Hash
	fileSize  int64
	fileDay   string

	path   []span        // of a branch: where its earlier ops lie
	shared uint64        // and how many these are
	split  sql.NullInt64 // of a log with branches: the last op before they part
}

const selectLog = `SELECT l.id, l.scope, l.device, l.epoch, l.own, l.seq, l.head, l.file_first, l.file_prev, l.file_size, l.file_day,
	l.path, l.shared, l.split, coalesce(p.realm_seq, 0), coalesce(p.realm_hash, x''), coalesce(p.powers_seq, 0), coalesce(p.powers_hash, x'')
	FROM logs l LEFT JOIN positions p ON p.id = l.pos `

type scanner interface{ Scan(...any) error }

func scanLog(r scanner) (l logRow, err error) {
	var scope, path string
	var device, epoch, head, prev, rh, ph []byte
	err = r.Scan(&l.id, &scope, &device, &epoch, &l.own, &l.seq, &head, &l.fileFirst, &prev, &l.fileSize, &l.fileDay,
		&path, &l.shared, &l.split, &l.realm.Seq, &rh, &l.powers.Seq, &ph)
	l.Scope = oplog.Scope(scope)
	copy(l.Device[:], device)
	copy(l.Epoch[:], epoch)
	copy(l.head[:], head)
	copy(l.filePrev[:], prev)
	copy(l.realm.Hash[:], rh)
	copy(l.powers.Hash[:], ph)
	if err == nil {
		l.path, err = parsePath(path)
	}
	return l, err
}

// log finds or creates the row of a log: of one with branches, the first.
func (t *txn) log(id oplog.LogID, own bool) (logRow, error) {
	l, err := scanLog(t.row(selectLog+"WHERE l.scope = ? AND l.device = ? AND l.epoch = ?", string(id.Scope), id.Device[:], id.Epoch[:]))
	if !errors.Is(err, sql.ErrNoRows) {
		return l, err
	}
	zero := oplog.Hash{}
	res, err := t.exec("INSERT INTO logs (scope, device, epoch, own, head, file_prev) VALUES (?, ?, ?, ?, ?, ?)",
		string(id.Scope), id.Device[:], id.Epoch[:], own, zero[:], zero[:])
	if err != nil {
		return l, err
	}
	n, err := res.LastInsertId()
	return logRow{id: n, LogID: id, own: own}, err
}

func (t *txn) saveLog(l *logRow) error {
	pos, err := t.position(l.realm, l.powers)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE logs SET seq = ?, head = ?, pos = ?, file_first = ?, file_prev = ?, file_size = ?, file_day = ? WHERE id = ?",
		l.seq, l.head[:], pos, l.fileFirst, l.filePrev[:], l.fileSize, l.fileDay, l.id)
	return err
}

// position gives the id of a pair of positions.
func (t *txn) position(realm, powers oplog.Position) (int64, error) {
	key := [2]oplog.Position{realm, powers}
	if id, ok := t.pos[key]; ok {
		return id, nil
	}
	args := []any{realm.Seq, realm.Hash[:], powers.Seq, powers.Hash[:]}
	if _, err := t.exec("INSERT OR IGNORE INTO positions (realm_seq, realm_hash, powers_seq, powers_hash) VALUES (?, ?, ?, ?)", args...); err != nil {
		return 0, err
	}
	var id int64
	err := t.row("SELECT id FROM positions WHERE realm_seq = ? AND realm_hash = ? AND powers_seq = ? AND powers_hash = ?", args...).Scan(&id)
	t.pos[key] = id
	return id, err
}
