package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"database/sql"
	"errors"
	"os"

	"onedoor/app/counter"
	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// Self is the device that this database belongs to.
type Self struct {
	Device   oplog.DeviceID
	Sign     *ecdsa.PrivateKey // nil in a read-only store
	Suite    seal.Suite
	District oplog.DeviceID // writer of realm and of the powers in every scope, as known at enrolment
	// Unwrap opens a scope's key that was wrapped for this device. It errors for
	// what is not.
	Unwrap func(scope oplog.Scope, id oplog.KeyID, wrapped []byte) (seal.Key, error)
	// Recall gives the keys that this device may have made for a scope under an id; it
	// is asked for an id that is not held. May be nil.
	Recall func(scope oplog.Scope, id oplog.KeyID) []seal.Key
	// Succession checks the word of the realm's root that a device follows another
	// one as the district's, and gives what realm's log cannot say before it is
	// read: the certificates of both. nil takes no successor.
	Succession func(heir oplog.DeviceID, p *counter.ContinuePayload) (Heir, error)
}

// Become tells the store who it writes as. It checks the high-water mark: a
// database behind it was restored from a backup, so a new epoch begins and
// numbers go on after the mark.
func (s *Store) Become(ctx context.Context, self Self) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.self = &self
	if err := s.loadDistricts(ctx); err != nil {
		return err
	}
	if s.opt.ReadOnly {
		return nil
	}
	if err := s.checkMark(ctx); err != nil {
		return err
	}
	if err := s.reconcileFiles(ctx); err != nil {
		return err
	}
	if s.opt.ByHand {
		return nil
	}
	s.wg.Add(2)
	go s.flushLoop()
	go s.tidyLoop()
	return nil
}

// progress is what a commit of this device writes beside its ops.
type progress struct {
	Epoch  oplog.Epoch
	Commit uint64
	Stamp  oplog.Stamp
	Seen   oplog.Stamp // highest stamp of any device
	Date   uint32
	Serial uint64
}

func (p progress) highWater() HighWater {
	return HighWater{Epoch: p.Epoch, Commit: p.Commit, Date: p.Date, Serial: p.Serial, Stamp: p.Stamp}
}

func (s *Store) checkMark(ctx context.Context) error {
	p, err := readProgress(ctx, s.w)
	if err != nil {
		return err
	}
	mark, err := s.opt.Marker.Load()
	switch {
	case errors.Is(err, os.ErrNotExist):
		mark = HighWater{}
	case err != nil:
		return counter.E(counter.CodeIntegrity, "防回退标记读不出", "the high-water mark cannot be read").
			Hint("密钥文件夹里的 .mark 文件已损坏;请联系区级管理员", "the .mark file in the key folder is damaged; ask the district").Because(err)
	}
	if broken.Is(broken.SerialReused) {
		mark = HighWater{}
	}
	restored := mark.Commit > 0 && (p.Epoch != mark.Epoch || p.Commit < mark.Commit)
	if broken.Is(broken.EpochNotRenewed) && restored {
		p.Commit, p.Stamp, p.Date, p.Serial = max(p.Commit, mark.Commit)+1, max(p.Stamp, mark.Stamp), max(p.Date, mark.Date), max(p.Serial, mark.Serial)
	} else if p.Epoch == (oplog.Epoch{}) || restored {
		if err := s.beginEpoch(ctx, &p, mark); err != nil {
			return err
		}
	}
	s.epoch.set(p.Epoch)
	s.clock = max(p.Stamp, mark.Stamp)
	s.mark = p.highWater()
	return s.advanceMark()
}

func (s *Store) beginEpoch(ctx context.Context, p *progress, mark HighWater) error {
	before := p.Epoch
	rand.Read(p.Epoch[:])
	p.Commit = max(p.Commit, mark.Commit) + 1
	p.Stamp = max(p.Stamp, mark.Stamp)
	if mark.Date > p.Date || mark.Date == p.Date && mark.Serial > p.Serial {
		p.Date, p.Serial = mark.Date, mark.Serial
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return diskError(err)
	}
	defer tx.Rollback()
	if err := writeProgress(ctx, tx, *p); err != nil {
		return diskError(err)
	}
	if err := addLived(ctx, tx, before, mark.Epoch, p.Epoch); err != nil {
		return diskError(err)
	}
	// Peers know more of our index than we do: it begins anew under another id. They
	// may hold more of our own logs, too, which we fetch back like anybody's. What they
	// had told us of theirs was told to this home of before: they tell it again.
	for _, query := range append(newLife, "DELETE FROM peer_claims", "DELETE FROM peer_files") {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return diskError(err)
		}
	}
	return diskError(tx.Commit())
}

var newLife = []string{"UPDATE folders SET index_id = abs(random() % 9223372036854775807) + 1", "UPDATE logs SET own = 0"}

// querier is what *sql.DB and *sql.Tx have in common.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

func readProgress(ctx context.Context, q querier) (p progress, err error) {
	var epoch []byte
	var stamp, seen int64
	err = q.QueryRowContext(ctx, "SELECT epoch, commits, stamp, seen_stamp, serial_date, serial FROM progress").
		Scan(&epoch, &p.Commit, &stamp, &seen, &p.Date, &p.Serial)
	copy(p.Epoch[:], epoch)
	p.Stamp, p.Seen = oplog.Stamp(stamp), oplog.Stamp(seen)
	return p, err
}

const updateProgress = "UPDATE progress SET epoch = ?, commits = ?, stamp = ?, seen_stamp = ?, serial_date = ?, serial = ?"

func writeProgress(ctx context.Context, q querier, p progress) error {
	_, err := q.ExecContext(ctx, updateProgress,
		p.Epoch[:], p.Commit, int64(p.Stamp), int64(p.Seen), p.Date, p.Serial)
	return err
}

// load reads what is known before anybody becomes anything.
func (s *Store) load(ctx context.Context) error {
	p, err := readProgress(ctx, s.r)
	if err != nil {
		return openFailed(err)
	}
	s.epoch.set(p.Epoch)
	s.clock, s.seen = p.Stamp, p.Seen
	if s.opt.Secrets == nil {
		return nil
	}
	return s.loadKeys(ctx)
}

// PutMeta stores a value of the device itself, such as its certificates.
func (s *Store) PutMeta(ctx context.Context, key string, value []byte) error {
	return diskError(putMeta(ctx, s.w, "x."+key, value))
}

// Meta reads what PutMeta stored; nil when there is none.
func (s *Store) Meta(ctx context.Context, key string) ([]byte, error) {
	return getMeta(ctx, s.r, "x."+key)
}

// PutSecret is PutMeta for what must be sealed with the device's data key.
func (s *Store) PutSecret(ctx context.Context, key string, value []byte) error {
	return s.PutMeta(ctx, key, s.opt.Secrets.Seal("meta", []byte(key), value))
}

// Secret reads what PutSecret stored; nil when there is none.
func (s *Store) Secret(ctx context.Context, key string) ([]byte, error) {
	b, err := s.Meta(ctx, key)
	if err != nil || b == nil {
		return nil, err
	}
	return s.opt.Secrets.Open("meta", []byte(key), b)
}

func getMeta(ctx context.Context, q querier, key string) ([]byte, error) {
	var v []byte
	err := q.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

func putMeta(ctx context.Context, q querier, key string, v []byte) error {
	_, err := q.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, v)
	return err
}
