package meshtest

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"math/big"
	mrand "math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// device is a station: what survives its program, and the program.
type device struct {
	w       *world
	name    string
	own     oplog.Scope
	counter string
	scopes  []oplog.Scope
	keys    *roster.DeviceKeys
	rec     *roster.DeviceRecord
	id      oplog.DeviceID
	disk    *simDisk
	mark    *simMark
	secrets secrets
	store   *store.Store

	skew   time.Duration // of its clock
	ticks  time.Duration
	joined bool // enrolled by the district
	light  bool // nobody works at it
	// revoked: the district shut it out, whether it knows or not
	revoked   bool
	left      bool // a village that moved away
	cutUntil  int  // step until which it has no link
	fullUntil int
	backup    *backup
	restored  bool             // its home was
	copied    bool             // its whole disk was
	rotten    bool             // some file of its own was spoilt
	full      map[fullKey]bool // who gets our whole index of a folder next time
}

type fullKey struct {
	peer   oplog.DeviceID
	folder string
}

var bg = context.Background()

func (w *world) newDevice(name, counterNo, division string) *device {
	d := &device{w: w, name: name, own: oplog.Scope(division), counter: counterNo, full: map[fullKey]bool{}}
	if w.keys[d.own].Scope == "" {
		w.addScope(d.own)
	}
	d.disk = newDisk(w.diskName(name), mrand.New(mrand.NewPCG(w.seed, uint64(100+len(w.all)))))
	d.mark = &simMark{d: d}
	var err error
	d.keys, err = roster.GenerateKeys()
	w.must(err)
	req, err := roster.NewRequest(d.keys, division, counterNo, name)
	w.must(err)
	data, err := req.Encode(d.keys)
	w.must(err)
	req, err = roster.DecodeRequest(data)
	w.must(err)
	d.rec, err = w.auth.Issue(req, roster.TierOf(division))
	w.must(err)
	d.id = d.rec.ID
	rand.Read(d.secrets.key[:])
	d.skew = w.firstSkew()
	w.all = append(w.all, d)
	return d
}

// diskName keeps the worlds of one process apart.
func (w *world) diskName(name string) string { return "w" + big.NewInt(int64(w.seed)).String() + name }

func (d *device) tier() roster.Tier { return d.rec.Tier }

// firstSkew: most clocks are minutes off, some hours, some years.
func (w *world) firstSkew() time.Duration {
	switch n := w.rng.IntN(20); {
	case n == 0:
		w.fault("clock years off")
		return time.Duration(w.rng.IntN(8*365)-4*365) * 24 * time.Hour
	case n < 4:
		return time.Duration(w.rng.IntN(48)-24) * time.Hour
	}
	return time.Duration(w.rng.IntN(20)-10) * time.Minute
}

// read is the device's clock; it never stands still.
func (d *device) read() time.Time {
	d.ticks += time.Millisecond
	return d.w.now.Add(d.skew + d.ticks)
}

// open starts a program on the device's disk, as often as the power goes meanwhile.
func (w *world) open(d *device, first bool) {
	for {
		err := w.tryOpen(d, first)
		if err == nil {
			return
		}
		switch {
		case d.disk.dead:
			w.cutPower(d)
		case w.refusedFull(d): // it says so, and somebody makes room
			d.disk.full = false
			if d.store != nil {
				_ = d.store.Close()
				d.store = nil
			}
		default:
			w.fatalf("%s does not open: %v", d.name, chain(err))
		}
	}
}

func (w *world) tryOpen(d *device, first bool) error {
	if first {
		d.disk.copyIn(emptyHome(d.disk.home()))
	}
	s, err := store.Open(bg, store.Options{Home: d.disk.home(), Now: d.read, Secrets: d.secrets, Marker: d.mark, Disk: d.disk, VFS: vfsName, ByHand: true})
	if err != nil {
		return err
	}
	d.store = s
	if first {
		h := w.hub.rec
		if err := s.PutDevice(bg, store.DeviceRow{Device: h.ID, Division: h.Division, Counter: h.Counter, Tier: string(h.Tier), Name: h.Name,
			SignCert: h.SignCert, TLSCert: h.TLSCert}); err != nil {
			return err
		}
		var keys []store.ScopeKey
		for _, k := range w.allKeys { // the grant has the replaced ones, too
			if slices.Contains(d.scopes, k.Scope) {
				keys = append(keys, k)
			}
		}
		if err := s.AddKeys(bg, keys...); err != nil {
			return err
		}
	}
	return s.Become(bg, store.Self{Device: d.id, Sign: d.keys.Signing, Suite: seal.AES, District: w.hub.id, Unwrap: d.unwrap})
}

