package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

func TestSignedGarbageIsQuarantinedOnce(t *testing.T) {
	for name, spoil := range map[string]func(*forger){
		"no op inside": func(f *forger) {
			op := oplog.Op{LogID: f.head.LogID, Seq: 1, Realm: f.st.Realm, Powers: f.st.Powers}
			f.batch([]oplog.Op{op}, [][]byte{[]byte("garbage")}, oplog.Hash{1})
		},
		"another hash": func(f *forger) {
			op := oplog.Op{LogID: f.head.LogID, Seq: 1, Kind: "case.note", Realm: f.st.Realm, Powers: f.st.Powers}
			f.batch([]oplog.Op{op}, [][]byte{op.AppendBody(nil)}, oplog.Hash{1})
		},
		"a position goes back": func(f *forger) {
			f.say(func(*oplog.Op) {})
			f.say(func(o *oplog.Op) { o.Powers.Seq-- })
		},
		"a hole": func(f *forger) {
			f.say(func(*oplog.Op) {})
			f.st.Seq++
			f.say(func(*oplog.Op) {})
		},
		"trailing bytes": func(f *forger) {
			f.say(func(*oplog.Op) {})
			f.file = append(f.file, 1, 2, 3)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			f := newForger(t, w, w.vil)
			spoil(f)
			if err := f.send(); !errors.Is(err, segment.ErrRefused) {
				t.Fatalf("%v", err)
			}
			if n := f.wanted(); n != 0 {
				t.Fatalf("refused bytes are wanted again (%d)", n)
			}
			goesOn(t, w)
		})
	}
}

func TestBatchOfAStrangerIsNotTaken(t *testing.T) {
	w := newWorld(t)
	stranger := newDevice(t, "stranger")
	f := newForger(t, w, stranger)
	f.say(func(*oplog.Op) {})
	if err := f.send(); !errors.Is(err, errUnknownWriter) {
		t.Fatalf("nobody knows it: %v", err)
	}
	// Of the district, but a member of another place.
	must(t, w.hub.PutDevice(context.Background(), DeviceRow{Device: stranger.id, Division: "440604100002", SignCert: stranger.cert, TLSCert: stranger.cert}))
	if err := f.send(); !errors.Is(err, errUnknownWriter) {
		t.Fatalf("not a member: %v", err)
	}
	if folders, err := w.hub.Folders(stranger.id); err != nil || len(folders) != 1 {
		t.Fatalf("a stranger is offered %v, %v", folders, err)
	}
	if _, err := w.hub.Read(stranger.id, string(village)+"-2026", segment.TailName(w.hub.id, w.hub.epoch.now()), 0, 1); err == nil {
		t.Fatal("a stranger may read the scope")
	}
	goesOn(t, w)
}

func TestRealmIsTheDistrictsAlone(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	f.head.Scope = oplog.Realm
	f.file = f.head.Append(nil)
	s, err := seal.New(seal.AES, oplog.Realm, w.keys[0].ID, w.keys[0].Key)
	must(t, err)
	op := oplog.Op{LogID: f.head.LogID, Seq: 1, Kind: "item.publish", Payload: []byte("{}")}
	body := op.AppendBody(nil)
	b, err := f.codec.Encode(f.head.LogID, seal.AES, true, []oplog.Op{op}, [][]byte{body}, op.HashBody(body), nil, s, w.vil.priv)
	must(t, err)
	f.file = append(f.file, b...)
	want := f.want()
	want.Folder = "realm-2026"
	if _, err := w.hub.Receive(context.Background(), w.vil.id, want, f.file); !errors.Is(err, segment.ErrRefused) {
		t.Fatalf("%v", err)
	}
	goesOn(t, w)
}

// TestForkedLogIsKeptAndNamed: who forks a log on purpose gains nothing by it: what is
// genuine stands, what came beside it is flagged, and the log is named.
func TestForkedLogIsKeptAndNamed(t *testing.T) {
	w := newWorld(t)
	one, two := newForger(t, w, w.vil), newForger(t, w, w.vil)
	one.say(func(*oplog.Op) {})
	two.say(func(*oplog.Op) {})
	two.say(func(*oplog.Op) {})
	must(t, one.send())
	must(t, two.send())
	one.say(func(*oplog.Op) {})
	one.say(func(*oplog.Op) {})
	must(t, one.send())
	forks, err := w.hub.Forks(context.Background())
	must(t, err)
	if len(forks) != 1 || forks[0].Device != w.vil.id.String() || forks[0].Name != "village" || len(forks[0].Branches) != 2 {
		t.Fatalf("%+v", forks)
	}
	goesOn(t, w)
}

