package cardreader

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/cardreader/sdt"
	"onedoor/app/cardreader/simulator"
)

// The next person's read starts while answers about the last one are still due.
func TestLateAnswerOfAnotherPerson(t *testing.T) {
	for _, fault := range []string{"delay=%v@read", "delay=%v@address", "late=%v@read", "late=%v@address"} {
		for d := 500 * time.Millisecond; d < 5*time.Second; d += 170 * time.Millisecond {
			for _, limit := range []time.Duration{700 * time.Millisecond, 3100 * time.Millisecond, 5200 * time.Millisecond} {
				fault := fmt.Sprintf(fault, d)
				if limit < 5*time.Second && fault[0] == 'l' {
					continue // only the driver's own wait, not cut short, covers overtaking answers
				}
				synctest.Test(t, func(t *testing.T) { lateAnswer(t, fault, limit) })
			}
		}
	}
}

func lateAnswer(t *testing.T, fault string, limit time.Duration) {
	b := newBench(t, simulator.Options{Cards: deck(t, "R1A"), Faults: fault, ManualLift: true})
	defer b.close()
	card, err := b.read(limit)
	if err == nil && (card.Name != "张三丰" || card.NewAddress == "") {
		t.Fatalf("%s: wrong card", fault)
	}
	if err := b.sim.Place(deck(t, "R2")[0]); err != nil {
		t.Fatal(err)
	}
	card, err = b.read(time.Minute)
	if err != nil || card.Name != "李䶮𠅤" || card.NewAddress != "" {
		t.Errorf("%s, then R2: %v %v", fault, card, err)
	}
}

// An answer that a converter held back comes while the next person's read is in
// flight, whose own answer is lost: it would fit perfectly.
func TestAnswerHeldBackIntoTheNextRead(t *testing.T) {
	for held := 3100 * time.Millisecond; held < 5*time.Second; held += 100 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "late=" + held.String() + "@read", ManualLift: true})
			defer b.close()
			asked := 0
			b.onLift = func() {
				if asked++; asked == 1 {
					b.sim.SetFaults("silent@read")
				}
				b.sim.Place(deck(t, "R2")[0])
			}
			card, err := b.read(time.Minute)
			if err != nil || card.Name != "李䶮𠅤" {
				t.Errorf("held back %v: %v %v", held, card, err)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	ans := func(sw3 byte, n int) sdt.Answer { return sdt.Answer{SW3: sw3, Data: make([]byte, n)} }
	answers := map[string]sdt.Answer{
		"status": ans(sdt.OK, 0), "samid": ans(sdt.OK, 16), "find": ans(sdt.Found, 4), "select": ans(sdt.OK, 8),
		"read": ans(sdt.OK, 1284), "address": ans(sdt.OK, 70), "no address": ans(sdt.NoAddress, 0),
	}
	own := map[sdt.Command][]string{sdt.Status: {"status"}, sdt.SAMID: {"samid"}, sdt.Find: {"find"},
		sdt.Select: {"select"}, sdt.Read: {"read"}, sdt.Address: {"address", "no address"}}
	for cmd, names := range own {
		for name, a := range answers {
			want := foreign
			if slices.Contains(names, name) {
				want = belongs
			} else if name == "status" {
				want = stale
			}
			if got := judge(cmd, a); got != want {
				t.Errorf("%04X gets the answer to %s: %d, want %d", cmd, name, got, want)
			}
		}
		if judge(cmd, ans(sdt.ReadFailed, 0)) != belongs || judge(cmd, ans(sdt.ReadFailed, 3)) != foreign {
			t.Errorf("%04X: error statuses", cmd)
		}
	}
}
