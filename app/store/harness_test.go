package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// secrets stands in for the device's data key: HMAC for hashes and a marked
// copy for sealing, so that tests see whether sealing was forgotten.
type secrets struct{ key [32]byte }

func (s secrets) MAC(label string, data []byte) [32]byte {
	m := hmac.New(sha256.New, s.key[:])
	m.Write([]byte(label + "\x00"))
	m.Write(data)
	return [32]byte(m.Sum(nil))
}

func (s secrets) Seal(label string, aad, plain []byte) []byte {
	out := make([]byte, 32+len(plain))
	mac := s.MAC(label, append(append([]byte{}, aad...), plain...))
	copy(out, mac[:])
	for i, b := range plain {
		out[32+i] = b ^ s.key[i%32]
	}
	return out
}

func (s secrets) Open(label string, aad, sealed []byte) ([]byte, error) {
	plain := make([]byte, len(sealed)-32)
	for i := range plain {
		plain[i] = sealed[32+i] ^ s.key[i%32]
	}
	mac := s.MAC(label, append(append([]byte{}, aad...), plain...))
	if !hmac.Equal(mac[:], sealed[:32]) {
		return nil, errors.New("wrong key")
	}
	return plain, nil
}

// clerkName is looked for in whole homes: four letters would turn up in a megabyte of
// sealed bytes once in some thousand runs.
const clerkName = "wang of the first counter"

// marks is a high-water mark that outlives the store.
type marks struct {
	hw  HighWater
	set bool
}

func (m *marks) Load() (HighWater, error) {
	if !m.set {
		return HighWater{}, os.ErrNotExist
	}
	return m.hw, nil
}

func (m *marks) Advance(h HighWater) error { m.hw, m.set = h, true; return nil }

// device is a station of a test: what survives closing its store.
type device struct {
	t       testing.TB
	home    string
	id      oplog.DeviceID
	priv    *ecdsa.PrivateKey
	cert    []byte
	secrets secrets
	marks   *marks
	ticking sync.Mutex
	clock   *time.Time
	fault   func(string) error
	*Store
}

func newDevice(t testing.TB, name string) *device {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}
	cert, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &priv.PublicKey, priv)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	d := &device{t: t, home: t.TempDir(), id: sha256.Sum256(cert), priv: priv, cert: cert, marks: &marks{}, clock: &now}
	rand.Read(d.secrets.key[:])
	return d
}

// open opens the store as district's hub or as a station of it.
func (d *device) open(district *device) {
	d.t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, Options{Home: d.home, Now: d.tick,
		Secrets: d.secrets, Marker: d.marks, Fault: d.fault})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Store = s
	if err := s.PutDevice(ctx, DeviceRow{Device: district.id, Division: "440604000000", Tier: "district", Name: "hub", SignCert: district.cert, TLSCert: district.cert}); err != nil {
		d.t.Fatal(err)
	}
	if err := s.Become(ctx, Self{Device: d.id, Sign: d.priv, Suite: seal.AES, District: district.id, Succession: rootsWord}); err != nil {
		d.t.Fatal(err)
	}
}

// tick is the clock: a second later at each look, by whatever goroutine.
func (d *device) tick() time.Time {
	d.ticking.Lock()
	defer d.ticking.Unlock()
	*d.clock = d.clock.Add(time.Second)
	return *d.clock
}

func (d *device) close() {
	if d.Store != nil {
		if err := d.Close(); err != nil {
			d.t.Error(err)
		}
		d.Store = nil
	}
}

const village = oplog.Scope("440604100001")

// world is a hub, a village and a clerk who may work in the village.
type world struct {
	hub, vil *device
	clerk    uuid.UUID
	keys     []ScopeKey
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{hub: newDevice(t, "hub"), vil: newDevice(t, "village"), clerk: uuid.New()}
	for _, scope := range []oplog.Scope{oplog.Realm, village} {
		id, key := seal.NewKey()
		w.keys = append(w.keys, ScopeKey{scope, id, key})
	}
	for _, d := range []*device{w.hub, w.vil} {
		d.open(w.hub)
		if err := d.AddKeys(context.Background(), w.keys...); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.close)
	}
	w.enrol(t, w.vil)
	w.converge(t)
	return w
}

