package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"sync/atomic"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
)

// A device whose disk came back from a copy together with the key folder cannot know
// it by itself: database and mark agree. It learns it when somebody shows it ops that
// it signed and does not hold. What its lost days said is out in the world, numbers on
// receipts too, and not all of that need ever come back. So it begins a new epoch, which
// no other copy of it can ever write into, and gives no number until the district
// has given it another counter number.

// Copied tells that this disk turned out to be a copy of an earlier one.
type Copied struct {
	Epoch string `json:"epoch"` // the epoch that was begun then, 16 hexadecimal digits
	Was   string `json:"was"`   // the one before it, which has two branches from now on
	At    int64  `json:"at"`    // Unix seconds, by this device's clock
}

// liveEpoch is the epoch that this device writes in. It changes while it works when its
// disk turns out to be a copy, and is read without the store's lock.
type liveEpoch struct{ p atomic.Pointer[oplog.Epoch] }

func (e *liveEpoch) now() oplog.Epoch {
	if p := e.p.Load(); p != nil {
		return *p
	}
	return oplog.Epoch{}
}

func (e *liveEpoch) set(to oplog.Epoch) { e.p.Store(&to) }

const (
	metaCopied = "x.copied" // JSON of Copied, the last time
	metaLived  = "x.epochs" // 8 bytes each: the epochs of this device that it knows of
)

// Copied tells whether this disk turned out to be a copy; nil if not.
func (s *Store) Copied(ctx context.Context) (*Copied, error) {
	raw, err := getMeta(ctx, s.r, metaCopied)
	if err != nil || raw == nil {
		return nil, err
	}
	var c Copied
	return &c, json.Unmarshal(raw, &c)
}

// Lived lists the epochs of this device's logs that it knows to be its own, the present
// one included.
func (s *Store) Lived(ctx context.Context) (map[oplog.Epoch]bool, error) {
	raw, err := getMeta(ctx, s.r, metaLived)
	if err != nil {
		return nil, err
	}
	out := map[oplog.Epoch]bool{s.epoch.now(): true}
	for part := range slices.Chunk(raw, len(oplog.Epoch{})) {
		out[oplog.Epoch(part)] = true
	}
	return out, nil
}

// addLived remembers epochs of this device.
func addLived(ctx context.Context, q querier, epochs ...oplog.Epoch) error {
	raw, err := getMeta(ctx, q, metaLived)
	if err != nil {
		return err
	}
	for _, e := range epochs {
		if e != (oplog.Epoch{}) {
			raw = append(raw, e[:]...)
		}
	}
	return putMeta(ctx, q, metaLived, raw)
}

// copiedEpoch makes the id of the epoch that follows on one which two disks have
// written into. Whoever knows that one can tell so by the id: it is followed by a
// number that the district gives for it, and by nothing else.
func copiedEpoch(was oplog.Epoch) (e oplog.Epoch) {
	rand.Read(e[:copiedRandom])
	copy(e[copiedRandom:], copiedCheck(e, was))
	return e
}

const copiedRandom = 5 // bytes of an epoch; the others check

func copiedCheck(e, was oplog.Epoch) []byte {
	sum := sha256.Sum256(slices.Concat([]byte("onedoor copied epoch 1\n"), was[:], e[:copiedRandom]))
	return sum[:len(e)-copiedRandom]
}

// begunFrom tells that an epoch was begun by a disk that had written into another one
// and turned out to be a copy.
func begunFrom(e, was oplog.Epoch) bool { return bytes.Equal(e[copiedRandom:], copiedCheck(e, was)) }

// neverLived tells that a log is of this device, of an epoch that it knows nothing of:
// a disk with the same keys may have told the numbers that this one tells. It may not
// when it had turned out to be a copy in another epoch than ours of now: then it tells
// numbers of its own. Two disks that go on side by side therefore come to rest.
// The district's own logs are looked after apart: a hub that is made again from an
// archive takes its earlier epochs from there.
func (t *txn) neverLived(log oplog.LogID) (bool, error) {
	self := t.s.self.Device
	if log.Device != self || self == t.s.powers.districts.now().hub() || log.Epoch == t.s.epoch.now() {
		return false, nil
	}
	var known bool
	if err := t.row("SELECT EXISTS (SELECT 1 FROM logs WHERE device = ? AND epoch = ?)", self[:], log.Epoch[:]).Scan(&known); err != nil || known {
		return false, err
	}
	lived, err := t.s.Lived(t.ctx)
	if err != nil || lived[log.Epoch] {
		return false, err
	}
	held, err := t.epochsOf(self)
	if err != nil {
		return false, err
	}
	for _, e := range slices.AppendSeq(held, maps.Keys(lived)) {
		if e != t.s.epoch.now() && begunFrom(log.Epoch, e) {
			return false, nil
		}
	}
	return true, nil
}

// epochsOf lists the epochs that logs of a device are held of.
func (t *txn) epochsOf(d oplog.DeviceID) (out []oplog.Epoch, err error) {
	rows, err := t.query("SELECT DISTINCT substr(epoch, 1, 8) FROM logs WHERE device = ?", d[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e []byte
		if err := rows.Scan(&e); err != nil {
			return nil, err
		}
		out = append(out, oplog.Epoch(e))
	}
	return out, rows.Err()
}

// turnEpoch begins a new epoch because this disk turned out to be a copy. What is not
// in its files yet goes there first, as a part of the epoch that ends.
func (t *txn) turnEpoch() error {
	if broken.Is(broken.EpochNotRenewed) {
		return nil
	}
	if _, err := t.flushOwn(); err != nil {
		return err
	}
	c := Copied{Was: t.prog.Epoch.String(), At: t.s.now().Unix()}
	t.prog.Epoch = copiedEpoch(t.prog.Epoch)
	c.Epoch = t.prog.Epoch.String()
	t.prog.Commit++
	t.own = true
	for _, query := range newLife {
		if _, err := t.exec(query); err != nil {
			return err
		}
	}
	if err := addLived(t.ctx, t, t.prog.Epoch); err != nil {
		return err
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return putMeta(t.ctx, t, metaCopied, raw)
}
