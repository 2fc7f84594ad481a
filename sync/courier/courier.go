package courier

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/segment"
)

// top is the folder on a stick below which everything of ours lies.
const top = "onedoor"

// OpCounter is optional on a Vault. OpsIn counts the ops of those batches of our
// file that end in the byte range (from, to].
type OpCounter interface {
	OpsIn(folder, name string, from, to int64) (int, error)
}

// Opener is optional on a Vault: see bepnode.Opener.
type Opener interface {
	Opens(peer oplog.DeviceID, folder string) (bool, error)
}

// Taker is optional on a Vault: see bepnode.Taker. Asked about this device itself, it
// lists folders that it holds keys of and is, as far as it knows, no member in: what the
// named writers wrote there tells.
type Taker interface {
	Takes(peer oplog.DeviceID) (folders []string, writers []oplog.DeviceID, err error)
}

// Options of a Courier.
type Options struct {
	Disk     Disk
	Vault    segment.Vault
	Self     oplog.DeviceID
	Keys     *roster.DeviceKeys // sign our index
	Cert     []byte             // DER of our signing certificate
	Verifier *roster.Verifier   // of the realm
	// Allow is asked for each station whose index holds; an error (it was revoked)
	// passes its index over. nil allows all.
	Allow func(oplog.DeviceID) error
	Now   func() time.Time
}

// Courier is one stick at one device.
type Courier struct {
	o    Options
	base string // of this realm on the stick
	rep  Report
	seen map[string]bool // faults that were told
}

// New prepares for one export or import.
func New(o Options) (*Courier, error) {
	if o.Disk == nil || o.Vault == nil || o.Keys == nil || o.Verifier == nil || o.Now == nil || o.Self.IsZero() {
		return nil, errors.New("courier: options are not complete")
	}
	if o.Allow == nil {
		o.Allow = func(oplog.DeviceID) error { return nil }
	}
	return &Courier{o: o, base: top + "/" + realmName(o.Verifier), seen: map[string]bool{}}, nil
}

// realmName names a district's folder on a stick: the beginning of the hash of its
// root, so that one stick can serve two districts and neither reads the other's.
func realmName(v *roster.Verifier) string {
	h := hashOf(v.RootCert())
	return h.String()[:16]
}

func isRealmName(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// place gives where a file of an index lies. A sealed file keeps its name, which
// holds its hash. A tail gets its hash into its name: what an index names is never
// overwritten by a later state.
func (c *Courier) place(e segment.FileInfo) string {
	name := e.Name
	if base, ok := strings.CutSuffix(name, ".tail"); ok {
		name = base + "-" + e.Hash.String()[:16] + ".tail"
	}
	return c.base + "/" + e.Folder + "/" + name
}

func (c *Courier) indexPath(folder string, d oplog.DeviceID) string {
	return c.base + "/" + folder + "/" + d.String() + ".idx"
}

// folders lists the folders of this device that concern a scope ("" for all):
// what it may have itself, which is the same that it may carry.
func (c *Courier) folders(scope oplog.Scope) ([]string, error) {
	all, err := c.o.Vault.Folders(c.o.Self)
	if err != nil {
		return nil, &Error{CodeVault, err}
	}
	return only(all, scope)
}

// only keeps what concerns a scope.
func only(all []string, scope oplog.Scope) ([]string, error) {
	if scope == "" {
		return all, nil
	}
	var some []string
	found := false
	for _, f := range all {
		sc, err := segment.ScopeOf(f)
		if err != nil {
			continue
		}
		// Realm goes along: without the devices and catalogue that it names, the
		// scope's ops would only wait.
		if found = found || sc == scope; sc == scope || sc == oplog.Realm {
			some = append(some, f)
		}
	}
	if !found {
		return nil, &Error{CodeNothingShared, fmt.Errorf("scope %s is not held here", scope)}
	}
	return some, nil
}

// readIndex reads and proves one index. It gives nil when there is none or it does
// not hold, which is told as a fault.
func (c *Courier) readIndex(folder, file string) (*index, error) {
	name := c.base + "/" + folder + "/" + file
	data, err := c.o.Disk.Read(name, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &Error{CodeDisk, err}
	}
	x, signed, sig, err := decodeIndex(data)
	if err == nil {
		err = x.verify(c.o.Verifier, signed, sig)
	}
	if err == nil && (x.folder != folder || x.device.String()+".idx" != file) {
		err = errors.New("courier: the index lies in another place than it names")
	}
	if err == nil && x.device != c.o.Self {
		err = c.o.Allow(x.device)
	}
	if err != nil {
		var d oplog.DeviceID
		if x != nil {
			d = x.device
		}
		c.fault(name, d, Unread, err)
		return nil, nil
	}
	return x, nil
}

// fault notes a file that is passed over, once.
func (c *Courier) fault(name string, d oplog.DeviceID, what Trouble, err error) {
	if c.seen[name] {
		return
	}
	c.seen[name] = true
	c.rep.Faults = append(c.rep.Faults, Fault{File: name, Device: d, What: what, Err: err})
}

// indexNames lists the indexes of a folder on the stick.
func (c *Courier) indexNames(folder string) ([]string, error) {
	names, err := c.o.Disk.List(c.base + "/" + folder)
	if err != nil {
		return nil, &Error{CodeDisk, err}
	}
	var out []string
	for _, n := range names {
		base, ok := strings.CutSuffix(n, ".idx")
		if !ok {
			continue
		}
		if _, err := oplog.ParseDeviceID(base); err == nil {
			out = append(out, n)
		}
	}
	return out, nil
}

// diskError tells a full stick from one that is gone.
func diskError(err error) error {
	if isFull(err) {
		return &Error{CodeFull, err}
	}
	return &Error{CodeDisk, err}
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, errDiskFull)
}

// isTemp tells the remains of a write that was cut.
func isTemp(name string) bool {
	return strings.HasPrefix(path.Base(name), ".") && strings.Contains(name, ".tmp-")
}
