package meshtest

import (
	"testing"
	"time"
)

// result is what one seed came to.
type result struct {
	Seed    uint64         `json:"seed"`
	Fail    string         `json:"fail,omitempty"`
	Devices int            `json:"devices"`
	Ops     int            `json:"ops"`
	Cases   int            `json:"cases"`
	Entries int            `json:"entries"`
	Writes  int            `json:"writes"`
	Faults  map[string]int `json:"faults"`
	Trace   []string       `json:"trace,omitempty"`
}

// runSeed lives through one world.
func runSeed(t *testing.T, seed uint64, loud bool) (res result) {
	res.Seed = seed
	w := newWorld(t, seed, loud)
	defer w.close()
	defer func() {
		res.Devices, res.Faults, res.Entries, res.Trace = len(w.all), w.faults, len(w.entries), w.trace
		for _, d := range w.all {
			res.Writes += d.disk.steps
		}
		switch r := recover().(type) {
		case nil:
		case failure:
			res.Fail = string(r)
		default:
			panic(r)
		}
	}()
	p := planOf(seed, w.rng)
	w.build(p)
	for w.stepN = 1; w.stepN <= p.steps; w.stepN++ {
		w.try(w.step)
		w.after()
	}
	w.heal()
	w.check(&res)
	return res
}

// step is one thing that happens in the district.
func (w *world) step() {
	w.now = w.now.Add(time.Duration(w.rng.IntN(90)) * time.Minute)
	if w.one(60) {
		w.now = w.now.AddDate(0, 0, w.rng.IntN(20))
	}
	live := w.working()
	d := pick(w.rng, live)
	if w.looks != nil && w.looks.IntN(4) == 0 {
		w.seeTo(pick(w.looks, live))
	}
	switch n := w.rng.IntN(100); {
	case n < 18:
		w.accept(d)
	case n < 40:
		w.act(d)
	case n < 44:
		w.person(d)
	case n < 68:
		if o := w.partner(d, live); o != d {
			w.contact(d, o)
		}
	case n < 71:
		w.latePackets()
	case n < 75:
		w.carry(d)
	case n < 80:
		w.powers()
	case n < 81:
		w.next()
	case n < 82:
		if w.one(2) {
			w.joinDoubles(d)
		} else {
			w.moveVillage()
		}
	case n < 84:
		w.chores(d)
		w.chores(w.hub)
	default:
		w.mishap(d, n)
	}
}

// partner is whom a device meets: mostly its town or the hub, sometimes anybody.
func (w *world) partner(d *device, live []*device) *device {
	switch w.rng.IntN(4) {
	case 0:
		return w.hub
	case 1, 2:
		if t := w.town(d); t != nil {
			return t
		}
	}
	return pick(w.rng, live)
}

// mishap is what goes wrong with a device.
func (w *world) mishap(d *device, n int) {
	switch {
	case n < 88:
		if d.disk.fuse == 0 {
			d.disk.fuse = 1 + w.rng.IntN(60)
		}
	case n < 89:
		w.restart(d)
	case n < 91:
		w.fault("disk full")
		d.disk.full, d.disk.refused, d.fullUntil = true, 0, w.stepN+3+w.rng.IntN(8)
	case n < 93:
		w.fault("link down for long")
		d.cutUntil = w.stepN + 10 + w.rng.IntN(50)
	case n < 95:
		w.fault("clock set")
		d.skew += time.Duration(w.rng.IntN(200)-140) * time.Hour
		if w.one(4) {
			d.skew -= time.Duration(w.rng.IntN(900)-300) * 24 * time.Hour
		}
	case n < 98:
		if d.rotten {
			return
		}
		if d == w.hub && d.backup != nil && d.backup.roster != w.roster {
			d.backup = nil
		}
		switch {
		case d.backup != nil:
			w.restoreHome(d, d != w.hub && w.one(2))
		case d != w.hub && w.one(3):
			w.copyDisk(d)
		default:
			w.saveHome(d)
		}
	case n < 99:
		if w.one(2) {
			w.rot(d)
		} else {
			w.forge(d, w.partner(d, w.working()))
		}
	default:
		if w.one(3) {
			w.revoke(d)
		} else {
			w.moveVillage()
		}
	}
}

// after ends what has an end.
func (w *world) after() {
	for _, d := range w.all {
		if !d.joined {
			continue
		}
		if d.disk.full && d.fullUntil <= w.stepN {
			d.disk.full = false
		}
		w.revive(d)
	}
}
