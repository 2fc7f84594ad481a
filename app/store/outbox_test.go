package store

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// slowBacklog counts from the ops, as it was done before there was an outbox.
func slowBacklog(t *testing.T, s *Store, superiors []oplog.DeviceID) (b Backlog) {
	t.Helper()
	logs, err := s.sentUpTo(context.Background(), superiors)
	must(t, err)
	for _, l := range logs {
		if l.sent >= l.seq {
			continue
		}
		b.Ops += int(l.seq - l.sent)
		var cases int
		var oldest, number string
		must(t, s.r.QueryRow(`SELECT count(DISTINCT c.id), coalesce(min(c.accepted_at), ''), coalesce(min(c.accepted_at || ' ' || c.number), '')
			FROM ops o JOIN cases c ON c.entity = o.entity WHERE o.log = ? AND o.seq > ?`, l.id, l.sent).Scan(&cases, &oldest, &number))
		b.Cases += cases
		if oldest != "" && (b.Oldest == "" || oldest < b.Oldest) {
			b.Oldest = oldest
			_, b.Number, _ = strings.Cut(number, " ")
		}
	}
	return b
}

// TestOutboxModel: whatever is recorded, sent, forgotten or rebuilt, the counts are those
// that a walk over all ops gives.
func TestOutboxModel(t *testing.T) {
	for seed := range int64(4) {
		w := newWorld(t)
		outboxSteps(t, w, rand.New(rand.NewSource(seed)))
	}
}

func outboxSteps(t *testing.T, w *world, rng *rand.Rand) {
	t.Helper()
	ctx := context.Background()
	hub := []oplog.DeviceID{w.hub.id}
	var ids []uuid.UUID
	for step := range 30 {
		what := rng.Intn(10)
		switch {
		case what < 3:
			_, id := w.accept(t, w.vil, fmt.Sprint("person", step))
			ids = append(ids, id)
		case what < 5 && len(ids) > 0: // a later act about a case that may be sent already
			must(t, w.vil.Record(ctx, func(rec counter.Recorder) error {
				_, err := rec.Append(counter.Act{Scope: string(village), Kind: "case.handover", Entity: ids[rng.Intn(len(ids))], Actor: w.clerk, Payload: counter.ActPayload{To: "440604100000"}})
				return err
			}))
		case what == 5:
			*w.vil.clock = w.vil.clock.Add(20 * time.Hour)
		case what == 6:
			pull(t, w.hub, w.vil)
		case what == 7:
			pull(t, w.vil, w.hub)
		case what == 8:
			must(t, w.vil.Rebuild(ctx))
		default: // the hub's index is gone: it may hold nothing
			_, err := w.vil.w.Exec("DELETE FROM peer_files")
			must(t, err)
			_, err = w.vil.w.Exec("DELETE FROM peer_claims")
			must(t, err)
		}
		for _, above := range [][]oplog.DeviceID{hub, nil} {
			got, err := w.vil.Backlog(ctx, above)
			must(t, err)
			if want := slowBacklog(t, w.vil.Store, above); got != want {
				t.Fatalf("step %d (%d): %+v, not %+v", step, what, got, want)
			}
			sameUnhanded(t, w, above, step)
		}
	}
}

func sameUnhanded(t *testing.T, w *world, above []oplog.DeviceID, step int) {
	t.Helper()
	ctx := context.Background()
	all, err := w.vil.Unhanded(ctx, above)
	must(t, err)
	days, oldest, err := w.vil.UnhandedDays(ctx, above, 3)
	must(t, err)
	want, got := map[string]int{}, map[string]int{}
	for _, u := range all {
		at, err := time.Parse(time.RFC3339, u.AcceptedAt)
		must(t, err)
		want[at.In(china).Format(time.DateOnly)]++
	}
	for _, d := range days {
		got[d.Day.Format(time.DateOnly)] += d.Cases
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(oldest) != fmt.Sprint(all[:min(3, len(all))]) {
		t.Fatalf("step %d: %v %v\nnot %v %v", step, got, oldest, want, all)
	}
}
