package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// Tx collects the acts of one transaction.
type Tx struct {
	*txn
	now   time.Time
	logs  map[oplog.Scope]*openLog
	order []oplog.Scope
	// a successor's first op in realm, with the root's word
	testament *counter.ContinuePayload
	touched   touchedSet
	// a number was taken for the day that the clock shows
	confirmed bool
}

// openLog is an own log with the ops that this transaction appends to it.
type openLog struct {
	row    logRow
	sealer *seal.Sealer // with the key of the position that the ops name
	ops    []oplog.Op
	bodies [][]byte
	hashes []oplog.Hash
}

// Record runs f in one transaction. When it returns nil, everything that f
// appended is durable, folded, numbered and queued for the peers.
func (s *Store) Record(ctx context.Context, f func(counter.Recorder) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self == nil || s.self.Sign == nil {
		return notEnrolled()
	}
	if s.replaced() {
		return errReplacedHub()
	}
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	tx := &Tx{txn: t, now: s.now(), logs: map[oplog.Scope]*openLog{}, touched: touchedSet{}}
	if err := f(tx); err != nil {
		return err
	}
	if len(tx.order) == 0 {
		return nil
	}
	if err := tx.finish(); err != nil {
		return diskError(err)
	}
	s.wakeFlusher()
	return nil
}

func (t *Tx) finish() error {
	for _, scope := range t.order {
		if err := t.writeLog(t.logs[scope]); err != nil {
			return err
		}
	}
	if err := t.s.opt.Fault("ops"); err != nil {
		return err
	}
	for _, scope := range t.order {
		if l := t.logs[scope]; t.s.isDistrict(l.row.Device) {
			if err := t.districtMoved(l.row.LogID, t.touched); err != nil {
				return err
			}
		}
	}
	if err := t.fold(t.touched); err != nil {
		return err
	}
	if err := t.noteClock(); err != nil {
		return err
	}
	t.prog.Commit++
	t.own = true
	return t.commit()
}

// metaClock is the latest reading of this device's own clock that can be
// trusted: Unix milliseconds, 8 bytes, big endian.
const metaClock = "clock"

// noteClock keeps the clock's reading at an own act, but for one that is in doubt:
// else a PC that once stood years ahead would be doubted for years after it was
// set right. A number taken for the very day that the clock shows settles the
// doubt, since somebody gave that day.
func (t *Tx) noteClock() error {
	own, err := ownClock(t.ctx, t)
	if err != nil {
		return err
	}
	doubt := counter.ClockEvidence{Now: t.now, Own: own, Seen: stampTime(t.prog.Seen)}.Suspicious()
	if doubt && !t.confirmed || !doubt && !t.now.After(own) {
		return nil
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(max(t.now.UnixMilli(), 0)))
	_, err = t.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", metaClock, raw)
	return err
}

func ownClock(ctx context.Context, q querier) (time.Time, error) {
	raw, err := getMeta(ctx, q, metaClock)
	if err != nil || len(raw) != 8 {
		return time.Time{}, err
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(raw))).UTC(), nil
}

// Now is the one moment of the transaction.
func (t *Tx) Now() time.Time { return t.now }

// Append adds an act to the device's log in its scope and gives the op's hash.
func (t *Tx) Append(a counter.Act) ([32]byte, error) {
	l, err := t.open(oplog.Scope(a.Scope))
	if err != nil {
		return oplog.Hash{}, err
	}
	op := oplog.Op{LogID: l.row.LogID, Seq: l.row.seq + 1, Prev: l.row.head, Realm: l.row.realm, Powers: l.row.powers,
		Kind: a.Kind, Entity: a.Entity, Actor: a.Actor}
	if op.Payload, err = json.Marshal(a.Payload); err != nil {
		return oplog.Hash{}, fmt.Errorf("payload of %s: %w", a.Kind, err)
	}
	t.sealParts(&op, a.Sealed)
	if !a.New && !t.touched.fresh(entityKey{op.Scope, a.Entity}) {
		if op.Parents, err = t.heads(&op); err != nil {
			return oplog.Hash{}, diskError(err)
		}
	}
	t.prog.Stamp = t.prog.Stamp.Next(t.now)
	op.Stamp = t.prog.Stamp
	op.Normalize()
	body := op.AppendBody(nil)
	if len(body) > maxBody {
		return oplog.Hash{}, counter.E(counter.CodeInvalid, "内容太大,无法保存", "too much content for one record")
	}
	hash := op.HashBody(body)
	l.ops, l.bodies, l.hashes = append(l.ops, op), append(l.bodies, body), append(l.hashes, hash)
	l.row.seq, l.row.head = op.Seq, hash
	t.touched.add(&l.ops[len(l.ops)-1], hash, a.New)
	return hash, nil
}

