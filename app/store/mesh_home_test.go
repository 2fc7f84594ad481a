package store

import (
	"fmt"
	"os"

	"onedoor/sync/oplog"
)

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
