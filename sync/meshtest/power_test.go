package meshtest

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// powerCut leaves on the disk what was flushed, and of the rest what this cut
// happens to spare: nothing, all of it, the first writes with the last one torn,
// or some writes here and there, each possibly torn.
func (d *simDisk) powerCut() (how string) {
	disks.Lock()
	defer disks.Unlock()
	d.dead, d.fuse = false, 0
	mode := d.rng.IntN(4)
	how = []string{"lost", "spared", "torn", "scattered"}[mode]
	kept := len(d.moves)
	if mode != 1 {
		kept = d.rng.IntN(kept + 1)
	}
	reachable := d.unflushed()
	for _, m := range d.moves[:kept] {
		d.settle(m)
	}
	for _, f := range reachable {
		f.cutPower(mode, d.rng)
	}
	d.moves, d.locks = nil, map[string]*lockTable{}
	d.files = map[string]*simFile{}
	for name, f := range d.durable {
		d.files[name] = f
	}
	return how
}

// unflushed lists the files with something to lose, in an order that a seed gives.
func (d *simDisk) unflushed() (list []*simFile) {
	seen := map[*simFile]bool{}
	add := func(f *simFile) {
		if f != nil && !seen[f] {
			seen[f] = true
			list = append(list, f)
		}
	}
	for _, all := range []map[string]*simFile{d.durable, d.files} {
		for _, name := range names(all) {
			add(all[name])
		}
	}
	for _, m := range d.moves {
		add(m.file)
	}
	return list
}

func (f *simFile) cutPower(mode int, rng *rand.Rand) {
	if len(f.pending) == 0 {
		return
	}
	changes := f.pending
	for i := range changes {
		f.undo(changes[len(changes)-1-i])
	}
	n := len(changes)
	if mode == 2 && n > 0 {
		n = rng.IntN(n) + 1
	}
	for i, p := range changes[:n] {
		switch {
		case mode == 0, mode == 3 && rng.IntN(2) == 0:
			continue
		case mode == 2 && i == n-1, mode == 3 && rng.IntN(4) == 0:
			if len(p.data) > 0 {
				p.data = p.data[:rng.IntN(len(p.data)+1)]
			}
		}
		if p.data == nil || len(p.data) > 0 {
			f.change(p)
		}
	}
	f.pending = nil
}

// image is a copy of everything on a disk, as a backup program makes it.
type image map[string][]byte

func (d *simDisk) copyOut() image {
	disks.Lock()
	defer disks.Unlock()
	img := image{}
	for name, f := range d.files {
		img[name] = slices.Clone(f.data)
	}
	return img
}

// copyIn puts an image in place of everything.
func (d *simDisk) copyIn(img image) {
	disks.Lock()
	defer disks.Unlock()
	d.files, d.durable, d.moves, d.locks = map[string]*simFile{}, map[string]*simFile{}, nil, map[string]*lockTable{}
	for name, data := range img {
		f := &simFile{data: slices.Clone(data)}
		d.files[name], d.durable[name] = f, f
	}
}

// flip spoils one bit of a file at rest, as an old disk does.
func (d *simDisk) flip(name string, at int) {
	disks.Lock()
	defer disks.Unlock()
	d.files[name].data[at] ^= 1 << (at % 8)
}

// list names the files whose names hold part, sorted.
func (d *simDisk) list(part string) (out []string) {
	disks.Lock()
	defer disks.Unlock()
	for _, name := range names(d.files) {
		if strings.Contains(name, part) {
			out = append(out, name)
		}
	}
	return out
}

func names(files map[string]*simFile) []string {
	var out []string
	for name := range files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
