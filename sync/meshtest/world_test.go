package meshtest

import (
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// world is a district: devices, what people entered, and everything that is on
// its way between them. One seed decides all of it, the keys too.
type world struct {
	seed  uint64
	rng   *mrand.Rand
	looks *mrand.Rand // nil where nobody sees to anything
	now   time.Time
	stepN int

	auth     *roster.Authority
	verifier *roster.Verifier
	codec    *segment.Codec
	hub      *device
	all      []*device // in the order of their making; the hub first
	scopes   []oplog.Scope
	keys     map[oplog.Scope]store.ScopeKey // the newest of each scope
	allKeys  []store.ScopeKey               // in the order of their making
	users    map[uuid.UUID]oplog.Scope
	userList []uuid.UUID
	entries  []*entry
	told     map[string][]*entry // every number that was ever told
	item     uuid.UUID           // of the catalogue
	versions int                 // of it
	roster   int                 // enrolments and revocations
	movesOf  []*relocation
	packets  []packet
	sticks   []*stick

	faults map[string]int
	trace  []string
	loud   bool
}

// failure is what a check found; runSeed recovers it.
type failure string

func (w *world) fatalf(format string, args ...any) {
	panic(failure(fmt.Sprintf(format, args...)))
}

func (w *world) must(err error) {
	if err != nil {
		panic(failure(err.Error()))
	}
}

// interrupted ends a step: the power went, or the disk had no room.
type interrupted struct{}

// at tells of an error at a device: what its disk does not let it do, it does
// not do; anything else is a failure.
func (w *world) at(d *device, err error) {
	if err == nil {
		return
	}
	if d.disk.dead || w.refusedFull(d) {
		panic(interrupted{})
	}
	if (d.revoked || d.left) && counter.CodeOf(err) == counter.CodeDenied {
		w.fault("shut out, and told so")
		panic(interrupted{})
	}
	w.fatalf("%s: %s", d.name, chain(err))
}

// try runs one step of the world.
func (w *world) try(f func()) {
	defer func() {
		switch r := recover().(type) {
		case nil, interrupted:
		default:
			panic(r)
		}
	}()
	f()
}

func (w *world) logf(format string, args ...any) {
	if w.loud {
		w.trace = append(w.trace, fmt.Sprintf("%4d ", w.stepN)+fmt.Sprintf(format, args...))
	}
}

func (w *world) fault(kind string) { w.faults[kind]++ }

// one says yes once in n times.
func (w *world) one(n int) bool { return w.rng.IntN(n) == 0 }

func pick[T any](rng *mrand.Rand, list []T) T { return list[rng.IntN(len(list))] }

const districtCode = "440604"

func newWorld(t *testing.T, seed uint64, loud bool) *world {
	cryptotest.SetGlobalRandom(t, seed)
	uuid.SetRand(rand.Reader)
	useVFS()
	w := &world{seed: seed, rng: mrand.New(mrand.NewPCG(seed, 7)), looks: looking(seed), now: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC), loud: loud,
		keys: map[oplog.Scope]store.ScopeKey{}, users: map[uuid.UUID]oplog.Scope{}, told: map[string][]*entry{}, faults: map[string]int{}}
	root, err := roster.NewRoot(districtCode, "模拟区")
	w.must(err)
	w.auth, err = root.NewAuthority()
	w.must(err)
	w.verifier, err = roster.NewVerifier(root.Cert, w.auth.Cert())
	w.must(err)
	w.codec, err = segment.NewCodec()
	w.must(err)
	w.addScope(oplog.Realm)
	return w
}

func (w *world) addScope(sc oplog.Scope) {
	id, key := seal.NewKey()
	w.keys[sc] = store.ScopeKey{Scope: sc, ID: id, Key: key}
	w.allKeys = append(w.allKeys, w.keys[sc])
	w.scopes = append(w.scopes, sc)
}

// plan is a district before anybody works in it.
type plan struct {
	devices int
	light   bool // most stations only hold what they are sent
	steps   int
}

