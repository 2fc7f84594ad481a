// Package store keeps a device's ops and what follows from them in one SQLite
// database. An op, its effect on the projections and a case's number become
// durable in one transaction; segment files derive from it.
//
// The tables are described in docs/formats/database.md.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/internal/disk"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Secrets is the device's data key at work: sealing what lies in the database
// and the keyed hashes of equality lookups.
type Secrets interface {
	Seal(label string, aad, plain []byte) []byte
	Open(label string, aad, sealed []byte) ([]byte, error)
	MAC(label string, data []byte) [32]byte
}

// HighWater is what the mark in the key folder remembers of this device, so
// that a home restored from a backup is noticed.
type HighWater struct {
	Epoch  oplog.Epoch
	Commit uint64 // commits of this device, over all scopes
	Date   uint32 // yyyymmdd of the last case number
	Serial uint64
	Stamp  oplog.Stamp
}

// Marker is the high-water mark outside the home.
type Marker interface {
	Load() (HighWater, error) // os.ErrNotExist when there is none yet
	Advance(HighWater) error
}

// Options for Open.
type Options struct {
	Home     string
	Now      func() time.Time
	Secrets  Secrets // nil: nothing sealed can be read (log verify of a locked home)
	Marker   Marker  // nil in ReadOnly
	ReadOnly bool    // another process may hold the home
	// Fault is called with the name of each durable step; an error stands for
	// the step failing. Tests only; nil in the product.
	Fault func(step string) error
	// Disk holds the segment files; nil is this computer's. With VFS, the name of
	// a file system registered with SQLite, the database lies on it too. Only the
	// simulation puts another disk under a store.
	Disk disk.FS
	VFS  string
	// ByHand leaves it to the caller to Flush after a commit. Simulations only.
	ByHand bool
}

// Store is an open database. It is safe for concurrent use; writes take turns.
type Store struct {
	opt   Options
	home  string
	disk  disk.FS
	now   func() time.Time
	codec *segment.Codec
	w     *sql.DB
	r     *readers
	// prepared are the writer's statements, kept from one transaction to the next.
	prepared map[string]*sql.Stmt

	mu        sync.Mutex // one writer: commits and received segments
	self      *Self      // nil before enrolment
	clock     oplog.Stamp
	seen      oplog.Stamp // highest stamp of any device, for doubting our clock
	epoch     liveEpoch
	mark      HighWater
	sealedDay string // day on which the tails of earlier days were sealed
	// halfFlushed: the last flush failed, so own files may be ahead of the database
	halfFlushed bool
	// The mark on disk is behind; and by acts that may not be told before it stands.
	markBehind, markOwed bool

	keys   keyRing
	powers powersCache
	subs   subscribers
	outbox outbox
	inbox  inbox
	ahead  ahead
	// keys of the devices' signing certificates
	signers signers
	again   refetchSet
	knows   knownSet
	dirty   chan struct{} // wakes the flusher
	// committed tells the tidier that something was written
	committed chan struct{}
	stop      chan struct{}
	wg        sync.WaitGroup
}

// applicationID is "ODOR": tools tell the file by it.
const applicationID = 0x4F444F52

// DatabaseName is the file of the database below a home.
const DatabaseName = "onedoor.db"

// Open opens or creates the database below o.Home.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Fault == nil {
		o.Fault = func(string) error { return nil }
	}
	codec, err := segment.NewCodec()
	if err != nil {
		return nil, err
	}
	if o.Disk == nil {
		o.Disk = disk.OS{}
	}
	s := &Store{disk: o.Disk, prepared: map[string]*sql.Stmt{}, opt: o, home: o.Home, now: o.Now, codec: codec,
		dirty: make(chan struct{}, 1), committed: make(chan struct{}, 1), stop: make(chan struct{}), powers: powersCache{districts: &districts{}}}
	if err := s.connect(ctx); err != nil {
		s.closeDB()
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		s.closeDB()
		return nil, err
	}
	return s, nil
}

// pragmas go into the DSN so that every connection has them. busy_timeout comes
// first: setting journal_mode can already meet a lock.
func dsn(path, vfs string, readOnly bool) string {
	q := url.Values{}
	if vfs != "" {
		q.Set("vfs", vfs)
	}
	q.Add("_pragma", "busy_timeout(10000)")
	if !readOnly {
		q.Add("_pragma", "journal_mode(WAL)")
	} else {
		q.Add("_pragma", "query_only(1)")
	}
	if broken.Is(broken.SkippedFsync) {
		q.Add("_pragma", "synchronous(OFF)")
	} else {
		q.Add("_pragma", "synchronous(FULL)")
	}
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "temp_store(MEMORY)")
	q.Add("_pragma", "secure_delete(1)")
	q.Add("_pragma", "cache_size(-16000)")
	q.Set("_txlock", "immediate")
	return "file:" + uriPath.Replace(filepath.ToSlash(path)) + "?" + q.Encode()
}

// uriPath escapes what a URI would read otherwise: folders may be named "50%".
var uriPath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func (s *Store) connect(ctx context.Context) error {
	path := filepath.Join(s.home, DatabaseName)
	if s.opt.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return notEnrolled()
		}
	}
	var err error
	if s.r, err = openReaders(dsn(path, s.opt.VFS, true)); err != nil {
		return openFailed(err)
	}
	if s.opt.ReadOnly {
		return s.checkVersion(ctx, s.r.db)
	}
	if s.w, err = sql.Open("sqlite", dsn(path, s.opt.VFS, false)); err != nil {
		return openFailed(err)
	}
	s.w.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if s.opt.VFS != "" {
		return nil
	}
	return diskError(os.Chmod(path, 0o600))
}

// Close writes the tails of own logs and closes the database.
func (s *Store) Close() error {
	if s.w != nil {
		close(s.stop)
		s.wg.Wait()
		err := s.Flush()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.markBehind && err == nil {
			err = s.advanceMark()
		}
		// Leave one file behind, not a database and a long journal beside it.
		_, _ = s.w.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		return errors.Join(err, s.closeDB())
	}
	return s.closeDB()
}

func (s *Store) closeDB() error {
	var errs []error
	if s.r != nil {
		errs = append(errs, s.r.db.Close())
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
	}
	return errors.Join(errs...)
}

func notEnrolled() error {
	return counter.E(counter.CodeNotEnrolled, "这个目录还没有建立柜台或区级枢纽", "this home has not been set up").
		Hint("先运行 onedoor init(柜台)或 onedoor hub init(区级)", "run onedoor init (counter) or onedoor hub init (district) first")
}

func openFailed(err error) error {
	if isFull(err) {
		return diskError(err) // the data is sound
	}
	return counter.E(counter.CodeIntegrity, "数据库打不开", "the database does not open").
		Hint("检查磁盘;如文件已损坏,运行 onedoor rebuild 从日志重建", "check the disk; if the file is damaged, run onedoor rebuild").
		Because(fmt.Errorf("open database: %w", err))
}
