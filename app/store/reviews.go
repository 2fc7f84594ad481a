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
	out, err = s.flagNumbers(ctx, scope, out)
	return out, diskError(err)
}

// flagNumbers adds to the list, or to what stands in it, cases that bear one number as
// long as not all but one of them were noticed again. That comes of a disk that was put
// back together with its key folder only, and is looked for where there was one.
func (s *Store) flagNumbers(ctx context.Context, scope string, list []counter.ReviewRow) ([]counter.ReviewRow, error) {
	same, err := s.sameNumbers(ctx, scope)
	if err != nil {
		return nil, err
	}
	for _, rows := range same {
		if len(rows) < 2 {
			continue
		}
		for _, r := range rows {
			k := slices.IndexFunc(list, func(o counter.ReviewRow) bool { return o.Entity == r.Entity && o.Scope == r.Scope })
			if k < 0 {
				k, list = len(list), append(list, r)
			}
			list[k].Kinds = append(list[k].Kinds, counter.TaskNumber)
		}
	}
	return list, nil
}

// sameNumbers gives the cases whose number another one bears, too, without those whose
// papers tell them apart.
func (s *Store) sameNumbers(ctx context.Context, scope string) (map[string][]counter.ReviewRow, error) {
	var some bool
	err := s.r.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM logs WHERE split IS NOT NULL) OR EXISTS (SELECT 1 FROM entities WHERE type = 'station' AND type NOT IN ('case', 'person'))").Scan(&some)
	if err != nil || !some {
		return nil, err
	}
	list, err := s.manyWithNumber(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := map[string][]counter.ReviewRow{}
	for _, r := range list {
		d, err := s.Entity(ctx, r.Scope, r.Entity)
		if err != nil {
			return nil, err
		}
		if c := d.Folded.Case; c == nil || !c.Noticed() {
			out[r.Number] = append(out[r.Number], r)
		}
	}
	return out, nil
}

func (s *Store) manyWithNumber(ctx context.Context, scope string) (out []counter.ReviewRow, err error) {
	rows, err := s.r.QueryContext(ctx, `SELECT scope, entity, number FROM cases WHERE number IN
		(SELECT number FROM cases GROUP BY number HAVING count(*) > 1) AND (?1 = '' OR scope = ?1) ORDER BY id`, scope)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r := counter.ReviewRow{Type: "case"}
		var id []byte
		if err := rows.Scan(&r.Scope, &id, &r.Number); err != nil {
			return nil, err
		}
		copy(r.Entity[:], id)
		out = append(out, r)
	}
	return out, rows.Err()
}
