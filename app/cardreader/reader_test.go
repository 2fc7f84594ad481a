package cardreader

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/cardreader/sdt"
	"onedoor/app/cardreader/simulator"
)

// All tests here run in virtual time; synctest fails them when a goroutine is
// left behind or everything waits for ever.

func TestReadEveryCard(t *testing.T) {
	for _, c := range simulator.Cards() {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Cards: []simulator.Card{c}})
			defer b.close()
			card, err := b.read(time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if string(card.Kind) != c.Kind || !slices.Contains(c.Fields, card.Name) || card.PhotoBytes != 1024 || len(card.Photo) != 1024 {
				t.Errorf("%s: %v %s, photo %d", c.ID, card.Kind, card.Name, card.PhotoBytes)
			}
			if card.NewAddress != c.NewAddress {
				t.Errorf("%s: new address %q", c.ID, card.NewAddress)
			}
		})
	}
}

func TestReadsInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1,R2,H1")})
		defer b.close()
		for _, want := range []string{"张三丰", "李䶮𠅤", "陈大文", "张三丰"} {
			card, err := b.read(5 * time.Second)
			if err != nil || card.Name != want {
				t.Fatalf("%v %v, want %s", card, err, want)
			}
		}
		if b.dials != 1 {
			t.Errorf("connected %d times", b.dials)
		}
	})
}

func TestStatusAndSAMID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Faults: "badsum@samid,truncate@status"})
		defer b.close()
		if err := b.r.Status(t.Context()); err != nil {
			t.Error(err)
		}
		if id, err := b.r.SAMID(t.Context()); err != nil || id != "05.03-20091105-0001234567-0987654321" {
			t.Error(id, err)
		}
	})
}

// One fault at one place, with the automatic lift: the read still succeeds, and
// the fault really happened there.
func TestRecovers(t *testing.T) {
	for _, command := range []string{"status", "find", "select", "read", "address"} {
		for _, fault := range []string{"badsum", "truncate", "silent", "delay=2s", "delay=4500ms", "late=2s", "late=4500ms",
			"status=10", "status=24", "status=41", "status=47", "status=80", "status=81", "status=90", "status=9F", "status=33",
			"fragment=3", "garbage=200", "pace=9600", "delay=1500ms*", "delay=4s*", "late=1500ms*"} {
			if command == "address" && (fault == "status=90" || fault == "status=9F") {
				continue // covered by TestJudge; nothing new
			}
			faults := fault + "@" + command
			if always, ok := strings.CutSuffix(fault, "*"); ok {
				faults = always + "@" + command + "*"
			}
			if faults == "delay=4s@status*" {
				continue // the requests of the barrier itself then pile up
			}
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, simulator.Options{Cards: deck(t, "R1A"), Faults: faults})
				defer b.close()
				card, err := b.read(time.Minute)
				if err != nil {
					t.Fatalf("%s: %v", faults, err)
				}
				if card.Number != "44060419900307201X" || card.NewAddress == "" {
					t.Errorf("%s: %s %q", faults, card.Number, card.NewAddress)
				}
			})
		}
	}
}

// Errors that end the read, and those that time brings.
func TestFailures(t *testing.T) {
	for faults, want := range map[string]string{
		"status=60@status*": CodeSelfTest,
		"status=66@status*": CodeNotAuthorised,
		"status=60@find":    CodeSelfTest,
		"status=66@read":    CodeNotAuthorised,
		"status=40@select*": CodeWrongCard,
		"status=41@read*":   CodeReadFailed,
		"status=41@find*":   CodeReadFailed,
		"status=31@select*": CodeAuth,
		"status=81@select*": CodeSelectFailed,
		"status=24@find*":   CodeModule,
		"status=77@find*":   CodeModule,
		"status=21@read*":   CodeCommand,
		"status=10@find*":   CodeLine,
		"silent*":           CodeTimeout,
		"silent@read*":      CodeTimeout,
		"badsum*":           CodeTimeout, // nothing is ever understood
		"badsum@read*":      CodeDamaged,
		"unplug@status":     CodeUnplugged,
		"unplug@read":       CodeUnplugged,
		"unplug@address":    CodeUnplugged,
		"status=80@find*":   CodeNoCard,
		"status=80@find*,fragment=1,garbage,pace": CodeNoCard,
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: faults})
			defer b.close()
			card, err := b.read(10 * time.Minute)
			if card != nil {
				t.Errorf("%s: read a card", faults)
			}
			if CodeOf(err) != want {
				t.Errorf("%s: %v (%s), want %s", faults, err, CodeOf(err), want)
			}
		})
	}
}

// The card must be lifted only when the module says 80, and then the driver
// says so, and goes on when it was done.
func TestLift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "badsum@read", ManualLift: true})
		defer b.close()
		_, err := b.read(3 * time.Second)
		wantCode(t, err, CodeLiftCard)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v hides that time ran out", err)
		}
		b.onLift = func() { b.sim.Lift(); b.sim.Place(deck(t, "R1")[0]) }
		b.events = nil
		card, err := b.read(3 * time.Second)
		if err != nil || card.Name != "张三丰" || !slices.Equal(b.events, []EventKind{EventLift}) {
			t.Fatalf("%v %v %v", card, err, b.events)
		}
		_, err = b.read(3 * time.Second) // still lying there: place or lift, nobody knows
		wantCode(t, err, CodeNoCard)
	})
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "badsum@find*2,silent@select,status=41@read*2", ManualLift: true})
		defer b.close()
		if _, err := b.read(time.Minute); err != nil || b.events != nil {
			t.Errorf("%v, asked %v", err, b.events)
		}
	})
}