func TestPositionNotHeldWaits(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	f.say(func(o *oplog.Op) { o.Realm.Seq += 1000 })
	must(t, f.send())
	ds, err := w.hub.Digests(context.Background(), string(village))
	must(t, err)
	if ds[0].Waiting != 1 {
		t.Fatalf("%+v", ds[0])
	}
	goesOn(t, w)
}

func TestParentOfAnotherEntityWaitsAndNeverShows(t *testing.T) {
	w := newWorld(t)
	_, id := w.accept(t, w.vil, "a")
	w.converge(t)
	d, err := w.hub.Entity(context.Background(), string(village), id)
	must(t, err)
	f := newForger(t, w, w.vil)
	f.say(func(o *oplog.Op) { o.Parents = []oplog.Hash{d.Facts[0].ID} })
	must(t, f.send())
	ds, err := w.hub.Digests(context.Background(), string(village))
	must(t, err)
	if ds[0].Waiting != 1 {
		t.Fatalf("%+v", ds[0])
	}
	goesOn(t, w)
}

// patientPull takes everything, also when files come before what they need.
func patientPull(t *testing.T, to, from *device) {
	t.Helper()
	folders, err := from.Folders(to.id)
	must(t, err)
	for range 3 {
		for _, f := range folders {
			id, err := from.IndexID(f)
			must(t, err)
			entries, err := from.Since(f, 0, 1000)
			must(t, err)
			must(t, to.Announced(from.id, f, id, true, entries))
			wants, err := to.Wants(from.id, f)
			must(t, err)
			for _, w := range wants {
				data, err := from.Read(to.id, f, w.Name, w.Offset, int(w.Size-w.Offset))
				must(t, err)
				if _, err := to.Receive(context.Background(), from.id, w, data); err != nil && !Later(err) {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestAnAcceptedCaseStaysACase: whatever else somebody says of its entity, in
// whatever order it arrives.
func TestAnAcceptedCaseStaysACase(t *testing.T) {
	for _, actor := range []string{"without a right", "with a right"} {
		t.Run(actor, func(t *testing.T) {
			w := newWorld(t)
			number, id := w.accept(t, w.vil, "a")
			w.converge(t)
			f := newForger(t, w, w.vil)
			f.say(func(o *oplog.Op) {
				o.Kind, o.Entity, o.Stamp = "person.record", id, 1
				o.Payload, _ = json.Marshal(counter.RecordPayload{Type: "person", Source: "typed"})
				if actor == "without a right" {
					o.Actor = uuid.New()
				}
			})
			must(t, f.send())
			rows, err := w.hub.CaseByNumber(context.Background(), number)
			must(t, err)
			if len(rows) != 1 || rows[0].Status != "accepted" {
				t.Fatalf("%+v", rows)
			}
			goesOn(t, w)
			late := newDevice(t, "late") // who gets the other op first sees the same
			w.enrol(t, late)
			late.open(w.hub)
			t.Cleanup(late.close)
			must(t, late.AddKeys(context.Background(), w.keys...))
			patientPull(t, late, w.hub)
			if a, b := digests(t, late), digests(t, w.hub); a != b {
				t.Fatalf("\n%s\n%s", a, b)
			}
		})
	}
}

// TestWaitingActHidesNothing: who acts on a case of which a later act still waits
// has seen what came before that.
func TestWaitingActHidesNothing(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	id := uuid.New()
	f.say(func(o *oplog.Op) {
		o.Kind, o.Entity = "case.accept", id
		o.Payload, _ = json.Marshal(counter.AcceptPayload{Number: "n", Item: counter.ItemRef{Code: "A1", Version: 1}, Type: "person", Read: "typed"})
	})
	f.say(func(o *oplog.Op) { o.Entity, o.Realm.Seq = id, o.Realm.Seq+100 })
	must(t, f.send())
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "case.void", Entity: id, Actor: w.clerk, Payload: counter.ActPayload{Reason: "r"}})
		return err
	}))
	d, err := w.hub.Entity(context.Background(), string(village), id)
	must(t, err)
	if d.Folded.Case.Status != counter.StatusVoided || d.Waiting != 1 {
		t.Fatalf("%s, %d waiting", d.Folded.Case.Status, d.Waiting)
	}
}

func TestReadOnlyDiskSaysSo(t *testing.T) {
	w := newWorld(t)
	_, err := w.vil.w.Exec("PRAGMA query_only = 1")
	must(t, err)
	err = w.vil.Record(context.Background(), func(rec counter.Recorder) error { _, err := w.appendCase(rec, uuid.New(), "a"); return err })
	var told *counter.Error
	if !errors.As(err, &told) || told.Code != counter.CodeFailed || told.En != "the disk is read-only; nothing was saved" {
		t.Fatalf("%v", err)
	}
	_, err = w.vil.w.Exec("PRAGMA query_only = 0")
	must(t, err)
	goesOn(t, w)
}

