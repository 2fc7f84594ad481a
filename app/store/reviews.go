package store

import (
	"context"
	"encoding/json"
	"slices"
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
	if err := rows.Err(); err != nil {
		return nil, diskError(err)
	}
	return out, diskError(s.flagNumbers(ctx, out))
}

// flagNumbers adds to what is to be reviewed that another case bears the same number.
// That comes of a disk that was put back together with its key folder only, and then
// both cases are to be reviewed.
func (s *Store) flagNumbers(ctx context.Context, list []counter.ReviewRow) error {
	for i := range list {
		r := &list[i]
		if r.Type != "case" || r.Number == "" || !slices.Contains(r.Kinds, counter.TaskReview) {
			continue
		}
		st, err := s.readStmt(ctx, "SELECT EXISTS (SELECT 1 FROM cases WHERE number = ? AND entity <> ?)")
		if err != nil {
			return err
		}
		var twice bool
		if err := st.QueryRowContext(ctx, r.Number, r.Entity[:]).Scan(&twice); err != nil {
			return err
		}
		if twice {
			r.Kinds = append(r.Kinds, counter.TaskNumber)
		}
	}
	return nil
}
