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

// addUser grants a user roles where they belong and below.
func (m *mesh) addUser() { m.setUser(uuid.New()) }

func (m *mesh) setUser(id uuid.UUID) {
	home, ok := m.users[id]
	if !ok {
		home = pick(m.rng, []oplog.Scope{meshHub, meshTown, meshA, meshB, meshA})
	}
	roles := [][]counter.Role{{counter.Clerk}, {counter.Clerk, counter.Supervisor}, {counter.Supervisor}, {counter.Clerk, counter.Approver}, {counter.Reviewer}}
	p := counter.UserPayload{Roles: pick(m.rng, roles), Division: string(home)}
	m.record(m.hub, func(rec counter.Recorder) (string, error) {
		for _, sc := range m.hub.scopes {
			if sc == oplog.Realm || !counter.DivisionWithin(string(sc), string(home)) {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.set", Entity: id, Payload: p, Sealed: map[string][]byte{"name": []byte("user")}}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	m.users[id] = home
}

func (m *mesh) disableUser() {
	id, ok := m.anyUser(func(uuid.UUID, oplog.Scope) bool { return true })
	if !ok {
		return
	}
	m.record(m.hub, func(rec counter.Recorder) (string, error) {
		for _, sc := range m.hub.scopes {
			if sc == oplog.Realm || !counter.DivisionWithin(string(sc), string(m.users[id])) {
				continue
			}
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "user.disable", Entity: id, Payload: counter.DisablePayload{}}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
}

func (m *mesh) anyUser(ok func(uuid.UUID, oplog.Scope) bool) (uuid.UUID, bool) {
	var list []uuid.UUID
	for id, sc := range m.users {
		if ok(id, sc) {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return uuid.Nil, false
	}
	slices.SortFunc(list, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return pick(m.rng, list), true
}

// enrol makes a device a member of its scopes; it works from then on.
func (m *mesh) enrol(d *meshDevice) {
	ok := m.record(m.hub, func(rec counter.Recorder) (string, error) {
		p := counter.MemberPayload{Device: counter.OpID(d.id), Division: string(d.own), Counter: d.counter, Tier: "village", Name: d.name}
		full := p
		full.TLSCert, full.SignCert = b64(d.cert), b64(d.cert)
		if _, err := rec.Append(counter.Act{Scope: "realm", Kind: "device.enroll", Entity: uuid.New(), Payload: full, New: true}); err != nil {
			return "", err
		}
		for _, sc := range d.scopes[1:] {
			if _, err := rec.Append(counter.Act{Scope: string(sc), Kind: "member.add", Entity: uuid.New(), Payload: p, New: true}); err != nil {
				return "", err
			}
		}
		return "", nil
	})
	if ok {
		m.start(d)
		m.joined = append(m.joined, d)
		m.logf("%s joined", d.name)
	}
}

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

// expected are the refusals that a later try mends.
func expected(err error) bool {
	for _, e := range []error{errGap, errUnknownWriter, errPrefix, errBytes, segment.ErrNoKey, errKilled} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// transfer moves some of what one device has to another, with losses.
func (m *mesh) transfer(to, from *meshDevice, lossy bool) (moved int) {
	if !lossy || m.rng.IntN(5) > 0 {
		if err := from.Flush(); err != nil && !from.dead {
			m.fatalf("flush %s: %v", from.name, err)
		}
	}
	if from.dead || to.dead {
		return 0
	}
	folders, err := from.Folders(to.id)
	must(m.t, err)
	held := to.heldScopes()
	for _, f := range folders {
		scope, _, err := segment.ParseFolder(f)
		must(m.t, err)
		if !slices.Contains(held, scope) || lossy && m.rng.IntN(6) == 0 {
			continue
		}
		moved += m.announce(to, from, f, lossy)
		if to.dead {
			return moved
		}
		for range 4 {
			wants, err := to.Wants(from.id, f)
			must(m.t, err)
			if len(wants) == 0 {
				break
			}
			if lossy && m.rng.IntN(3) == 0 {
				m.rng.Shuffle(len(wants), func(i, j int) { wants[i], wants[j] = wants[j], wants[i] })
			}
			for _, w := range wants {
				moved += m.fetch(to, from, w, lossy)
				if to.dead {
					return moved
				}
			}
		}
	}
	return moved
}

func (m *mesh) announce(to, from *meshDevice, f string, lossy bool) (n int) {
	id, err := from.IndexID(f)
	must(m.t, err)
	limit := 1000
	if lossy {
		limit = 1 + m.rng.IntN(4)
	}
	for {
		claimID, claim, err := to.Claim(from.id, f)
		must(m.t, err)
		top, err := from.MaxSequence(f)
		must(m.t, err)
		full := claimID != id || claim > top
		if full || lossy && m.rng.IntN(10) == 0 {
			claim, full = 0, true
		}
		entries, err := from.Since(f, claim, limit)
		must(m.t, err)
		if len(entries) == 0 && !full {
			return n
		}
		if err := to.Announced(from.id, f, id, full, entries); err != nil {
			if !to.dead {
				m.fatalf("announce to %s: %v", to.name, err)
			}
			return n
		}
		if n++; lossy || len(entries) < limit {
			return len(entries)
		}
	}
}

func (m *mesh) fetch(to, from *meshDevice, w segment.Want, lossy bool) int {
	if lossy && m.rng.IntN(6) == 0 {
		return 0 // the request is lost
	}
	data, err := from.Read(to.id, w.Folder, w.Name, w.Offset, int(w.Size-w.Offset))
	if err != nil {
		return 0 // it was sealed meanwhile: announced anew
	}
	if lossy {
		switch m.rng.IntN(14) {
		case 0:
			data = data[:m.rng.IntN(len(data)+1)]
		case 1:
			data[m.rng.IntN(len(data))] ^= 1
		case 2, 3: // arrives later, perhaps after newer bytes
			m.packets = append(m.packets, packet{to, from, w, data})
			return 0
		case 4:
			m.packets = append(m.packets, packet{to, from, w, data})
		}
	}
	return m.deliver(packet{to, from, w, data})
}

func (m *mesh) deliver(p packet) int {
	r, err := p.to.Receive(context.Background(), p.from.id, p.want, p.data)
	if err != nil && !expected(err) {
		m.fatalf("%s from %s to %s: %v", p.want.Name, p.from.name, p.to.name, err)
	}
	m.logf("%s -> %s %s/%s v%d off %d size %d: %d ops, %v", p.from.name, p.to.name, p.want.Folder, p.want.Name[45:], p.want.Version, p.want.Offset, p.want.Size, r.Ops, err)
	return r.Ops
}

// saveHome copies a home as a backup program does: while nobody works.
func (m *mesh) saveHome(d *meshDevice) {
	d.dead = m.rng.IntN(2) == 0 // killed: the last acts are not in their files yet
	m.restartless(d, func() {
		d.backup = d.home + fmt.Sprint("-backup", m.rng.IntN(1<<30))
		must(m.t, os.CopyFS(d.backup, os.DirFS(d.home)))
	})
	d.last = m.heldOps(d)
}

func (m *mesh) restartless(d *meshDevice, f func()) {
	if err := d.Store.Close(); err != nil && !d.dead {
		m.fatalf("close %s: %v", d.name, err)
	}
	f()
	d.dead, d.fuse = false, 0
	m.start(d)
}

func (m *mesh) heldOps(d *meshDevice) map[oplog.Hash]bool {
	rows, err := d.r.Query("SELECT hash FROM ops")
	must(m.t, err)
	defer rows.Close()
	out := map[oplog.Hash]bool{}
	for rows.Next() {
		var h []byte
		must(m.t, rows.Scan(&h))
		out[oplog.Hash(h)] = true
	}
	return out
}

// restoreHome puts the backup in place of the home. What only this disk knew is
// gone, as after any restore; what anybody else knows must come back.
func (m *mesh) restoreHome(d *meshDevice) {
	known := map[oplog.Hash]bool{}
	for h := range d.last {
		known[h] = true
	}
	for _, o := range append([]*meshDevice{m.hub}, m.joined...) {
		if o != d {
			for h := range m.heldOps(o) {
				known[h] = true
			}
		}
	}
	m.restartless(d, func() {
		must(m.t, os.RemoveAll(d.home))
		d.home, d.backup = d.backup, ""
	})
	for _, set := range m.ops {
		for h, by := range set {
			if by == d.name && !known[h] {
				delete(set, h)
			}
		}
	}
	for n, h := range m.numbers {
		if !m.kept(h) {
			delete(m.numbers, n)
		}
	}
	m.logf("%s restored", d.name)
}

func (m *mesh) kept(h oplog.Hash) bool {
	for _, set := range m.ops {
		if set[h] != "" {
			return true
		}
	}
	return false
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

// heal lets everybody meet everybody until nothing moves.
func (m *mesh) heal() {
	live := append([]*meshDevice{m.hub}, m.joined...)
	for _, d := range live {
		d.fuse = 0
	}
	for round := range 12 {
		moved := 0
		for _, a := range live {
			for _, b := range live {
				if a != b {
					moved += m.transfer(a, b, false)
				}
			}
		}
		if moved == 0 {
			return
		}
		if round == 11 {
			for _, d := range live {
				m.logf("%s", m.files(d, "realm-2026"))
			}
			m.fatalf("still moving after %d rounds: %d", round, moved)
		}
	}
}

func (m *mesh) check() {
	ctx := context.Background()
	for _, d := range append([]*meshDevice{m.hub}, m.joined...) {
		held := m.heldOps(d)
		for _, sc := range d.scopes {
			want, err := m.hub.Digests(ctx, string(sc))
			must(m.t, err)
			got, err := d.Digests(ctx, string(sc))
			must(m.t, err)
			if got[0] != want[0] {
				m.fatalf("%s differs at %s\n got %+v\nwant %+v", sc, d.name, got[0], want[0])
			}
			if got[0].Waiting != 0 {
				m.fatalf("%s waits for something in %s: %+v", d.name, sc, got[0])
			}
			for h, by := range m.ops[sc] {
				if !held[h] {
					m.fatalf("op %s of %s in %s is lost at %s", h.Short(), by, sc, d.name)
				}
			}
		}
		m.checkNumbers(d)
		rep, err := d.VerifyLogs(ctx)
		must(m.t, err)
		if !rep.OK {
			m.fatalf("log verify at %s: %+v", d.name, rep.Faults)
		}
		m.checkSettled(d)
		before := digests(m.t, d.device)
		must(m.t, d.Rebuild(ctx))
		if after := digests(m.t, d.device); after != before {
			m.fatalf("rebuild at %s\n got %s\nwant %s", d.name, after, before)
		}
	}
}

func (m *mesh) checkNumbers(d *meshDevice) {
	for n := range m.numbers {
		if !slices.Contains(d.scopes, oplog.Scope(n[:12])) {
			continue
		}
		rows, err := d.CaseByNumber(context.Background(), n)
		must(m.t, err)
		if len(rows) != 1 {
			m.fatalf("%s at %s: %d cases", n, d.name, len(rows))
		}
	}
}

// checkSettled: a round between any two would end at once.
func (m *mesh) checkSettled(d *meshDevice) {
	if d == m.hub {
		return
	}
	folders, err := m.hub.Folders(d.id)
	must(m.t, err)
	for _, f := range folders {
		for _, pair := range [][2]*meshDevice{{d, m.hub}, {m.hub, d}} {
			ok, err := pair[0].Settled(pair[1].id, f)
			must(m.t, err)
			if !ok {
				m.fatalf("%s and %s are not settled in %s\n%s\n%s", pair[0].name, pair[1].name, f, m.files(pair[0], f), m.files(pair[1], f))
			}
		}
	}
}

// files lists a folder as a device holds it, for a failure's report.
func (m *mesh) files(d *meshDevice, folder string) (out string) {
	list, err := d.Since(folder, 0, 1000)
	must(m.t, err)
	for _, f := range list {
		out += fmt.Sprintf("%s: %s v%d size %d %s seq %d\n", d.name, f.Name, f.Version, f.Size, f.Hash.Short(), f.Sequence)
	}
	return out
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
