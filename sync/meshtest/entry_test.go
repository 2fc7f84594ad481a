package meshtest

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
)

// entry is something that a person entered and was told to be saved. It has to
// be found everywhere in the end.
type entry struct {
	by     *device
	scope  oplog.Scope
	entity uuid.UUID
	kind   string
	hash   oplog.Hash
	parts  map[string][]byte // sealed fields, as they were entered
	number string            // of an acceptance
	fixed  bool              // a fixed act that counted when it was done
	lost   bool              // only a disk knew it that was replaced by its backup
}

// spy notes what a transaction appends.
type spy struct {
	counter.Recorder
	d    *device
	made []*entry
}

func (s *spy) Append(a counter.Act) ([32]byte, error) {
	h, err := s.Recorder.Append(a)
	if err == nil {
		s.made = append(s.made, &entry{by: s.d, scope: oplog.Scope(a.Scope), entity: a.Entity, kind: a.Kind, hash: h, parts: a.Sealed})
	}
	return h, err
}

// record appends acts. What it told to be durable is noted; a power cut or a full
// disk tells nothing.
func (w *world) record(d *device, f func(counter.Recorder) (number string, err error)) {
	var number string
	s := &spy{d: d}
	err := d.store.Record(bg, func(rec counter.Recorder) (err error) {
		s.Recorder, s.made = rec, nil
		number, err = f(s)
		return err
	})
	w.at(d, err)
	w.entries = append(w.entries, s.made...)
	if number != "" {
		last := s.made[len(s.made)-1]
		if old := w.told[number]; len(old) > 0 && (!d.copied || old[0].by != d) {
			w.fatalf("number %s was told twice: by %s and by %s", number, old[0].by.name, d.name)
		}
		w.told[number], last.number = append(w.told[number], last), number
	}
	for _, e := range s.made {
		w.noteFixed(d, e)
	}
}

func chain(err error) string {
	out := ""
	for ; err != nil; err = errors.Unwrap(err) {
		out += err.Error() + "; "
	}
	return out
}

// refusedFull tells that the disk has just refused something.
func (w *world) refusedFull(d *device) bool {
	refused := d.disk.full && d.disk.refused > 0
	d.disk.refused = 0
	if refused {
		w.fault("refused by a full disk")
	}
	return refused
}

// noteFixed remembers whether a fixed act counts where it was done: from then on
// a paper about it may be in somebody's hands.
func (w *world) noteFixed(d *device, e *entry) {
	f := counter.Fact{Kind: e.kind}
	if f.Type() != "case" || !f.Verb().Fixed() {
		return
	}
	effect, ok := w.effect(d, e)
	e.fixed = ok && effect.Effective
}

// effect is what became of an entry, as a device sees it now; ok is false when
// the device does not show it.
func (w *world) effect(d *device, e *entry) (counter.Effect, bool) {
	doc, err := d.store.Entity(bg, string(e.scope), e.entity)
	var told *counter.Error
	if errors.As(err, &told) && told.Code == counter.CodeNotFound {
		return counter.Effect{}, false
	}
	w.at(d, err)
	i := slices.IndexFunc(doc.Facts, func(f counter.Fact) bool { return f.ID == e.hash })
	if i < 0 {
		return counter.Effect{}, false
	}
	return doc.Folded.Effects[i], true
}
