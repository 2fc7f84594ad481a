package meshtest

import (
	"errors"
	"slices"

	"onedoor/app/store"
	"onedoor/sync/segment"
)

// road is how good a link is: each number is "once in n", 0 is never.
type road struct {
	name       string
	lost       int // a request or its answer
	cut        int // the link, after any file
	flipped    int // a bit of what arrives
	short      int // only a part arrives
	late       int // it arrives later, perhaps after newer bytes
	twice      int // it arrives again later
	disordered int // files are asked for in another order
	page       int // index entries that get through in one contact
	files      int // files that get through in one contact; 0 is all
	unflushed  int // the sender has not written its latest acts to the tail yet
}

var (
	grant = road{name: "grant", page: 1000}
	calm  = road{name: "calm", page: 1000}
	roads = []road{
		{name: "lan", page: 1000, twice: 30, disordered: 6, unflushed: 5},
		{name: "wan", lost: 8, cut: 12, flipped: 25, short: 25, late: 8, twice: 12, disordered: 3, page: 6, unflushed: 5},
		{name: "thin", lost: 5, cut: 5, flipped: 12, short: 12, late: 6, twice: 8, disordered: 3, page: 2, files: 2, unflushed: 4},
	}
)

// packet is a file on its way: it may arrive late, twice, or never.
type packet struct {
	to, from *device
	want     segment.Want
	data     []byte
}

func (w *world) chance(n int, kind string) bool {
	if n == 0 || !w.one(n) {
		return false
	}
	w.fault(kind)
	return true
}

// contact is one meeting of two devices: each fetches from the other.
func (w *world) contact(a, b *device) {
	if a.cutUntil > w.stepN || b.cutUntil > w.stepN {
		w.fault("no link")
		return
	}
	r := pick(w.rng, roads)
	w.exchange(a, b, r)
	if !a.disk.dead && !b.disk.dead {
		w.exchange(b, a, r)
	}
}

// exchange lets one device fetch what another has and it lacks.
func (w *world) exchange(to, from *device, r road) (moved int) {
	if to.revoked != from.revoked && (w.knowsRevoked(to, from) || w.knowsRevoked(from, to)) {
		return 0
	}
	if !w.chance(r.unflushed, "tail behind the database") {
		w.at(from, from.store.Flush())
	}
	if from.disk.dead || to.disk.dead {
		return 0
	}
	folders, err := from.store.Folders(to.id)
	w.at(from, err)
	held := to.store.Scopes()
	left := r.files
	if w.chance(r.disordered, "folders in another order") {
		w.rng.Shuffle(len(folders), func(i, j int) { folders[i], folders[j] = folders[j], folders[i] })
	}
	for _, f := range folders {
		scope, _, err := segment.ParseFolder(f)
		w.must(err)
		if !slices.Contains(held, string(scope)) || w.chance(r.lost, "lost on the way") {
			continue
		}
		moved += w.announce(to, from, f, r)
		n, goOn := w.fetchAll(to, from, f, r, &left)
		moved += n
		if !goOn {
			return moved
		}
	}
	return moved
}

// fetchAll fetches what is wanted of a folder; it tells whether the link still stands.
func (w *world) fetchAll(to, from *device, folder string, r road, left *int) (moved int, goOn bool) {
	for range 4 {
		if to.disk.dead {
			return moved, false
		}
		wants, err := to.store.Wants(from.id, folder)
		w.at(to, err)
		if len(wants) == 0 {
			return moved, true
		}
		if len(wants) > 1 && w.chance(r.disordered, "asked in another order") {
			w.rng.Shuffle(len(wants), func(i, j int) { wants[i], wants[j] = wants[j], wants[i] })
		}
		for _, want := range wants {
			moved += w.fetch(to, from, want, r)
			if to.disk.dead || from.disk.dead || w.chance(r.cut, "link cut") {
				return moved, false
			}
			if r.files > 0 {
				if *left--; *left <= 0 {
					w.fault("slow link")
					return moved, false
				}
			}
		}
	}
	return moved, true
}

// announce sends the part of an index that the other side has not claimed.
func (w *world) announce(to, from *device, f string, r road) (n int) {
	id, err := from.store.IndexID(f)
	w.at(from, err)
	for {
		claimID, claim, err := to.store.Claim(from.id, f)
		w.at(to, err)
		top, err := from.store.MaxSequence(f)
		w.at(from, err)
		sentID, sent, _ := from.store.Hint(to.id, f)
		// Beyond what it remembers to have sent: its disk is a copy.
		full := claimID != id || claim > top || claim > 0 && (sentID != id || sent < claim) || from.full[fullKey{to.id, f}]
		if full {
			claim = 0
		}
		entries, err := from.store.Since(f, claim, r.page)
		w.at(from, err)
		if len(entries) == 0 && !full {
			return n
		}
		if len(entries) > 0 {
			claim = entries[len(entries)-1].Sequence
		}
		from.store.SetHint(to.id, f, id, claim)
		w.at(to, to.store.Announced(from.id, f, id, full, entries))
		delete(from.full, fullKey{to.id, f})
		if n += len(entries); r.page < 1000 || len(entries) < r.page {
			return n
		}
	}
}

func (w *world) fetch(to, from *device, want segment.Want, r road) int {
	if w.chance(r.lost, "lost on the way") {
		return 0
	}
	data, err := from.store.Read(to.id, want.Folder, want.Name, want.Offset, int(want.Size-want.Offset))
	if err != nil || len(data) == 0 {
		return 0 // it was sealed meanwhile: announced anew
	}
	switch {
	case w.chance(r.flipped, "bit flipped on the way"):
		data[w.rng.IntN(len(data))] ^= 1 << w.rng.IntN(8)
	case w.chance(r.short, "short answer"):
		data = data[:w.rng.IntN(len(data))]
	case w.chance(r.late, "late"):
		w.packets = append(w.packets, packet{to, from, want, data})
		return 0
	case w.chance(r.twice, "duplicate"):
		w.packets = append(w.packets, packet{to, from, want, data})
	}
	return w.deliver(packet{to, from, want, data})
}

func (w *world) deliver(p packet) int {
	r, err := p.to.store.Receive(bg, p.from.id, p.want, p.data)
	if !store.Later(err) && !errors.Is(err, segment.ErrRefused) {
		w.at(p.to, err)
	}
	if errors.Is(err, segment.ErrRefused) && !store.Later(err) && !p.to.disk.dead {
		w.fault("refused by the receiver")
	}
	w.logf("%s -> %s %s/%s v%d off %d size %d: %d ops, %v", p.from.name, p.to.name, p.want.Folder, p.want.Name[45:], p.want.Version, p.want.Offset, p.want.Size, r.Ops, err)
	return r.Ops
}

// latePackets lets something arrive that was on its way for long.
func (w *world) latePackets() {
	if len(w.packets) == 0 {
		return
	}
	i := w.rng.IntN(len(w.packets))
	if p := w.packets[i]; !p.to.disk.dead && p.to.store != nil {
		w.deliver(p)
	}
	if w.one(2) {
		w.packets = slices.Delete(w.packets, i, i+1)
	}
}
