package store

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// keyRing holds the opened keys of the scopes that this device may read.
type keyRing struct {
	mu      sync.RWMutex
	sealers map[oplog.Scope]map[oplog.KeyID]*seal.Sealer
	raw     map[oplog.Scope]map[oplog.KeyID]seal.Key
	current map[oplog.Scope]oplog.KeyID
	expect  []oplog.Scope // see Expect
}

func (k *keyRing) add(scope oplog.Scope, id oplog.KeyID, key seal.Key) error {
	s, err := seal.New(seal.AES, scope, id, key)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sealers == nil {
		k.sealers = map[oplog.Scope]map[oplog.KeyID]*seal.Sealer{}
		k.raw = map[oplog.Scope]map[oplog.KeyID]seal.Key{}
		k.current = map[oplog.Scope]oplog.KeyID{}
	}
	if k.sealers[scope] == nil {
		k.sealers[scope] = map[oplog.KeyID]*seal.Sealer{}
		k.raw[scope] = map[oplog.KeyID]seal.Key{}
	}
	k.sealers[scope][id], k.raw[scope][id] = s, key
	k.current[scope] = id
	return nil
}

// taken is what has to be undone when a key that the ring has already was not stored.
type taken struct {
	scope oplog.Scope
	id    oplog.KeyID
	was   oplog.KeyID // the one that the scope wrote with before
	first bool        // there was none
}

// tryAdd adds a key that is not stored durably yet. Added is false when the ring has it.
func (k *keyRing) tryAdd(scope oplog.Scope, id oplog.KeyID, key seal.Key) (u taken, added bool, err error) {
	k.mu.RLock()
	_, has := k.sealers[scope][id]
	was, some := k.current[scope]
	k.mu.RUnlock()
	if has {
		return u, false, nil
	}
	return taken{scope, id, was, !some}, true, k.add(scope, id, key)
}

// drop takes keys out again, the last one first.
func (k *keyRing) drop(keys []taken) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, u := range slices.Backward(keys) {
		delete(k.sealers[u.scope], u.id)
		delete(k.raw[u.scope], u.id)
		if k.current[u.scope] = u.was; u.first {
			delete(k.current, u.scope)
		}
	}
}

// sealer gives the key that a scope writes with as long as its powers state none.
func (k *keyRing) sealer(scope oplog.Scope) (*seal.Sealer, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	s := k.sealers[scope][k.current[scope]]
	if s == nil {
		return nil, noKey(scope)
	}
	return s, nil
}

func noKey(scope oplog.Scope) error {
	return counter.Ef(counter.CodeLocked, "没有服务点 %s 的密钥", "no key for scope %s is held", scope).
		Hint("先同步一次;仍然没有,请区级重新发放入网凭证(grant)后运行 onedoor join", "sync once; if it is still missing ask the district for a new grant and run onedoor join")
}

func (k *keyRing) byID(scope oplog.Scope, id oplog.KeyID) *seal.Sealer {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.sealers[scope][id]
}

// ScopeKey is a key of a scope, for wrapping it for another device.
type ScopeKey struct {
	Scope oplog.Scope
	ID    oplog.KeyID
	Key   seal.Key
}

// ScopeKeys gives the keys of a scope that its powers state, in the order of their
// stating, the one to write with last; where they state none, what is held.
func (s *Store) ScopeKeys(ctx context.Context, scope oplog.Scope) ([]ScopeKey, error) {
	p, err := s.PowersNow(ctx, scope)
	if err != nil {
		return nil, diskError(err)
	}
	s.keys.mu.RLock()
	defer s.keys.mu.RUnlock()
	var all []ScopeKey
	for _, k := range p.Keys() {
		id, err := oplog.ParseKeyID(k.ID)
		key, held := s.keys.raw[scope][id]
		if err != nil || !held {
			return nil, noKey(scope)
		}
		all = append(all, ScopeKey{Scope: scope, ID: id, Key: key})
	}
	if len(all) > 0 {
		return all, nil
	}
	id, ok := s.keys.current[scope]
	if !ok {
		return nil, noKey(scope)
	}
	return []ScopeKey{{Scope: scope, ID: id, Key: s.keys.raw[scope][id]}}, nil
}

// Keys gives all keys held, by scope, for a key export.
func (s *Store) Keys() []ScopeKey {
	s.keys.mu.RLock()
	defer s.keys.mu.RUnlock()
	var all []ScopeKey
	for scope, m := range s.keys.raw {
		for id, key := range m {
			all = append(all, ScopeKey{Scope: scope, ID: id, Key: key})
		}
	}
	slices.SortFunc(all, func(a, b ScopeKey) int {
		return slices.Compare([]byte(string(a.Scope)+string(a.ID[:])), []byte(string(b.Scope)+string(b.ID[:])))
	})
	return all
}

// AddKeys keeps keys of scopes, sealed with the device's data key. Which one a
// scope writes with, its powers say; before they do, the last one.
func (s *Store) AddKeys(ctx context.Context, keys ...ScopeKey) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return diskError(err)
	}
	defer tx.Rollback()
	for _, k := range keys {
		sealed := s.opt.Secrets.Seal("scope key", keyAAD(k.Scope, k.ID), k.Key[:])
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO keys (scope, key, sealed) VALUES (?, ?, ?)",
			string(k.Scope), k.ID[:], sealed); err != nil {
			return diskError(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return diskError(err)
	}
	for _, k := range keys {
		if err := s.keys.add(k.Scope, k.ID, k.Key); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) loadKeys(ctx context.Context) error {
	rows, err := s.r.QueryContext(ctx, "SELECT scope, key, sealed FROM keys ORDER BY id")
	if err != nil {
		return openFailed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var scope string
		var id, sealed []byte
		if err := rows.Scan(&scope, &id, &sealed); err != nil {
			return openFailed(err)
		}
		var kid oplog.KeyID
		copy(kid[:], id)
		plain, err := s.opt.Secrets.Open("scope key", keyAAD(oplog.Scope(scope), kid), sealed)
		if err != nil || len(plain) != len(seal.Key{}) || len(id) != len(kid) {
			return counter.E(counter.CodeLocked, "本机密钥与数据不匹配,数据打不开", "the device's key does not open this data").
				Hint("确认密钥文件夹(ONEDOOR_KEYDIR)或口令(ONEDOOR_PASSPHRASE)是本机的", "check ONEDOOR_KEYDIR or ONEDOOR_PASSPHRASE").Because(err)
		}
		if err := s.keys.add(oplog.Scope(scope), kid, seal.Key(plain)); err != nil {
			return err
		}
	}
	return rows.Err()
}

func keyAAD(scope oplog.Scope, id oplog.KeyID) []byte { return fmt.Appendf(nil, "%s/%s", scope, id) }
