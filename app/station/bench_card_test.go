package station

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/simulator"
	"onedoor/app/counter"
	"onedoor/app/desk"
)

// BenchmarkRatioPersonShown compares the time from a complete answer of the reader to
// the person known to the counter, with their cases, against its budget of 100 ms, on a
// counter with 100,000 people. What a page then draws is not in it.
func BenchmarkRatioPersonShown(b *testing.B) {
	const people = 100_000
	ctx := context.Background()
	d := newDistrict(b)
	s, err := Open(ctx, d.vil, Write)
	must(b, err)
	defer s.Close()
	wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
	must(b, err)
	for from := 0; from < people; from += 1000 {
		must(b, s.v.store.Record(ctx, func(rec counter.Recorder) error {
			for i := from; i < from+1000; i++ {
				who := fmt.Appendf(nil, `{"name":"测试%d","number":"4406041990%08d"}`, i, i)
				if _, err := rec.Append(counter.Act{Scope: testVillage, Kind: "person.record", Entity: uuid.New(), Actor: wang.UserID(), New: true,
					Payload: counter.RecordPayload{Type: counter.ObjectPerson, Source: counter.SourceTyped},
					Sealed:  map[string][]byte{counter.SealedIdentity: who, counter.SealedPhone: []byte("13800000000")}}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	item := easyItem(b, s)
	cards, err := simulator.FindCards("R1")
	must(b, err)
	answer, err := cards[0].Text()
	must(b, err)
	shown := func() {
		card, err := cardreader.ParseText(answer)
		must(b, err)
		found, err := wang.FindPerson(ctx, card.Number)
		if must(b, err); len(found) != 1 || found[0].Name != "张三丰" || len(found[0].Cases) == 0 {
			b.Fatalf("%d people", len(found))
		}
	}
	for range 5 { // who comes often has cases
		_, err = wang.Accept(ctx, desk.Acceptance{Item: item, Materials: desk.Materials{All: true},
			Card: &desk.Card{Kind: "resident", Name: "张三丰", Number: "44060419900307201X", ValidTo: "长期"}})
		must(b, err)
	}
	var worst, all time.Duration
	n := 0
	for b.Loop() {
		start := time.Now()
		shown()
		took := time.Since(start)
		worst, all, n = max(worst, took), all+took, n+1
	}
	report(b, float64(worst)/float64(100*time.Millisecond), 1)
	b.ReportMetric(float64(worst.Microseconds()), "us/worst")
	b.ReportMetric(float64(all.Microseconds())/float64(n), "us/mean")
	b.ReportMetric(people, "people")
}