func (w *world) enrol(t testing.TB, d *device) {
	t.Helper()
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		m := counter.MemberPayload{Device: counter.OpID(d.id), Division: string(village), Counter: "01", Tier: "village", Name: "village"}
		full := m
		full.TLSCert, full.SignCert = base64.StdEncoding.EncodeToString(d.cert), base64.StdEncoding.EncodeToString(d.cert)
		for _, a := range []counter.Act{
			{Scope: "realm", Kind: "device.enroll", Entity: uuid.New(), Payload: full, New: true},
			{Scope: string(village), Kind: "member.add", Entity: uuid.New(), Payload: m, New: true},
			{Scope: string(village), Kind: "user.set", Entity: w.clerk, New: true, Sealed: map[string][]byte{"name": []byte(clerkName)},
				Payload: counter.UserPayload{Roles: []counter.Role{counter.Clerk, counter.Supervisor}, Division: string(village), Login: true}},
		} {
			if _, err := rec.Append(a); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, w.hub.Flush())
}

// accept records one case at a device and gives its number and entity.
func (w *world) accept(t testing.TB, d *device, secret string) (string, uuid.UUID) {
	t.Helper()
	var number string
	id := uuid.New()
	must(t, d.Record(context.Background(), func(rec counter.Recorder) error {
		var err error
		number, err = w.appendCase(rec, id, secret)
		return err
	}))
	return number, id
}

func (w *world) appendCase(rec counter.Recorder, id uuid.UUID, secret string) (string, error) {
	person := uuid.New()
	if _, err := rec.Append(counter.Act{Scope: string(village), Kind: "person.record", Entity: person, Actor: w.clerk, New: true,
		Payload: counter.RecordPayload{Type: "person", Source: "typed"},
		Sealed:  map[string][]byte{"identity": fmt.Appendf(nil, `{"name":"%s","number":"%s"}`, secret, secret)}}); err != nil {
		return "", err
	}
	date, serial := rec.NextSerial(rec.Now())
	number := counter.FormatNumber(string(village), counter.DateOf(date), "01", serial)
	_, err := rec.Append(counter.Act{Scope: string(village), Kind: "case.accept", Entity: id, Actor: w.clerk, New: true,
		Sealed: map[string][]byte{"applicant": []byte(secret)},
		Payload: counter.AcceptPayload{Number: number, Item: counter.ItemRef{Code: "A1", Name: "item", Version: 1}, Person: person, Type: "person",
			Read: "typed", Counter: "01", Division: string(village), LegalDate: counter.DateOf(rec.Now()), AcceptedAt: rec.Now().Format(time.RFC3339)}})
	return number, err
}

// pull lets one device fetch everything that another has and it lacks.
func pull(t testing.TB, to, from *device) (ops int, bytes int64) {
	t.Helper()
	must(t, from.Flush())
	folders, err := from.Folders(to.id)
	must(t, err)
	for _, f := range folders {
		id, _ := from.IndexID(f)
		claimID, claim, err := to.Claim(from.id, f)
		must(t, err)
		if top, err := from.MaxSequence(f); err != nil || claimID != id || claim > top {
			must(t, err)
			claim = 0
		}
		entries, err := from.Since(f, claim, 1000)
		must(t, err)
		if len(entries) > 0 {
			must(t, to.Announced(from.id, f, id, claim == 0, entries))
		}
		for range 3 {
			wants, err := to.Wants(from.id, f)
			must(t, err)
			for _, w := range wants {
				data, err := from.Read(to.id, f, w.Name, w.Offset, int(w.Size-w.Offset))
				must(t, err)
				bytes += int64(len(data))
				r, err := to.Receive(context.Background(), from.id, w, data)
				if err != nil && !errors.Is(err, errPrefix) {
					t.Fatalf("%s from %s: %v", w.Name, from.id.Short(), err)
				}
				ops += r.Ops
			}
		}
	}
	return ops, bytes
}

// converge pulls both ways and compares digests.
func (w *world) converge(t testing.TB) (ops int) {
	t.Helper()
	for range 2 {
		n, _ := pull(t, w.vil, w.hub)
		m, _ := pull(t, w.hub, w.vil)
		ops += n + m
	}
	a, b := digests(t, w.hub), digests(t, w.vil)
	if a != b {
		t.Fatalf("digests differ\nhub %s\nvil %s", a, b)
	}
	return ops
}

func digests(t testing.TB, d *device) string {
	t.Helper()
	ds, err := d.Digests(context.Background(), "")
	must(t, err)
	return fmt.Sprintf("%+v", ds)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func init() { verifyPause = 100 * time.Microsecond }
