package station

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// mendKeys is for a hub that was restored from a backup, or follows another one. It
// expects the service points that realm names, so that stations give back those whose
// keys it had made after the backup; and where the key of now is not with every member,
// or is with a device that was removed, it makes a new one: the members and the keys of
// before and after the loss were stated without knowing of each other.
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
	var scopes []string
	for _, sc := range s.v.store.Scopes() {
		p, err := s.v.store.Powers(ctx, sc)
		if err != nil {
			return 0, err
		}
		if sc != counter.ScopeRealm && keyAstray(p, all) {
			scopes = append(scopes, sc)
		}
	}
	if len(scopes) == 0 {
		return 0, nil
	}
	nobody := func(string) []counter.DevicePayload { return nil }
	done, err := s.rotate(ctx, uuid.Nil, scopes, nil, nobody, func(counter.Recorder) error { return nil })
	return len(done), err
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
