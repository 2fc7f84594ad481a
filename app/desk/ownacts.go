package desk

import (
	"context"
	"strings"
	"sync"

	"onedoor/app/counter"
)

// ownActs counts what this program itself records, so that the index of names need not
// walk all people after each acceptance: when the revision of a scope rose by just as
// many acts as were counted, nobody else's record can have changed.
//
// What cannot be told from the revisions that were read meanwhile is left out. The
// count is then too low, never too high, and the index walks.
type ownActs struct {
	mu     sync.Mutex
	period uint64 // another one before and after each reading of revisions
	acts   map[string]uint64
	people map[nameKey]struct{}
}

// mostTouched is how many people are looked up one by one; of more, all are walked.
const mostTouched = 200

// noted is what was recorded between two readings of revisions: acts of each scope, and
// the people they are about.
type noted struct {
	acts   map[string]uint64
	people map[nameKey]struct{}
}

func (o *ownActs) begin() (period uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.period
}

func (o *ownActs) end(period uint64, acts []counter.Act) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if period != o.period {
		return // the revisions read meanwhile may know of it or not
	}
	if o.acts == nil {
		o.acts, o.people = map[string]uint64{}, map[nameKey]struct{}{}
	}
	for _, a := range acts {
		if !ofItsEntityAlone(a.Kind) {
			continue
		}
		o.acts[a.Scope]++
		if strings.HasPrefix(a.Kind, "person.") {
			o.people[nameKey{a.Scope, a.Entity}] = struct{}{}
		}
	}
	if len(o.people) > mostTouched {
		o.acts, o.people = nil, nil
	}
}

// ofItsEntityAlone tells of a kind of act that it changes no record but the one it is
// about: a user, a power or an admission gives and takes effect elsewhere.
func ofItsEntityAlone(kind string) bool {
	return (strings.HasPrefix(kind, "person.") || strings.HasPrefix(kind, "case.")) && !strings.HasSuffix(kind, ".admit")
}

// take gives what was counted, and counts from nothing. It stands before and after the
// reading of revisions: what is given after is of no use.
func (o *ownActs) take() noted {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.period++
	out := noted{o.acts, o.people}
	o.acts, o.people = nil, nil
	return out
}

// notingLedger counts what is recorded through it.
type notingLedger struct {
	counter.Ledger
	own *ownActs
}

func (l notingLedger) Record(ctx context.Context, f func(counter.Recorder) error) error {
	period := l.own.begin()
	var acts []counter.Act
	err := l.Ledger.Record(ctx, func(rec counter.Recorder) error {
		acts = nil
		return f(notingRecorder{rec, &acts})
	})
	if err == nil {
		l.own.end(period, acts)
	}
	return err
}

type notingRecorder struct {
	counter.Recorder
	acts *[]counter.Act
}

func (r notingRecorder) Append(a counter.Act) ([32]byte, error) {
	*r.acts = append(*r.acts, counter.Act{Scope: a.Scope, Kind: a.Kind, Entity: a.Entity})
	return r.Recorder.Append(a)
}
