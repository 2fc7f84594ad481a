package cardreader_test

import (
	"context"
	"fmt"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/simulator"
)

// Reading one card. The address here is that of a simulator; a real one looks
// like sdt+serial:///dev/ttyUSB0 (see Readers).
func Example() {
	cards, _ := simulator.FindCards("R2")
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: cards, Faults: "fragment,badsum@read"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	reader, err := cardreader.Open(ctx, sim.URL())
	if err != nil {
		fmt.Println(err) // a *cardreader.Error: what is wrong, and what to do
		return
	}
	defer reader.Close()
	card, err := reader.ReadCard(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(card.Kind, card.Name, card.Birth, card.ValidTo, card.NumberValid)
	// Output: resident 李䶮𠅤 1952-02-29 长期 true
}
