package store

import (
	"context"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// Takes lists the folders of our scopes, for taking the district's files in them from
// any enrolled peer: a town that was enrolled after our last sync is no member as
// far as we know, and it is the one who can tell us. The district is the writer, and
// whom it followed; the hub takes only after it was restored from a backup, what it had
// written since, or when it is a successor; and not from whom it took out of a scope
// before that: such a peer got nothing since, does not know that it was taken out, and
// would wait for ever for our side of it.
func (s *Store) Takes(peer oplog.DeviceID) (folders []string, writers []oplog.DeviceID, err error) {
	if s.self == nil {
		return nil, nil, nil
	}
	if s.isHub() {
		if yes, err := s.restored(); err != nil || !yes {
			return nil, nil, err
		}
	}
	for _, scope := range s.sharedScopes() {
		if string(scope) == counter.ScopeRealm {
			continue // shared with everybody
		}
		if s.isHub() {
			p, err := s.PowersNow(context.Background(), scope)
			if err != nil {
				return nil, nil, err
			}
			if m, ok := p.MemberByDevice(peer); ok && m.Removed {
				continue
			}
		}
		years, err := s.scopeFolders(scope)
		if err != nil {
			return nil, nil, err
		}
		folders = append(folders, years...)
	}
	return folders, s.powers.districts.now().devices(), nil
}
