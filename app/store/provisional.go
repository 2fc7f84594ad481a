package store

import (
	"context"

	"onedoor/sync/oplog"
)

// fillStep is how many cases one transaction of FillProvisional looks at: acceptance
// does not wait for more.
const fillStep = 100

// FillProvisional finds out of the cases of a scope that an older program projected
// whether their due date is provisional. It is done in the background, once, and goes
// on where it was interrupted; until then these cases count as provisional ones that
// have to be looked at.
func (s *Store) FillProvisional(ctx context.Context, scope string) error {
	for {
		n, err := s.fillSome(ctx, oplog.Scope(scope))
		if err != nil || n == 0 {
			return diskError(err)
		}
	}
}

func (s *Store) fillSome(ctx context.Context, scope oplog.Scope) (n int, err error) {
	ids, err := s.unknownProvisional(ctx, scope)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer t.rollback()
	for _, k := range ids {
		ops, err := t.history(k)
		if err != nil {
			return 0, err
		}
		f, err := s.foldOps(t, t.powersAt, t.held, ops)
		if err != nil {
			return 0, err
		}
		provisional := f.state.Case != nil && f.state.Case.DueProvisional
		if _, err := t.exec("UPDATE cases SET provisional = ? WHERE entity = ? AND scope = ?", provisional, k.id[:], string(k.scope)); err != nil {
			return 0, err
		}
	}
	return len(ids), t.commit()
}

func (s *Store) unknownProvisional(ctx context.Context, scope oplog.Scope) (out []entityKey, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT entity FROM cases INDEXED BY cases_provisional WHERE scope = ? AND provisional <> 0 AND provisional = 2 LIMIT ?", string(scope), fillStep)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		k := entityKey{scope: scope}
		copy(k.id[:], id)
		out = append(out, k)
	}
	return out, rows.Err()
}
