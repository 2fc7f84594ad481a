package store

import (
	"context"
	"encoding/json"
	"strings"

	"onedoor/app/counter"
)

// projectReviews keeps the list of what somebody has to see to.
func (t *txn) projectReviews(k entityKey, f *folded, isNew bool) error {
	if !isNew {
		if err := t.unproject(k, "reviews"); err != nil {
			return err
		}
	}
	if f.typ != "case" && f.typ != "person" {
		return nil
	}
	kinds := counter.Reviews(f.state)
	if len(kinds) == 0 {
		return nil
	}
	number := ""
	if f.state.Case != nil {
		number = f.state.Case.Number
	}
	for i := range f.facts {
		var p struct{ Number string }
		if number == "" && f.facts[i].Kind == "case.accept" && json.Unmarshal(f.facts[i].Payload, &p) == nil {
			number = p.Number
		}
	}
	_, err := t.exec("INSERT INTO reviews (entity, scope, type, number, kinds) VALUES (?, ?, ?, ?, ?)",
		k.id[:], string(k.scope), f.typ, number, strings.Join(kinds, " "))
	return err
}

// Reviews lists what somebody has to see to, newest first.
func (s *Store) Reviews(ctx context.Context, scope string) (out []counter.ReviewRow, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT scope, entity, type, number, kinds FROM reviews WHERE ?1 = '' OR scope = ?1 ORDER BY id DESC", scope)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r counter.ReviewRow
		var id []byte
		var kinds string
		if err := rows.Scan(&r.Scope, &id, &r.Type, &r.Number, &kinds); err != nil {
			return nil, diskError(err)
		}
		copy(r.Entity[:], id)
		r.Kinds = strings.Fields(kinds)
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}
