package store

import (
	"context"
	"errors"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Later tells that what a peer sent may be taken another time: something before
// it is missing yet, or the bytes were spoilt on the way.
func Later(err error) bool {
	for _, e := range []error{errGap, errUnknownWriter, errPrefix, errBytes, errPosition, segment.ErrNoKey} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// OpHashes lists the ops of a scope that are held, waiting ones included: two
// devices are compared by it.
func (s *Store) OpHashes(ctx context.Context, scope oplog.Scope) ([]oplog.Hash, error) {
	rows, err := s.r.QueryContext(ctx, "SELECT o.hash FROM logs l JOIN ops o ON o.log = l.id WHERE l.scope = ? ORDER BY l.id, o.seq", string(scope))
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []oplog.Hash
	for rows.Next() {
		var h []byte
		if err := rows.Scan(&h); err != nil {
			return nil, diskError(err)
		}
		var hash oplog.Hash
		copy(hash[:], h)
		out = append(out, hash)
	}
	return out, diskError(rows.Err())
}
