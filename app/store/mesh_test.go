package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// The mesh is a district in one process: a hub, two villages and a town that is
// a member of both, over stores only. One seed decides everything, the random
// bytes of keys included, so a failing seed replays.

const (
	meshTown = oplog.Scope("440604100000")
	meshA    = oplog.Scope("440604100001")
	meshB    = oplog.Scope("440604100002")
	meshHub  = oplog.Scope("440604000000")
)

// meshDevice is a station of the mesh.
type meshDevice struct {
	*device
	name    string
	own     oplog.Scope
	scopes  []oplog.Scope
	counter string
	dead    bool // the process was killed: nothing more reaches the disk
	fuse    int  // steps until it dies; 0 never
	backup  string
	last    map[oplog.Hash]bool // ops that existed in the backup's time
}

type mesh struct {
	t       *testing.T
	rng     *mrand.Rand
	dir     string
	hub     *meshDevice
	all     []*meshDevice
	joined  []*meshDevice
	users   map[uuid.UUID]oplog.Scope
	keys    map[oplog.Scope]ScopeKey
	told    map[string]bool                       // every number ever told
	ops     map[oplog.Scope]map[oplog.Hash]string // ops that must be everywhere, and who made them
	numbers map[string]oplog.Hash                 // number -> its op
	packets []packet
	trace   []string
}

// packet is a file on its way: it may arrive late, twice, or never.
type packet struct {
	to, from *meshDevice
	want     segment.Want
	data     []byte
}

func (m *mesh) logf(format string, args ...any) {
	m.trace = append(m.trace, fmt.Sprintf(format, args...))
}

func (m *mesh) fatalf(format string, args ...any) {
	m.t.Helper()
	if os.Getenv("ONEDOOR_TEST_TRACE") != "" {
		m.t.Log(strings.Join(m.trace, "\n"))
	}
	m.t.Fatalf(format, args...)
}

func newMesh(t *testing.T, seed uint64) *mesh {
	cryptotest.SetGlobalRandom(t, seed)
	uuid.SetRand(rand.Reader)
	m := &mesh{t: t, rng: mrand.New(mrand.NewPCG(seed, 7)), users: map[uuid.UUID]oplog.Scope{}, keys: map[oplog.Scope]ScopeKey{},
		told: map[string]bool{}, ops: map[oplog.Scope]map[oplog.Hash]string{}, numbers: map[string]oplog.Hash{}}
	m.dir = meshDir(t)
	for _, sc := range []oplog.Scope{oplog.Realm, meshHub, meshTown, meshA, meshB} {
		id, key := seal.NewKey()
		m.keys[sc] = ScopeKey{sc, id, key}
		m.ops[sc] = map[oplog.Hash]string{}
	}
	m.hub = m.device("hub", "00", meshHub, oplog.Realm, meshHub, meshTown, meshA, meshB)
	m.device("town", "01", meshTown, oplog.Realm, meshTown, meshA, meshB)
	m.device("a1", "01", meshA, oplog.Realm, meshA)
	m.device("b1", "01", meshB, oplog.Realm, meshB)
	if m.rng.IntN(2) == 0 {
		m.device("a2", "02", meshA, oplog.Realm, meshA)
	}
	m.start(m.hub)
	for range 3 {
		m.addUser()
	}
	m.enrol(m.all[2])
	return m
}

