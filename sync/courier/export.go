package courier

import (
	"context"
	"errors"
	"slices"
	"strings"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

const (
	// checkpoint is after how many bytes an index of what is there so far is
	// written: a stick that is pulled out of a long export is worth as much.
	checkpoint = 16 << 20
	listPage   = 1000
)

// Export brings the stick up to what we hold: of a scope, or of all our scopes.
// What lies there already is not written again. When the stick is full or pulled,
// the report tells how far it came, and what an index on it names stays usable.
func (c *Courier) Export(ctx context.Context, scope oplog.Scope) (Report, error) {
	folders, err := c.folders(scope)
	if err != nil {
		return c.rep, err
	}
	if err := c.label(); err != nil {
		return c.rep, err
	}
	counts, _ := c.o.Vault.(OpCounter)
	if counts == nil {
		c.rep.SentOps = -1
	}
	c.rep.Converged = true
	for _, f := range folders {
		x := &export{c: c, ctx: ctx, folder: f, counts: counts}
		if err := x.run(); err != nil {
			c.rep.Converged = false
			return c.rep, err
		}
	}
	return c.rep, nil
}

// label says to whoever finds the stick what it is.
func (c *Courier) label() error {
	const name = top + "/README.txt"
	if _, err := c.o.Disk.Size(name); err == nil {
		return nil
	}
	return c.write(name, []byte(labelText))
}

const labelText = "一门办数据交换U盘。内容已加密,没有密钥无法读取。拾到请交还当地政务服务窗口。\r\n" +
	"Data of a public service counter, encrypted. If found, please return it to the counter.\r\n"

func (c *Courier) write(name string, data []byte) error {
	if err := c.o.Disk.Write(name, data); err != nil {
		return diskError(err)
	}
	c.rep.SentBytes += int64(len(data))
	return nil
}

// export is the work on one folder.
type export struct {
	c      *Courier
	ctx    context.Context
	folder string
	counts OpCounter
	old    *index                      // what our index there says
	had    map[string]segment.FileInfo // its entries by name
	id     uint64
	there  []segment.FileInfo // files that are on the stick, whole
	fresh  int64              // bytes written since our last index
	lost   bool               // one of our files could not be carried
}

func (x *export) run() error {
	var err error
	if x.old, err = x.c.readIndex(x.folder, x.c.o.Self.String()+".idx"); err != nil {
		return err
	}
	x.c.forgetFault(x.c.indexPath(x.folder, x.c.o.Self)) // ours is written anew
	x.know(x.old)
	if x.id, err = x.c.o.Vault.IndexID(x.folder); err != nil {
		return &Error{CodeVault, err}
	}
	for range 3 { // a tail may grow or be sealed while we copy
		again, err := x.pass()
		if err != nil {
			return err
		}
		if !again {
			break
		}
	}
	if x.lost {
		x.c.rep.Converged = false
	}
	if err := x.publish(!x.lost); err != nil {
		return err
	}
	x.sweep()
	return nil
}

// pass carries everything that is listed now, and tells whether something changed
// under its hands.
func (x *export) pass() (again bool, err error) {
	entries, err := x.list()
	if err != nil {
		return false, err
	}
	x.there, x.lost = x.there[:0], false
	for _, e := range entries {
		if err := x.ctx.Err(); err != nil {
			return false, errors.Join(err, x.publish(false))
		}
		ok, err := x.carry(e)
		if err != nil {
			// What is whole is told, if there is room for telling: the old index stays otherwise.
			_ = x.publish(false)
			return false, err
		}
		if !ok {
			x.lost, again = true, true
			continue
		}
		x.there = append(x.there, e)
		if x.fresh > checkpoint {
			if err := x.publish(false); err != nil {
				return false, err
			}
		}
	}
	return again, nil
}

func (x *export) list() (all []segment.FileInfo, err error) {
	for seq := int64(0); ; {
		page, err := x.c.o.Vault.Since(x.folder, seq, listPage)
		if err != nil {
			return nil, &Error{CodeVault, err}
		}
		all = append(all, page...)
		if len(page) < listPage {
			return all, nil
		}
		seq = page[len(page)-1].Sequence
	}
}

// carry makes sure that a file is on the stick; ok is false when we do not hold it
// as our index says.
func (x *export) carry(e segment.FileInfo) (ok bool, err error) {
	name := x.c.place(e)
	if x.lies(name, e) {
		return true, nil
	}
	data, err := x.c.o.Vault.Read(x.c.o.Self, x.folder, e.Name, 0, int(e.Size))
	if err == nil && hashOf(data) != e.Hash {
		err = errors.New("content is not as recorded")
	}
	if err != nil {
		x.c.fault(x.folder+"/"+e.Name, x.c.o.Self, Changed, err)
		return false, nil
	}
	x.c.forgetFault(x.folder + "/" + e.Name)
	if err := x.c.write(name, data); err != nil {
		return false, err
	}
	x.fresh += e.Size
	x.c.rep.Files++
	x.count(e, data)
	return true, nil
}

// lies tells whether the file is there, whole. What our own index names was
// complete when it was written; anything else is read before it is believed.
func (x *export) lies(name string, e segment.FileInfo) bool {
	size, err := x.c.o.Disk.Size(name)
	if err != nil || size != e.Size {
		return false
	}
	if o, ok := x.had[e.Name]; ok && o.Hash == e.Hash {
		return true
	}
	data, err := x.c.o.Disk.Read(name, segment.MaxFile)
	return err == nil && hashOf(data) == e.Hash
}

// count adds the ops that the stick gains with a file: those behind the state of
// the same log's tail that our last index names.
func (x *export) count(e segment.FileInfo, data []byte) {
	if x.counts == nil {
		return
	}
	n, err := x.counts.OpsIn(x.folder, e.Name, x.carried(e, data), e.Size)
	if err == nil {
		x.c.rep.SentOps += n
	}
}

func (x *export) carried(e segment.FileInfo, data []byte) int64 {
	name, err := segment.ParseName(e.Name)
	if err != nil {
		return 0
	}
	o, ok := x.had[segment.TailName(name.Device, name.Epoch)]
	if ok && o.Size <= e.Size && hashOf(data[:o.Size]) == o.Hash {
		return o.Size
	}
	return 0
}

// publish writes our index of what is on the stick. A tail of the index before
// stays named until its successor is there.
func (x *export) publish(complete bool) error {
	entries := slices.Clone(x.there)
	if !complete && x.old != nil && x.old.indexID == x.id {
		here := make(map[string]bool, len(entries))
		for _, e := range entries {
			here[e.Name] = true
		}
		for _, o := range x.old.entries {
			if !here[o.Name] {
				entries = append(entries, o)
			}
		}
		slices.SortStableFunc(entries, func(a, b segment.FileInfo) int { return int(a.Sequence - b.Sequence) })
	}
	x.fresh = 0
	if x.old != nil && x.old.indexID == x.id && x.old.complete == complete && slices.Equal(x.old.entries, entries) {
		return nil
	}
	next := &index{device: x.c.o.Self, cert: x.c.o.Cert, folder: x.folder, indexID: x.id, complete: complete,
		written: x.c.o.Now().Unix(), entries: entries}
	data, err := next.encode(x.c.o.Keys)
	if err != nil {
		return err
	}
	if err := x.c.write(x.c.indexPath(x.folder, x.c.o.Self), data); err != nil {
		return err
	}
	x.know(next)
	return nil
}

// know takes an index for the one that is on the stick.
func (x *export) know(on *index) {
	x.old, x.had = on, map[string]segment.FileInfo{}
	if on == nil {
		return
	}
	for _, e := range on.entries {
		x.had[e.Name] = e
	}
}

// sweep removes tails that no index names any more, and the remains of writes that
// were cut. Sealed files stay: they may be all that is left of a station's data.
// Failing to tidy up is no failure.
func (x *export) sweep() {
	named, ok := x.c.named(x.folder)
	base := x.c.base + "/" + x.folder
	for _, dir := range append([]string{""}, x.c.subfolders(base)...) {
		names, err := x.c.o.Disk.List(base + "/" + strings.TrimSuffix(dir, "/"))
		if err != nil {
			return
		}
		for _, n := range names {
			full := strings.TrimSuffix(base+"/"+dir, "/") + "/" + n
			if isTemp(n) || ok && strings.HasSuffix(n, ".tail") && !named[full] {
				_ = x.c.o.Disk.Remove(full)
			}
		}
	}
}

// subfolders lists the folders of writers below a folder, and their months.
func (c *Courier) subfolders(base string) (out []string) {
	writers, _ := c.o.Disk.List(base)
	for _, w := range writers {
		if !strings.HasSuffix(w, "/") {
			continue
		}
		out = append(out, w)
		months, _ := c.o.Disk.List(base + "/" + strings.TrimSuffix(w, "/"))
		for _, m := range months {
			if strings.HasSuffix(m, "/") {
				out = append(out, w+m)
			}
		}
	}
	return out
}

// named collects the files that any index of a folder names; ok is false when one
// of them cannot be read, so that nothing may be removed.
func (c *Courier) named(folder string) (files map[string]bool, ok bool) {
	names, err := c.indexNames(folder)
	if err != nil {
		return nil, false
	}
	files = map[string]bool{}
	for _, n := range names {
		data, err := c.o.Disk.Read(c.base+"/"+folder+"/"+n, maxIndex)
		if err != nil {
			return nil, false
		}
		x, _, _, err := decodeIndex(data)
		if err != nil {
			return nil, false
		}
		for _, e := range x.entries {
			e.Folder = folder
			files[c.place(e)] = true
		}
	}
	return files, true
}

// forgetFault takes back a fault that was mended meanwhile.
func (c *Courier) forgetFault(name string) {
	if !c.seen[name] {
		return
	}
	delete(c.seen, name)
	c.rep.Faults = slices.DeleteFunc(c.rep.Faults, func(f Fault) bool { return f.File == name })
}
