package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

var _ counter.Ledger = (*Store)(nil)

// Scopes lists the scopes that are held, realm first.
func (s *Store) Scopes() []string {
	var out []string
	for _, scope := range s.heldScopes() {
		out = append(out, string(scope))
	}
	return out
}

// Revision rises whenever an op of a scope was added.
func (s *Store) Revision(ctx context.Context, scope string) (n uint64, err error) {
	err = s.r.QueryRowContext(ctx, "SELECT coalesce(sum(seq), 0) FROM logs WHERE scope = ?", scope).Scan(&n)
	return n, diskError(err)
}

// Powers gives the powers of a scope as held now.
func (s *Store) Powers(ctx context.Context, scope string) (*counter.Powers, error) {
	p, err := s.PowersNow(ctx, oplog.Scope(scope))
	return p, diskError(err)
}

// Entity gives the folded state of one entity and its history.
func (s *Store) Entity(ctx context.Context, scope string, id uuid.UUID) (*counter.Dossier, error) {
	ops, err := readHistory(ctx, s.r, entityKey{oplog.Scope(scope), id})
	if err != nil {
		return nil, diskError(err)
	}
	if len(ops) == 0 {
		return nil, counter.E(counter.CodeNotFound, "没有这条记录", "no such record")
	}
	f, err := s.foldOps(s.r, s.powersNow(ctx), s.heldNow(ctx), ops)
	if err != nil {
		return nil, diskError(err)
	}
	return &counter.Dossier{Scope: scope, Entity: id, Type: f.typ, Facts: f.facts, Folded: f.state, Waiting: len(f.waiting)}, nil
}

// Persons lists the people of a scope, in the order in which they came. It walks the
// table: an index for it would be paid by every acceptance.
func (s *Store) Persons(ctx context.Context, scope string) (out []counter.PersonMark, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT entity, hash FROM entities WHERE type = 'person' AND scope = ? ORDER BY id", scope)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, diskError(err)
		}
		m := counter.PersonMark{Entity: uuid.UUID(id)}
		copy(m.State[:], hash)
		out = append(out, m)
	}
	return out, diskError(rows.Err())
}

// States gives the canonical JSON of all entities of a type in a scope; none for
// cases and persons, whose state is folded by Entity.
func (s *Store) States(ctx context.Context, scope, typ string) (out []counter.StateRow, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT entity, state FROM entities WHERE type = ? AND scope = ? AND type NOT IN ('case', 'person') ORDER BY id", typ, scope)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var r counter.StateRow
		if err := rows.Scan(&id, &r.JSON); err != nil {
			return nil, diskError(err)
		}
		copy(r.Entity[:], id)
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}

// StatesOf gives the states of all entities of a type, of every scope, oldest first. It
// is not for cases and persons.
func (s *Store) StatesOf(ctx context.Context, typ string) (out []ScopedState, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT scope, entity, state FROM entities WHERE type = ? AND type NOT IN ('case', 'person') ORDER BY id", typ)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var r ScopedState
		if err := rows.Scan(&r.Scope, &id, &r.JSON); err != nil {
			return nil, diskError(err)
		}
		copy(r.Entity[:], id)
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}

// ScopedState is the state of an entity, and where it stands.
type ScopedState struct {
	Scope string
	counter.StateRow
}

// Open opens a sealed part of an op about an entity.
func (s *Store) Open(ctx context.Context, scope string, entity uuid.UUID, ref counter.SealedRef) ([]byte, error) {
	ops, err := readHistory(ctx, s.r, entityKey{oplog.Scope(scope), entity})
	if err != nil {
		return nil, diskError(err)
	}
	for i := range ops {
		if ops[i].hash != oplog.Hash(ref.Op) {
			continue
		}
		part := ops[i].op.Part(ref.Field)
		if part == nil {
			break
		}
		plain, err := s.openPart(&ops[i].op, part)
		return plain, diskError(err)
	}
	return nil, counter.E(counter.CodeNotFound, "没有这项内容", "no such sealed value")
}

const selectCases = "SELECT scope, entity, number, item, person, status, stage, accepted_at, coalesce(due, '') FROM cases "

