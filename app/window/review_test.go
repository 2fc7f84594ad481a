package window

import (
	"encoding/hex"
	"testing"

	"onedoor/app/counter"
)

// TestAdmitAsLookedAt: a device is admitted with a reason and with the number that
// was looked at, never without.
func TestAdmitAsLookedAt(t *testing.T) {
	b := newBench(t)
	w, user := seatOf(t, b), b.user
	devices, err := w.Withheld()
	if err != nil || len(devices) != 1 || devices[0].Device != hex.EncodeToString(lostDevice[:]) || len(devices[0].Things) != 1 {
		t.Fatalf("%+v %v", devices, err)
	}
	good := Admission{Device: devices[0].Device, Expect: devices[0].Ops, Opinion: " 逐件核实 "}
	for name, c := range map[string]struct {
		change func(*Admission)
		code   counter.Code
	}{
		"no reason":  {func(a *Admission) { a.Opinion = " " }, counter.CodeUsage},
		"no number":  {func(a *Admission) { a.Expect = 0 }, counter.CodeUsage},
		"no device":  {func(a *Admission) { a.Device = "" }, counter.CodeUsage},
		"no thing":   {func(a *Admission) { a.Thing = "1" }, counter.CodeUsage},
		"half of it": {func(a *Admission) { a.Device = a.Device[:8] }, counter.CodeUsage},
	} {
		a := good
		c.change(&a)
		if _, err := w.Admit(a); counter.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(user.admitted) != 0 {
		t.Fatalf("refused and admitted: %v", user.admitted)
	}
	one := good
	one.Thing, one.Expect = "3b241101-e2bb-4255-8caf-4136c566a962", 1
	if done, err := w.Admit(one); err != nil || done.Ops != 1 || len(user.admitted) != 1 || user.admitted[0] != "逐件核实 "+one.Thing {
		t.Fatalf("%+v %v %v", done, err, user.admitted)
	}
	user.admitted = nil
	done, err := w.Admit(good)
	if err != nil || done.Ops != 3 || done.Cases != 1 || len(user.admitted) != 1 || user.admitted[0] != "逐件核实" {
		t.Fatalf("%+v %v %v", done, err, user.admitted)
	}
}
