package store

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// tidyAfter is how long nothing was committed before the journal is emptied, and
// tidyFrom how long it has to be.
const (
	tidyAfter = 2 * time.Second
	tidyFrom  = 1 << 20
)

// tidyLoop empties the journal when a burst is over. SQLite keeps it at its longest
// until the database is closed: megabytes beside a village's database, for months.
func (s *Store) tidyLoop() {
	defer s.wg.Done()
	for {
		select {
		case <-s.stop:
			return
		case <-s.committed:
		}
		for quiet := false; !quiet; {
			select {
			case <-s.stop:
				return
			case <-s.committed:
			case <-time.After(tidyAfter):
				quiet = true
			}
		}
		s.emptyJournal()
	}
}

// emptyJournal moves what the journal holds into the database and cuts it, unless
// somebody is reading: then it is done after the next burst, or at the end.
func (s *Store) emptyJournal() {
	info, err := os.Stat(filepath.Join(s.home, DatabaseName+"-wal"))
	if err != nil || info.Size() < tidyFrom {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx := context.Background()
	conn, err := s.w.Conn(ctx)
	if err != nil {
		return
	}
	// Acceptance must not wait for a reader.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err == nil {
		_, _ = conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 10000"); err != nil {
		discard(conn)
		return
	}
	_ = conn.Close()
}
