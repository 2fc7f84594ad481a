package store

import (
	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// Takes lists the folders of our scopes, for taking the district's files in them from
// any enrolled peer: a town that was enrolled after our last sync is no member as
// far as we know, and it is the one who can tell us. The district takes nothing: it
// is the writer.
func (s *Store) Takes(oplog.DeviceID) (folders []string, writer oplog.DeviceID, err error) {
	if s.self == nil || s.self.Device == s.self.District {
		return nil, writer, nil
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
