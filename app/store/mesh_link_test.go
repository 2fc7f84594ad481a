package store

import (
	"context"
	"errors"
	"slices"

	"onedoor/sync/segment"
)

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
