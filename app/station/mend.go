package station

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// mendKeys is for a hub that was restored from a backup, or follows another one. It
// expects the service points that realm names, so that stations give back those whose
// keys it had made after the backup. The members and the keys of before and after the
// loss were stated without knowing of each other: every member gets the keys that it
// lacks, and where the key of now was not with every member, or is with a device that
// was removed, there is a new one.
func (s *Station) mendKeys(ctx context.Context) (int, error) {
	if s.desk == nil || s.id.Device.Tier != roster.District {
		return 0, nil
	}
	if yes, err := s.v.store.Restored(); err != nil || !yes {
		return 0, err
	}
	s.chore.Lock()
	defer s.chore.Unlock()
	if err := s.expectScopes(ctx); err != nil {
		return 0, err
	}
	all, err := s.roster(ctx)
	if err != nil {
		return 0, err
	}
	var lacks []lacking
	var scopes []string
	for _, sc := range s.v.store.Scopes() {
		if sc == counter.ScopeRealm {
			continue
		}
		p, err := s.v.store.Powers(ctx, sc)
		if err != nil {
			return 0, err
		}
		more, err := s.lackingKeys(ctx, oplog.Scope(sc), p, all)
		if err != nil {
			return 0, err
		}
		if lacks = append(lacks, more...); keyAstray(p, all) {
			scopes = append(scopes, sc)
		}
	}
	if err := s.giveKeys(ctx, lacks); err != nil || len(scopes) == 0 {
		return len(lacks), err
	}
	nobody := func(string) []counter.DevicePayload { return nil }
	done, err := s.rotate(ctx, uuid.Nil, scopes, nil, nobody, func(counter.Recorder) error { return nil })
	return len(lacks) + len(done), err
}

// lacking is a key that members of its scope were not given.
type lacking struct {
	key store.ScopeKey
	to  []*roster.DeviceRecord
}

func (s *Station) lackingKeys(ctx context.Context, scope oplog.Scope, p *counter.Powers, all map[oplog.DeviceID]*roster.DeviceRecord) (out []lacking, err error) {
	var held []store.ScopeKey
	for _, k := range p.Keys() {
		var to []*roster.DeviceRecord
		for _, m := range p.Members() {
			_, has := k.Wrapped[hex.EncodeToString(m.Device[:])]
			if rec := all[oplog.DeviceID(m.Device)]; !has && !m.Removed && rec != nil {
				to = append(to, rec)
			}
		}
		if len(to) == 0 {
			continue
		}
		if held == nil {
			if held, err = s.v.store.ScopeKeys(ctx, scope); err != nil {
				return nil, err
			}
		}
		if i := slices.IndexFunc(held, func(h store.ScopeKey) bool { return h.ID.String() == k.ID }); i >= 0 {
			out = append(out, lacking{held[i], to})
		}
	}
	return out, nil
}

// giveKeys states keys in their scopes, and in realm: what the scope's log says is
// sealed with the very key that somebody lacks.
func (s *Station) giveKeys(ctx context.Context, lacks []lacking) error {
	if len(lacks) == 0 {
		return nil
	}
	return s.v.store.Record(ctx, func(r counter.Recorder) error {
		for _, l := range lacks {
			for _, in := range []string{counter.ScopeRealm, string(l.key.Scope)} {
				if err := stateKey(r, in, l.key, l.to...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keyAstray tells that a scope's key of now is not with exactly those who belong there.
func keyAstray(p *counter.Powers, all map[oplog.DeviceID]*roster.DeviceRecord) bool {
	keys := p.Keys()
	if len(keys) == 0 {
		return false
	}
	with := keys[len(keys)-1].Wrapped
	for _, m := range p.Members() {
		_, has := with[hex.EncodeToString(m.Device[:])]
		if enrolled := all[oplog.DeviceID(m.Device)] != nil; has == m.Removed && (m.Removed || enrolled) {
			return true
		}
	}
	return false
}

func (s *Station) expectScopes(ctx context.Context) error {
	rows, err := s.v.store.States(ctx, counter.ScopeRealm, "division")
	if err != nil {
		return err
	}
	var scopes []oplog.Scope
	for _, d := range counter.ReadDivisions(rows) {
		scopes = append(scopes, oplog.Scope(d.Code))
	}
	s.v.store.Expect(scopes)
	return nil
}
