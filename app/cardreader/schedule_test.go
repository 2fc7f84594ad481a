package cardreader

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/cardreader/simulator"
)

// randomFaults makes a schedule of faults with given delays' unit; hold limits
// how long an answer may be overtaken (see awaitLate).
func randomFaults(rng *rand.Rand, unit, hold time.Duration) string {
	commands := []string{"status", "find", "select", "read", "address", "any"}
	names := []string{"badsum", "truncate", "silent", "unplug", "garbage", "fragment", "delay", "status"}
	if hold > 0 {
		names = append(names, "late")
	}
	var list []string
	for range rng.IntN(7) {
		name := names[rng.IntN(len(names))]
		f := name
		switch name {
		case "delay":
			f += "=" + (unit * time.Duration(rng.IntN(80)) / 10).String()
		case "late":
			f += "=" + (hold * time.Duration(rng.IntN(100)) / 100).String()
		case "status":
			f += fmt.Sprintf("=%02X", []int{0x10, 0x11, 0x21, 0x24, 0x31, 0x40, 0x41, 0x47, 0x80, 0x81, 0x90, 0x9F, 0x60}[rng.IntN(13)])
		}
		f += "@" + commands[rng.IntN(len(commands))]
		if rng.IntN(2) == 0 {
			f += fmt.Sprintf("%%%d", 5+rng.IntN(30))
		} else {
			f += fmt.Sprintf("*%d", 1+rng.IntN(3))
		}
		list = append(list, f)
	}
	return strings.Join(list, ",")
}

// queue plays people at a counter: one card after another, each read with a
// random limit, under random faults. It returns how many reads succeeded, and
// fails the test when anybody is taken for somebody else.
func queue(t *testing.T, seed uint64, b *bench, people int, unit, hold time.Duration) (good int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	cards := simulator.Cards()
	for range people {
		c := cards[rng.IntN(len(cards))]
		faults := randomFaults(rng, unit, hold)
		if err := b.sim.SetFaults(faults); err != nil {
			t.Fatal(err)
		}
		b.sim.Lift()
		b.sim.Place(c)
		b.onLift = func() { b.sim.Lift(); b.sim.Place(c) }
		limit := unit * time.Duration(1+rng.IntN(200)) / 5
		if hold > 0 {
			limit = unit * 600 // cutting the wait short gives up its protection
		}
		start := time.Now()
		card, err := b.read(limit)
		switch took := time.Since(start); {
		case took > limit+10*time.Second:
			t.Fatalf("seed %d, %s: %v instead of %v", seed, faults, took, limit)
		case err != nil:
			if CodeOf(err) == "" {
				t.Fatalf("seed %d, %s: %T %v", seed, faults, err, err)
			}
		case !same(card, c):
			t.Fatalf("seed %d, %s: wrong person: %s for %s", seed, faults, card.Number, c.ID)
		default:
			good++
		}
	}
	return good
}

// same compares every word on the card.
func same(card *Card, c simulator.Card) bool {
	own := []string{card.Name, card.NameEN, card.Number, card.Address, card.Issuer}
	for _, s := range own {
		if s != "" && !strings.Contains(strings.Join(c.Fields, "|"), s) {
			return false
		}
	}
	// A module that refuses the command (21) hides a new address, and the card says so.
	hidden := card.NewAddress == "" && strings.Contains(warnings(card), "address_unsupported")
	return (card.NewAddress == c.NewAddress || hidden) && card.Number != ""
}

// Thousands of people in virtual time, with the timeouts of the field.
func TestRandomSchedules(t *testing.T) {
	good, all := 0, 0
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Seed: seed, ManualLift: true})
			defer b.close()
			hold := time.Duration(0)
			if seed%3 == 0 {
				hold = 1900 * time.Millisecond // beyond the read's own patience of 3 s: at most 4.9 s
			}
			good += queue(t, seed, b, 12, time.Second, hold)
			all += 12
		})
	}
	t.Logf("%d of %d read", good, all)
	if good < all/2 {
		t.Errorf("only %d of %d read", good, all)
	}
}

// quick are timeouts for tests in real time.
func quick() Timeouts {
	return Timeouts{Answer: 100 * time.Millisecond, ReadAnswer: 200 * time.Millisecond, Gap: 60 * time.Millisecond,
		Frame: time.Second, Late: 400 * time.Millisecond, Quiet: 10 * time.Millisecond, Find: 5 * time.Millisecond}
}

// The same over real connections.
func TestRandomSchedulesReal(t *testing.T) {
	for _, address := range []string{"tcp://127.0.0.1:0", "pty://" + t.TempDir() + "/reader"} {
		noLeak(t, func() {
			sim, err := simulator.Listen(address, simulator.Options{Seed: 7, ManualLift: true})
			if err != nil {
				t.Skip(err)
			}
			defer sim.Close()
			b := &bench{t: t, sim: sim}
			good := 0
			for seed := range uint64(5) {
				sim.SetFaults("")
				b.r = openSoon(t, sim, WithNotify(func(e Event) {
					if e.Kind == EventLift {
						b.onLift()
					}
				}))
				good += queue(t, seed, b, 4, 60*time.Millisecond, 0)
				b.r.Close()
			}
			t.Logf("%s: %d of 20 read", address, good)
		})
	}
}
