package meshtest

import (
	"bytes"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// heal ends all troubles: everybody meets the hub or its town until nothing moves.
func (w *world) heal() {
	w.packets = nil
	for _, d := range w.all {
		d.cutUntil, d.disk.fuse, d.disk.full = 0, 0, false
		if d.joined {
			w.revive(d)
			d.disk.fuse = 0
		}
	}
	w.exempt()
	w.mendRot()
	w.settle()
	w.settleDoubles()
}

// settle lets everybody meet until nothing moves.
func (w *world) settle() {
	for round := range 14 {
		if w.healRound() == 0 {
			return
		}
		if round == 13 {
			w.fatalf("things still move after %d rounds", round)
		}
	}
}

func (w *world) healRound() (moved int) {
	live := w.live()
	meet := func(a, b *device) {
		w.chores(a)
		w.chores(b)
		moved += w.exchange(a, b, calm) + w.exchange(b, a, calm)
	}
	for _, d := range live {
		if t := w.town(d); t != nil && !t.revoked {
			meet(d, t)
		}
	}
	for _, d := range live {
		if t := w.town(d); d != w.hub && (!d.light || t == nil || t.revoked || w.hasMoved(d)) {
			meet(d, w.hub)
		}
	}
	return moved
}

// hasMoved tells of a device whose village belongs to another town now: the former one,
// which it knows, is told nothing more of it.
func (w *world) hasMoved(d *device) bool {
	return slices.ContainsFunc(w.movesOf, func(m *relocation) bool { return m.village == d.own })
}

// exempt: what a revoked device entered and told nobody is out of reach, and so is
// what a replaced home had told only to one that was revoked.
func (w *world) exempt() {
	shutOut := w.revokedDevices()
	if len(shutOut) == 0 {
		return
	}
	known, gone := map[oplog.Hash]bool{}, map[oplog.Hash]bool{}
	for _, d := range w.live() {
		for h := range w.heldBy(d) {
			known[h] = true
		}
	}
	for _, d := range shutOut {
		for h := range w.heldBy(d) {
			gone[h] = true
		}
	}
	for _, e := range w.entries {
		if !known[e.hash] && (e.by.revoked || e.by.restored && gone[e.hash]) {
			e.lost = true
		}
	}
}

func (w *world) revokedDevices() (out []*device) {
	for _, d := range w.all {
		if d.revoked {
			out = append(out, d)
		}
	}
	return out
}

// check holds the healed district against what was entered in it.
func (w *world) check(res *result) {
	held := map[oplog.Scope][]oplog.Hash{}
	for _, sc := range w.scopes {
		list, err := w.hub.store.OpHashes(bg, sc)
		w.must(err)
		held[sc] = list
		res.Ops += len(list)
	}
	for _, e := range w.entries {
		if !e.lost && !slices.Contains(held[e.scope], e.hash) {
			w.fatalf("lost: %s of %s in %s (%s) is not at the hub", e.kind, e.by.name, e.scope, e.hash.Short())
		}
	}
	w.checkDoors()
	for _, d := range w.live() {
		w.checkDevice(d)
	}
	w.checkNumbers(res)
	w.checkEntries()
	w.checkRebuild()
	if w.one(4) {
		w.checkRot()
	}
}

// checkDevice: one digest everywhere, nothing waits, everything is verified.
func (w *world) checkDevice(d *device) {
	for _, sc := range d.scopes {
		want, err := w.hub.store.Digests(bg, string(sc))
		w.must(err)
		got, err := d.store.Digests(bg, string(sc))
		w.must(err)
		if len(got) != 1 || len(want) != 1 || got[0] != want[0] {
			w.fatalf("%s differs at %s\n got %+v\nwant %+v", sc, d.name, got, want)
		}
		if got[0].Waiting != w.orphans(d, sc) {
			w.fatalf("%s waits for something in %s: %+v", d.name, sc, got[0])
		}
		if here, there := w.toSee(d, sc), w.toSee(w.hub, sc); !slices.Equal(here, there) {
			w.fatalf("in %s is to be seen to, at %s: %v; at the hub: %v", sc, d.name, here, there)
		}
	}
	rep, err := d.store.VerifyLogs(bg)
	w.must(err)
	if !rep.OK {
		w.fatalf("log verify at %s: %+v", d.name, rep.Faults)
	}
	w.checkCopies(d)
	if d == w.hub || d.light {
		return // a light one meets its town only
	}
	folders, err := w.hub.store.Folders(d.id)
	w.must(err)
	for _, f := range folders {
		for _, pair := range [][2]*device{{d, w.hub}, {w.hub, d}} {
			if ok, err := pair[0].store.Settled(pair[1].id, f); err != nil || !ok {
				w.fatalf("%s does not know that it has all of %s's %s: %v", pair[0].name, pair[1].name, f, err)
			}
		}
	}
}

// checkNumbers: no number twice, and each one that was told is found.
func (w *world) checkNumbers(res *result) {
	cases, err := w.hub.store.Cases(bg, counter.CaseFilter{})
	w.must(err)
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Number] && len(w.told[c.Number]) < 2 {
			w.fatalf("two cases bear the number %s", c.Number)
		}
		seen[c.Number] = true
	}
	res.Cases = len(cases)
	for number, list := range w.told {
		list = slices.DeleteFunc(slices.Clone(list), func(e *entry) bool { return e.lost || w.withheld(w.hub, e) })
		if len(list) > 1 {
			w.checkTwice(number, list)
		}
		if len(list) != 1 {
			continue
		}
		e := list[0]
		rows, err := w.hub.store.CaseByNumber(bg, number)
		w.must(err)
		if len(w.told[number]) > 1 { // somebody may hold what was given up for lost
			rows = slices.DeleteFunc(rows, func(r counter.CaseRow) bool { return r.Entity != e.entity })
		}
		if len(rows) != 1 || rows[0].Entity != e.entity {
			w.fatalf("number %s of %s: %d cases", number, e.by.name, len(rows))
		}
	}
}

