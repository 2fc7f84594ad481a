package desk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/pinyin"
)

func (l *oneScope) Record(_ context.Context, f func(counter.Recorder) error) error {
	err := f(&oneRecorder{l: l})
	if err == nil && l.recorded != nil {
		l.recorded()
	}
	return err
}

type oneRecorder struct {
	counter.Recorder
	l *oneScope
}

func (r *oneRecorder) Append(counter.Act) ([32]byte, error) {
	r.l.revision++
	return [32]byte{}, nil
}

// actors are this program and others, who record at any moment of a refresh.
type actors struct {
	t     *testing.T
	dice  *rand.Rand
	l     *oneScope
	x     *nameIndex
	ids   []uuid.UUID
	names []string
}

func (a *actors) someone() uuid.UUID {
	if len(a.ids) == 0 || a.dice.IntN(3) == 0 {
		a.ids = append(a.ids, uuid.New())
	}
	return a.ids[a.dice.IntN(len(a.ids))]
}

func (a *actors) rename(id uuid.UUID) { a.l.people[id] = a.names[a.dice.IntN(len(a.names))] }

// foreign is what comes from another device or another process.
func (a *actors) foreign() {
	a.l.revision++
	a.rename(a.someone())
}

func (a *actors) own(kind string) {
	err := notingLedger{a.l, &a.x.own}.Record(a.t.Context(), func(rec counter.Recorder) error {
		id := a.someone()
		if kind == "person.admit" {
			a.rename(a.someone()) // its effect is on others
		}
		if kind == "person.record" {
			a.rename(id)
		}
		_, err := rec.Append(counter.Act{Scope: oneScopeCode, Kind: kind, Entity: id})
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *actors) refresh() {
	if err := a.x.refresh(a.t.Context(), a.l, nil); err != nil {
		a.t.Fatal(err)
	}
}

// any does one of all things that can happen.
func (a *actors) any() {
	switch a.dice.IntN(6) {
	case 0:
		a.foreign()
	case 1:
		a.own("case.accept")
	case 2:
		a.own("person.admit")
	default:
		a.own("person.record")
	}
}

// Whoever records, and at whatever moment of a refresh, the next one brings the index up
// to date: none is missed because the program's own acts were counted in place of those
// of others.
func TestOwnActsHideNobodyElses(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 2))
	l := &oneScope{people: map[uuid.UUID]string{}}
	a := &actors{t: t, dice: dice, l: l, x: newNameIndex(), names: []string{"诸葛青禾", "闾丘远舟", "欧阳文静", "司马远", ""}}
	for step := range 3000 {
		switch dice.IntN(4) {
		case 0: // while the revisions are read
			l.asked = func() {
				l.asked = nil
				a.any()
			}
			a.any()
			a.refresh()
			l.asked = nil
		case 1: // a refresh between a commit and the return from it
			l.recorded = func() {
				l.recorded = nil
				a.refresh()
			}
			a.own("person.record")
			l.recorded = nil
		default:
		}
		for range dice.IntN(3) {
			a.any()
		}
		a.refresh()
		a.x.check(t, l, step, a.names[:4])
	}
}

// After what this program recorded nobody is walked; after anything else, everybody.
func TestOwnActsAreNotWalked(t *testing.T) {
	l := &oneScope{people: map[uuid.UUID]string{}}
	a := &actors{t: t, dice: rand.New(rand.NewPCG(7, 1)), l: l, x: newNameIndex(), names: []string{"诸葛青禾"}}
	a.foreign()
	a.refresh()
	for what, c := range map[string]struct {
		do     func()
		walked int
	}{
		"a person":         {func() { a.own("person.record") }, 0},
		"a case":           {func() { a.own("case.print") }, 0},
		"an admission":     {func() { a.own("case.admit") }, 1},
		"somebody else":    {a.foreign, 1},
		"both":             {func() { a.own("person.record"); a.foreign() }, 1},
		"more than a few":  {func() { a.many(mostTouched + 1) }, 1},
		"as many as a few": {func() { a.many(mostTouched) }, 0},
		"nothing":          {func() {}, 0},
	} {
		l.walked = 0
		c.do()
		a.refresh()
		if l.walked != c.walked {
			t.Errorf("after %s people are walked %d times", what, l.walked)
		}
		a.x.check(t, l, 0, nil)
	}
}

func (a *actors) many(n int) {
	for i := range n {
		id := uuid.New()
		err := notingLedger{a.l, &a.x.own}.Record(a.t.Context(), func(rec counter.Recorder) error {
			a.l.people[id] = fmt.Sprintf("诸葛%c", rune('一'+i))
			_, err := rec.Append(counter.Act{Scope: oneScopeCode, Kind: "person.record", Entity: id})
			return err
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

// The best are the first of all matches in order, however they lie.
func TestSearchGivesTheBest(t *testing.T) {
	dice := rand.New(rand.NewPCG(9, 4))
	letters := []rune("李黎力一丽")
	for range 200 {
		x := newNameIndex()
		for range dice.IntN(120) {
			name := make([]rune, 1+dice.IntN(4))
			for i := range name {
				name[i] = letters[dice.IntN(len(letters))]
			}
			var id uuid.UUID
			id[0], id[1] = byte(dice.IntN(256)), byte(dice.IntN(256))
			x.rows = append(x.rows, nameRow{nameKey{fmt.Sprint(dice.IntN(3)), id}, pinyin.PrepareName(string(name))})
		}
		q := pinyin.NewQuery([]string{"李", "li", "lili", "一"}[dice.IntN(4)])
		var all []found
		for _, r := range x.rows {
			if score, ok := r.text.Match(q); ok {
				all = append(all, found{score, r.key})
			}
		}
		slices.SortFunc(all, found.compare)
		best, known := x.search(q)
		if known != len(x.rows) || len(best) != min(len(all), mostNames) {
			t.Fatalf("%d of %d, known %d of %d", len(best), len(all), known, len(x.rows))
		}
		for i := range best {
			if best[i] != all[i].key {
				t.Fatalf("place %d", i)
			}
		}
	}
}
