package station

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// unwrap opens a scope's key that the district wrapped for this device.
func (s *Station) unwrap(scope oplog.Scope, id oplog.KeyID, wrapped []byte) (seal.Key, error) {
	k, err := s.keys.UnwrapKey(s.id.Device.ID, scope, id, wrapped)
	return k.Key, err
}

// stateKey states a key in a scope, wrapped for devices: its own scope, or that of
// devices which are to learn of another one.
func stateKey(rec counter.Recorder, in string, k store.ScopeKey, to ...*roster.DeviceRecord) error {
	p := counter.KeyPayload{Key: k.ID.String(), Wrapped: map[string]string{}}
	if in != string(k.Scope) {
		p.Scope = string(k.Scope)
	}
	for _, d := range to {
		wrapped, err := roster.WrapKey(d, roster.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key})
		if err != nil {
			return rosterError(err)
		}
		p.Wrapped[hex.EncodeToString(d.ID[:])] = base64.StdEncoding.EncodeToString(wrapped)
	}
	_, err := rec.Append(counter.Act{Scope: in, Kind: "key.add", Entity: uuid.New(), New: true, Payload: p})
	return err
}

// newKeys makes a key for each scope and keeps it. It counts for nothing until the
// scope's powers state it.
func (s *Station) newKeys(ctx context.Context, scopes []string) ([]store.ScopeKey, error) {
	seed, err := s.seedNow(ctx)
	if err != nil {
		return nil, err
	}
	var keys []store.ScopeKey
	for _, scope := range scopes {
		id, key, err := seed.NewKey(oplog.Scope(scope))
		if err != nil {
			return nil, err
		}
		keys = append(keys, store.ScopeKey{Scope: oplog.Scope(scope), ID: id, Key: key})
	}
	return keys, s.v.store.AddKeys(ctx, keys...)
}

// seedNow gives what new keys are made from; the first time it makes one.
func (s *Station) seedNow(ctx context.Context) (seed seal.Seed, err error) {
	if seeds := s.seedsNow(); len(seeds) > 0 {
		return seeds[len(seeds)-1], nil
	}
	return s.addSeed(ctx, seal.NewSeed())
}

// addSeed keeps a seed; keys are made from the one added last.
func (s *Station) addSeed(ctx context.Context, seed seal.Seed) (seal.Seed, error) {
	s.mu.Lock()
	s.seeds = append(slices.Clip(s.seeds), seed)
	s.mu.Unlock()
	return seed, s.v.store.PutSecret(ctx, metaSeeds, joinSeeds(s.seedsNow()))
}

func (s *Station) seedsNow() []seal.Seed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seeds
}

func joinSeeds(seeds []seal.Seed) (raw []byte) {
	for _, s := range seeds {
		raw = append(raw, s[:]...)
	}
	return raw
}

func splitSeeds(raw []byte) (seeds []seal.Seed) {
	for ; len(raw) >= len(seal.Seed{}); raw = raw[len(seal.Seed{}):] {
		seeds = append(seeds, seal.Seed(raw))
	}
	return seeds
}

// recall makes the keys again that this hub, or whom it follows, may have made.
func (s *Station) recall(scope oplog.Scope, id oplog.KeyID) (keys []seal.Key) {
	for _, seed := range s.seedsNow() {
		if k, err := seed.Key(scope, id); err == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// openScopes makes the first key of new service points.
func (s *Station) openScopes(ctx context.Context, scopes []string) error {
	keys, err := s.newKeys(ctx, scopes)
	if err != nil {
		return err
	}
	all, err := s.roster(ctx)
	if err != nil {
		return err
	}
	return s.v.store.Record(ctx, func(rec counter.Recorder) error {
		for _, k := range keys {
			if err := stateKey(rec, string(k.Scope), k, &s.id.Device); err != nil {
				return err
			}
			for _, d := range all { // superiors that were enrolled before the service point was there
				if d.ID == s.id.Device.ID || !roster.IsSuperior(d.Tier, d.Division, k.Scope) {
					continue
				}
				if err := letIn(rec, string(k.Scope), d, []store.ScopeKey{k}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// roster gives the records of the devices that realm names and has not revoked.
func (s *Station) roster(ctx context.Context) (map[oplog.DeviceID]*roster.DeviceRecord, error) {
	rows, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	out := map[oplog.DeviceID]*roster.DeviceRecord{}
	for _, r := range rows {
		if s.revoked(ctx, r.Device) {
			continue
		}
		rec, err := s.verifier.Record(r.TLSCert, r.SignCert)
		if err != nil {
			return nil, rosterError(err)
		}
		out[rec.ID] = rec
	}
	return out, nil
}

// holders lists who gets a new key of a scope: the hub, and the members but for
// those that leave.
func (s *Station) holders(ctx context.Context, scope string, all map[oplog.DeviceID]*roster.DeviceRecord, leaving ...oplog.DeviceID) ([]*roster.DeviceRecord, error) {
	p, err := s.v.store.Powers(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := []*roster.DeviceRecord{&s.id.Device}
	for _, m := range p.Members() {
		d := all[oplog.DeviceID(m.Device)]
		if d == nil || m.Removed || d.ID == s.id.Device.ID || slices.Contains(leaving, d.ID) {
			continue
		}
		out = append(out, d)
	}
	return out, nil
}
