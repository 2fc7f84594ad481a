package store

import (
	"slices"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Years that a folder may be of: those that a PC's clock can plausibly show. A member
// can make us keep no more empty folders than these.
const firstYear, lastYear = 2000, 2099

// Opens makes the folder of a year that a peer has written in and we have not: we
// share its scope with the peer, so we want what is in it.
func (o *Outward) Opens(peer oplog.DeviceID, folder string) (bool, error) {
	scope, year, scans := segment.ParseScans(folder)
	if !scans {
		var err error
		if scope, year, err = segment.ParseFolder(folder); err != nil {
			return false, nil
		}
	}
	if year < firstYear || year > lastYear || !slices.Contains(o.sharedScopes(), scope) {
		return false, nil
	}
	if peer != o.self.Device { // we may have got a scope's key before its powers that name us
		if ok, err := o.mayHave(peer, scope); err != nil || !ok {
			return false, err
		}
	}
	return true, o.ensureFolder(folder)
}
