package store

import (
	"context"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// continueLog makes the first op of a new epoch of the district's log name what it
// continues from, and takes over by name what came back of ops that had been lost.
func (t *Tx) continueLog(l *openLog) error {
	have, err := t.held(l.row.Scope)
	if err != nil {
		return err
	}
	if t.testament != nil && l.row.Scope == oplog.Realm {
		return t.state(l.row.Scope, kindBegin, *t.testament)
	}
	if l.row.seq == 0 {
		if have.Seq == 0 {
			return nil // the first epoch, or nothing is left of it
		}
		return t.state(l.row.Scope, kindBegin, counter.ContinuePayload{Device: counter.OpID(have.by), Epoch: have.epoch.String(),
			Seq: have.Seq, Hash: counter.OpID(have.Hash)})
	}
	if have.lines == nil {
		return nil
	}
	for _, p := range have.lines.lost() {
		if err := t.state(l.row.Scope, kindAdopt, p); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) state(scope oplog.Scope, kind string, p counter.ContinuePayload) error {
	_, err := t.Append(counter.Act{Scope: string(scope), Kind: kind, Entity: uuid.New(), Payload: p, New: true})
	return err
}

// districtMoved takes note of new ops of the district in a scope. Where its log has
// several epochs and they hang together in a new way, all that was judged by them
// is judged again.
func (t *txn) districtMoved(log oplog.LogID, set touchedSet) error {
	delete(t.heldAt, log.Scope)
	if l, err := t.cache(log.Scope).lineage(t.ctx, t, log.Scope); err != nil || len(l.epochs) == 1 && l.epochs[0].epoch == log.Epoch && l.tip() != nil {
		return err // one epoch as ever: its end is asked for apart
	}
	t.changePowers(log.Scope)
	have, err := t.held(log.Scope)
	if err != nil || have.lines == nil {
		return err
	}
	turned := have.epoch != log.Epoch
	for _, e := range set {
		turned = turned || e.typ == "epoch" || e.typ == "branch"
	}
	if !turned {
		return nil
	}
	scope := log.Scope
	if scope == oplog.Realm {
		scope = "" // every op names a position in it
	}
	all, err := t.everything(scope)
	if err != nil {
		return err
	}
	for k, e := range all {
		set[k] = e
	}
	return nil
}

// adoptLost lets the district take over ops of its own that it had lost, when they
// come back after its new epoch has begun.
func (s *Store) adoptLost(ctx context.Context, w segment.Want) error {
	name, err := segment.ParseName(w.Name)
	scope, _, serr := segment.ParseFolder(w.Folder)
	if err != nil || serr != nil || !s.isHub() || !s.isDistrict(name.Device) {
		return nil
	}
	h, err := held(ctx, s.r, scope, &s.powers)
	if err != nil || h.lines == nil || h.lines.epoch(s.epoch.now()) == nil || len(h.lines.lost()) == 0 {
		return err // before this epoch has begun there, it will continue from all that has come
	}
	return s.Record(ctx, func(rec counter.Recorder) error {
		_, err := rec.(*Tx).open(scope)
		return err
	})
}

// Restored tells that this is the district's hub and goes on after a loss: from a
// backup, or in place of another device.
func (s *Store) Restored() (bool, error) {
	if !s.isHub() {
		return false, nil
	}
	return s.restored()
}

// restored tells that this is a district's hub that has begun a new epoch, or a
// successor, so that stations may hold more of the district's logs than it does.
func (s *Store) restored() (yes bool, err error) {
	if len(s.powers.districts.now().heirs) > 0 {
		return true, nil
	}
	now := s.epoch.now()
	err = s.r.QueryRow("SELECT EXISTS (SELECT 1 FROM logs WHERE device = ? AND epoch <> ? AND seq > 0)", s.self.Device[:], now[:]).Scan(&yes)
	return yes, err
}
