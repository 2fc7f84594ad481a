package simulator

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/cardreader/sdt"
)

// ask sends a request straight to the module and returns status and data length.
func ask(s *Simulator, c sdt.Command, data ...byte) string {
	frame, _ := s.m.reply(sdt.EncodeRequest(c, data...)[7 : 9+len(data)])
	s.m.answered()
	return fmt.Sprintf("%02X/%d", frame[9], len(frame)-11)
}

// A script is commands with expected answers; the module is a state machine.
func TestStates(t *testing.T) {
	type step struct {
		cmd  sdt.Command
		want string
	}
	find, sel, read, addr := sdt.Find, sdt.Select, sdt.Read, sdt.Address
	for name, script := range map[string][]step{
		"select without find":    {{sel, "81/0"}},
		"read without select":    {{read, "41/0"}, {find, "9F/4"}, {read, "41/0"}},
		"address without select": {{addr, "41/0"}},
		"whole read":             {{find, "9F/4"}, {sel, "90/8"}, {read, "90/1284"}, {addr, "91/0"}},
		"80 until lifted":        {{find, "9F/4"}, {sel, "90/8"}, {read, "90/1284"}, {find, "80/0"}, {sel, "81/0"}, {read, "41/0"}, {find, "80/0"}},
		"reset keeps it spent":   {{find, "9F/4"}, {sel, "90/8"}, {read, "90/1284"}, {sdt.Reset, "90/0"}, {find, "80/0"}},
		"reset drops selection":  {{find, "9F/4"}, {sel, "90/8"}, {sdt.Reset, "90/0"}, {read, "41/0"}},
		"find again":             {{find, "9F/4"}, {sel, "90/8"}, {find, "9F/4"}, {read, "41/0"}},
		"fingerprint":            {{find, "9F/4"}, {sel, "90/8"}, {sdt.ReadFingerprint, "90/2310"}},
		"status anywhere":        {{sdt.Status, "90/0"}, {find, "9F/4"}, {sdt.Status, "90/0"}, {sel, "90/8"}, {sdt.Status, "90/0"}, {read, "90/1284"}},
		"identity":               {{sdt.SAMID, "90/16"}},
		"unknown command":        {{0x3005, "21/0"}, {0x2000, "21/0"}},
	} {
		s, err := New(Options{Cards: Cards()[:1], ManualLift: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, st := range script {
			if got := ask(s, st.cmd); got != st.want {
				t.Errorf("%s: step %d (%04X): %s, want %s", name, i, st.cmd, got, st.want)
			}
		}
		s.Close()
	}
}

func TestLengthsAndChecksum(t *testing.T) {
	s, _ := New(Options{})
	defer s.Close()
	for _, c := range []struct{ got, want string }{
		{ask(s, sdt.Find, 1), "11/0"},
		{ask(s, sdt.MaxRF), "11/0"},
		{ask(s, sdt.MaxRF, 0x50), "90/0"},
		{ask(s, sdt.Find), "80/0"},
		{ask(s, sdt.Command(0x99)), "21/0"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if frame, _ := s.m.reply(nil); frame[9] != sdt.BadChecksum {
		t.Errorf("damaged request: %02X", frame[9])
	}
}

func TestLiftAndPlace(t *testing.T) {
	s, _ := New(Options{Cards: Cards()[:1], ManualLift: true})
	defer s.Close()
	ask(s, sdt.Find)
	s.Lift()
	if got := ask(s, sdt.Select); got != "81/0" {
		t.Errorf("select of a lifted card: %s", got)
	}
	if got := ask(s, sdt.Find); got != "80/0" {
		t.Errorf("find of a lifted card: %s", got)
	}
	if err := s.Place(Cards()[2]); err != nil {
		t.Fatal(err)
	}
	if got := ask(s, sdt.Find); got != "9F/4" {
		t.Errorf("find of a new card: %s", got)
	}
	if err := s.Place(Card{Kind: "?"}); err == nil {
		t.Error("placed a card of no kind")
	}
}

// A read card is lifted and the next one of the deck placed, in virtual time.
func TestAutoLift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := New(Options{Cards: Cards()[:2], AutoLift: time.Second})
		defer s.Close()
		lies := func() *chip {
			s.m.mu.Lock()
			defer s.m.mu.Unlock()
			return s.m.chip
		}
		first := lies()
		ask(s, sdt.Find)
		ask(s, sdt.Select)
		ask(s, sdt.Read)
		time.Sleep(900 * time.Millisecond)
		ask(s, sdt.Address) // starts the second again
		time.Sleep(900 * time.Millisecond)
		if lies() != first {
			t.Fatal("lifted too early")
		}
		time.Sleep(200 * time.Millisecond)
		if got := ask(s, sdt.Find); got != "80/0" || lies() != nil {
			t.Fatalf("not lifted: %s", got)
		}
		time.Sleep(time.Second)
		if got := ask(s, sdt.Find); got != "9F/4" || lies() == first {
			t.Fatalf("next card not placed: %s", got)
		}
	})
}

func TestParseFaults(t *testing.T) {
	faults, err := ParseFaults("fragment, delay=20ms@find*3,status=41@read*2 , badsum%30,truncate@read,baud=19200,garbage=5@any*,")
	if err != nil {
		t.Fatal(err)
	}
	want := []Fault{
		{Name: "fragment", Left: -1, Percent: 100, Size: 64},
		{Name: "delay", Command: sdt.Find, Left: 3, Percent: 100, Time: 20 * time.Millisecond},
		{Name: "status", Command: sdt.Read, Left: 2, Percent: 100, Size: 0x41},
		{Name: "badsum", Left: -1, Percent: 30},
		{Name: "truncate", Command: sdt.Read, Left: 1, Percent: 100},
		{Name: "baud", Left: 1, Percent: 100, Size: 19200},
		{Name: "garbage", Left: -1, Percent: 100, Size: 5},
	}
	if len(faults) != len(want) {
		t.Fatalf("%+v", faults)
	}
	for i := range want {
		if faults[i] != want[i] {
			t.Errorf("%+v, want %+v", faults[i], want[i])
		}
	}
	for _, bad := range []string{"explode", "truncate=1", "delay=soon", "delay=-1s", "status=xyz", "status=100",
		"badsum@lunch", "badsum*0", "badsum*x", "badsum%101", "fragment=0", "baud=300", "=", "@read"} {
		if _, err := ParseFaults(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
		if _, err := New(Options{Faults: bad}); err == nil {
			t.Errorf("%q accepted by New", bad)
		}
	}
}

func FuzzParseFaults(f *testing.F) {
	f.Add("fragment,delay=20ms@find*3,status=41@read*2,badsum%30")
	f.Fuzz(func(t *testing.T, s string) {
		faults, err := ParseFaults(s)
		for _, fault := range faults {
			if err == nil && (fault.Left == 0 || fault.Name == "" || fault.Percent < 0 || fault.Percent > 100) {
				t.Fatalf("%q gave %+v", s, fault)
			}
		}
	})
}

func FuzzParseCards(f *testing.F) {
	f.Add([]byte(`{"id":"demo","kind":"resident","fields":["王小明","1","03","20010101","住址","44060120000229117X","机关","20200101","长期"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		cards, err := ParseCards(raw)
		if err == nil {
			if _, err := New(Options{Cards: cards}); err != nil {
				t.Fatalf("accepted, then refused: %v", err)
			}
		}
	})
}