func (t *Tx) sealParts(op *oplog.Op, parts map[string][]byte) {
	if len(parts) == 0 {
		return
	}
	sealer := t.logs[op.Scope].sealer
	rand.Read(op.Nonce[:])
	for _, field := range slices.Sorted(maps.Keys(parts)) { // in order: a simulation replays
		op.Sealed = append(op.Sealed, sealer.SealPart(op.Entity, op.Nonce, field, parts[field]))
	}
}

// open prepares the device's own log in a scope: it continues where the table
// has it, and its ops name what is held of the district's logs now.
func (t *Tx) open(scope oplog.Scope) (*openLog, error) {
	if l := t.logs[scope]; l != nil {
		return l, nil
	}
	if err := scope.Check(); err != nil {
		return nil, err
	}
	self := t.s.self
	row, err := t.log(oplog.LogID{Scope: scope, Device: self.Device, Epoch: t.s.epoch.now()}, true)
	if err != nil {
		return nil, diskError(err)
	}
	if err := t.namePositions(&row); err != nil {
		return nil, diskError(err)
	}
	at := place{Position: row.powers}
	if t.s.isHub() {
		at = now // what it has stated until now: a new key counts from the next transaction on
	}
	sealer, err := t.sealerAt(scope, at)
	if err != nil {
		return nil, err
	}
	l := &openLog{row: row, sealer: sealer}
	t.logs[scope] = l
	t.order = append(t.order, scope)
	if t.s.isHub() {
		if err := t.continueLog(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (t *Tx) namePositions(row *logRow) error {
	if row.Scope != oplog.Realm {
		h, err := t.held(oplog.Realm)
		if err != nil {
			return err
		}
		row.realm = h.Position
	}
	if t.s.isHub() || row.Scope == oplog.Realm {
		return nil // judged at its own place in the log
	}
	h, err := t.held(row.Scope)
	row.powers = h.Position
	return err
}

// heads gives the latest ops about an entity that the new op follows from,
// those of its own log aside: these are implied.
func (t *Tx) heads(op *oplog.Op) ([]oplog.Hash, error) {
	all, err := t.history(entityKey{op.Scope, op.Entity})
	if err != nil {
		return nil, err
	}
	superseded := map[oplog.Hash]bool{}
	for i, cause := range crossing(all) {
		if !all[i].waiting {
			superseded[all[cause].hash] = true
		}
	}
	last := map[int64]*storedOp{}
	for i := range all {
		o := &all[i]
		if o.waiting { // not seen by anybody here; what its log said before it was
			continue
		}
		for _, p := range o.op.Parents {
			superseded[p] = true
		}
		if l := last[o.log]; l == nil || l.op.Seq < o.op.Seq {
			last[o.log] = o
		}
	}
	var parents []oplog.Hash
	for _, o := range last {
		if o.op.LogID != op.LogID && !superseded[o.hash] {
			parents = append(parents, o.hash)
		}
	}
	return parents, nil
}

// NextSerial counts the numbers of a day, across epochs. A clock that was set
// back does not count a past day's numbers again from one: the date of a number
// is never before the date of the number before it.
func (t *Tx) NextSerial(day time.Time) (date time.Time, serial uint64) {
	d := uint32(day.Year()*10000 + int(day.Month())*100 + day.Day())
	t.confirmed = t.confirmed || day.Format("20060102") == t.now.In(china).Format("20060102")
	if d > t.prog.Date {
		t.prog.Date, t.prog.Serial = d, 0
	}
	t.prog.Serial++
	y, m, dd := int(t.prog.Date/10000), int(t.prog.Date/100%100), int(t.prog.Date%100)
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, day.Location()), t.prog.Serial
}