// CaseByNumber finds the cases that bear a number.
func (s *Store) CaseByNumber(ctx context.Context, number string) ([]counter.CaseRow, error) {
	out, err := s.caseRows(ctx, selectCases+"WHERE number = ? ORDER BY id", number)
	if err != nil || len(out) > 0 || s.opt.Secrets == nil {
		return out, err
	}
	return s.caseRows(ctx, selectCases+`WHERE (scope, entity) IN (SELECT scope, entity FROM lookup WHERE mac = ?) ORDER BY id`, s.caseMAC(number))
}

// Cases lists cases, newest first: by arrival here, with a filter by date alone by
// acceptance, which at one counter is the same.
func (s *Store) Cases(ctx context.Context, f counter.CaseFilter) ([]counter.CaseRow, error) {
	held := s.heldScopes()
	if f.Scope != "" && len(held) > 0 && !slices.Contains(held, oplog.Scope(f.Scope)) {
		return nil, nil // of a service point that this device has no part in
	}
	// SQLite has no figures of how many rows a filter leaves, so it is told which
	// index to use: a plus before a column keeps it from that one's.
	person := f.Person != uuid.Nil
	narrow := f.Scope != "" && len(held) > 2 && !person // at a village nearly all cases are of one
	byDate := (f.From != "" || f.To != "") && f.Status == "" && f.Item == "" && !person && !narrow
	query, args := selectCases, []any{}
	if f.Provisional {
		query += "INDEXED BY cases_provisional "
	}
	query += "WHERE 1 = 1"
	add := func(index bool, cond string, v any) {
		if !index {
			cond = "+" + cond
		}
		query, args = query+" AND "+cond, append(args, v)
	}
	if f.Scope != "" {
		add(narrow || f.Provisional, "scope = ?", f.Scope)
	}
	if f.Status != "" {
		add(!narrow && !person, "status = ?", f.Status)
	}
	if f.Item != "" {
		add(!narrow && !person, "item = ?", f.Item)
	}
	if person {
		add(true, "person = ?", f.Person[:])
	}
	if f.From != "" {
		add(byDate, "accepted_at >= ?", f.From)
	}
	if f.To != "" {
		add(byDate, "accepted_at < ?", f.To+"T99")
	}
	if f.Provisional {
		query += " AND provisional <> 0"
	}
	if byDate {
		query += " ORDER BY accepted_at DESC, id DESC"
	} else {
		query += " ORDER BY id DESC"
	}
	if f.Limit > 0 {
		query += fmt.Sprintf(" LIMIT %d OFFSET %d", f.Limit, f.Offset)
	}
	return s.caseRows(ctx, query, args...)
}

func (s *Store) caseRows(ctx context.Context, query string, args ...any) (out []counter.CaseRow, err error) {
	rows, err := s.r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c counter.CaseRow
		var id, person []byte
		if err := rows.Scan(&c.Scope, &id, &c.Number, &c.Item, &person, &c.Status, &c.Stage, &c.AcceptedAt, &c.Due); err != nil {
			return nil, diskError(err)
		}
		copy(c.Entity[:], id)
		copy(c.Person[:], person)
		out = append(out, c)
	}
	return out, diskError(rows.Err())
}

// People finds persons by ID number or credit code.
func (s *Store) People(ctx context.Context, number string) (out []counter.PersonRow, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT scope, entity FROM lookup WHERE mac = ? ORDER BY id", s.numberMAC(number))
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p counter.PersonRow
		var id []byte
		if err := rows.Scan(&p.Scope, &id); err != nil {
			return nil, diskError(err)
		}
		copy(p.Entity[:], id)
		out = append(out, p)
	}
	return out, diskError(rows.Err())
}

// Clock tells what the device can witness about the time.
func (s *Store) Clock(ctx context.Context) (counter.ClockEvidence, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := counter.ClockEvidence{Now: s.now(), Seen: stampTime(s.seen)}
	// Not the stamp: peers whose clocks are ahead move that.
	var err error
	e.Own, err = ownClock(ctx, s.r)
	return e, diskError(err)
}

func stampTime(st oplog.Stamp) time.Time {
	if st == 0 {
		return time.Time{}
	}
	return st.Time()
}
