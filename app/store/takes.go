package store

import (
	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// Takes lists the folders of our scopes, for taking the district's files in them from
// any enrolled peer: a town that was enrolled after our last sync is no member as
// far as we know, and it is the one who can tell us. The district is the writer; it
// takes only after it was restored from a backup, what it had written since.
func (s *Store) Takes(oplog.DeviceID) (folders []string, writer oplog.DeviceID, err error) {
	if s.self == nil {
		return nil, writer, nil
	}
	if s.self.Device == s.self.District {
		if yes, err := s.restored(); err != nil || !yes {
			return nil, writer, err
		}
	}
	for _, scope := range s.heldScopes() {
		if string(scope) == counter.ScopeRealm {
			continue // shared with everybody
		}
		years, err := s.scopeFolders(scope)
		if err != nil {
			return nil, writer, err
		}
		folders = append(folders, years...)
	}
	return folders, s.self.District, nil
}
