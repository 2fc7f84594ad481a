package roster

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"onedoor/sync/oplog"
)

// A grant file is a plain container rather than an archive format: every byte of it
// is covered by the signature, nothing in it is compressed, and there is no second
// directory that another reader could believe instead.
//
//	"onedoor grant 1\n"   16 bytes
//	manifest length       4 bytes, big-endian
//	manifest              JSON
//	signature length      1 byte
//	signature             ECDSA by the hub's signing key over domain and manifest
//	members               one after the other, in the manifest's order and sizes

const (
	grantMagic   = "onedoor grant 1\n"
	grantPrefix  = "onedoor grant "
	grantDomain  = "onedoor grant"
	maxSignature = 80
)

type manifest struct {
	Realm     Realm        `json:"realm"`
	Root      []byte       `json:"root"`
	CAs       [][]byte     `json:"authorities"`
	Hub       DeviceRecord `json:"hub"`
	Device    DeviceRecord `json:"device"`
	Addresses []string     `json:"addresses"`
	Keys      []WrappedKey `json:"keys"`
	Members   []member     `json:"members"`
}

type member struct {
	Name string     `json:"name"`
	Size int64      `json:"size"`
	Hash oplog.Hash `json:"sha256"`
}

// Encode gives the grant file, signed with the hub's keys; g.Hub is the record of the
// device that holds them. Errors: CodeInvalid, CodeUntrusted, CodeTooLarge.
func (g *Grant) Encode(hub *DeviceKeys) ([]byte, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	size, err := g.size()
	if err != nil {
		return nil, err
	}
	m := manifest{g.Realm, g.Root, g.CAs, g.Hub, g.Device, g.Addresses, g.Keys, make([]member, len(g.Files))}
	for i, f := range g.Files {
		m.Members[i] = member{f.Name, int64(len(f.Data)), digestOf(f.Data)}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	if len(raw) > maxManifest {
		return nil, refuse(CodeTooLarge, "grant", "manifest")
	}
	sig, err := hub.Sign(grantDomain, raw)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, size+int64(len(raw))+256)
	out = append(out, grantMagic...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(raw)))
	out = append(out, raw...)
	out = append(append(out, byte(len(sig))), sig...)
	for _, f := range g.Files {
		out = append(out, f.Data...)
	}
	return out, nil
}

// DecodeGrant reads a grant file and checks everything in it against the root that
// it brings. That root is believed only after In (a device that has joined) or after
// people compared Fingerprint; Open then tells whether it is for this device. Files
// alias data. Errors: CodeWrongFile, CodeNewer, CodeAltered, CodeUntrusted,
// CodeInvalid, CodeTooLarge.
func DecodeGrant(data []byte) (*Grant, error) {
	m, signed, sig, rest, err := splitGrant(data)
	if err != nil {
		return nil, err
	}
	g := &Grant{m.Realm, m.Root, m.CAs, m.Hub, m.Device, m.Addresses, m.Keys, nil}
	for _, f := range m.Members {
		g.Files = append(g.Files, File{Name: f.Name})
	}
	// The signature comes first, so that what is only damaged is not called a forgery.
	hub, err := parseLeaf(g.Hub.SignCert, uriDevice)
	if err != nil || VerifySignature(hub.pub, grantDomain, signed, sig) != nil {
		return nil, refuse(CodeAltered, "grant", "the hub's signature does not hold")
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	for i, f := range m.Members {
		if f.Size < 0 || f.Size > int64(len(rest)) {
			return nil, refuse(CodeAltered, "grant", "cut short")
		}
		g.Files[i].Data, rest = rest[:f.Size:f.Size], rest[f.Size:]
		if digestOf(g.Files[i].Data) != f.Hash {
			return nil, refuse(CodeAltered, "grant", "a member's hash does not hold: "+f.Name)
		}
	}
	if len(rest) != 0 {
		return nil, refuse(CodeAltered, "grant", "bytes behind the end")
	}
	return g, nil
}

// splitGrant takes the container apart without believing anything.
func splitGrant(data []byte) (m manifest, signed, sig, rest []byte, err error) {
	fail := func(code Code, why string) (manifest, []byte, []byte, []byte, error) {
		return manifest{}, nil, nil, nil, refuse(code, "grant", why)
	}
	switch {
	case len(data) > MaxGrant+maxManifest+256:
		return fail(CodeTooLarge, fmt.Sprintf("%d bytes", len(data)))
	case !bytes.HasPrefix(data, []byte(grantPrefix)):
		return fail(CodeWrongFile, "not a grant")
	case !bytes.HasPrefix(data, []byte(grantMagic)):
		return fail(otherVersion(data))
	}
	r := oplog.Reader{B: data[len(grantMagic):]}
	var n uint32
	if b := r.Take(4); b != nil {
		n = binary.BigEndian.Uint32(b)
	}
	if n > maxManifest {
		return fail(CodeTooLarge, "manifest")
	}
	signed = r.Take(int(n))
	sigLen := int(r.Byte())
	sig = r.Take(sigLen)
	if r.Err() != nil || sigLen > maxSignature {
		return fail(CodeAltered, "cut short")
	}
	if strictJSON(signed, &m) != nil {
		return fail(CodeAltered, "the manifest is not as this program writes it")
	}
	return m, signed, sig, r.B, nil
}

// otherVersion tells a newer grant from a damaged one: a number and a line feed.
func otherVersion(data []byte) (Code, string) {
	line, _, found := bytes.Cut(data[len(grantPrefix):min(len(data), len(grantPrefix)+8)], []byte{'\n'})
	if found && digits(string(line)) && line[0] != '0' {
		return CodeNewer, "version " + string(line)
	}
	return CodeAltered, "damaged at its beginning"
}

var (
	nameElement = regexp.MustCompile(`^[a-z0-9_-][a-z0-9._-]*$`)
	// reserved are the device names of Windows, with any extension.
	reserved = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)
)

// checkNames refuses names that could leave the folder they are put into, that some
// file system cannot hold, or that collide with each other.
func checkNames(files []File) error {
	seen := map[string]bool{}  // names of files
	above := map[string]bool{} // folders that names need
	for _, f := range files {
		elements := strings.Split(f.Name, "/")
		if len(f.Name) > 200 || len(elements) > 8 || seen[f.Name] || above[f.Name] {
			return invalid("grant", "members", "a name is too long or stands twice")
		}
		for i, e := range elements {
			if !nameElement.MatchString(e) || reserved.MatchString(e) || strings.HasSuffix(e, ".") {
				return invalid("grant", "members", "a name that is not safe as a file name")
			}
			if folder := strings.Join(elements[:i], "/"); i > 0 {
				if seen[folder] {
					return invalid("grant", "members", "a name is both file and folder")
				}
				above[folder] = true
			}
		}
		seen[f.Name] = true
	}
	return nil
}
