package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
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
	at   map[nameKey]int // in rows
}

type nameKey struct {
	scope  string
	entity uuid.UUID
}

// nameMark tells without opening anything whether a record is as it was.
type nameMark struct {
	state [16]byte // the beginning of the hash of its state
	round uint32   // when it was met last
}

// nameSeen is how far a scope and the realm had come: what waited in the one may have
// got its effect from the other.
type nameSeen struct{ scope, realm uint64 }

type nameRow struct {
	key  nameKey
	text pinyin.Text
	hit  NameHit
}

func newNameIndex() *nameIndex {
	x := &nameIndex{once: make(chan struct{}, 1), known: map[nameKey]nameMark{}, seen: map[string]nameSeen{}, at: map[nameKey]int{}}
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
			key, mark := nameKey{scope, p.Entity}, nameMark{p.State, x.round}
			if was, known := x.known[key]; known && was.state == mark.state {
				x.known[key] = mark
				continue
			}
			row, ok, err := nameOf(ctx, l, key)
			if err != nil {
				return err
			}
			x.known[key] = mark
			if ok {
				in = append(in, row)
			} else {
				out = append(out, key)
			}
		}
		x.change(in, out)
	}
	x.change(nil, x.gone(scope))
	return nil
}

// gone forgets whom the last scan of a scope did not meet.
func (x *nameIndex) gone(scope string) (keys []nameKey) {
	for key, mark := range x.known {
		if key.scope == scope && mark.round != x.round {
			keys = append(keys, key)
			delete(x.known, key)
		}
	}
	return keys
}

// change enters names, in the place of those of the same person, and takes others out.
func (x *nameIndex) change(in []nameRow, out []nameKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range in {
		if i, ok := x.at[r.key]; ok {
			x.rows[i] = r
			continue
		}
		x.at[r.key] = len(x.rows)
		x.rows = append(x.rows, r)
	}
	for _, key := range out {
		i, ok := x.at[key]
		if !ok {
			continue
		}
		last := len(x.rows) - 1
		x.rows[i] = x.rows[last]
		x.at[x.rows[i].key] = i
		x.rows[last] = nameRow{}
		x.rows = x.rows[:last]
		delete(x.at, key)
	}
}

// nameOf opens the name of a person; ok is false for one of whom nothing has effect.
func nameOf(ctx context.Context, l counter.Ledger, key nameKey) (row nameRow, ok bool, err error) {
	d, err := l.Entity(ctx, key.scope, key.entity)
	if err != nil {
		return row, false, err
	}
	st := d.Folded.Person
	if st == nil || st.Identity == nil {
		return row, false, nil
	}
	plain, err := l.Open(ctx, key.scope, key.entity, st.Identity.Ref)
	if err != nil {
		return row, false, err
	}
	var who identity
	if err := json.Unmarshal(plain, &who); err != nil {
		return row, false, damaged(err)
	}
	row = nameRow{key: key, text: pinyin.PrepareName(who.Name), hit: NameHit{ID: key.entity.String(), Scope: key.scope, Type: st.Type,
		Name: who.Name, NumberMasked: maskNumber(st.Type, who.Number), Sex: who.Sex, Birth: who.Birth}}
	return row, who.Name != "", nil
}

func (x *nameIndex) search(q pinyin.Query, complete bool) NameHits {
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
		return strings.Compare(x.rows[a.row].hit.ID, x.rows[b.row].hit.ID)
	})
	out := NameHits{People: []NameHit{}, Complete: complete, Known: len(x.rows)}
	for _, f := range all[:min(len(all), mostNames)] {
		out.People = append(out.People, x.rows[f.row].hit)
	}
	return out
}