// checkEntries: every value that somebody entered opens, where it was entered and
// at the hub, and no fixed act was undone.
func (w *world) checkEntries() {
	dossiers := map[string]*counter.Dossier{}
	look := func(d *device, e *entry) *counter.Dossier {
		key := d.name + string(e.scope) + e.entity.String()
		if dossiers[key] == nil {
			doc, err := d.store.Entity(bg, string(e.scope), e.entity)
			if err != nil {
				w.fatalf("%s of %s is not found at %s: %v", e.kind, e.by.name, d.name, err)
			}
			dossiers[key] = doc
		}
		return dossiers[key]
	}
	for n, e := range w.entries {
		if e.lost {
			continue
		}
		at := []*device{w.hub}
		if e.by != w.hub && !e.by.revoked && n%3 == 0 {
			at = append(at, e.by)
		}
		for _, d := range at {
			w.checkEntry(d, e, look(d, e))
		}
	}
}

func (w *world) checkEntry(d *device, e *entry, doc *counter.Dossier) {
	i := slices.IndexFunc(doc.Facts, func(f counter.Fact) bool { return f.ID == e.hash })
	if i < 0 && doc.Waiting > 0 && w.lostOf(e) {
		return // it waits for what no disk holds any more
	}
	if i < 0 {
		w.fatalf("%s of %s is not in the timeline at %s", e.kind, e.by.name, d.name)
	}
	for field, plain := range e.parts {
		got, err := d.store.Open(bg, string(e.scope), e.entity, counter.SealedRef{Op: e.hash, Field: field})
		if err != nil || !bytes.Equal(got, plain) {
			w.fatalf("%s of a %s by %s does not open at %s: %q, %v", field, e.kind, e.by.name, d.name, got, err)
		}
	}
	if eff := doc.Folded.Effects[i]; e.fixed && !eff.Effective && eff.Reason != counter.ReasonOverruled && !w.cutOff(doc, e, eff) {
		w.fatalf("the fixed act %s of %s was undone: %s", e.kind, e.by.name, eff.Reason)
	}
}

// checkDoors: nobody gets a scope that it is no member of.
func (w *world) checkDoors() {
	live := w.live()
	for range 8 {
		server, thief := pick(w.rng, live), pick(w.rng, w.working())
		if server == thief {
			continue
		}
		list, err := server.store.Folders(thief.id)
		w.must(err)
		for _, f := range list {
			if sc, _, _ := segment.ParseFolder(f); !slices.Contains(thief.scopes, sc) {
				w.fatalf("%s offers %s to %s", server.name, f, thief.name)
			}
		}
		for _, sc := range server.scopes {
			folder := segment.FolderID(sc, w.now.Year())
			files, err := server.store.Since(folder, 0, 1)
			w.must(err)
			if slices.Contains(thief.scopes, sc) || len(files) == 0 {
				continue
			}
			if _, err := server.store.Read(thief.id, folder, files[0].Name, 0, 1); err == nil {
				w.fatalf("%s serves %s to %s", server.name, folder, thief.name)
			}
		}
	}
}

// checkRebuild: projections made again from the ops are the same.
func (w *world) checkRebuild() {
	for _, d := range []*device{w.hub, pick(w.rng, w.live())} {
		before, err := d.store.Digests(bg, "")
		w.must(err)
		w.must(d.store.Rebuild(bg))
		after, err := d.store.Digests(bg, "")
		w.must(err)
		if !slices.Equal(before, after) {
			w.fatalf("rebuild at %s\n got %+v\nwant %+v", d.name, after, before)
		}
	}
}

// orphans counts the ops of a scope that wait for ever: they were said of something that
// no disk holds any more, because its author's home and every other disk that had it
// were replaced by their backups (found by seed 9765: a town's whole disk and the hub).
func (w *world) orphans(d *device, sc oplog.Scope) (n int) {
	seen := map[uuid.UUID]bool{}
	for _, e := range w.entries {
		if e.scope != sc || !e.lost || seen[e.entity] {
			continue
		}
		seen[e.entity] = true
		if doc, err := d.store.Entity(bg, string(sc), e.entity); err == nil {
			n += doc.Waiting
		}
	}
	return n
}

// lostOf tells whether something about the entity of an entry is lost.
func (w *world) lostOf(e *entry) bool {
	return slices.ContainsFunc(w.entries, func(o *entry) bool { return o.lost && o.scope == e.scope && o.entity == e.entity })
}
