package oplog_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"onedoor/sync/oplog"
)

func randomTime(r *rand.Rand) time.Time {
	return time.UnixMilli(r.Int64N(4e12)).UTC() // 1970 to 2096
}

func TestStampAt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		a, b := randomTime(r), randomTime(r)
		if a.Before(b) != (oplog.StampAt(a) < oplog.StampAt(b)) {
			t.Fatalf("%v and %v are not in the order of their stamps", a, b)
		}
		if !oplog.StampAt(a).Time().Equal(a) {
			t.Fatalf("%v became %v", a, oplog.StampAt(a).Time())
		}
	}
	if oplog.StampAt(time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)) != 0 {
		t.Fatal("before 1970")
	}
}

// TestNextAlwaysRises: whatever the clock does, also when it stands still for more
// ops than the counter has room for.
func TestNextAlwaysRises(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	s := oplog.Stamp(0)
	for range 20000 {
		now := randomTime(r)
		next := s.Next(now)
		if next <= s || next < oplog.StampAt(now) {
			t.Fatalf("%x after %x at %v", next, s, now)
		}
		if next.Time().After(s.Time()) && next.Time().After(now) && !next.Time().Equal(s.Time().Add(time.Millisecond)) {
			t.Fatalf("%v runs ahead of %v and %v", next.Time(), s.Time(), now)
		}
		if s = next; r.IntN(50) == 0 {
			s = 0
		}
	}
	now := time.UnixMilli(1e12)
	s = oplog.StampAt(now)
	for i := range 70000 {
		next := s.Next(now)
		if next != s+1 {
			t.Fatalf("step %d: %x after %x", i, next, s)
		}
		s = next
	}
	if got := s.Time().Sub(now.UTC()); got != time.Millisecond {
		t.Fatalf("70,000 ops in one millisecond moved the stamp by %v", got)
	}
}

func TestWitness(t *testing.T) {
	now := time.UnixMilli(1.8e12)
	mine := oplog.StampAt(now)
	at := func(d time.Duration) oplog.Stamp { return oplog.StampAt(now.Add(d)) }
	for _, c := range []struct {
		what      string
		own, peer oplog.Stamp
		now       time.Time
		want      oplog.Stamp
	}{
		{"older", mine, at(-time.Hour), now, mine},
		{"equal", mine, mine, now, mine},
		{"newer", mine, at(time.Hour), now, at(time.Hour)},
		{"at the limit", mine, at(oplog.MaxDrift), now, at(oplog.MaxDrift)},
		{"beyond the limit", mine, at(oplog.MaxDrift) + 1, now, mine},
		{"years ahead", mine, at(10 * 365 * 24 * time.Hour), now, mine},
		{"our clock is dead, the log is not", mine, at(time.Hour), time.Unix(0, 0), at(time.Hour)},
		{"our clock is ahead of the log", 0, at(-time.Hour), now, at(-time.Hour)},
	} {
		if got := c.own.Witness(c.peer, c.now); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got.Time(), c.want.Time())
		}
	}
}

// TestWitnessProperties: never down, never to what was not witnessed, never far ahead.
func TestWitnessProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 20000 {
		own, peer, now := oplog.Stamp(r.Uint64()), oplog.Stamp(r.Uint64()), randomTime(r)
		if r.IntN(2) == 0 {
			own = oplog.StampAt(now) + oplog.Stamp(r.Uint64N(1<<44))
			peer = own + oplog.Stamp(r.Uint64N(1<<45))
		}
		got := own.Witness(peer, now)
		if got < own || (got != own && got != peer) {
			t.Fatalf("own %x peer %x gave %x", own, peer, got)
		}
		if got != own && got.Time().Sub(max(own, oplog.StampAt(now)).Time()) > oplog.MaxDrift {
			t.Fatalf("dragged from %v to %v", own.Time(), got.Time())
		}
	}
}

// TestOneFarStampNeverMovesUs: however often it is seen. (Stamps in steps of less
// than MaxDrift do; ties are all that they win, and a clock-correction op ends it.)
func TestOneFarStampNeverMovesUs(t *testing.T) {
	now := time.UnixMilli(1.8e12)
	s := oplog.StampAt(now)
	far := oplog.StampAt(now.Add(365 * 24 * time.Hour))
	for range 1000 {
		s = s.Witness(far, now)
	}
	if !s.Time().Equal(now.UTC()) {
		t.Fatalf("dragged to %v", s.Time())
	}
}
