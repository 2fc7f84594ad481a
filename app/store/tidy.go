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
		for !s.emptyJournal() && s.pause(tidyAfter) { // somebody was reading
		}
	}
}

// pause waits; false when the store closes.
func (s *Store) pause(d time.Duration) bool {
	select {
	case <-s.stop:
		return false
	case <-time.After(d):
		return true
	}
}

// emptyJournal moves what the journal holds into the database and cuts it; false when
// somebody is reading, so that it has to be tried again.
func (s *Store) emptyJournal() (done bool) {
	info, err := os.Stat(filepath.Join(s.home, DatabaseName+"-wal"))
	if err != nil || info.Size() < tidyFrom {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx := context.Background()
	conn, err := s.w.Conn(ctx)
	if err != nil {
		return true
	}
	// Acceptance must not wait for a reader.
	busy := 0
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err == nil {
		err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, new(int), new(int))
		done = err == nil && busy == 0
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 10000"); err != nil {
		discard(conn)
		return done
	}
	_ = conn.Close()
	return done
}