// unwrap opens a scope's key that the district wrapped for this device.
func (d *device) unwrap(scope oplog.Scope, id oplog.KeyID, wrapped []byte) (seal.Key, error) {
	k, err := d.keys.UnwrapKey(d.id, scope, id, wrapped)
	return k.Key, err
}

// emptyHome is a database as the migrations leave it: made once, copied for each.
func emptyHome(home string) image {
	img := image{}
	for name, data := range templateHome() {
		img[strings.Replace(name, "/template", home, 1)] = data
	}
	return img
}

var templateHome = sync.OnceValue(func() image {
	d := newDisk("template", mrand.New(mrand.NewPCG(1, 1)))
	defer d.discard()
	s, err := store.Open(bg, store.Options{Home: d.home(), Now: func() time.Time { return time.Unix(0, 0) }, Secrets: secrets{}, Disk: d, VFS: vfsName, ByHand: true})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		panic(err)
	}
	return d.copyOut()
})

// cutPower ends the program and leaves what the cut leaves of the disk.
func (w *world) cutPower(d *device) {
	d.disk.dead = true
	if d.store != nil {
		_ = d.store.Close()
		d.store = nil
	}
	at := d.disk.diedAt
	how := d.disk.powerCut()
	w.fault("power cut, unflushed " + how)
	w.logf("%s: power cut at %s, unflushed %s", d.name, at, how)
}

// revive starts a device again whose power went.
func (w *world) revive(d *device) {
	if !d.disk.dead {
		return
	}
	w.cutPower(d)
	if w.one(6) { // once more while it recovers
		d.disk.fuse = 1 + w.rng.IntN(12)
	}
	w.open(d, false)
}

// restart ends a program in order.
func (w *world) restart(d *device) {
	err := d.store.Close()
	d.store = nil
	if err != nil && !d.disk.dead && !d.disk.full {
		w.fatalf("close %s: %v", d.name, err)
	}
	if d.disk.dead {
		w.cutPower(d)
	}
	d.disk.fuse, d.disk.full = 0, false
	w.fault("restart")
	w.open(d, false)
}

// simMark is the high-water mark in the key folder: it outlives a restored home.
type simMark struct {
	d   *device
	hw  store.HighWater
	set bool
}

func (m *simMark) Load() (store.HighWater, error) {
	if !m.set {
		return store.HighWater{}, os.ErrNotExist
	}
	return m.hw, nil
}

func (m *simMark) Advance(h store.HighWater) error {
	disks.Lock()
	defer disks.Unlock()
	err := m.d.disk.step("mark")
	if err == nil || errors.Is(err, errDead) && m.d.disk.diedAt == "mark" && m.d.disk.rng.IntN(2) == 0 {
		m.hw, m.set = h, true
	}
	return err
}

// secrets is a device's data key: HMAC for hashes, a marked copy for sealing.
type secrets struct{ key [32]byte }

func (s secrets) MAC(label string, data []byte) [32]byte {
	m := hmac.New(sha256.New, s.key[:])
	m.Write([]byte(label + "\x00"))
	m.Write(data)
	return [32]byte(m.Sum(nil))
}

func (s secrets) Seal(label string, aad, plain []byte) []byte {
	mac := s.MAC(label, append(append([]byte{}, aad...), plain...))
	out := append(mac[:], plain...)
	for i := range plain {
		out[32+i] ^= s.key[i%32]
	}
	return out
}

func (s secrets) Open(label string, aad, sealed []byte) ([]byte, error) {
	if len(sealed) < 32 {
		return nil, errors.New("too short")
	}
	plain := append([]byte{}, sealed[32:]...)
	for i := range plain {
		plain[i] ^= s.key[i%32]
	}
	mac := s.MAC(label, append(append([]byte{}, aad...), plain...))
	if !hmac.Equal(mac[:], sealed[:32]) {
		return nil, errors.New("wrong key")
	}
	return plain, nil
}
