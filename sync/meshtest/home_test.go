package meshtest

import (
	"syscall"

	"onedoor/sync/oplog"
)

// errFull is what a full disk says.
var errFull = syscall.ENOSPC

// backup is a copy of a home, and what its device knew then.
type backup struct {
	img  image
	held map[oplog.Hash]bool
	// roster counts enrolments and revocations until then. A hub is not restored to
	// before one of them here: who is a member has to be known to the judge.
	roster int
	mark   simMark // the key folder, as it was then
}

// saveHome copies a home as a backup program does: while nobody works, or after
// the power went, with the last acts not in their files yet.
func (w *world) saveHome(d *device) {
	if w.one(2) {
		w.restart(d)
	} else {
		d.disk.fuse = 1
		_ = d.store.Flush()
		w.cutPower(d)
		w.open(d, false)
	}
	_ = d.store.Close()
	d.store = nil
	d.backup = &backup{img: d.disk.copyOut(), roster: w.roster, mark: *d.mark}
	w.open(d, false)
	d.backup.held = w.heldBy(d)
	w.logf("%s: backup", d.name)
}

// heldBy is the set of ops that a device holds.
func (w *world) heldBy(d *device) map[oplog.Hash]bool {
	out := map[oplog.Hash]bool{}
	for _, sc := range d.store.Scopes() {
		list, err := d.store.OpHashes(bg, oplog.Scope(sc))
		w.must(err)
		for _, h := range list {
			out[h] = true
		}
	}
	return out
}

// restoreHome puts the backup in place of the home; the key folder stays, or comes back
// with it (whole). What only this disk knew is gone, as after any restore. What anybody
// else knows must come back.
func (w *world) restoreHome(d *device, whole bool) {
	w.forget(d, d.backup.held)
	if err := d.store.Close(); err != nil && !d.disk.dead && !d.disk.full {
		w.fatalf("close %s: %v", d.name, err)
	}
	d.store = nil
	d.disk.dead, d.disk.fuse, d.disk.full = false, 0, false
	d.disk.copyIn(d.backup.img)
	if whole { // its key folder, too: it cannot know
		d.mark.hw, d.mark.set = d.backup.mark.hw, d.backup.mark.set
		d.copied = true
		w.fault("whole disk restored")
	}
	d.backup, d.restored = nil, true
	if whole {
		w.logf("%s: whole disk restored", d.name)
		w.open(d, false)
		return
	}
	if d == w.hub {
		w.fault("hub restored")
	} else {
		w.fault("home restored")
	}
	w.logf("%s: home restored", d.name)
	w.open(d, false)
}

// forget marks what nobody holds but the disk that is going: what d entered, and what
// somebody entered whose own home was replaced before.
func (w *world) forget(d *device, still map[oplog.Hash]bool) {
	known := map[oplog.Hash]bool{}
	for _, o := range w.all {
		if o == d || !o.joined || o.store == nil || o.disk.dead {
			continue
		}
		for h := range w.heldBy(o) {
			known[h] = true
		}
	}
	for _, e := range w.entries {
		if (e.by == d || e.by.restored) && !known[e.hash] && !still[e.hash] {
			e.lost = true
		}
	}
}
