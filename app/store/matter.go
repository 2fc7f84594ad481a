package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"onedoor/app/counter"
)

// matterStep is how many ops one call of Touched goes through: a bound for
// memory when a hub looks at everything that it holds.
const matterStep = 50_000

// Touched lists the cases of the given items that ops with a row id above after
// are about, or about whose person they are, and gives the id to go on from. It
// goes through at most matterStep ids at a time; done tells that no op is left.
func (s *Store) Touched(ctx context.Context, items []string, after uint64) (out []counter.CaseRow, upTo uint64, done bool, err error) {
	var last uint64
	err = s.r.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM ops").Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, after, false, diskError(err)
	}
	if upTo = min(last, after+matterStep); upTo <= after {
		return nil, after, true, nil
	}
	codes, err := json.Marshal(items)
	if err != nil {
		return nil, after, false, err
	}
	out, err = s.caseRows(ctx, `WITH t AS (SELECT DISTINCT o.entity AS e, l.scope AS s FROM ops o JOIN logs l ON l.id = o.log WHERE o.id > ?1 AND o.id <= ?2),
		k AS (SELECT c.id FROM t JOIN cases c ON c.entity = t.e AND c.scope = t.s UNION SELECT c.id FROM t JOIN cases c ON c.person = t.e AND c.scope = t.s)
		`+selectCases+`AS c WHERE id IN (SELECT id FROM k) AND item IN (SELECT value FROM json_each(?3)) AND (`+hasTwin+`) ORDER BY id`, after, upTo, string(codes))
	if err != nil {
		return nil, after, false, err
	}
	return out, upTo, upTo == last, nil
}

// hasTwin is true of a case c about which SameMatter has more to tell than itself: the
// person has another case of the item, or somebody else was entered under a number of
// his. Almost no case has one, and asking each of ten thousand cost a second.
const hasTwin = `EXISTS (SELECT 1 FROM cases o WHERE o.person = c.person AND o.scope = c.scope AND o.item = c.item AND o.id <> c.id)
	OR EXISTS (SELECT 1 FROM lookup a JOIN lookup b ON b.mac = a.mac AND b.id <> a.id WHERE a.entity = c.person AND a.scope = c.scope)`

// SameMatter lists the cases of one item whose applicants may be the applicant
// of this one, in all scopes held here and itself included: some number that was
// ever entered for the person is the same, by its keyed hash.
func (s *Store) SameMatter(ctx context.Context, c counter.CaseRow) ([]counter.CaseRow, error) {
	return s.caseRows(ctx, `WITH p AS (SELECT DISTINCT b.entity AS e, b.scope AS s FROM lookup a JOIN lookup b ON b.mac = a.mac WHERE a.entity = ?1 AND a.scope = ?2)
		`+selectCases+`WHERE item = ?3 AND id IN (SELECT c.id FROM p JOIN cases c ON c.person = p.e AND c.scope = p.s) ORDER BY id`, c.Person[:], c.Scope, c.Item)
}
