package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Heir is a device that follows another one as the district's, by the word of the
// realm's root.
type Heir struct {
	Device    DeviceRow // the successor
	Old       DeviceRow // whom it follows
	At        int64     // Unix milliseconds
	Stolen    bool      // nothing counts that the old one wrote after what the heir continues from
	Authority []byte    // DER
	Addresses []string
}

// metaHeir begins the names of the rows that keep successors: JSON of Heir.
const metaHeir = "heir."

// districtLine is who has been the district's device. It is never changed.
type districtLine struct {
	founder oplog.DeviceID // as known at enrolment
	heirs   []Heir         // the last one is the hub now
}

// districts is the line as it is known now.
type districts struct{ p atomic.Pointer[districtLine] }

func (d *districts) now() *districtLine {
	if l := d.p.Load(); l != nil {
		return l
	}
	return &districtLine{}
}

// add takes an heir into the line. A known one is passed over.
func (d *districts) add(h Heir) {
	old := d.now()
	if slices.ContainsFunc(old.heirs, func(x Heir) bool { return x.Device.Device == h.Device.Device }) {
		return
	}
	next := &districtLine{founder: old.founder, heirs: append(slices.Clone(old.heirs), h)}
	slices.SortFunc(next.heirs, func(a, b Heir) int {
		return cmp.Or(cmp.Compare(a.At, b.At), slices.Compare(a.Device.Device[:], b.Device.Device[:]))
	})
	d.p.Store(next)
}

// hub is the district's device of now.
func (l *districtLine) hub() oplog.DeviceID {
	if n := len(l.heirs); n > 0 {
		return l.heirs[n-1].Device.Device
	}
	return l.founder
}

// is tells whether a device is or was the district's.
func (l *districtLine) is(d oplog.DeviceID) bool {
	return d == l.founder || slices.ContainsFunc(l.heirs, func(h Heir) bool { return h.Device.Device == d || h.Old.Device == d })
}

// rank is higher for those who came later; 0 is who founded the district.
func (l *districtLine) rank(d oplog.DeviceID) int {
	return 1 + slices.IndexFunc(l.heirs, func(h Heir) bool { return h.Device.Device == d })
}

// stolen tells that a successor was named because the device was stolen.
func (l *districtLine) stolen(d oplog.DeviceID) bool {
	return slices.ContainsFunc(l.heirs, func(h Heir) bool { return h.Old.Device == d && h.Stolen })
}

