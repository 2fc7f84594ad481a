package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

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
	own  ownActs
	long atomic.Bool // somebody walks more people than a search waits for

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
// another waits for that one and then has little to do. Who waits is told by long, if
// that is no nil, that it will take its time.
func (x *nameIndex) refresh(ctx context.Context, l counter.Ledger, long chan<- struct{}) error {
	<-x.once
	defer func() { x.once <- struct{}{} }()
	own := x.own.take()
	revisions, err := revisionsOf(ctx, l)
	x.own.take()
	if err != nil {
		return err
	}
	for scope, now := range revisions {
		was, ok := x.seen[scope]
		switch {
		case ok && was == now:
			continue
		case ok && was.realm == now.realm && was.scope+own.acts[scope] == now.scope:
			err = x.touch(ctx, l, scope, own)
		default:
			err = x.walk(ctx, l, scope, long)
		}
		if err != nil {
			return err
		}
		x.seen[scope] = now // asked before, so what came meanwhile is looked for again
	}
	return nil
}

func revisionsOf(ctx context.Context, l counter.Ledger) (map[string]nameSeen, error) {
	realm, err := l.Revision(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	out := map[string]nameSeen{}
	for _, scope := range l.Scopes() {
		if scope == counter.ScopeRealm {
			continue
		}
		now, err := l.Revision(ctx, scope)
		if err != nil {
			return nil, err
		}
		out[scope] = nameSeen{scope: now, realm: realm}
	}
	return out, nil
}

// touch looks at the people of a scope whom this program's own acts were about.
func (x *nameIndex) touch(ctx context.Context, l counter.Ledger, scope string, own noted) error {
	for key := range own.people {
		if key.scope != scope {
			continue
		}
		hit, err := nameOf(ctx, l, key)
		if err != nil {
			return err
		}
		row := int32(noRow)
		if was, known := x.known[key]; known {
			row = was.row
		}
		x.known[key] = nameMark{round: x.round, row: row} // the next walk looks at it once more
		if hit.Name != "" {
			x.change([]nameRow{{key, pinyin.PrepareName(hit.Name)}}, nil)
		} else {
			x.change(nil, []nameKey{key})
		}
	}
	return nil
}

// walkedInTime is how many people are walked while a search waits: a few milliseconds.
const walkedInTime = 5000

func (x *nameIndex) walk(ctx context.Context, l counter.Ledger, scope string, long chan<- struct{}) error {
	defer x.long.Store(false)
	if len(x.known) > walkedInTime {
		x.long.Store(true)
		select {
		case long <- struct{}{}:
		default:
		}
	}
	return x.scan(ctx, l, scope)
}

// nameStep is how many names are entered at a time, so that a search goes between.
const nameStep = 500

func (x *nameIndex) scan(ctx context.Context, l counter.Ledger, scope string) error {
	people, err := l.Persons(ctx, scope)
	if err != nil {
		return err
	}
	x.round++
	if len(people) > walkedInTime {
		x.long.Store(true)
	}
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
	hit = NameHit{ID: key.entity.String(), Scope: key.scope, Type: st.Type,
		Name: who.Name, NumberMasked: maskNumber(st.Type, who.Number), Sex: who.Sex, Birth: who.Birth}
	hit.tellApart(counter.IDNumber(who.Number))
	return hit, nil
}

// tellApart says of somebody whose card was never read what the number itself proves:
// people of one name are told apart by it, and the number is shown masked.
func (h *NameHit) tellApart(number counter.IDNumber) {
	if h.Type != counter.ObjectPerson {
		return
	}
	if birth, ok := number.Birth(); ok && h.Birth == "" {
		h.Birth = string(birth)
	}
	if h.Sex == "" {
		h.Sex = number.Sex()
	}
}

// search gives the best matches and how many names there are.
func (x *nameIndex) search(q pinyin.Query) (best []nameKey, known int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	top := make([]found, 0, mostNames+1) // in order; of a hundred thousand that match, few get in
	for i := range x.rows {
		score, ok := x.rows[i].text.Match(q)
		f := found{score, x.rows[i].key}
		if !ok || len(top) == mostNames && f.compare(top[mostNames-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, f, found.compare)
		top = slices.Insert(top, at, f)
		top = top[:min(len(top), mostNames)]
	}
	for _, f := range top {
		best = append(best, f.key)
	}
	return best, len(x.rows)
}

// found is somebody whose name matched.
type found struct {
	score pinyin.Score
	key   nameKey
}

// compare orders matches, best first; equally good ones stand in the order of their ids.
func (a found) compare(b found) int {
	switch {
	case a.score.Less(b.score):
		return -1
	case b.score.Less(a.score):
		return 1
	}
	return cmp.Or(bytes.Compare(a.key.entity[:], b.key.entity[:]), cmp.Compare(a.key.scope, b.key.scope))
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
