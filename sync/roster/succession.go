package roster

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"onedoor/sync/oplog"
)

const successionDomain = "onedoor succession 1"

// IssueHub makes the certificates of a successor hub. The root signs them itself, so
// that every station of the realm knows the successor in the first handshake, also one
// that never heard of it: whoever stole the old hub's authority cannot do that.
func (r *Root) IssueHub(req *Request) (*DeviceRecord, error) {
	root, err := parseRoot(r.Cert)
	if err != nil {
		return nil, err
	}
	a := &Authority{rootDER: r.Cert, certDER: r.Cert, cert: root, key: r.Key, realm: realmOf(root)}
	return a.Issue(req, District)
}

// Succession is the root's word that one device follows another as the district's.
type Succession struct {
	Heir      oplog.DeviceID // its certificates hang on it
	Old       oplog.DeviceID // whom it follows
	Epoch     oplog.Epoch    // of the old one's log of realm: what the heir continues from
	Seq       uint64
	Hash      oplog.Hash
	At        int64 // Unix milliseconds
	Stolen    bool
	Authority []byte   // DER
	Addresses []string // of the heir
}

// message has fixed lengths but for the end, so that it is unambiguous.
func (s *Succession) message() []byte {
	b := append(append([]byte(nil), s.Heir[:]...), s.Old[:]...)
	b = append(b, s.Epoch[:]...)
	b = binary.BigEndian.AppendUint64(b, s.Seq)
	b = append(b, s.Hash[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.At))
	if s.Stolen {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	sum := sha256.Sum256(s.Authority)
	b = append(b, sum[:]...)
	return append(b, strings.Join(s.Addresses, "\n")...)
}

// Sign gives the root's signature of a succession.
func (r *Root) Sign(s Succession) ([]byte, error) {
	sig, err := lowS{r.Key}.Sign(rand.Reader, digest(successionDomain, s.message()), crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return sig, nil
}

// CheckSuccession checks the root's signature of a succession, and that the heir's
// certificates are signed by the root itself. Error: CodeUntrusted.
func (v *Verifier) CheckSuccession(s Succession, heir *DeviceRecord, sig []byte) error {
	_, pub, err := parseCert(v.root.Raw)
	if err != nil {
		return err
	}
	if VerifySignature(pub, successionDomain, s.message(), sig) != nil || heir.ID != s.Heir || heir.ID == s.Old || heir.Tier != District {
		return refuse(CodeUntrusted, "succession", "not the word of this realm's root")
	}
	only := &Verifier{root: v.root, realm: v.realm}
	if _, err := only.CheckRecord(heir); err != nil {
		return err
	}
	return only.AddAuthority(s.Authority)
}
