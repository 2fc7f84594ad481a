package courier

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Import takes over what the stick shows of our scopes (or of one of them) and we
// lack. It may be repeated, cut anywhere, and given old sticks: what is known is
// passed over. A file that does not hold is named and passed over, too.
func (c *Courier) Import(ctx context.Context, scope oplog.Scope) (Report, error) {
	if err := c.atHome(); err != nil {
		return c.rep, err
	}
	m := &imports{c: c, ctx: ctx, shown: map[string][]*index{}, bad: map[string]bool{}}
	for {
		// Again from the front: what came may have brought members, keys or positions
		// that others waited for.
		moved, err := m.pass(scope)
		if err != nil {
			return c.rep, err
		}
		if !moved {
			break
		}
	}
	open, err := m.open()
	c.rep.Converged = err == nil && !open
	return c.rep, err
}

// open tells whether anything that the stick shows is lacking here, or the stick
// does not show all.
func (m *imports) open() (bool, error) {
	for _, f := range m.c.rep.Faults {
		if f.What == Refused || f.What == Unread || f.What == Partial {
			return true, nil
		}
	}
	for _, list := range m.shown {
		for _, x := range list {
			wants, err := m.wants(x)
			if err != nil {
				return true, err
			}
			if len(wants) > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// atHome tells whether the stick has a folder of our district.
func (c *Courier) atHome() error {
	names, err := c.o.Disk.List(top)
	if err != nil {
		return &Error{CodeDisk, err}
	}
	others := false
	for _, n := range names {
		realm, ok := strings.CutSuffix(n, "/")
		switch {
		case !ok:
		case top+"/"+realm == c.base:
			return nil
		case isRealmName(realm):
			others = true
		}
	}
	if others {
		return &Error{Code: CodeOtherDistrict}
	}
	return &Error{Code: CodeEmpty}
}

// openFolders asks the Vault about folders that only the stick has: of a year in
// which we wrote nothing.
func (c *Courier) openFolders() error {
	opener, ok := c.o.Vault.(Opener)
	if !ok {
		return nil
	}
	names, err := c.o.Disk.List(c.base)
	if err != nil {
		return &Error{CodeDisk, err}
	}
	for _, n := range names {
		if folder, ok := strings.CutSuffix(n, "/"); ok {
			if _, err := opener.Opens(c.o.Self, folder); err != nil {
				return &Error{CodeVault, err}
			}
		}
	}
	return nil
}

// imports is the work of one import.
type imports struct {
	c     *Courier
	ctx   context.Context
	shown map[string][]*index         // per folder, read once
	bad   map[string]bool             // places that do not hold
	from  map[string][]oplog.DeviceID // folders of which we take these writers' files only
}

// pass goes once over everything, and tells whether anything came.
func (m *imports) pass(scope oplog.Scope) (moved bool, err error) {
	if err := m.c.openFolders(); err != nil {
		return false, err
	}
	folders, err := m.folders(scope)
	if err != nil {
		return false, err
	}
	for _, f := range folders {
		list, err := m.indexes(f)
		if err != nil {
			return moved, err
		}
		for _, x := range list {
			got, err := m.take(x)
			if moved = moved || got; err != nil {
				return moved, err
			}
		}
	}
	return moved, nil
}

// folders lists what we may have, and what may tell that we may have more: a town that
// a village was moved to has the key before it has heard that it is a member.
func (m *imports) folders(scope oplog.Scope) ([]string, error) {
	all, err := m.c.o.Vault.Folders(m.c.o.Self)
	if err != nil {
		return nil, &Error{CodeVault, err}
	}
	m.from = map[string][]oplog.DeviceID{}
	if taker, ok := m.c.o.Vault.(Taker); ok {
		more, writers, err := taker.Takes(m.c.o.Self)
		if err != nil {
			return nil, &Error{CodeVault, err}
		}
		for _, f := range more {
			if !slices.Contains(all, f) {
				all, m.from[f] = append(all, f), writers
			}
		}
	}
	return only(all, scope)
}

// wants lists what an index shows and we lack.
func (m *imports) wants(x *index) ([]segment.Want, error) {
	wants, err := m.c.o.Vault.Wants(Peer(x.device), x.folder)
	if err != nil {
		return nil, &Error{CodeVault, err}
	}
	writers, some := m.from[x.folder]
	if !some {
		return wants, nil
	}
	return slices.DeleteFunc(wants, func(w segment.Want) bool {
		name, err := segment.ParseName(w.Name)
		return err != nil || !slices.Contains(writers, name.Device)
	}), nil
}

// indexes gives the indexes of a folder that hold, announced to the Vault.
func (m *imports) indexes(folder string) ([]*index, error) {
	if list, ok := m.shown[folder]; ok {
		return list, nil
	}
	names, err := m.c.indexNames(folder)
	if err != nil {
		return nil, err
	}
	list := []*index{}
	for _, n := range names {
		x, err := m.c.readIndex(folder, n)
		if err != nil {
			return nil, err
		}
		if x == nil {
			continue
		}
		if err := m.announce(x); err != nil {
			return nil, &Error{CodeVault, err}
		}
		if !x.complete && x.device != m.c.o.Self {
			m.c.fault(m.c.indexPath(folder, x.device), x.device, Partial, errors.New("the export was cut, or the stick was full"))
		}
		if !slices.Contains(m.c.rep.Stations, x.device) {
			m.c.rep.Stations = append(m.c.rep.Stations, x.device)
		}
		list = append(list, x)
	}
	m.shown[folder] = list
	return list, nil
}

// announce tells the Vault what the stick shows, unless it knows exactly that.
func (m *imports) announce(x *index) error {
	peer := Peer(x.device)
	id, seq, err := m.c.o.Vault.Claim(peer, x.folder)
	if err != nil {
		return err
	}
	if id == x.indexID && seq == x.last() {
		return nil
	}
	return m.c.o.Vault.Announced(peer, x.folder, x.indexID, true, x.entries)
}

// take fetches what the Vault wants of an index, in its order.
func (m *imports) take(x *index) (moved bool, err error) {
	wants, err := m.wants(x)
	if err != nil {
		return false, err
	}
	for _, w := range wants {
		if err := m.ctx.Err(); err != nil {
			return moved, err
		}
		w.Folder = x.folder
		got, err := m.receive(x.device, w)
		if moved = moved || got; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func (m *imports) receive(from oplog.DeviceID, w segment.Want) (bool, error) {
	c, name := m.c, m.c.place(w.FileInfo)
	if m.bad[name] {
		return false, nil
	}
	data, what, err := m.fetch(name, w)
	if err != nil {
		m.bad[name] = true
		c.fault(name, from, what, err)
		if m.gone() {
			return false, &Error{CodeDisk, err}
		}
		return false, nil
	}
	for range 2 { // a beginning of ours that differs makes the Vault ask for the whole
		var r segment.Receipt
		r, err = c.o.Vault.Receive(m.ctx, Peer(from), w, data[w.Offset:])
		if err == nil {
			c.forgetFault(name)
			c.rep.ReceivedOps += r.Ops
			c.rep.ReceivedBytes += int64(len(data))
			c.rep.Files++
			return true, nil
		}
		if w.Offset == 0 {
			break
		}
		w.Offset = 0
	}
	switch {
	case errors.Is(err, segment.ErrRefused):
		m.bad[name] = true
		c.fault(name, from, Refused, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false, err
	default:
		c.fault(name, from, Waiting, err)
	}
	return false, nil
}

// fetch reads a file and checks that it is what the index names. One that is not is
// put aside, so that the next station that holds it writes it again.
func (m *imports) fetch(name string, w segment.Want) ([]byte, Trouble, error) {
	data, err := m.c.o.Disk.Read(name, segment.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Missing, err
	}
	if err == nil && (int64(len(data)) != w.Size || hashOf(data) != w.Hash) {
		err = fmt.Errorf("%d bytes are not the %d that were written", len(data), w.Size)
		_ = m.c.o.Disk.Rename(name, name+".bad")
	}
	return data, Damaged, err
}

// gone tells whether the stick was pulled.
func (m *imports) gone() bool {
	names, err := m.c.o.Disk.List(m.c.base)
	return err != nil || len(names) == 0
}
