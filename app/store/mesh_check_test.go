package store

import (
	"context"
	"fmt"
	"slices"

	"onedoor/sync/oplog"
)

// heal lets everybody meet everybody until nothing moves.
func (m *mesh) heal() {
	live := append([]*meshDevice{m.hub}, m.joined...)
	for _, d := range live {
		d.fuse = 0
	}
	for round := range 12 {
		moved := 0
		for _, a := range live {
			for _, b := range live {
				if a != b {
					moved += m.transfer(a, b, false)
				}
			}
		}
		if moved == 0 {
			return
		}
		if round == 11 {
			for _, d := range live {
				m.logf("%s", m.files(d, "realm-2026"))
			}
			m.fatalf("still moving after %d rounds: %d", round, moved)
		}
	}
}

func (m *mesh) check() {
	ctx := context.Background()
	for _, d := range append([]*meshDevice{m.hub}, m.joined...) {
		held := m.heldOps(d)
		for _, sc := range d.scopes {
			want, err := m.hub.Digests(ctx, string(sc))
			must(m.t, err)
			got, err := d.Digests(ctx, string(sc))
			must(m.t, err)
			if got[0] != want[0] {
				m.fatalf("%s differs at %s\n got %+v\nwant %+v", sc, d.name, got[0], want[0])
			}
			if got[0].Waiting != 0 {
				m.fatalf("%s waits for something in %s: %+v", d.name, sc, got[0])
			}
			for h, by := range m.ops[sc] {
				if !held[h] {
					m.fatalf("op %s of %s in %s is lost at %s", h.Short(), by, sc, d.name)
				}
			}
		}
		m.checkNumbers(d)
		rep, err := d.VerifyLogs(ctx)
		must(m.t, err)
		if !rep.OK {
			m.fatalf("log verify at %s: %+v", d.name, rep.Faults)
		}
		m.checkSettled(d)
		before := digests(m.t, d.device)
		must(m.t, d.Rebuild(ctx))
		if after := digests(m.t, d.device); after != before {
			m.fatalf("rebuild at %s\n got %s\nwant %s", d.name, after, before)
		}
	}
}

func (m *mesh) checkNumbers(d *meshDevice) {
	for n := range m.numbers {
		if !slices.Contains(d.scopes, oplog.Scope(n[:12])) {
			continue
		}
		rows, err := d.CaseByNumber(context.Background(), n)
		must(m.t, err)
		if len(rows) != 1 {
			m.fatalf("%s at %s: %d cases", n, d.name, len(rows))
		}
	}
}

// checkSettled: a round between any two would end at once.
func (m *mesh) checkSettled(d *meshDevice) {
	if d == m.hub {
		return
	}
	folders, err := m.hub.Folders(d.id)
	must(m.t, err)
	for _, f := range folders {
		for _, pair := range [][2]*meshDevice{{d, m.hub}, {m.hub, d}} {
			ok, err := pair[0].Settled(pair[1].id, f)
			must(m.t, err)
			if !ok {
				m.fatalf("%s and %s are not settled in %s\n%s\n%s", pair[0].name, pair[1].name, f, m.files(pair[0], f), m.files(pair[1], f))
			}
		}
	}
}

// files lists a folder as a device holds it, for a failure's report.
func (m *mesh) files(d *meshDevice, folder string) (out string) {
	list, err := d.Since(folder, 0, 1000)
	must(m.t, err)
	for _, f := range list {
		out += fmt.Sprintf("%s: %s v%d size %d %s seq %d\n", d.name, f.Name, f.Version, f.Size, f.Hash.Short(), f.Sequence)
	}
	return out
}
