package desk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/pinyin"
)

// oneScope is a ledger that holds nothing but people's names, which a test changes.
type oneScope struct {
	counter.Ledger
	revision uint64
	people   map[uuid.UUID]string // "" is a record without effect that is still listed
	opened   int
	walked   int
	asked    func() // what happens when a revision is asked for
	recorded func() // what happens between the commit of acts and the return to who made them
}

const oneScopeCode = "440604011001"

func (l *oneScope) Scopes() []string { return []string{counter.ScopeRealm, oneScopeCode} }
func (l *oneScope) Revision(_ context.Context, scope string) (uint64, error) {
	if scope == counter.ScopeRealm {
		return 0, nil
	}
	if l.asked != nil {
		l.asked()
	}
	return l.revision, nil
}

func (l *oneScope) Persons(context.Context, string) (out []counter.PersonMark, err error) {
	l.walked++
	for id, name := range l.people {
		sum := sha256.Sum256([]byte(name))
		out = append(out, counter.PersonMark{Entity: id, State: [16]byte(sum[:16])})
	}
	return out, nil
}

func (l *oneScope) Entity(_ context.Context, _ string, id uuid.UUID) (*counter.Dossier, error) {
	d := &counter.Dossier{Scope: oneScopeCode, Entity: id}
	if l.people[id] != "" {
		d.Folded.Person = &counter.PersonState{Type: counter.ObjectPerson, Identity: &counter.PersonField{}}
	}
	return d, nil
}

func (l *oneScope) Open(_ context.Context, _ string, id uuid.UUID, _ counter.SealedRef) ([]byte, error) {
	l.opened++
	return json.Marshal(identity{Name: l.people[id]})
}

// Whatever happens to records, the index holds exactly the names that have effect, and
// opens only what changed.
func TestNameIndexFollowsRecords(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 1))
	l := &oneScope{people: map[uuid.UUID]string{}}
	x := newNameIndex()
	var ids []uuid.UUID
	names := []string{"诸葛青禾", "闾丘远舟", "欧阳文静", "司马远", ""}
	for step := range 400 {
		l.revision++
		changed := dice.IntN(4)
		for range changed {
			switch {
			case len(ids) == 0 || dice.IntN(3) == 0:
				ids = append(ids, uuid.New())
				l.people[ids[len(ids)-1]] = names[dice.IntN(len(names))]
			case dice.IntN(3) == 0:
				delete(l.people, ids[dice.IntN(len(ids))])
			default:
				l.people[ids[dice.IntN(len(ids))]] = names[dice.IntN(len(names))]
			}
		}
		l.opened = 0
		if err := x.refresh(t.Context(), l, nil); err != nil {
			t.Fatal(err)
		}
		if opened := l.opened; opened > changed {
			t.Fatalf("step %d: %d names were opened for %d changes", step, l.opened, changed)
		}
		x.check(t, l, step, names[:4])
	}
}

// check proves that the index knows just the names that have effect.
func (x *nameIndex) check(t *testing.T, l *oneScope, step int, names []string) {
	t.Helper()
	want := map[string]int{}
	for _, name := range l.people {
		if name != "" {
			want[name]++
		}
	}
	for _, name := range names {
		found, err := x.find(t.Context(), l, pinyin.NewQuery(name), true)
		if err != nil {
			t.Fatal(err)
		}
		hits := slices.DeleteFunc(found.People, func(h NameHit) bool { return h.Name != name })
		if len(hits) != min(want[name], mostNames) {
			t.Fatalf("step %d: %s is found %d times, not %d", step, name, len(hits), want[name])
		}
	}
	for i, r := range x.rows {
		if int(x.known[r.key].row) != i {
			t.Fatalf("step %d: row %d is known at %d", step, i, x.known[r.key].row)
		}
	}
}
