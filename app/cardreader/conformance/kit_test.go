package conformance_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/conformance"
	"onedoor/app/cardreader/internal/usb"
	"onedoor/app/cardreader/internal/usbtest"
	"onedoor/app/cardreader/simulator"
)

// hands is a person who handles the card of a simulator.
type hands struct {
	sim  *simulator.Simulator
	card simulator.Card
}

func (h hands) Place() { h.sim.Place(h.card) }
func (h hands) Lift()  { h.sim.Lift() }

func subject(t *testing.T, url string) conformance.Subject {
	t.Helper()
	dial, bauds, err := cardreader.Dialer(url)
	if err != nil {
		t.Fatal(err)
	}
	return conformance.Subject{Name: url, Dial: dial, Bauds: bauds, Patience: 4 * time.Second, Now: time.Now}
}

// unhurried limits are for readers that must pass also on a computer that has other
// things to do. What a slow reader gets is asked by TestFindsFault with the usual ones.
func unhurried() conformance.Limits {
	return conformance.Limits{Answer: 5 * time.Second, Read: 10 * time.Second, Frame: 30 * time.Second, Gap: 5 * time.Second, Back: 20 * time.Second}
}

// certify runs the suite on a simulator that listens at address.
func certify(t *testing.T, address, card, faults string) *conformance.Report {
	t.Helper()
	return certifyBy(t, conformance.Limits{}, address, card, faults)
}

func certifyBy(t *testing.T, limits conformance.Limits, address, card, faults string) *conformance.Report {
	t.Helper()
	cards, err := simulator.FindCards(card)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simulator.Listen(address, simulator.Options{ManualLift: true, Faults: faults, Seed: 3})
	if err != nil {
		t.Skip(err)
	}
	defer sim.Close()
	sub := subject(t, sim.URL())
	sub.Operator, sub.Limits = hands{sim, cards[0]}, limits
	if sub.Text, err = cards[0].Text(); err != nil {
		t.Fatal(err)
	}
	return conformance.Run(t.Context(), sub)
}

func wantAll(t *testing.T, r *conformance.Report) {
	t.Helper()
	for _, c := range r.Checks {
		if c.Verdict != conformance.Pass {
			t.Errorf("%s: %s: %s", c.ID, c.Verdict, c.Detail.En)
		}
	}
	if !r.OK {
		t.Error("the report does not conclude well")
	}
}

// together runs tests side by side, however few processors there are: they wait
// more than they work.
func together(t *testing.T, all map[string]func(*testing.T)) {
	var group sync.WaitGroup
	for name, run := range all {
		group.Go(func() { t.Run(name, run) })
	}
	group.Wait()
}

func TestConforms(t *testing.T) {
	t.Parallel()
	all := map[string]func(*testing.T){}
	for name, c := range map[string]struct{ address, card, faults string }{
		"tcp":              {"tcp://127.0.0.1:0", "R1", ""},
		"tcp in fragments": {"tcp://127.0.0.1:0", "R1A", "fragment=9"},
		"pty":              {"pty://" + t.TempDir() + "/reader", "R2", ""},
		"pty at 9600":      {"pty://" + t.TempDir() + "/slow", "F2", "pace=9600"},
	} {
		all[name] = func(t *testing.T) {
			r := certifyBy(t, unhurried(), c.address, c.card, c.faults)
			wantAll(t, r)
			if r.SAMID != "05.03-20091105-0001234567-0987654321" || len(r.Timings) != 6 {
				t.Errorf("%s, %d timings", r.SAMID, len(r.Timings))
			}
		}
	}
	together(t, all)
}

// The bulk endpoints of a native module are one more transport.
func TestConformsOnUSB(t *testing.T) {
	t.Parallel()
	cards, _ := simulator.FindCards("F1")
	sim, err := simulator.New(simulator.Options{ManualLift: true})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	wantAll(t, conformance.Run(t.Context(), conformance.Subject{
		Dial:     func(context.Context, int) (cardreader.Port, error) { return usb.NewPort(usbtest.New(sim), 64), nil },
		Operator: hands{sim, cards[0]}, Limits: unhurried(), Patience: 20 * time.Second, Now: time.Now}))
}

// A simulator whose card comes and goes by itself needs nobody.
func TestConformsWithoutHands(t *testing.T) {
	t.Parallel()
	cards, _ := simulator.FindCards("H1")
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: cards})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	sub := subject(t, sim.URL())
	sub.Limits = unhurried()
	wantAll(t, conformance.Run(t.Context(), sub))
}

// Every kind of misbehaviour is named.
func TestFindsFault(t *testing.T) {
	t.Parallel()
	all := map[string]func(*testing.T){}
	for faults, want := range map[string]string{
		"garbage=8":           "frame",
		"badsum@status*":      "open",
		"status=60@status*":   "frame",
		"status=24@samid*":    "samid",
		"status=41@read*":     "read",
		"delay=1200ms@select": "read",
		"status=9F@find*":     "find",
		"silent@address*":     "address",
		"delay=3500ms@read":   "read",
	} {
		all[faults] = func(t *testing.T) {
			r := certify(t, "tcp://127.0.0.1:0", "R1", faults)
			named := []string{}
			for _, c := range r.Checks {
				if c.Verdict == conformance.Fail || c.Verdict == conformance.Warn {
					named = append(named, c.ID)
				}
			}
			got := strings.Join(named, " ")
			if (want == "") != (got == "") || !strings.Contains(got, want) {
				t.Errorf("named %q, want %q", got, want)
			}
		}
	}
	together(t, all)
}

func TestReportNamesNobody(t *testing.T) {
	t.Parallel()
	r := certify(t, "tcp://127.0.0.1:0", "R1", "")
	for _, english := range []bool{false, true} {
		var out bytes.Buffer
		if err := r.WriteText(&out, english); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"张三丰", "44060419900307201X", "19900307", "测试路"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the report holds %s", secret)
			}
		}
		if !strings.Contains(out.String(), "05.03-20091105") {
			t.Errorf("no module id:\n%s", out.String())
		}
	}
}
