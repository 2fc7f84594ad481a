package roster

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"sync"

	"onedoor/sync/oplog"
)

// Verifier knows one realm: its root, and the issuing authorities signed by it that
// have been seen. It is safe for concurrent use and asks no clock. Whether a device
// was revoked is not in its certificate and not answered here.
type Verifier struct {
	root  *x509.Certificate
	realm Realm
	mu    sync.RWMutex
	cas   []*x509.Certificate
}

// NewVerifier takes the DER of a root, which the caller trusts, and of authorities,
// which are checked. Errors: CodeUntrusted.
func NewVerifier(rootDER []byte, authorities ...[]byte) (*Verifier, error) {
	root, err := parseRoot(rootDER)
	if err != nil {
		return nil, err
	}
	v := &Verifier{root: root, realm: realmOf(root)}
	for _, der := range authorities {
		if err := v.AddAuthority(der); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Realm names the district.
func (v *Verifier) Realm() Realm { return v.realm }

// RootCert is the DER of the root.
func (v *Verifier) RootCert() []byte { return v.root.Raw }

// AddAuthority makes an issuing authority known, after a check against the root: a
// successor hub brings its own. One that is known already is passed over.
func (v *Verifier) AddAuthority(der []byte) error {
	ca, _, err := parseCert(der)
	if err != nil {
		return err
	}
	if !ca.IsCA || realmOf(ca) != v.realm || ca.CheckSignatureFrom(v.root) != nil || bytes.Equal(ca.Raw, v.root.Raw) {
		return refuse(CodeUntrusted, "certificate", "not an authority of this realm")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, known := range v.cas {
		if bytes.Equal(known.Raw, ca.Raw) {
			return nil
		}
	}
	v.cas = append(v.cas, ca)
	return nil
}

// Authorities lists the DER of those known.
func (v *Verifier) Authorities() [][]byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	out := make([][]byte, len(v.cas))
	for i, ca := range v.cas {
		out[i] = ca.Raw
	}
	return out
}

// CheckTLS checks the certificate that a peer presented in the handshake, which is
// the certificate alone, and tells who it is. Error: CodeUntrusted.
func (v *Verifier) CheckTLS(der []byte) (PeerInfo, error) {
	l, err := v.checkTLS(der)
	if err != nil {
		return PeerInfo{}, err
	}
	return l.PeerInfo, nil
}

func (v *Verifier) checkTLS(der []byte) (*leaf, error) {
	l, err := parseLeaf(der, uriWrap)
	if err != nil {
		return nil, err
	}
	if len(l.cert.DNSNames) != 1 || l.cert.DNSNames[0] != tlsName {
		return nil, refuse(CodeUntrusted, "certificate", "not for the transport")
	}
	if l.Name, err = description(l.cert); err != nil {
		return nil, err
	}
	l.ID = oplog.DeviceID(sha256.Sum256(der))
	return l, v.checkChain(l)
}

// CheckSigning checks the certificate that a batch or document is signed under, and
// gives the key and whose it is. Error: CodeUntrusted.
func (v *Verifier) CheckSigning(der []byte) (PeerInfo, *ecdsa.PublicKey, error) {
	l, err := parseLeaf(der, uriDevice)
	if err != nil {
		return PeerInfo{}, nil, err
	}
	if len(l.cert.DNSNames) != 0 || len(l.cert.ExtKeyUsage) != 0 {
		return PeerInfo{}, nil, refuse(CodeUntrusted, "certificate", "not for signing")
	}
	if l.ID, err = oplog.ParseDeviceID(l.uri); err != nil || l.ID.String() != l.uri {
		return PeerInfo{}, nil, refuse(CodeUntrusted, "certificate", "it names no device")
	}
	if err := v.checkChain(l); err != nil {
		return PeerInfo{}, nil, err
	}
	return l.PeerInfo, l.pub, nil
}

// CheckRecord checks that a record is one device of this realm: both certificates
// hold, say the same as the record, and name its ID and wrapping key. It gives the
// key that verifies what the device signs. Errors: CodeUntrusted.
func (v *Verifier) CheckRecord(d *DeviceRecord) (*ecdsa.PublicKey, error) {
	transport, err := v.checkTLS(d.TLSCert)
	if err != nil {
		return nil, err
	}
	signing, pub, err := v.CheckSigning(d.SignCert)
	if err != nil {
		return nil, err
	}
	want := PeerInfo{ID: d.ID, Realm: v.realm, Division: d.Division, Counter: d.Counter, Name: d.Name, Tier: d.Tier}
	if transport.PeerInfo != want || signing != want {
		return nil, refuse(CodeUntrusted, "device", "the record and its certificates differ")
	}
	if len(d.WrapKey) != wrapKeyLen || transport.uri != base32Lower.EncodeToString(d.WrapKey) {
		return nil, refuse(CodeUntrusted, "device", "the wrapping key is not the certificate's")
	}
	return pub, nil
}

// Record puts together what both certificates of a device say, checked. Error: CodeUntrusted.
func (v *Verifier) Record(tlsCert, signCert []byte) (*DeviceRecord, error) {
	l, err := v.checkTLS(tlsCert)
	if err != nil {
		return nil, err
	}
	wrap, err := base32Lower.DecodeString(l.uri)
	if err != nil {
		return nil, refuse(CodeUntrusted, "certificate", "it names no wrapping key")
	}
	d := &DeviceRecord{ID: l.ID, Division: l.Division, Counter: l.Counter, Name: l.Name, Tier: l.Tier,
		TLSCert: tlsCert, SignCert: signCert, WrapKey: wrap}
	if _, err := v.CheckRecord(d); err != nil {
		return nil, err
	}
	return d, nil
}

// checkChain finds the authority that signed a leaf. The depth is fixed (root,
// authority, device; a successor hub stands under the root itself), so there is no path
// to build.
func (v *Verifier) checkChain(l *leaf) error {
	if len(l.cert.Subject.Organization) != 1 || l.cert.Subject.Organization[0] != v.realm.Name {
		return refuse(CodeUntrusted, "certificate", "of another district")
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, ca := range v.cas {
		if bytes.Equal(ca.RawSubject, l.cert.RawIssuer) && l.cert.CheckSignatureFrom(ca) == nil {
			l.Realm = v.realm
			return nil
		}
	}
	if l.Tier == District && bytes.Equal(v.root.RawSubject, l.cert.RawIssuer) && l.cert.CheckSignatureFrom(v.root) == nil {
		l.Realm = v.realm // a successor hub: see Root.IssueHub
		return nil
	}
	return refuse(CodeUntrusted, "certificate", "no known authority of this realm signed it")
}

func parseRoot(der []byte) (*x509.Certificate, error) {
	root, _, err := parseCert(der)
	if err != nil {
		return nil, err
	}
	realm := realmOf(root)
	if !root.IsCA || len(realm.Code) != 6 || !digits(realm.Code) || checkName("realm", "name", realm.Name) != nil ||
		!bytes.Equal(root.RawIssuer, root.RawSubject) || root.CheckSignatureFrom(root) != nil {
		return nil, refuse(CodeUntrusted, "certificate", "not the root of a realm")
	}
	return root, nil
}

// maxCert bounds a certificate in bytes; ours have about 700.
const maxCert = 4096

// parseCert reads a certificate of the one form that this package makes.
func parseCert(der []byte) (*x509.Certificate, *ecdsa.PublicKey, error) {
	fail := func(why string) (*x509.Certificate, *ecdsa.PublicKey, error) {
		return nil, nil, refuse(CodeUntrusted, "certificate", why)
	}
	if len(der) > maxCert {
		return fail("too long")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fail("not a certificate")
	}
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() || cert.SignatureAlgorithm != x509.ECDSAWithSHA256 {
		return fail("not ECDSA P-256 with SHA-256")
	}
	if len(cert.UnhandledCriticalExtensions) != 0 {
		return fail("a critical extension that is not known here")
	}
	if err := checkCanonical(cert); err != nil {
		return nil, nil, &Error{Code: CodeUntrusted, What: "certificate", Cause: err}
	}
	return cert, pub, nil
}

func realmOf(cert *x509.Certificate) Realm {
	r := Realm{Code: cert.Subject.SerialNumber}
	if len(cert.Subject.Organization) == 1 {
		r.Name = cert.Subject.Organization[0]
	}
	return r
}

// description is where a transport certificate keeps the station's name: its common
// name is taken by what Syncthing expects.
func description(cert *x509.Certificate) (string, error) {
	for _, n := range cert.Subject.Names {
		if n.Type.Equal(oidDescription) {
			if s, ok := n.Value.(string); ok {
				return s, nil
			}
		}
	}
	return "", refuse(CodeUntrusted, "certificate", "it has no station name")
}
