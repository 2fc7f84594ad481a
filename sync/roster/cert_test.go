package roster

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"net"
	"regexp"
	"testing"

	"onedoor/sync/oplog"
)

func TestCertificatesSayWhoADeviceIs(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	want := PeerInfo{w.village.ID, Realm{"440604", "禅城区"}, villageCode, "01", "塔坡社区服务站", Village}
	got, err := w.verifier.CheckTLS(w.village.TLSCert)
	if err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	signer, pub, err := w.verifier.CheckSigning(w.village.SignCert)
	if err != nil || signer != want || !pub.Equal(&w.keys.Signing.PublicKey) {
		t.Fatalf("%+v, %v", signer, err)
	}
	if w.village.ID != oplog.DeviceID(sha256.Sum256(w.village.TLSCert)) {
		t.Fatal("the ID is not the hash of the TLS certificate")
	}
	for _, d := range []*DeviceRecord{w.hub, w.town, w.village} {
		if _, err := w.verifier.CheckRecord(d); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
	cert, _ := x509.ParseCertificate(w.village.TLSCert)
	if cert.Subject.CommonName != "syncthing" || cert.VerifyHostname("syncthing") != nil ||
		cert.Subject.Organization[0] != "禅城区" || cert.Subject.OrganizationalUnit[0] != "village" ||
		cert.Subject.SerialNumber != villageCode+"-01" {
		t.Errorf("subject %v", cert.Subject)
	}
	if len(w.village.TLSCert) > 900 || len(w.village.SignCert) > 900 {
		t.Errorf("certificates of %d and %d bytes", len(w.village.TLSCert), len(w.village.SignCert))
	}
}

// TestStandardVerification: other programs (a PDF reader) must be able to follow the
// chain with the plain rules of X.509.
func TestStandardVerification(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	roots, inter := x509.NewCertPool(), x509.NewCertPool()
	root, _ := x509.ParseCertificate(w.root.Cert)
	ca, _ := x509.ParseCertificate(w.auth.Cert())
	roots.AddCert(root)
	inter.AddCert(ca)
	for _, der := range [][]byte{w.village.TLSCert, w.village.SignCert} {
		cert, _ := x509.ParseCertificate(der)
		_, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: inter, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAnotherRealmIsRefused(t *testing.T) {
	ours := newWorld(t, "440604", "禅城区")
	// Same code, same name, same stations: only the keys differ.
	theirs := newWorld(t, "440604", "禅城区")
	_, err := ours.verifier.CheckTLS(theirs.village.TLSCert)
	wantCode(t, "transport certificate", err, CodeUntrusted)
	_, _, err = ours.verifier.CheckSigning(theirs.village.SignCert)
	wantCode(t, "signing certificate", err, CodeUntrusted)
	_, err = ours.verifier.CheckRecord(theirs.village)
	wantCode(t, "record", err, CodeUntrusted)
	wantCode(t, "authority", ours.verifier.AddAuthority(theirs.auth.Cert()), CodeUntrusted)
	wantCode(t, "root as authority", ours.verifier.AddAuthority(ours.root.Cert), CodeUntrusted)
	wantCode(t, "device as authority", ours.verifier.AddAuthority(ours.village.TLSCert), CodeUntrusted)
	_, err = NewVerifier(ours.auth.Cert())
	wantCode(t, "authority as root", err, CodeUntrusted)
	_, err = ours.verifier.CheckTLS(ours.auth.Cert())
	wantCode(t, "authority as device", err, CodeUntrusted)
}

func TestCertificatesAreNotInterchangeable(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	_, err := w.verifier.CheckTLS(w.village.SignCert)
	wantCode(t, "signing as transport", err, CodeUntrusted)
	_, _, err = w.verifier.CheckSigning(w.village.TLSCert)
	wantCode(t, "transport as signing", err, CodeUntrusted)
	for what, change := range map[string]func(*DeviceRecord){
		"signing certificate of another": func(d *DeviceRecord) { d.SignCert = w.town.SignCert },
		"wrapping key of another":        func(d *DeviceRecord) { d.WrapKey = w.town.WrapKey },
		"no wrapping key":                func(d *DeviceRecord) { d.WrapKey = nil },
		"another tier":                   func(d *DeviceRecord) { d.Tier = Town },
		"another name":                   func(d *DeviceRecord) { d.Name = "x" },
		"another counter":                func(d *DeviceRecord) { d.Counter = "02" },
		"another ID":                     func(d *DeviceRecord) { d.ID[0] ^= 1 },
	} {
		d := *w.village
		change(&d)
		_, err := w.verifier.CheckRecord(&d)
		wantCode(t, what, err, CodeUntrusted)
	}
}

// TestARevokedDeviceCannotRespellItsCertificate: ECDSA signatures and bit strings
// have other spellings that verify as well, and each would be a new device ID.
func TestARevokedDeviceCannotRespellItsCertificate(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	var outer struct {
		TBS asn1.RawValue
		Alg asn1.RawValue
		Sig asn1.BitString
	}
	if _, err := asn1.Unmarshal(w.village.TLSCert, &outer); err != nil {
		t.Fatal(err)
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(outer.Sig.Bytes, &sig); err != nil {
		t.Fatal(err)
	}
	sig.S.Sub(elliptic.P256().Params().N, sig.S)
	flipped, _ := asn1.Marshal(sig)
	respell := func(b asn1.BitString) []byte {
		c := outer
		c.Sig = b
		der, err := asn1.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	high := respell(asn1.BitString{Bytes: flipped, BitLength: 8 * len(flipped)})
	ca, _ := x509.ParseCertificate(w.auth.Cert())
	if cert, err := x509.ParseCertificate(high); err != nil || cert.CheckSignatureFrom(ca) != nil {
		t.Fatal("the other s does not verify: this test proves nothing")
	}
	_, err := w.verifier.CheckTLS(high)
	wantCode(t, "other s", err, CodeUntrusted)

	shifted := new(big.Int).Lsh(new(big.Int).SetBytes(outer.Sig.Bytes), 1).Bytes()
	_, err = w.verifier.CheckTLS(respell(asn1.BitString{Bytes: shifted, BitLength: 8*len(shifted) - 1}))
	wantCode(t, "shifted bit string", err, CodeUntrusted)
	_, err = w.verifier.CheckTLS(append(bytes.Clone(w.village.TLSCert), 0))
	wantCode(t, "trailing byte", err, CodeUntrusted)
}

func TestNoByteOfACertificateCanChange(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	for i := range w.village.TLSCert {
		bad := bytes.Clone(w.village.TLSCert)
		bad[i] ^= 1 << (i % 8)
		_, err := w.verifier.CheckTLS(bad)
		wantCode(t, "transport", err, CodeUntrusted)
	}
	for i := range w.village.SignCert {
		bad := bytes.Clone(w.village.SignCert)
		bad[i] ^= 1 << (i % 8)
		_, _, err := w.verifier.CheckSigning(bad)
		wantCode(t, "signing", err, CodeUntrusted)
	}
}

func TestSuccessorHub(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	successor, err := w.root.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	first := w.auth
	w.auth = successor
	_, rec, _ := w.enrol(t, "440604100002", "01", "另一站", Village)
	_, err = w.verifier.CheckRecord(rec)
	wantCode(t, "successor not yet known", err, CodeUntrusted)
	for range 2 {
		if err := w.verifier.AddAuthority(successor.Cert()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.verifier.CheckRecord(rec); err != nil {
		t.Fatal(err)
	}
	if _, err := w.verifier.CheckRecord(w.village); err != nil {
		t.Fatal(err)
	}
	if got := w.verifier.Authorities(); len(got) != 2 || bytes.Equal(first.Cert(), successor.Cert()) {
		t.Fatalf("%d authorities", len(got))
	}
}

func TestAuthorityAndKeysSurviveMarshal(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	data, err := w.auth.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if w.auth, err = UnmarshalAuthority(data); err != nil {
		t.Fatal(err)
	}
	_, rec, _ := w.enrol(t, "440604100", "02", "镇二号", Town)
	if _, err := w.verifier.CheckRecord(rec); err != nil {
		t.Fatal(err)
	}
	raw, err := w.keys.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := UnmarshalKeys(raw)
	if err != nil || !keys.TLS.Equal(w.keys.TLS) || !keys.Signing.Equal(w.keys.Signing) || !keys.Wrap.Equal(w.keys.Wrap) {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", `{"version":2}`, `{"version":1,"tls":"AAAA"}`} {
		_, err := UnmarshalKeys([]byte(bad))
		wantCode(t, bad, err, CodeAltered, CodeNewer)
		_, err = UnmarshalAuthority([]byte(bad))
		wantCode(t, bad, err, CodeAltered, CodeNewer)
	}
}

func TestTransportHandshake(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	a, b := net.Pipe()
	config := func(k *DeviceKeys, d *DeviceRecord) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{k.TLSCertificate(d)}, MinVersion: tls.VersionTLS13,
			InsecureSkipVerify: true, ClientAuth: tls.RequireAnyClientCert}
	}
	server := tls.Server(a, config(w.hubKeys, w.hub))
	client := tls.Client(b, config(w.keys, w.village))
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	peers := server.ConnectionState().PeerCertificates
	info, err := w.verifier.CheckTLS(peers[0].Raw)
	if err != nil || len(peers) != 1 || info.ID != w.village.ID {
		t.Fatalf("%+v, %v", info, err)
	}
}

func TestSignatures(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	_, pub, _ := w.verifier.CheckSigning(w.village.SignCert)
	for range 20 { // half of all signatures would have the greater s
		sig, err := w.keys.Sign("onedoor batch 1", []byte("message"))
		if err != nil || VerifySignature(pub, "onedoor batch 1", []byte("message"), sig) != nil {
			t.Fatal(err)
		}
		if VerifySignature(pub, "onedoor batch 2", []byte("message"), sig) == nil ||
			VerifySignature(pub, "onedoor batch 1", []byte("messagf"), sig) == nil ||
			VerifySignature(pub, "onedoor batch 1", []byte("message"), append(sig, 0)) == nil ||
			VerifySignature(&w.townKeys.Signing.PublicKey, "onedoor batch 1", []byte("message"), sig) == nil {
			t.Fatal("a wrong signature holds")
		}
		var p struct{ R, S *big.Int }
		asn1.Unmarshal(sig, &p)
		p.S.Sub(elliptic.P256().Params().N, p.S)
		other, _ := asn1.Marshal(p)
		if VerifySignature(pub, "onedoor batch 1", []byte("message"), other) == nil {
			t.Fatal("the other s is accepted")
		}
	}
}

func TestFingerprint(t *testing.T) {
	a, b := newWorld(t, "440604", "禅城区"), newWorld(t, "440604", "禅城区")
	f := Fingerprint(a.root.Cert)
	if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(f) || f == Fingerprint(b.root.Cert) {
		t.Fatal(f)
	}
}

func TestIssueRefuses(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	req, err := DecodeRequest(w.request)
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range []Tier{"", "city", Town, District} {
		_, err := w.auth.Issue(req, tier)
		wantCode(t, string(tier), err, CodeInvalid)
	}
	req.Name = "bad\nname"
	_, err = w.auth.Issue(req, Village)
	wantCode(t, "name", err, CodeInvalid)
	for _, c := range [][2]string{{"44060", "x"}, {"044060", "x"}, {"440604", ""}, {"440604", " x"}, {"440604", "a\u202eb"}, {"440604", string(make([]byte, 41))}} {
		_, err := NewRoot(c[0], c[1])
		wantCode(t, c[0]+c[1], err, CodeInvalid)
	}
}

func TestIsSuperior(t *testing.T) {
	for _, c := range []struct {
		tier     Tier
		division string
		scope    oplog.Scope
		want     bool
	}{
		{District, "440604000000", oplog.Realm, true},
		{District, "440604000000", "440604100001", true},
		{District, "440604000000", "440604000000", true},
		{Town, "440604100000", "440604100001", true},
		{Town, "440604100000", "440604100000", true},
		{Town, "440604100000", "440604101001", false},
		{Town, "440604100000", "440604000000", false},
		{Town, "440604100000", oplog.Realm, false},
		{Village, "440604100001", "440604100001", true},
		{Village, "440604100001", "440604100002", false},
		{Village, "440604100001", "440604100000", false},
		{Village, "440604100001", oplog.Realm, false},
		{District, "440604000000", "../x", false},
		{Town, "440604100", "440604100001", false},
		{"", "440604100001", "440604100001", false},
	} {
		if got := IsSuperior(c.tier, c.division, c.scope); got != c.want {
			t.Errorf("%s %s over %s: %v", c.tier, c.division, c.scope, got)
		}
	}
}

func TestWrappedKeyOpensOnlyAsWhatItIs(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	sealed, err := WrapKey(w.village, w.scopeKey)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.keys.UnwrapKey(w.village.ID, w.scopeKey.Scope, w.scopeKey.ID, sealed)
	if err != nil || got != w.scopeKey {
		t.Fatal(err)
	}
	otherID := w.scopeKey.ID
	otherID[7] ^= 1
	for what, open := range map[string]func() error{
		"device": func() error {
			_, err := w.keys.UnwrapKey(w.town.ID, w.scopeKey.Scope, w.scopeKey.ID, sealed)
			return err
		},
		"scope": func() error {
			_, err := w.keys.UnwrapKey(w.village.ID, oplog.Realm, w.scopeKey.ID, sealed)
			return err
		},
		"id": func() error { _, err := w.keys.UnwrapKey(w.village.ID, w.scopeKey.Scope, otherID, sealed); return err },
		"private key": func() error {
			_, err := w.townKeys.UnwrapKey(w.village.ID, w.scopeKey.Scope, w.scopeKey.ID, sealed)
			return err
		},
		"empty": func() error {
			_, err := w.keys.UnwrapKey(w.village.ID, w.scopeKey.Scope, w.scopeKey.ID, nil)
			return err
		},
	} {
		wantCode(t, what, open(), CodeAltered)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if k, err := w.keys.UnwrapKey(w.village.ID, w.scopeKey.Scope, w.scopeKey.ID, bad); err == nil {
			// X25519 ignores the top bit of a public key; HPKE hashes the encoding, so even that fails.
			t.Fatalf("byte %d: %v", i, k)
		}
	}
}