// meshDir prefers memory: a thousand durable commits would measure the disk.
func meshDir(t *testing.T) string {
	if dir, err := os.MkdirTemp("/dev/shm", "mesh-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	return t.TempDir()
}

func (m *mesh) device(name, counter string, own oplog.Scope, scopes ...oplog.Scope) *meshDevice {
	d := &meshDevice{device: newDevice(m.t, name), name: name, own: own, scopes: scopes, counter: counter}
	d.home = filepath.Join(m.dir, name)
	must(m.t, os.MkdirAll(d.home, 0o700))
	*d.clock = d.clock.Add(time.Duration(m.rng.IntN(100)-50) * time.Minute)
	d.fault = func(step string) error {
		if d.fuse > 0 {
			if d.fuse--; d.fuse == 0 {
				d.dead = true
				m.logf("%s dies at %s", name, step)
			}
		}
		if d.dead {
			return errKilled
		}
		return nil
	}
	m.all = append(m.all, d)
	return d
}

var errKilled = errors.New("killed")

// start opens a store and takes its flusher away: when bytes are flushed is
// the seed's decision.
func (m *mesh) start(d *meshDevice) {
	m.t.Helper()
	d.open(m.hub.device)
	close(d.stop)
	d.wg.Wait()
	d.stop = make(chan struct{})
	for _, sc := range d.scopes {
		must(m.t, d.AddKeys(context.Background(), m.keys[sc]))
	}
}

// restart ends a process, orderly or not, and starts it again.
func (m *mesh) restart(d *meshDevice) {
	err := d.Store.Close()
	if err != nil && !d.dead {
		m.fatalf("close %s: %v", d.name, err)
	}
	if d.dead && m.rng.IntN(2) == 0 {
		m.tear(d)
	}
	d.dead, d.fuse = false, 0
	m.start(d)
}

// tear does to own tails what a power cut does: bytes beyond the recorded
// length, or the last ones missing.
func (m *mesh) tear(d *meshDevice) {
	tails, _ := filepath.Glob(filepath.Join(d.home, SegmentsDir, "*", d.id.String(), "*.tail"))
	for _, path := range tails {
		data, err := os.ReadFile(path)
		must(m.t, err)
		switch m.rng.IntN(3) {
		case 0:
			data = append(data, "torn"...)
		case 1:
			data = data[:m.rng.IntN(len(data)+1)]
		}
		must(m.t, os.WriteFile(path, data, 0o600))
	}
}

// record appends acts and notes their ops when they were told to be durable.
func (m *mesh) record(d *meshDevice, f func(rec counter.Recorder) (number string, err error)) bool {
	var number string
	spy := &spyRecorder{}
	err := d.Record(context.Background(), func(rec counter.Recorder) (err error) {
		spy.Recorder, spy.made = rec, nil
		number, err = f(spy)
		return err
	})
	if err != nil {
		if d.dead {
			return false
		}
		m.fatalf("record at %s: %v", d.name, err)
	}
	for _, o := range spy.made {
		m.ops[o.scope][o.hash] = d.name
	}
	if number != "" {
		if m.told[number] {
			m.fatalf("number %s told twice", number)
		}
		m.told[number], m.numbers[number] = true, spy.made[len(spy.made)-1].hash
	}
	return true
}

type spyRecorder struct {
	counter.Recorder
	made []madeOp
}

type madeOp struct {
	scope oplog.Scope
	hash  oplog.Hash
}

func (r *spyRecorder) Append(a counter.Act) ([32]byte, error) {
	h, err := r.Recorder.Append(a)
	if err == nil {
		r.made = append(r.made, madeOp{oplog.Scope(a.Scope), h})
	}
	return h, err
}

func pick[T any](rng *mrand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// accept records a case at a station, if its powers let somebody.
func (m *mesh) accept(d *meshDevice) {
	user, ok := m.anyUser(func(id uuid.UUID, home oplog.Scope) bool {
		p, err := d.PowersNow(context.Background(), d.own)
		must(m.t, err)
		return p.Judge(counter.Fact{Kind: "case.accept", Actor: id, Device: d.id, Scope: string(d.own), District: d == m.hub}).OK
	})
	if !ok {
		return
	}
	m.record(d, func(rec counter.Recorder) (string, error) {
		person := uuid.New()
		if _, err := rec.Append(counter.Act{Scope: string(d.own), Kind: "person.record", Entity: person, Actor: user, New: true,
			Payload: counter.RecordPayload{Type: "person", Source: pick(m.rng, []string{"typed", "card"})},
			Sealed:  map[string][]byte{"identity": []byte(`{"name":"n","number":"440604199001010016"}`)}}); err != nil {
			return "", err
		}
		date, serial := rec.NextSerial(rec.Now())
		number := counter.FormatNumber(string(d.own), counter.DateOf(date), d.counter, serial)
		_, err := rec.Append(counter.Act{Scope: string(d.own), Kind: "case.accept", Entity: uuid.New(), Actor: user, New: true,
			Sealed: map[string][]byte{"applicant": []byte("{}")},
			Payload: counter.AcceptPayload{Number: number, Item: counter.ItemRef{Code: "A1", Name: "item", Version: 1}, Person: person, Type: "person", Read: "typed",
				Counter: d.counter, Division: string(d.own), LegalDate: counter.DateOf(rec.Now()), AcceptedAt: rec.Now().Format(time.RFC3339), Instant: m.rng.IntN(2) == 0}})
		m.logf("%s accepts %s", d.name, number)
		return number, err
	})
}

// act does something to a case that the device knows, whether it makes sense
// or not: what the fold thinks of it has to be the same everywhere.
func (m *mesh) act(d *meshDevice) {
	cases, err := d.Cases(context.Background(), counter.CaseFilter{})
	must(m.t, err)
	if len(cases) == 0 {
		return
	}
	slices.SortFunc(cases, func(a, b counter.CaseRow) int { return strings.Compare(a.Number, b.Number) })
	c := pick(m.rng, cases)
	user, ok := m.anyUser(func(uuid.UUID, oplog.Scope) bool { return true })
	if !ok || !slices.Contains(d.scopes, oplog.Scope(c.Scope)) {
		return
	}
	verb := pick(m.rng, []string{"handover", "review", "return", "approve", "deny", "withdraw", "void", "conclude", "note", "print", "correct", "material", "future"})
	var payload any = counter.ActPayload{Reason: "r"}
	switch verb {
	case "print":
		payload = counter.PrintPayload{Kind: "acceptance", Copy: 1}
	case "correct":
		payload = counter.CorrectPayload{LegalDate: "2026-11-19", Reason: "r"}
	case "material":
		payload = counter.MaterialPayload{Add: []counter.GivenMaterial{{Name: "x", Provided: true}}}
	case "note":
		payload = counter.NotePayload{}
	}
	m.record(d, func(rec counter.Recorder) (string, error) {
		_, err := rec.Append(counter.Act{Scope: c.Scope, Kind: "case." + verb, Entity: c.Entity, Actor: user, Payload: payload,
			Sealed: map[string][]byte{"opinion": []byte("o")}})
		m.logf("%s does %s to %s", d.name, verb, c.Number)
		return "", err
	})
}

// step is one thing that happens in the district.
func (m *mesh) step() {
	live := append([]*meshDevice{m.hub}, m.joined...)
	d := pick(m.rng, live)
	switch n := m.rng.IntN(100); {
	case n < 22:
		m.accept(d)
	case n < 44:
		m.act(d)
	case n < 74:
		if o := pick(m.rng, live); o != d {
			m.transfer(d, o, true)
		}
	case n < 78:
		if len(m.packets) > 0 {
			i := m.rng.IntN(len(m.packets))
			if p := m.packets[i]; !p.to.dead {
				m.deliver(p)
			}
			if m.rng.IntN(2) == 0 {
				m.packets = slices.Delete(m.packets, i, i+1)
			}
		}
	case n < 82:
		*d.clock = d.clock.Add(time.Duration(m.rng.IntN(30)) * time.Hour)
	case n < 84:
		if m.rng.IntN(4) == 0 { // a clock set back for good, or a new year
			*d.clock = d.clock.AddDate(0, 0, m.rng.IntN(80)-20)
		}
	case n < 88:
		d.fuse = 1 + m.rng.IntN(14)
	case n < 90:
		m.restart(d)
	case n < 94:
		m.powers()
	case n < 97 && d != m.hub:
		if d.backup == "" {
			m.saveHome(d)
		} else {
			m.restoreHome(d)
		}
	default:
		if len(m.joined) < len(m.all)-1 {
			next := slices.IndexFunc(m.all, func(d *meshDevice) bool { return d != m.hub && !slices.Contains(m.joined, d) })
			m.enrol(m.all[next])
		}
	}
	for _, d := range append([]*meshDevice{m.hub}, m.joined...) {
		if d.dead {
			m.restart(d)
		}
	}
}

func (m *mesh) powers() {
	switch id, ok := m.anyUser(func(uuid.UUID, oplog.Scope) bool { return true }); {
	case ok && m.rng.IntN(3) == 0:
		m.disableUser()
	case ok && m.rng.IntN(2) == 0:
		m.setUser(id)
	default:
		m.addUser()
	}
}

// TestMesh runs seeds from ONEDOOR_TEST_SEED on, ONEDOOR_TEST_SEEDS of them.
func TestMesh(t *testing.T) {
	first, count := envInt("ONEDOOR_TEST_SEED", 1), envInt("ONEDOOR_TEST_SEEDS", 100)
	if testing.Short() {
		count = min(count, 10)
	}
	for seed := first; seed < first+count; seed++ {
		ok := t.Run(strconv.Itoa(seed), func(t *testing.T) {
			m := newMesh(t, uint64(seed))
			defer func() {
				for _, d := range append([]*meshDevice{m.hub}, m.joined...) {
					_ = d.Store.Close()
				}
			}()
			for range 70 {
				m.step()
			}
			m.heal()
			m.check()
		})
		if !ok {
			t.Fatalf("replay: ONEDOOR_TEST_SEED=%d ONEDOOR_TEST_SEEDS=1 ONEDOOR_TEST_TRACE=1 go test -run 'TestMesh$' ./app/store", seed)
		}
	}
}

func envInt(name string, or int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return or
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
