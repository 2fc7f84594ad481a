package roster

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/url"

	"onedoor/sync/oplog"
)

// Grant enrols one device: who it is, whom to trust, where the hub is, the scopes'
// keys wrapped for it, and the district's segments up to its enrolment. It is signed
// by the hub and holds nothing that another device could use.
type Grant struct {
	Realm     Realm
	Root      []byte       // DER
	CAs       [][]byte     // DER of issuing authorities, at least one
	Hub       DeviceRecord // who signed the grant
	Device    DeviceRecord // whom it enrols
	Addresses []string     // "tcp://host:port" of the hub; may be empty
	Keys      []WrappedKey // of realm and the device's scope
	Files     []File       // segments, in the order to be applied
}

// WrappedKey is a scope's key as WrapKey sealed it.
type WrappedKey struct {
	Scope   oplog.Scope `json:"scope"`
	ID      string      `json:"id"` // oplog.KeyID in hexadecimal
	Wrapped []byte      `json:"wrapped"`
}

// File is one member of a grant. Name is relative, "/"-separated, of elements
// [a-z0-9._-] that are safe as file names everywhere.
type File struct {
	Name string
	Data []byte
}

// Wrap seals keys for a device, in the form a grant carries.
func Wrap(to *DeviceRecord, keys ...ScopeKey) ([]WrappedKey, error) {
	var out []WrappedKey
	for _, k := range keys {
		sealed, err := WrapKey(to, k)
		if err != nil {
			return nil, err
		}
		out = append(out, WrappedKey{k.Scope, k.ID.String(), sealed})
	}
	return out, nil
}

// Open tells whether the grant is for the device that holds these keys, and unwraps
// the scopes' keys. Errors: CodeWrongDevice, CodeAltered.
func (g *Grant) Open(keys *DeviceKeys) ([]ScopeKey, error) {
	if err := g.For(keys); err != nil {
		return nil, err
	}
	var out []ScopeKey
	for _, w := range g.Keys {
		id, err := oplog.ParseKeyID(w.ID)
		if err != nil {
			return nil, refuse(CodeAltered, "grant", "a key id is malformed")
		}
		k, err := keys.UnwrapKey(g.Device.ID, w.Scope, id, w.Wrapped)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// For tells, by CodeWrongDevice, that a grant is for another device than the one
// that holds these keys: somebody mixed up two stations' files, or init ran again.
func (g *Grant) For(keys *DeviceKeys) error {
	transport, err := parseLeaf(g.Device.TLSCert, uriWrap)
	if err != nil {
		return err
	}
	signing, err := parseLeaf(g.Device.SignCert, uriDevice)
	if err != nil {
		return err
	}
	if !keys.TLS.PublicKey.Equal(transport.pub) || !keys.Signing.PublicKey.Equal(signing.pub) ||
		!bytes.Equal(keys.Wrap.PublicKey().Bytes(), g.Device.WrapKey) {
		return refuse(CodeWrongDevice, "grant", "it is for "+g.Device.Division+"-"+g.Device.Counter+" with other keys")
	}
	return nil
}

// In tells, by CodeOtherRealm, that a grant is of another district than the one that
// a device has joined already.
func (g *Grant) In(rootDER []byte) error {
	if !bytes.Equal(g.Root, rootDER) {
		return refuse(CodeOtherRealm, "grant", "of "+g.Realm.Code)
	}
	return nil
}

// Fingerprint is of the root that the grant brings: the clerk compares it with what
// the district says, before the first grant is believed.
func (g *Grant) Fingerprint() string { return Fingerprint(g.Root) }

// Verifier knows the grant's realm.
func (g *Grant) Verifier() (*Verifier, error) { return NewVerifier(g.Root, g.CAs...) }

// Limits of a grant.
const (
	MaxGrant     = 256 << 20 // bytes in all
	maxManifest  = 8 << 20
	maxMembers   = 20000
	maxAddresses = 16
	maxGrantKeys = 16384 // of a town's villages, or of all service points, with those replaced since
	maxCAs       = 16
	maxWrapped   = 256 // bytes; ours have 80
)

// check tells whether a grant is whole and of one realm; it is asked before writing
// and after reading.
func (g *Grant) check() error {
	v, err := g.Verifier()
	if err != nil {
		return err
	}
	if v.Realm() != g.Realm {
		return refuse(CodeUntrusted, "grant", "the root is of another district than the grant says")
	}
	if _, err := v.CheckRecord(&g.Device); err != nil {
		return err
	}
	if _, err := v.CheckRecord(&g.Hub); err != nil {
		return err
	}
	if g.Hub.Tier != District {
		return refuse(CodeUntrusted, "grant", "not signed by a hub of the district")
	}
	if len(g.Addresses) > maxAddresses || len(g.Keys) > maxGrantKeys || len(g.Files) > maxMembers || len(g.CAs) > maxCAs {
		return refuse(CodeTooLarge, "grant", "too many entries")
	}
	for _, a := range g.Addresses {
		if err := CheckAddress(a); err != nil {
			return err
		}
	}
	if err := g.checkKeys(); err != nil {
		return err
	}
	return checkNames(g.Files)
}

// checkKeys wants realm and scopes that the device may hold, each key once.
func (g *Grant) checkKeys() error {
	seen := map[string]bool{}
	for _, k := range g.Keys {
		_, err := oplog.ParseKeyID(k.ID)
		// Which villages a town has, dated memberships say: any of the district.
		held := k.Scope == oplog.Realm || IsSuperior(g.Device.Tier, g.Device.Division, k.Scope) ||
			g.Device.Tier == Town && TierOf(string(k.Scope)) == Village && k.Scope.Check() == nil && string(k.Scope)[:6] == g.Device.Division[:6]
		if err != nil || !held || len(k.Wrapped) > maxWrapped || seen[string(k.Scope)+k.ID] {
			return invalid("grant", "keys", "not a key of realm or of the device's scope")
		}
		seen[string(k.Scope)+k.ID] = true
	}
	return nil
}

// CheckAddress wants "tcp://host:port".
func CheckAddress(a string) error {
	u, err := url.Parse(a)
	if err != nil || u.Scheme != "tcp" || u.Hostname() == "" || u.Port() == "" || len(a) > 255 || u.String() != "tcp://"+u.Host {
		return invalid("grant", "addresses", "not of the form tcp://host:port")
	}
	return nil
}

// digestOf is how the manifest names a member's content.
func digestOf(data []byte) oplog.Hash { return sha256.Sum256(data) }

func (g *Grant) size() (int64, error) {
	var n int64
	for _, f := range g.Files {
		n += int64(len(f.Data))
	}
	if n > MaxGrant {
		return 0, refuse(CodeTooLarge, "grant", fmt.Sprintf("%d bytes", n))
	}
	return n, nil
}
