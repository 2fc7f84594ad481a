package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/pinyin"
)

// nameIndex holds the names of the people that are recorded here, in memory and
// nowhere else: nothing derived from a name may lie on the disk. It is built by the
// first search; later ones take in whose record changed since, and let go who has
// none with effect any more.
type nameIndex struct {
	once chan struct{} // holds a token while nobody brings it up to date

	// Of who holds the token.
	known map[nameKey]nameMark
	seen  map[string]nameSeen // what each scope was brought up to
	round uint32

	mu   sync.RWMutex
	rows []nameRow
}

type nameKey struct {
	scope  string
	entity uuid.UUID
}

// nameMark tells without opening anything whether a record is as it was. A hundred
// thousand of these and of nameRow are held: they are small.
type nameMark struct {
	state [8]byte // the beginning of the hash of its state
	round uint32  // when it was met last
	row   int32   // in rows; noRow for one of whom nothing has effect
}

const noRow = -1

// nameSeen is how far a scope and the realm had come: what waited in the one may have
// got its effect from the other.
type nameSeen struct{ scope, realm uint64 }

type nameRow struct {
	key  nameKey
	text pinyin.Text
}

func newNameIndex() *nameIndex {
	x := &nameIndex{once: make(chan struct{}, 1), known: map[nameKey]nameMark{}, seen: map[string]nameSeen{}}
	x.once <- struct{}{}
	return x
}

// refresh takes in what was recorded since the last time. One at a time does it;
// another waits for that one and then has little to do.
func (x *nameIndex) refresh(ctx context.Context, l counter.Ledger) error {
	<-x.once
	defer func() { x.once <- struct{}{} }()
	realm, err := l.Revision(ctx, counter.ScopeRealm)
	if err != nil {
		return err
	}
	for _, scope := range l.Scopes() {
		if scope == counter.ScopeRealm {
			continue
		}
		now := nameSeen{realm: realm}
		if now.scope, err = l.Revision(ctx, scope); err != nil {
			return err
		}
		if was, ok := x.seen[scope]; ok && was == now {
			continue
		}
		if err := x.scan(ctx, l, scope); err != nil {
			return err
		}
		x.seen[scope] = now // asked before the scan, so what came meanwhile is looked for again
	}
	return nil
}

// nameStep is how many names are entered at a time, so that a search goes between.
const nameStep = 500

func (x *nameIndex) scan(ctx context.Context, l counter.Ledger, scope string) error {
	people, err := l.Persons(ctx, scope)
	if err != nil {
		return err
	}
	x.round++
	for step := range slices.Chunk(people, nameStep) {
		var in []nameRow
		var out []nameKey
		for _, p := range step {
			key, state := nameKey{scope, p.Entity}, [8]byte(p.State[:8])
			was, known := x.known[key]
			if !known {
				was.row = noRow
			}
			x.known[key] = nameMark{state, x.round, was.row}
			if known && was.state == state {
				continue
			}
			hit, err := nameOf(ctx, l, key)
			if err != nil {
				x.known[key] = nameMark{row: was.row} // to be asked for again
				return err
			}
			if hit.Name != "" {
				in = append(in, nameRow{key, pinyin.PrepareName(hit.Name)})
			} else {
				out = append(out, key)
			}
		}
		x.change(in, out)
	}
	gone := x.gone(scope)
	x.change(nil, gone)
	for _, key := range gone {
		delete(x.known, key)
	}
	return nil
}

// gone lists whom the last scan of a scope did not meet.
func (x *nameIndex) gone(scope string) (keys []nameKey) {
	for key, mark := range x.known {
		if key.scope == scope && mark.round != x.round {
			keys = append(keys, key)
		}
	}
	return keys
}

// change enters names, in the place of those of the same person, and takes others out.
func (x *nameIndex) change(in []nameRow, out []nameKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	place := func(key nameKey, row int32) {
		mark := x.known[key]
		mark.row = row
		x.known[key] = mark
	}
	for _, r := range in {
		if i := x.known[r.key].row; i != noRow {
			x.rows[i] = r
			continue
		}
		place(r.key, int32(len(x.rows)))
		x.rows = append(x.rows, r)
	}
	for _, key := range out {
		i := x.known[key].row
		if i == noRow {
			continue
		}
		last := len(x.rows) - 1
		x.rows[i] = x.rows[last]
		place(x.rows[i].key, i)
		place(key, noRow)
		x.rows[last] = nameRow{}
		x.rows = x.rows[:last]
	}
}

// nameOf opens what is told of a person that was found; Name is empty for one of whom
// nothing has effect.
func nameOf(ctx context.Context, l counter.Ledger, key nameKey) (hit NameHit, err error) {
	d, err := l.Entity(ctx, key.scope, key.entity)
	if err != nil {
		return hit, err
	}
	st := d.Folded.Person
	if st == nil || st.Identity == nil {
		return hit, nil
	}
	plain, err := l.Open(ctx, key.scope, key.entity, st.Identity.Ref)
	if err != nil {
		return hit, err
	}
	var who identity
	if err := json.Unmarshal(plain, &who); err != nil {
		return hit, damaged(err)
	}
	return NameHit{ID: key.entity.String(), Scope: key.scope, Type: st.Type,
		Name: who.Name, NumberMasked: maskNumber(st.Type, who.Number), Sex: who.Sex, Birth: who.Birth}, nil
}

// search gives the best matches and how many names there are.
func (x *nameIndex) search(q pinyin.Query) (best []nameKey, known int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	type found struct {
		score pinyin.Score
		row   int
	}
	var all []found
	for i := range x.rows {
		if score, ok := x.rows[i].text.Match(q); ok {
			all = append(all, found{score, i})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		switch {
		case a.score.Less(b.score):
			return -1
		case b.score.Less(a.score):
			return 1
		}
		return bytes.Compare(x.rows[a.row].key.entity[:], x.rows[b.row].key.entity[:])
	})
	for _, f := range all[:min(len(all), mostNames)] {
		best = append(best, x.rows[f.row].key)
	}
	return best, len(x.rows)
}

// find searches, and opens what is told of those who were found.
func (x *nameIndex) find(ctx context.Context, l counter.Ledger, q pinyin.Query, complete bool) (NameHits, error) {
	best, known := x.search(q)
	out := NameHits{People: []NameHit{}, Complete: complete, Known: known}
	for _, key := range best {
		hit, err := nameOf(ctx, l, key)
		if err != nil {
			return out, err
		}
		if hit.Name != "" {
			out.People = append(out.People, hit)
		}
	}
	return out, nil
}
