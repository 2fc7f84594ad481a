package meshtest

import (
	"slices"
	"strings"

	"onedoor/sync/segment"
)

// rot spoils a bit of one of a device's own segment files at rest.
func (w *world) rot(d *device) {
	// Files of an epoch that ended with a restored home are not made again by
	// themselves (docs/simulation.md), so no backup may hold a spoilt one.
	files := d.disk.list(d.id.String())
	if len(files) == 0 || d.backup != nil || d.restored {
		return
	}
	d.rotten = true
	name := pick(w.rng, files)
	size, err := d.disk.Size(name)
	w.at(d, err)
	if size == 0 {
		return
	}
	w.fault("bit flipped at rest")
	w.logf("%s: bit flipped in %s", d.name, name[strings.LastIndex(name, "/")+1:])
	d.disk.flip(name, w.rng.IntN(int(size)))
}

// mendRot does what a program does that finds its own files damaged: it makes
// them again from the database.
func (w *world) mendRot() {
	for _, d := range w.live() {
		if !d.rotten {
			continue // damage that nobody made is found by the check
		}
		rep, err := d.store.VerifyLogs(bg)
		w.must(err)
		for _, f := range rep.Faults {
			if f.Device != d.id.String() {
				w.fatalf("%s: a file of %s is damaged: %+v", d.name, f.Device, f)
			}
		}
		if !rep.OK {
			w.fault("own file made again")
			w.must(d.store.RewriteOwnFiles(bg))
		}
	}
}

// checkRot: one spoilt bit in any file that is held is found, and named. What a power
// cut left behind after its successor was recorded is not held: nothing names it.
func (w *world) checkRot() {
	d := pick(w.rng, w.live())
	files := slices.DeleteFunc(d.disk.list("/segments/"), func(name string) bool { return !w.holds(d, name) })
	if len(files) == 0 {
		return
	}
	name := pick(w.rng, files)
	size, err := d.disk.Size(name)
	w.must(err)
	if size == 0 {
		return
	}
	bit := w.rng.IntN(int(size))
	d.disk.flip(name, bit)
	rep, err := d.store.VerifyLogs(bg)
	w.must(err)
	if len(rep.Faults) != 1 || !strings.HasSuffix(name, rep.Faults[0].File) {
		w.fatalf("%s: a bit flipped in %s, and log verify says %+v", d.name, name, rep)
	}
	w.fault("bit flipped at rest")
	d.disk.flip(name, bit)
}

// holds tells whether the device's index names a file of its disk.
func (w *world) holds(d *device, path string) bool {
	_, rel, _ := strings.Cut(path, "/segments/")
	folder, name, _ := strings.Cut(rel, "/")
	list, err := d.store.Since(folder, 0, 1<<20)
	w.must(err)
	return slices.ContainsFunc(list, func(f segment.FileInfo) bool { return f.Name == name })
}
