package cardreader

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/cardreader/simulator"
)

// story runs a watch while script plays, and returns what it saw.
func story(t *testing.T, b *bench, script func()) string {
	ctx, cancel := context.WithCancel(t.Context())
	events := b.r.Watch(ctx)
	var seen []string
	done := make(chan struct{})
	go func() {
		for e := range events {
			s := string(e.Kind)
			if e.Card != nil {
				s += "=" + e.Card.Name
			}
			if e.Err != nil {
				s += "=" + e.Err.Code
			}
			seen = append(seen, s)
		}
		close(done)
	}()
	script()
	cancel()
	<-done
	return strings.Join(seen, " ")
}

func TestWatch(t *testing.T) {
	for name, c := range map[string]struct {
		faults string
		script func(b *bench)
		want   string
	}{
		"two cards": {"", func(b *bench) {
			time.Sleep(3 * time.Second)
			b.sim.Lift()
			time.Sleep(3 * time.Second)
			b.sim.Place(deck(b.t, "R2")[0])
			time.Sleep(3 * time.Second)
		}, "card_present card_read=张三丰 card_removed card_present card_read=李䶮𠅤 card_removed"},
		"a read that fails first": {"status=41@read", func(b *bench) { time.Sleep(5 * time.Second) },
			"card_present fault=card_read_failed card_read=张三丰 ready card_removed"},
		"damaged: lift": {"badsum@read", func(b *bench) {
			time.Sleep(5 * time.Second)
			b.sim.Place(deck(b.t, "R1")[0])
			time.Sleep(5 * time.Second)
		}, "card_present fault=reader_damaged lift ready card_present card_read=张三丰 card_removed"},
		"unplugged": {"unplug@find", func(b *bench) { time.Sleep(5 * time.Second) },
			"fault=reader_unplugged card_present card_read=张三丰 ready card_removed"},
		"broken reader is told once": {"status=60@status*", func(b *bench) { time.Sleep(20 * time.Second) },
			"fault=reader_self_test"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: c.faults, ManualLift: true})
			b.t = t
			defer b.close()
			if got := story(t, b, func() { c.script(b) }); got != c.want {
				t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
			}
		})
	}
}

// Unplugged at any step and plugged in again, once and twice: the fault is told, the
// card is read once, and nobody else appears.
func TestWatchUnpluggedAtAnyStep(t *testing.T) {
	for _, step := range []string{"status", "find", "select", "read", "address"} {
		for _, times := range []string{"", "*2"} {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "unplug@" + step + times, ManualLift: true})
				b.t = t
				defer b.close()
				got := story(t, b, func() {
					for range max(1, len(times)) { // a card that was being read has to be lifted
						time.Sleep(10 * time.Second)
						if step == "read" || step == "address" {
							b.sim.Place(deck(t, "R1")[0])
						}
					}
					time.Sleep(10 * time.Second)
				})
				if !strings.Contains(got, "fault=reader_unplugged") || strings.Count(got, "card_read=张三丰") != 1 || strings.Count(got, "card_read") != 1 {
					t.Errorf("unplug@%s%s: %s", step, times, got)
				}
			})
		}
	}
}

// A module that keeps finding the card that lies on it: one read.
func TestWatchDebounces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "status=9F@find*", ManualLift: true})
		defer b.close()
		b.sim.SetFaults("")
		got := story(t, b, func() {
			time.Sleep(100 * time.Millisecond) // read by now
			b.sim.SetFaults("status=9F@find*")
			time.Sleep(10 * time.Second)
		})
		if got != "card_present card_read=张三丰" {
			t.Error(got)
		}
	})
}

func TestWatchAllowsStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{})
		defer b.close()
		story(t, b, func() {
			for range 20 {
				if err := b.r.Status(t.Context()); err != nil {
					t.Error(err)
				}
				time.Sleep(70 * time.Millisecond)
			}
		})
	})
}

// Close ends a watch whose receiver has gone.
func TestCloseEndsWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1")})
		events := b.r.Watch(context.Background())
		time.Sleep(time.Second) // nobody receives
		b.close()
		if e, open := <-events; open {
			t.Error(fmt.Sprint("event after Close: ", e.Kind))
		}
	})
}
