package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/pinyin"
)

// NameHit is a person found by name.
type NameHit struct {
	ID           string `json:"id"`
	Scope        string `json:"scope"`
	Type         string `json:"type"` // person or org
	Name         string `json:"name"`
	NumberMasked string `json:"number_masked"`
	Sex          string `json:"sex"`
	Birth        string `json:"birth"`
}

// NameHits are people found by name, best first.
type NameHits struct {
	People   []NameHit `json:"people"`
	Complete bool      `json:"complete"` // nothing was recorded that the search does not know yet
	Known    int       `json:"known"`    // names that were searched
}

const (
	mostNames  = 20                    // who needs more has to type more
	nameNotice = 25 * time.Millisecond // how long a search waits for what is new; the budget is 30
)

// nameIndex holds the names of the people that are recorded here, in memory and
// nowhere else: nothing derived from a name may lie on the disk. It is built by the
// first search; later ones take in who was recorded since. A name that was corrected
// meanwhile is found by the old one until the program starts again: the ledger does
// not tell which people changed.
type nameIndex struct {
	once chan struct{} // holds a token while nobody brings it up to date

	mu   sync.RWMutex
	rows []nameRow
	at   map[nameKey]int
	seen map[string]uint64 // revision of each scope that is in it
}

type nameKey struct {
	scope  string
	entity uuid.UUID
}

type nameRow struct {
	key  nameKey
	text pinyin.Text
	hit  NameHit
}

func newNameIndex() *nameIndex {
	x := &nameIndex{once: make(chan struct{}, 1), at: map[nameKey]int{}, seen: map[string]uint64{}}
	x.once <- struct{}{}
	return x
}

// FindByName finds people by name, any characters of it, pinyin or its initials.
// It never waits long: when Complete is false, the same question a little later
// knows more. A single letter is too little to ask for.
func (s *Session) FindByName(ctx context.Context, query string) (NameHits, error) {
	q := pinyin.NewQuery(query)
	if !enough(query) {
		return NameHits{People: []NameHit{}, Complete: true}, nil
	}
	fresh := make(chan error, 1)
	go func() { fresh <- s.names.refresh(context.WithoutCancel(ctx), s.ledger) }()
	timer := time.NewTimer(nameNotice)
	defer timer.Stop()
	select {
	case err := <-fresh:
		if err != nil {
			return NameHits{}, err
		}
		return s.names.search(q, true), nil
	case <-timer.C:
		return s.names.search(q, false), nil
	case <-ctx.Done():
		return NameHits{}, ctx.Err()
	}
}

// enough asks for one Chinese character or two letters.
func enough(query string) bool {
	letters := 0
	for _, r := range query {
		switch {
		case unicode.Is(unicode.Han, r):
			return true
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 1
}

// refresh takes in what was recorded since the last time. One at a time does it;
// another waits for that one and then has little to do.
func (x *nameIndex) refresh(ctx context.Context, l counter.Ledger) error {
	<-x.once
	defer func() { x.once <- struct{}{} }()
	for _, scope := range l.Scopes() {
		if scope == counter.ScopeRealm {
			continue
		}
		revision, err := l.Revision(ctx, scope)
		if err != nil {
			return err
		}
		if was, ok := x.seen[scope]; ok && was == revision {
			continue
		}
		if err := x.scan(ctx, l, scope); err != nil {
			return err
		}
		x.seen[scope] = revision // asked before the scan, so what came meanwhile is looked for again
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
	for step := range slices.Chunk(people, nameStep) {
		var rows []nameRow
		for _, id := range step {
			key := nameKey{scope, id}
			if _, known := x.at[key]; known {
				continue
			}
			row, ok, err := nameOf(ctx, l, key)
			if err != nil {
				return err
			}
			if ok {
				rows = append(rows, row)
			}
		}
		x.enter(rows)
	}
	return nil
}

func (x *nameIndex) enter(rows []nameRow) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range rows {
		if i, ok := x.at[r.key]; ok {
			x.rows[i] = r
			continue
		}
		x.at[r.key] = len(x.rows)
		x.rows = append(x.rows, r)
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