func TestIdentityThatDoesNotOpenBlocksNothing(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	f.say(func(o *oplog.Op) {
		o.Kind = "person.record"
		o.Payload, _ = json.Marshal(counter.RecordPayload{Type: "person", Source: "typed"})
		o.Sealed = []oplog.Part{{Field: "identity", Key: w.keys[1].ID, Data: []byte("nothing that anybody sealed, long enough")}}
	})
	must(t, f.send())
	goesOn(t, w)
}

// TestUnknownKindIsKeptAndRelayed: a newer program's op is never dropped.
func TestUnknownKindIsKeptAndRelayed(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	h := f.say(func(o *oplog.Op) { o.Kind = "hologram.project" })
	must(t, f.send())
	var n int
	must(t, w.hub.r.QueryRow("SELECT count(*) FROM ops WHERE hash = ?", h[:]).Scan(&n))
	if n != 1 {
		t.Fatalf("%d", n)
	}
	goesOn(t, w)
}

// TestLateBytesDoNotCutATail: two peers deliver states of one tail in the wrong
// order.
func TestLateBytesDoNotCutATail(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	f.say(func(*oplog.Op) {})
	old, oldWant := append([]byte(nil), f.file...), f.want()
	f.say(func(*oplog.Op) {})
	must(t, f.send())
	_, err := w.hub.Receive(context.Background(), w.vil.id, oldWant, old)
	must(t, err)
	data, err := os.ReadFile(w.hub.SegmentPath(oldWant.Folder, oldWant.Name))
	must(t, err)
	if len(data) != len(f.file) {
		t.Fatalf("the tail has %d of %d bytes", len(data), len(f.file))
	}
	goesOn(t, w)
}

func TestLargestActsTravel(t *testing.T) {
	w := newWorld(t)
	id := uuid.New()
	for _, size := range []int{300 << 10, maxBody - 4096, maxBody, 2 << 20} {
		err := w.vil.Record(context.Background(), func(rec counter.Recorder) error {
			_, err := rec.Append(counter.Act{Scope: string(village), Kind: "case.note", Entity: id, Actor: w.clerk, Payload: counter.NotePayload{},
				Sealed: map[string][]byte{"text": make([]byte, size)}})
			return err
		})
		if size >= maxBody {
			if counter.CodeOf(err) != counter.CodeInvalid {
				t.Fatalf("%d bytes: %v", size, err)
			}
			continue
		}
		must(t, err)
	}
	w.converge(t)
	goesOn(t, w)
}

// TestOnePCYearsAheadStopsNobody: what a wild clock says moves neither our
// stamps nor what we take for witnessed time.
func TestOnePCYearsAheadStopsNobody(t *testing.T) {
	w := newWorld(t)
	for _, ahead := range []time.Duration{10 * 365 * 24 * time.Hour, time.Hour} {
		f := newForger(t, w, w.vil)
		f.head.Epoch[1] = byte(ahead.Hours())
		f.file = f.head.Append(nil)
		f.say(func(o *oplog.Op) { o.Stamp = oplog.StampAt(w.hub.clock.Add(ahead)) })
		must(t, f.send())
		ev, err := w.hub.Clock(context.Background())
		must(t, err)
		if ev.Suspicious() {
			t.Fatalf("%v ahead: %+v", ahead, ev)
		}
	}
	*w.vil.clock = w.vil.clock.AddDate(-3, 0, 0)
	ev, err := w.vil.Clock(context.Background())
	must(t, err)
	if !ev.Suspicious() {
		t.Fatalf("a clock three years behind the district's is not doubted: %+v", ev)
	}
}

func TestReadingWhileWritingSeesNoFaults(t *testing.T) {
	w := newWorld(t)
	stop, done := make(chan struct{}), make(chan error, 3)
	for range 2 {
		go func() {
			for {
				select {
				case <-stop:
					done <- nil
					return
				default:
				}
				rep, err := w.vil.VerifyLogs(context.Background())
				if err == nil && !rep.OK {
					err = fmt.Errorf("%+v", rep.Faults)
				}
				if err == nil {
					_, err = w.vil.PowersNow(context.Background(), village)
				}
				if err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for i := range 40 {
		if i%10 == 9 {
			*w.vil.clock = w.vil.clock.AddDate(0, 0, 1)
		}
		w.accept(t, w.vil, fmt.Sprint("p", i))
		must(t, w.vil.Flush())
	}
	close(stop)
	for range 2 {
		must(t, <-done)
	}
}