// planOf: one seed in a hundred has a real district's size; the others are small,
// because the same mistakes show in small worlds, and a thousand of them can run.
func planOf(seed uint64, rng *mrand.Rand) plan {
	switch n := rng.IntN(100); {
	case isLarge(seed):
		return plan{200 + rng.IntN(8), true, 120}
	case n < 62:
		return plan{3 + rng.IntN(4), false, 90}
	case n < 88:
		return plan{7 + rng.IntN(5), false, 110}
	case n < 97:
		return plan{12 + rng.IntN(8), false, 130}
	}
	return plan{20 + rng.IntN(21), false, 160}
}

func isLarge(seed uint64) bool { return seed%100 == 0 }

// build makes towns and villages for so many devices and enrols the first of them.
func (w *world) build(p plan) {
	w.hub = w.newDevice("hub", "00", districtCode+"000000")
	towns := 1
	for p.devices > 4+3*towns && towns < 12 {
		towns++
	}
	vil := map[string]int{}
	for n := 1; n < p.devices; n++ {
		town := fmt.Sprintf("%s1%02d", districtCode, 1+n%towns)
		if n <= towns && p.devices > 3 {
			w.newDevice(fmt.Sprintf("t%d", n%towns), "01", town+"000")
			continue
		}
		i := vil[town]
		vil[town]++
		counterNo, place := "01", i/2*2
		switch { // of two stations in a row, now and then both stand in one village
		case i%2 == 1 && w.one(2):
			counterNo = "02"
		case i%2 == 1:
			place++
		}
		w.newDevice(fmt.Sprintf("v%d%s", n, counterNo), counterNo, fmt.Sprintf("%s%03d", town, 1+place))
	}
	for _, d := range w.all {
		d.scopes = w.scopesOf(d)
		d.light = p.light && d.tier() == roster.Village && len(w.all) > 40 && !w.one(12)
	}
	w.open(w.hub, true)
	w.hub.joined = true
	w.record(w.hub, func(rec counter.Recorder) (string, error) {
		for _, k := range w.allKeys {
			if k.Scope == oplog.Realm {
				continue
			}
			if err := w.stateKey(rec, k, nil); err != nil {
				return "", err
			}
		}
		return "", w.publishItem(rec)
	})
	for _, d := range w.all[1:] {
		if !d.light && len(w.userList) < 2+len(w.all)/4 {
			w.setUser(uuid.New(), d.own)
		}
	}
	w.setUser(uuid.New(), w.hub.own)
	first := w.all[1:]
	if !p.light && len(first) > 4 {
		first = first[:2+w.rng.IntN(len(first)-2)]
	}
	w.enrol(first...)
	for range w.rng.IntN(3) {
		w.sticks = append(w.sticks, newStick(w))
	}
}

// scopesOf: a device holds realm, its own service point and those below it.
func (w *world) scopesOf(d *device) (out []oplog.Scope) {
	for _, sc := range w.scopes {
		if sc == oplog.Realm || counter.DivisionWithin(string(sc), string(d.own)) {
			out = append(out, sc)
		}
	}
	return out
}

// live are the devices that work: enrolled, and not shut out.
func (w *world) live() (out []*device) {
	for _, d := range w.all {
		if d.joined && !d.revoked {
			out = append(out, d)
		}
	}
	return out
}

// working are those that people use, the revoked ones too: nobody told them.
func (w *world) working() (out []*device) {
	for _, d := range w.all {
		if d.joined && !d.light {
			out = append(out, d)
		}
	}
	return out
}

func (w *world) close() {
	for _, d := range w.all {
		if d.store != nil {
			d.disk.dead = true
			_ = d.store.Close()
		}
		d.disk.discard()
	}
}

// town is the device that relays for a village, or nil.
func (w *world) town(d *device) *device {
	for _, o := range w.all {
		if o != d && o.joined && o.tier() == roster.Town && strings.HasPrefix(string(d.own), string(o.own)[:9]) {
			return o
		}
	}
	return nil
}
