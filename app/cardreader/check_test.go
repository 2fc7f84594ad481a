package cardreader

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader/simulator"
)

func checkSoon(t *testing.T, url string) Condition {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return Check(ctx, url, WithTimeouts(quick()))
}

// What is wrong with a reader, in the code that its words hang on.
func TestCheck(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "sdt+tcp://" + l.Addr().String()
	l.Close()
	noLeak(t, func() {
		if c := checkSoon(t, nobody); c.OK || c.Code != CodeNoReader {
			t.Errorf("%+v", c)
		}
		for faults, want := range map[string]string{
			"": CodeReady, "status=60@status*": CodeSelfTest, "status=66@status*": CodeNotAuthorised, "silent*": CodeTimeout,
			"badsum*": CodeTimeout, "unplug@status": CodeUnplugged,
		} {
			sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: deck(t, "R1"), Faults: faults})
			if err != nil {
				t.Fatal(err)
			}
			c := checkSoon(t, sim.URL())
			sim.Close()
			if c.Code != want || c.OK != (c.Problem == nil) || !c.OK && (c.Problem.Zh == "" || c.Problem.HintZh == "") {
				t.Errorf("%q: %+v", faults, c)
			}
			if want == CodeReady && c.SAMID != "05.03-20091105-0001234567-0987654321" {
				t.Error(c.SAMID)
			}
		}
	})
}

// A reader that speaks at another speed is told from one that is dead.
func TestCheckFindsTheSpeed(t *testing.T) {
	noLeak(t, func() {
		sim, err := simulator.Listen("pty", simulator.Options{Faults: "baud=19200@status"})
		if err != nil {
			t.Skip(err)
		}
		defer sim.Close()
		checkSoon(t, sim.URL()) // the fault: the module goes to 19200
		c := checkSoon(t, sim.URL())
		if c.Code != CodeWrongBaud || c.Baud != 19200 {
			t.Errorf("%+v", c)
		}
		if c := checkSoon(t, strings.TrimSuffix(sim.URL(), "?baud=115200")); !c.OK {
			t.Errorf("without a speed: %+v %v", c, c.Problem)
		}
	})
}
