package roster

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"onedoor/internal/password"
)

// Every certificate is valid from 2000 to the date that RFC 5280, 4.1.2.5 gives for
// "no well-defined expiration". It starts that early because a PC without a battery
// wakes in 2000 or later, and what it then signs must not look forged to a PDF
// reader that does compare dates. It never ends because nobody could renew it on a
// station that is cut off; revocation in the district's log takes its place.
var (
	notBefore = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// maxRealmRunes leaves room for the words that follow the district's name in the
// common name of its root.
const maxRealmRunes = 40

// Root is the realm's root: the district's identity for ever. Its private key signs
// the issuing authority of the hub and of any successor, then lives in the recovery
// kit only.
type Root struct {
	Key  *ecdsa.PrivateKey // P-256
	Cert []byte            // DER, self-signed
}

// String and GoString keep the key out of logs.
func (r *Root) String() string { return "realm root" }

// GoString is String.
func (r *Root) GoString() string { return r.String() }

// NewRoot makes the root of a district: its code (6 digits) and name.
func NewRoot(code, name string) (*Root, error) {
	const what = "realm"
	if len(code) != 6 || !digits(code) || code[0] == '0' {
		return nil, invalid(what, "district", "not a 6-digit code")
	}
	if err := checkName(what, "name", name); err != nil {
		return nil, err
	}
	if len([]rune(name)) > maxRealmRunes {
		return nil, invalid(what, "name", "longer than 40 characters")
	}
	key, err := newP256()
	if err != nil {
		return nil, err
	}
	tmpl := caTemplate(pkix.Name{CommonName: name + " onedoor root", Organization: []string{name}, SerialNumber: code}, 1)
	cert, err := createCert(tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &Root{Key: key, Cert: cert}, nil
}

// NewAuthority makes a hub's issuing authority, signed by the root.
func (r *Root) NewAuthority() (*Authority, error) {
	root, err := parseRoot(r.Cert)
	if err != nil {
		return nil, err
	}
	key, err := newP256()
	if err != nil {
		return nil, err
	}
	realm := realmOf(root)
	tmpl := caTemplate(pkix.Name{
		// The key's hash tells a successor's authority from its predecessor's.
		CommonName:   realm.Name + " onedoor hub " + keyTag(&key.PublicKey),
		Organization: []string{realm.Name},
		SerialNumber: realm.Code,
	}, 0)
	cert, err := createCert(tmpl, root, &key.PublicKey, r.Key)
	if err != nil {
		return nil, err
	}
	return newAuthority(r.Cert, cert, key)
}

// Authority issues device certificates. It stands on the hub; Marshal gives its
// private key in clear, and the caller seals the result with the keyring.
type Authority struct {
	rootDER, certDER []byte
	cert             *x509.Certificate
	key              *ecdsa.PrivateKey
	realm            Realm
}

// Realm names a district.
type Realm struct {
	Code string `json:"district"` // 6 digits
	Name string `json:"name"`
}

func newAuthority(rootDER, certDER []byte, key *ecdsa.PrivateKey) (*Authority, error) {
	v, err := NewVerifier(rootDER, certDER)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(certDER)
	if err != nil || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, refuse(CodeAltered, "authority", "the key is not the certificate's")
	}
	return &Authority{rootDER, certDER, cert, key, v.Realm()}, nil
}

// RootCert is the DER of the realm's root.
func (a *Authority) RootCert() []byte { return a.rootDER }

// Cert is the DER of the issuing certificate; verifiers need it beside the root.
func (a *Authority) Cert() []byte { return a.certDER }

// Realm names the district.
func (a *Authority) Realm() Realm { return a.realm }

// String and GoString keep the key out of logs.
func (a *Authority) String() string { return "authority of " + a.realm.Code }

// GoString is String.
func (a *Authority) GoString() string { return a.String() }

type authorityJSON struct {
	Version int    `json:"version"`
	Root    []byte `json:"root"` // DER
	Cert    []byte `json:"cert"` // DER
	Key     []byte `json:"key"`  // PKCS #8 DER
}

// Marshal gives the authority as JSON, its key in clear.
func (a *Authority) Marshal() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return json.Marshal(authorityJSON{1, a.rootDER, a.certDER, key})
}

// UnmarshalAuthority reads what Marshal gave. Errors: CodeAltered, CodeNewer, CodeUntrusted.
func UnmarshalAuthority(data []byte) (*Authority, error) {
	var j authorityJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, refuse(CodeAltered, "authority", "not JSON")
	}
	if j.Version > 1 {
		return nil, refuse(CodeNewer, "authority", fmt.Sprintf("version %d", j.Version))
	}
	key, err := parseP256(j.Key)
	if err != nil {
		return nil, &Error{Code: CodeAltered, What: "authority", Cause: err}
	}
	return newAuthority(j.Root, j.Cert, key)
}

// Fingerprint is what people compare when a station joins: 100 bits of the SHA-256
// of the root's DER, as "7QK2-M9XA-...", five groups of four. To find another root
// with the same one is beyond any budget.
func Fingerprint(rootDER []byte) string {
	sum := sha256.Sum256(rootDER)
	return password.Readable(sum[:], 20)
}

func caTemplate(subject pkix.Name, pathLen int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          newSerial(),
		Subject:               subject,
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLen:            pathLen,
		MaxPathLenZero:        pathLen == 0,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		SignatureAlgorithm:    x509.ECDSAWithSHA256,
	}
}

func createCert(tmpl, parent *x509.Certificate, pub *ecdsa.PublicKey, signer *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, lowS{signer})
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return der, nil
}

// newSerial gives 127 random bits: positive, and within the 20 octets of RFC 5280.
func newSerial() *big.Int {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b[:])
}

func keyTag(pub *ecdsa.PublicKey) string {
	raw, err := pub.Bytes()
	if err != nil { // only for a point off the curve
		return "-"
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:4])
}
