package conformance

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/simulator"
)

// Rig is a simulated reader on a real transport, and how to reach it.
type Rig struct {
	Sim    *simulator.Simulator
	Open   func(ctx context.Context, opts ...cardreader.Option) (*cardreader.Reader, error)
	Times  cardreader.Timeouts
	Unit   time.Duration // delays are up to 8 units, a read may take 40
	People int           // per schedule
	Always string        // a fault of the line that is always there, such as pace=9600
	Now    func() time.Time
}

// Tally counts reads.
type Tally struct{ Read, All int }

// Schedule plays People one after the other, each under new random faults that
// follow from seed alone. It fails when a card is not the one that lay on the
// reader, when an error is not a *cardreader.Error, and when a call outlives its
// deadline by more than 10 s. A read that ends with an error is no failure: the
// right person or an error is the rule.
func Schedule(ctx context.Context, rig Rig, seed uint64) (tally Tally, err error) {
	rng := rand.New(rand.NewPCG(seed, 5))
	cards := simulator.Cards()
	var mu sync.Mutex
	now := cards[0]
	place := func() {
		mu.Lock()
		defer mu.Unlock()
		rig.Sim.Lift()
		rig.Sim.Place(now)
	}
	if err := rig.Sim.SetFaults(rig.Always); err != nil {
		return tally, err
	}
	r, err := rig.Open(ctx, cardreader.WithTimeouts(rig.Times), cardreader.WithNotify(func(e cardreader.Event) {
		if e.Kind == cardreader.EventLift {
			place()
		}
	}))
	if err != nil {
		return tally, fmt.Errorf("seed %d: %w", seed, err)
	}
	defer r.Close()
	for range rig.People {
		mu.Lock()
		now = cards[rng.IntN(len(cards))]
		mu.Unlock()
		faults := Faults(rng, rig.Unit)
		if rig.Always != "" {
			faults = strings.TrimSuffix(rig.Always+","+faults, ",")
		}
		if err := rig.Sim.SetFaults(faults); err != nil {
			return tally, err
		}
		place()
		limit := rig.Unit * time.Duration(1+rng.IntN(200)) / 5
		good, err := serve(ctx, rig, r, now, limit)
		if err != nil {
			return tally, fmt.Errorf("seed %d, faults %s: %w", seed, faults, err)
		}
		if tally.All++; good {
			tally.Read++
		}
	}
	return tally, nil
}

// serve reads one card and compares it with the one that lies there.
func serve(ctx context.Context, rig Rig, r *cardreader.Reader, c simulator.Card, limit time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := rig.Now()
	card, err := r.ReadCard(ctx)
	if took := rig.Now().Sub(start); took > limit+10*time.Second {
		return false, fmt.Errorf("returned after %v, the deadline was %v", took, limit)
	}
	if err != nil {
		if cardreader.CodeOf(err) == "" {
			return false, fmt.Errorf("an error without a code: %T %w", err, err)
		}
		return false, nil
	}
	defer card.Wipe()
	text, err := c.Text()
	if err != nil {
		return false, err
	}
	hidden := false
	for _, w := range card.Warnings {
		hidden = hidden || w.Code == "address_unsupported"
	}
	if !bytes.Equal(card.Text, text) || card.NewAddress != c.NewAddress && !(hidden && card.NewAddress == "") {
		return false, fmt.Errorf("wrong person: another card than %s", c.ID)
	}
	return true, nil
}

// Faults makes a random list of faults for simulator.ParseFaults; delays are up
// to 8 units.
func Faults(rng *rand.Rand, unit time.Duration) string {
	commands := []string{"status", "find", "select", "read", "address", "any"}
	names := []string{"badsum", "truncate", "silent", "unplug", "garbage", "fragment", "delay", "status"}
	statuses := []int{0x10, 0x11, 0x21, 0x24, 0x31, 0x40, 0x41, 0x47, 0x80, 0x81, 0x90, 0x9F, 0x60}
	var list []string
	for range rng.IntN(7) {
		f := names[rng.IntN(len(names))]
		switch f {
		case "delay":
			f += "=" + (unit * time.Duration(rng.IntN(80)) / 10).String()
		case "status":
			f += fmt.Sprintf("=%02X", statuses[rng.IntN(len(statuses))])
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
