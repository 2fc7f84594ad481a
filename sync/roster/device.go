package roster

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base32"
	"net/url"
	"strings"

	"onedoor/sync/oplog"
)

// DeviceRecord is all that others know of a device: what the district's log in realm
// and a grant carry. Certificates are DER.
type DeviceRecord struct {
	ID       oplog.DeviceID `json:"id"`       // SHA-256 of TLSCert
	Division string         `json:"division"` // 12 digits
	Counter  string         `json:"counter"`  // 2 digits
	Name     string         `json:"name"`     // of the station, as people call it
	Tier     Tier           `json:"tier"`
	TLSCert  []byte         `json:"tls_cert"`
	SignCert []byte         `json:"sign_cert"`
	WrapKey  []byte         `json:"wrap_key"` // X25519 public key, 32 bytes
}

// Scope is the scope of the device's service point.
func (d *DeviceRecord) Scope() oplog.Scope { return oplog.Scope(d.Division) }

const (
	tlsName    = "syncthing" // what a stock daemon expects of a device certificate
	uriWrap    = "urn:onedoor:wrap:"
	uriDevice  = "urn:onedoor:device:"
	wrapKeyLen = 32
)

var (
	oidDescription = asn1.ObjectIdentifier{2, 5, 4, 13}
	base32Lower    = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
)

// Issue makes the certificates of a device. The TLS certificate names the wrapping
// key, and its hash is the device's ID; the signing certificate names the ID. So the
// ID stands for all three keys. That division and counter are not taken by another
// device in use is for the caller to see to.
func (a *Authority) Issue(req *Request, tier Tier) (*DeviceRecord, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	if err := tier.Check(); err != nil {
		return nil, err
	}
	if TierOf(req.Division) != tier {
		return nil, invalid("device", "tier", "it does not fit the division code")
	}
	rec := &DeviceRecord{Division: req.Division, Counter: req.Counter, Name: req.Name, Tier: tier, WrapKey: req.WrapKey}
	var err error
	if rec.TLSCert, err = createCert(a.tlsTemplate(rec), a.cert, req.tlsKey, a.key); err != nil {
		return nil, err
	}
	rec.ID = oplog.DeviceID(sha256.Sum256(rec.TLSCert))
	if rec.SignCert, err = createCert(a.signTemplate(rec), a.cert, req.signKey, a.key); err != nil {
		return nil, err
	}
	return rec, nil
}

func (a *Authority) tlsTemplate(d *DeviceRecord) *x509.Certificate {
	t := a.leafTemplate(d, tlsName, uriWrap+base32Lower.EncodeToString(d.WrapKey))
	t.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: oidDescription, Value: d.Name}}
	t.DNSNames = []string{tlsName}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	return t
}

// signTemplate has no extended key usage: readers of PDF disagree on which one a
// document signature needs, and all accept none.
func (a *Authority) signTemplate(d *DeviceRecord) *x509.Certificate {
	t := a.leafTemplate(d, d.Name, uriDevice+d.ID.String())
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	return t
}

func (a *Authority) leafTemplate(d *DeviceRecord, cn, uri string) *x509.Certificate {
	scheme, opaque, _ := strings.Cut(uri, ":")
	return &x509.Certificate{
		SerialNumber: newSerial(),
		Subject: pkix.Name{
			CommonName:         cn,
			Organization:       []string{a.realm.Name},
			OrganizationalUnit: []string{string(d.Tier)},
			SerialNumber:       d.Division + "-" + d.Counter,
		},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		BasicConstraintsValid: true,
		URIs:                  []*url.URL{{Scheme: scheme, Opaque: opaque}},
		SignatureAlgorithm:    x509.ECDSAWithSHA256,
	}
}

// PeerInfo is what a verified certificate says of a device.
type PeerInfo struct {
	ID       oplog.DeviceID
	Realm    Realm
	Division string // 12 digits
	Counter  string // 2 digits
	Name     string
	Tier     Tier
}

// IsSuperior tells whether the device writes into a scope by its place alone.
func (p PeerInfo) IsSuperior(scope oplog.Scope) bool { return IsSuperior(p.Tier, p.Division, scope) }

// leaf is a device certificate taken apart. Its signature is not yet checked.
type leaf struct {
	PeerInfo
	cert *x509.Certificate
	pub  *ecdsa.PublicKey
	uri  string // after the prefix
}

// parseLeaf reads the facts of a device certificate: its kind by uriPrefix.
func parseLeaf(der []byte, uriPrefix string) (*leaf, error) {
	cert, pub, err := parseCert(der)
	if err != nil {
		return nil, err
	}
	fail := func(why string) (*leaf, error) { return nil, refuse(CodeUntrusted, "certificate", why) }
	if cert.IsCA || !cert.BasicConstraintsValid || cert.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return fail("not a device's")
	}
	s := cert.Subject
	if len(s.Organization) != 1 || len(s.OrganizationalUnit) != 1 || len(cert.URIs) != 1 {
		return fail("a part of the name is missing")
	}
	uri, found := strings.CutPrefix(cert.URIs[0].String(), uriPrefix)
	if !found {
		return fail("of another kind")
	}
	division, counter, _ := strings.Cut(s.SerialNumber, "-")
	tier := Tier(s.OrganizationalUnit[0])
	if checkDivision("certificate", division) != nil || checkCounter("certificate", counter) != nil || TierOf(division) != tier {
		return fail("division, counter or tier are not well-formed")
	}
	l := &leaf{cert: cert, pub: pub, uri: uri}
	l.PeerInfo = PeerInfo{Division: division, Counter: counter, Tier: tier, Name: s.CommonName}
	return l, nil
}