// devices lists them, whoever came later behind.
func (l *districtLine) devices() []oplog.DeviceID {
	all := []oplog.DeviceID{l.founder}
	for _, h := range l.heirs {
		for _, d := range []oplog.DeviceID{h.Old.Device, h.Device.Device} {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	// A successor, and who was enrolled by one, knows the founder from realm only.
	slices.SortStableFunc(all, func(a, b oplog.DeviceID) int { return cmp.Compare(l.rank(a), l.rank(b)) })
	return all
}

// sqlIn is the condition that a column holds one of the devices.
func (l *districtLine) sqlIn(column string) (string, []any) {
	var args []any
	for _, d := range l.devices() {
		args = append(args, d[:])
	}
	return column + " IN (?" + strings.Repeat(", ?", len(args)-1) + ")", args
}

// sqlFirst is the order in which files of one of the devices come first.
func (l *districtLine) sqlFirst(column string) (string, []any) {
	var args []any
	for _, d := range l.devices() {
		args = append(args, d.String()+"/*")
	}
	return "NOT (" + column + " GLOB ?" + strings.Repeat(" OR "+column+" GLOB ?", len(args)-1) + ")", args
}

// isDistrict tells whether a device is or was the district's.
func (s *Store) isDistrict(d oplog.DeviceID) bool { return s.powers.districts.now().is(d) }

// isHub tells whether this device is the district's now.
func (s *Store) isHub() bool { return s.self.Device == s.powers.districts.now().hub() }

// replaced tells that this device was the district's, and has a successor.
func (s *Store) replaced() bool { return !s.isHub() && s.isDistrict(s.self.Device) }

func errReplacedHub() error {
	return counter.E(counter.CodeDenied, "本机已不是区级枢纽,另一台枢纽已接替,不能再记录", "this device is the hub no more: it has a successor, and records nothing").
		Hint("请使用新的枢纽;本机的数据留作核对,不要再启动", "use the successor; keep this home for comparison and do not start it again")
}

// Heirs lists the successors of whoever founded the district, the hub of now last.
func (s *Store) Heirs() []Heir { return slices.Clone(s.powers.districts.now().heirs) }

// Hub is the district's device of now.
func (s *Store) Hub() oplog.DeviceID { return s.powers.districts.now().hub() }

func (s *Store) loadDistricts(ctx context.Context) error {
	s.powers.districts.p.Store(&districtLine{founder: s.self.District})
	rows, err := s.r.QueryContext(ctx, "SELECT value FROM meta WHERE key GLOB ?", metaHeir+"*")
	if err != nil {
		return openFailed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		var h Heir
		if err := rows.Scan(&raw); err != nil {
			return openFailed(err)
		}
		if err := json.Unmarshal(raw, &h); err != nil {
			return openFailed(err)
		}
		s.powers.districts.add(h)
	}
	return rows.Err()
}

// learnHeir looks whether a log of realm is a successor's: its first op says so, with
// the root's signature. It is asked before the batch's own signature, since nobody
// else tells of the successor's key.
func (t *txn) learnHeir(h segment.Header, b *segment.Batch) error {
	if h.Scope != oplog.Realm || h.First != 1 || b.First != 1 || t.s.self.Succession == nil {
		return nil
	}
	sealer := t.s.keys.byID(h.Scope, b.Key())
	if sealer == nil {
		return nil
	}
	o, err := t.s.codec.Open(b, h, segment.State{}, sealer)
	if err != nil || len(o.Ops) == 0 {
		return nil // told when the batch is applied
	}
	p, ok := continuation(&o.Ops[0], kindBegin)
	if !ok || p.Heir == nil {
		return nil
	}
	heir, err := t.s.self.Succession(h.Device, &p)
	if err != nil {
		return fmt.Errorf("%w: %s says that it is the district's hub, and the realm's root does not: %w", segment.ErrRefused, h.Device.Short(), err)
	}
	return t.putHeir(heir)
}

// putHeir keeps a successor. The line has it at once, since this very transaction needs
// it; should it fail, the root's word comes again.
func (t *txn) putHeir(h Heir) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", metaHeir+h.Device.Device.String(), raw); err != nil {
		return err
	}
	for _, row := range []DeviceRow{h.Old, h.Device} {
		if err := putDevice(t.ctx, t, row); err != nil {
			return err
		}
	}
	t.s.powers.districts.add(h)
	clear(t.heldAt)
	return nil
}

// Succeed makes this device the district's, in place of the one whose log of realm is
// held: word gives the first op of its own, with the root's signature, from what it
// continues from. In every other scope it continues the old one's log when it first
// writes there. facts are recorded in the same transaction.
func (s *Store) Succeed(ctx context.Context, word func(from counter.ContinuePayload) (counter.ContinuePayload, error), facts func(counter.Recorder) error) error {
	have, err := held(ctx, s.r, oplog.Realm, &s.powers)
	if err != nil {
		return err
	}
	if have.Seq == 0 {
		return counter.E(counter.CodeNotFound, "存档里没有区级的公共日志,不能接替", "the archive holds no log of realm to continue from").
			Hint("--from 写完整的存档,或某镇街 segments 文件夹的副本", "give the whole archive, or a copy of a town's folder segments")
	}
	p, err := word(counter.ContinuePayload{Device: counter.OpID(have.by), Epoch: have.epoch.String(), Seq: have.Seq, Hash: counter.OpID(have.Hash)})
	if err != nil {
		return err
	}
	heir, err := s.self.Succession(s.self.Device, &p)
	if err != nil {
		return err
	}
	if heir.Old.Device != have.by {
		return errors.New("store: the root's word is about another log")
	}
	return s.Record(ctx, func(rec counter.Recorder) error {
		t := rec.(*Tx)
		if err := t.putHeir(heir); err != nil {
			return err
		}
		t.testament = &p
		_, err := t.open(oplog.Realm)
		t.testament = nil
		if err != nil {
			return err
		}
		return facts(rec)
	})
}
