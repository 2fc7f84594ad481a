package meshtest

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"onedoor/app/store"
	"onedoor/sync/courier"
	"onedoor/sync/oplog"
)

// stick is a USB stick: files in memory. It can be full, pulled at any step, and
// be an old copy of itself.
type stick struct {
	w     *world
	files map[string][]byte
	older map[string][]byte
	pull  int // steps until somebody pulls it; 0 never
	gone  bool
	room  int // bytes
}

var errPulled = errors.New("the stick was pulled")

func newStick(w *world) *stick {
	return &stick{w: w, files: map[string][]byte{}, room: 1 << 30}
}

func (s *stick) step() error {
	if s.pull > 0 {
		if s.pull--; s.pull == 0 {
			s.gone = true
			s.w.fault("stick pulled")
		}
	}
	if s.gone {
		return errPulled
	}
	return nil
}

func (s *stick) Read(name string, limit int64) ([]byte, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	data, ok := s.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if int64(len(data)) > limit {
		return nil, errors.New("too long")
	}
	return slices.Clone(data), nil
}

// Write replaces a file as a whole; where the stick is pulled meanwhile, the
// old file may stand, or the new one.
func (s *stick) Write(name string, data []byte) error {
	if s.gone {
		return errPulled
	}
	used := 0
	for _, d := range s.files {
		used += len(d)
	}
	if used+len(data) > s.room {
		s.w.fault("stick full")
		return errFull
	}
	err := s.step()
	if err == nil || s.w.one(2) {
		s.files[name] = slices.Clone(data)
	}
	return err
}

func (s *stick) Size(name string) (int64, error) {
	if data, ok := s.files[name]; ok {
		return int64(len(data)), s.step()
	}
	return 0, fs.ErrNotExist
}

func (s *stick) List(name string) (out []string, err error) {
	for file := range s.files {
		rest, below := strings.CutPrefix(file, name+"/")
		if !below {
			continue
		}
		if first, _, deeper := strings.Cut(rest, "/"); deeper {
			rest = first + "/"
		}
		if !slices.Contains(out, rest) {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out, s.step()
}

func (s *stick) Remove(name string) error {
	if err := s.step(); err != nil {
		return err
	}
	if _, ok := s.files[name]; !ok {
		return fs.ErrNotExist
	}
	delete(s.files, name)
	return nil
}

func (s *stick) Rename(from, to string) error {
	if err := s.step(); err != nil {
		return err
	}
	data, ok := s.files[from]
	if !ok {
		return fs.ErrNotExist
	}
	s.files[to] = data
	delete(s.files, from)
	return nil
}

// carry lets somebody use a stick at a device: bring along what is on it, and
// take what is there.
func (w *world) carry(d *device) {
	if len(w.sticks) == 0 {
		return
	}
	s := pick(w.rng, w.sticks)
	s.mishap()
	s.pull, s.gone, s.room = 0, false, 1<<30
	if w.one(4) {
		s.pull = 1 + w.rng.IntN(25)
	}
	if w.one(10) {
		s.room = w.rng.IntN(20000)
	}
	for _, run := range []func(*courier.Courier) (courier.Report, error){
		func(c *courier.Courier) (courier.Report, error) { return c.Import(bg, "") },
		func(c *courier.Courier) (courier.Report, error) { return c.Export(bg, "") },
	} {
		if d.disk.dead {
			return
		}
		w.at(d, d.store.Flush())
		w.useStick(d, s, run)
	}
}

func (w *world) useStick(d *device, s *stick, run func(*courier.Courier) (courier.Report, error)) {
	c, err := courier.New(courier.Options{Disk: s, Vault: d.store, Self: d.id, Keys: d.keys, Cert: d.rec.SignCert, Verifier: w.verifier, Now: d.read,
		Allow: func(o oplog.DeviceID) error {
			p, err := d.store.PowersNow(bg, oplog.Realm)
			if err != nil { // the power went
				return err
			}
			if m, ok := p.MemberByDevice(o); ok && m.Removed {
				return errors.New("revoked")
			}
			return nil
		}})
	w.must(err)
	rep, err := run(c)
	w.fault("stick used")
	w.logf("%s uses a stick: sent %d ops, received %d, %d faults, %v", d.name, rep.SentOps, rep.ReceivedOps, len(rep.Faults), err)
	switch courier.CodeOf(err) {
	case courier.CodeEmpty, courier.CodeDisk, courier.CodeFull, courier.CodeNothingShared:
		return
	}
	if !store.Later(err) {
		w.at(d, err)
	}
}

// mishap: a stick is lost and an old copy of it comes back, or a bit of it rots.
func (s *stick) mishap() {
	w := s.w
	switch w.rng.IntN(12) {
	case 0:
		s.older = map[string][]byte{}
		for name, data := range s.files {
			s.older[name] = data
		}
	case 1:
		if s.older != nil {
			w.fault("old stick again")
			s.files, s.older = s.older, nil
		}
	case 2:
		if all := stickNames(s.files); len(all) > 0 {
			name := pick(w.rng, all)
			if data := slices.Clone(s.files[name]); len(data) > 0 {
				w.fault("bit flipped on a stick")
				data[w.rng.IntN(len(data))] ^= 1
				s.files[name] = data
			}
		}
	}
}

func stickNames(files map[string][]byte) (out []string) {
	for name := range files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
