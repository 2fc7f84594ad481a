package cardreader

import (
	"testing"
	"time"

	"onedoor/app/cardreader/simulator"
)

// What the parser costs; the budget from answer to screen is 100 ms.
func BenchmarkParseText(b *testing.B) {
	text := r1(b)
	for b.Loop() {
		if _, err := ParseText(text); err != nil {
			b.Fatal(err)
		}
	}
}

// A whole read over TCP, from status to address, without waits of the protocol.
func BenchmarkReadCard(b *testing.B) {
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{ManualLift: true})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	times := DefaultTimeouts()
	times.Find = time.Nanosecond
	r, err := Open(b.Context(), sim.URL(), WithTimeouts(times))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	card := deck(b, "R1")[0]
	for b.Loop() {
		sim.Place(card)
		if _, err := r.ReadCard(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
