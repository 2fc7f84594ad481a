package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
)

// readers are the connections that only read, with their statements prepared once:
// SQLite takes longer to understand a short query than to answer it.
type readers struct {
	db    *sql.DB
	stmts sync.Map // *sql.Stmt by text
	count atomic.Int32
}

// maxReadStmts bounds what is kept: filters of lists make texts of many kinds.
const maxReadStmts = 200

// readConns is how many readers there may be at once.
const readConns = 4

func openReaders(dsn string) (*readers, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readConns)
	return &readers{db: db}, nil
}

// stmt gives the prepared statement of a query; nil when it is not to be kept, or
// cannot be prepared: asking says why.
func (r *readers) stmt(ctx context.Context, query string) *sql.Stmt {
	if st, ok := r.stmts.Load(query); ok {
		return st.(*sql.Stmt)
	}
	if r.count.Load() >= maxReadStmts {
		return nil
	}
	st, err := r.db.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	if first, raced := r.stmts.LoadOrStore(query, st); raced {
		_ = st.Close()
		return first.(*sql.Stmt)
	}
	r.count.Add(1)
	return st
}

func (r *readers) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := r.stmt(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return r.db.QueryContext(ctx, query, args...)
}

func (r *readers) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := r.stmt(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return r.db.QueryRowContext(ctx, query, args...)
}

func (r *readers) Query(query string, args ...any) (*sql.Rows, error) {
	return r.QueryContext(context.Background(), query, args...)
}

func (r *readers) QueryRow(query string, args ...any) *sql.Row {
	return r.QueryRowContext(context.Background(), query, args...)
}

func (r *readers) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errReader
}

var errReader = errors.New("store: the readers do not write")
