package store

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// errPosition says that a batch names powers that are not held here: which key it
// had to use cannot be told yet. The file stays wanted; the district's comes first.
var errPosition = errors.New("store: the district's log of this scope is not held as far as a batch names it")

// keyAt gives the key that a scope's batches use at a position of the district's
// log there: the last one stated by then. None is stated before the first, nor
// ever in realm, which everybody reads.
func keyAt(p *counter.Powers) (id oplog.KeyID, stated bool) {
	keys := p.Keys()
	if len(keys) == 0 {
		return id, false
	}
	id, err := oplog.ParseKeyID(keys[len(keys)-1].ID)
	return id, err == nil
}

// sealerAt gives what a batch of ours is sealed with at a position.
func (t *txn) sealerAt(scope oplog.Scope, at place) (*seal.Sealer, error) {
	p, _, err := t.powersAt(scope, at)
	if err != nil {
		return nil, err
	}
	id, stated := keyAt(p)
	if !stated {
		return t.s.keys.sealer(scope)
	}
	if s := t.s.keys.byID(scope, id); s != nil {
		return s, nil
	}
	if m, ok := p.MemberByDevice(t.s.self.Device); ok && m.Removed {
		return nil, counter.E(counter.CodeDenied, "本机已被区级停用,不能再办理业务", "this device was revoked by the district").
			Hint("请与区级管理员联系;如果是误停,需要重新入网", "ask the district; after a mistake the device has to be enrolled again")
	}
	return nil, noKey(scope)
}

// sealerOf gives what opens a batch. A hub that was restored from a backup makes the
// keys again that it had made since.
func (t *txn) sealerOf(h segment.Header, b *segment.Batch, st segment.State) (*seal.Sealer, error) {
	s := t.s.keys.byID(h.Scope, b.Key())
	if s != nil || t.s.self.Recall == nil {
		if s == nil {
			return nil, segment.ErrNoKey
		}
		return s, nil
	}
	for _, key := range t.s.self.Recall(h.Scope, b.Key()) {
		s, err := seal.New(seal.AES, h.Scope, b.Key(), key)
		if err != nil {
			return nil, err
		}
		if _, err := t.s.codec.Open(b, h, st, s); err == nil {
			return s, t.keepKey(ScopeKey{h.Scope, b.Key(), key})
		}
	}
	return nil, segment.ErrNoKey
}

// keyFits checks that a batch and its personal parts are sealed with the key that
// its named position asks for. A key older than that is one that a revoked device
// may hold. The district's own log is not asked: its ops are what the keys follow from.
func (t *txn) keyFits(h segment.Header, b *segment.Batch, ops []oplog.Op) error {
	if h.Scope == oplog.Realm || t.s.isDistrict(h.Device) || len(ops) == 0 {
		return nil
	}
	at := ops[0].Powers // one position for the whole batch
	have, err := t.held(h.Scope)
	if err != nil {
		return err
	}
	if !have.has(at) {
		return errPosition
	}
	p, _, err := t.powersAt(h.Scope, place{Position: at})
	if err != nil {
		return err
	}
	old := oldKeys(p)
	if old[b.Key()] {
		return fmt.Errorf("%w: ops %d-%d use a key that was replaced by then", segment.ErrRefused, b.First, b.LastSeq())
	}
	for i := range ops {
		for _, part := range ops[i].Sealed {
			if old[part.Key] {
				return fmt.Errorf("%w: a part of op %d uses a key that was replaced by then", segment.ErrRefused, ops[i].Seq)
			}
		}
	}
	return nil
}

// oldKeys are those that another one was stated after.
func oldKeys(p *counter.Powers) map[oplog.KeyID]bool {
	keys := p.Keys()
	if len(keys) < 2 {
		return nil
	}
	old := make(map[oplog.KeyID]bool, len(keys)-1)
	for _, k := range keys[:len(keys)-1] {
		if id, err := oplog.ParseKeyID(k.ID); err == nil {
			old[id] = true
		}
	}
	return old
}

// takeKey keeps a scope's key that an op of the district brings for this device.
// What does not open is passed over: then files wait for the key, and that shows.
func (t *txn) takeKey(op *oplog.Op) error {
	self := t.s.self
	if op.Kind != "key.add" || !t.s.isDistrict(op.Device) || self.Unwrap == nil {
		return nil
	}
	var p counter.KeyPayload
	if json.Unmarshal(op.Payload, &p) != nil {
		return nil
	}
	scope := op.Scope
	if p.Scope != "" {
		scope = oplog.Scope(p.Scope)
	}
	if scope == oplog.Realm && op.Device != t.s.powers.districts.now().hub() {
		return nil // realm's powers state no key: a stolen hub's would be written with
	}
	id, err := oplog.ParseKeyID(p.Key)
	wrapped, err2 := base64.StdEncoding.DecodeString(p.Wrapped[hex.EncodeToString(self.Device[:])])
	if err != nil || err2 != nil || len(wrapped) == 0 || scope.Check() != nil || t.s.keys.byID(scope, id) != nil {
		return nil
	}
	key, err := self.Unwrap(scope, id, wrapped)
	if err != nil {
		return nil
	}
	return t.keepKey(ScopeKey{scope, id, key})
}

// keepKey stores a key in the transaction. The ring has it at once, since the next
// batch of the same file may need it; should the transaction fail, it is taken out of
// it, so that it is stored when it comes again: else it would be gone with the program.
func (t *txn) keepKey(k ScopeKey) error {
	sealed := t.s.opt.Secrets.Seal("scope key", keyAAD(k.Scope, k.ID), k.Key[:])
	if _, err := t.exec("INSERT OR IGNORE INTO keys (scope, key, sealed) VALUES (?, ?, ?)", string(k.Scope), k.ID[:], sealed); err != nil {
		return err
	}
	u, added, err := t.s.keys.tryAdd(k.Scope, k.ID, k.Key)
	if added {
		t.keys = append(t.keys, u)
	}
	return err
}