// After trouble the next card command is find, and finds keep their distance.
func TestRestartsAtFind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var finds []time.Time
		m := &scripted{}
		m.reply = func(n int, c sdt.Command) []byte {
			switch c {
			case sdt.Status:
				return sdt.EncodeAnswer(sdt.OK, nil)
			case sdt.Find:
				finds = append(finds, time.Now())
				return sdt.EncodeAnswer(sdt.Found, make([]byte, 4))
			case sdt.Select:
				return sdt.EncodeAnswer(sdt.OK, make([]byte, 8))
			}
			return sdt.EncodeAnswer(sdt.OK, make([]byte, 8)) // foreign to a read
		}
		r := New(m.dial)
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := r.ReadCard(ctx)
		wantCode(t, err, CodeDamaged)
		for i, c := range m.asked {
			if c == sdt.Read && i+2 < len(m.asked) && (m.asked[i+1] != sdt.Status || m.asked[i+2] != sdt.Find) {
				t.Errorf("after a foreign answer: %04X", m.asked[i+1:i+3])
			}
		}
		for i := 1; i < len(finds); i++ {
			if d := finds[i].Sub(finds[i-1]); d < 300*time.Millisecond {
				t.Errorf("finds %v apart", d)
			}
		}
		if len(finds) < 3 {
			t.Errorf("only %d finds", len(finds))
		}
	})
}

// A module that was told that the request was damaged is asked once more before
// anything else happens.
func TestResends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{}
		m.reply = func(n int, c sdt.Command) []byte {
			if n == 2 {
				return sdt.EncodeAnswer(sdt.BadChecksum, nil)
			}
			if c == sdt.Find {
				return sdt.EncodeAnswer(sdt.NoCard, nil)
			}
			return sdt.EncodeAnswer(sdt.OK, nil)
		}
		r := New(m.dial)
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := r.ReadCard(ctx)
		wantCode(t, err, CodeNoCard)
		if want := []sdt.Command{sdt.Status, sdt.Find, sdt.Find}; !slices.Equal(m.asked, want) {
			t.Errorf("%04X", m.asked)
		}
	})
}

// An old module without the address command does not fail the read.
func TestAddressUnsupported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "status=21@address*"})
		defer b.close()
		card, err := b.read(time.Minute)
		if err != nil || warnings(card) != "address_unsupported:new_address" {
			t.Errorf("%v %v", err, card)
		}
	})
}

func TestCancelAtAnyMoment(t *testing.T) {
	for after := time.Duration(0); after < 3*time.Second; after += 23 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "pace,delay=200ms@select"})
			defer b.close()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(after, cancel)
			start := time.Now()
			card, err := b.r.ReadCard(ctx)
			if err != nil {
				wantCode(t, err, CodeCancelled)
				if time.Since(start) != after {
					t.Errorf("cancelled after %v, returned after %v", after, time.Since(start))
				}
			} else if card.Name != "张三丰" {
				t.Error("wrong card")
			}
			if card, err := b.read(time.Minute); err != nil || card.Name != "张三丰" {
				t.Errorf("cancelled after %v, then %v", after, err)
			}
		})
	}
}

func TestCloseWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{})
		go func() {
			time.Sleep(2 * time.Second)
			b.r.Close()
		}()
		_, err := b.read(time.Hour)
		wantCode(t, err, CodeClosed)
		wantCode(t, b.r.Status(t.Context()), CodeClosed)
		b.close()
		b.close()
	})
}

// Calls take turns; one that waits for its turn obeys its own context.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{})
		defer b.close()
		go b.read(10 * time.Second)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wantCode(t, b.r.Status(ctx), CodeTimeout)
		if err := b.r.Status(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A reader that was unplugged works again at the next call.
func TestReplug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simulator.Options{Cards: deck(t, "R1"), Faults: "unplug@read"})
		defer b.close()
		_, err := b.read(time.Minute)
		wantCode(t, err, CodeUnplugged)
		if card, err := b.read(time.Minute); err != nil || card.Name != "张三丰" || b.dials != 2 {
			t.Errorf("%v %v, dialled %d times", card, err, b.dials)
		}
	})
}

// A line that never falls silent ends with the context.
func TestEndlessNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, module := newLine()
		var noise sync.WaitGroup
		defer noise.Wait()
		noise.Go(func() {
			for module.out.put([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0xFF, 0x17}) == nil {
				time.Sleep(10 * time.Millisecond)
			}
		})
		r := New(func(context.Context, int) (Port, error) { return host, nil })
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := r.ReadCard(ctx)
		wantCode(t, err, CodeTimeout)
	})
}
