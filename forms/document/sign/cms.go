package sign

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
)

// Object identifiers of RFC 5652, RFC 5035 and RFC 5758.
var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCert = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA256    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Encap   struct{ Type asn1.ObjectIdentifier }
	Certs   asn1.RawValue
	Signers []signerInfo `asn1:"set"`
}

type signerInfo struct {
	Version   int
	Issuer    issuerSerial
	Digest    pkix.AlgorithmIdentifier
	Attrs     asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
}

type issuerSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// essCerts is SigningCertificateV2: it brings the embedded certificates, which
// CMS itself leaves uncovered, under the signature.
type essCerts struct{ Certs []essCert }

type essCert struct{ Hash []byte } // SHA-256, the default algorithm

// statement is everything in a signature that varies: encoding it gives the
// one CMS structure that this package writes and accepts.
type statement struct {
	digest []byte // SHA-256 of the bytes that are signed
	at     time.Time
	chain  []*x509.Certificate // signer first
	sig    rs
}

// attributes is the DER of the signed attributes, as the SET that is hashed.
func (s statement) attributes() ([]byte, error) {
	ess := essCerts{}
	for _, c := range s.chain {
		sum := sha256.Sum256(c.Raw)
		ess.Certs = append(ess.Certs, essCert{sum[:]})
	}
	var attrs []attribute
	for _, a := range []struct {
		id    asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidSigningTime, s.at.UTC()}, {oidDigest, s.digest}, {oidSigningCert, ess}} {
		der, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, attribute{a.id, []asn1.RawValue{{FullBytes: der}}})
	}
	return asn1.MarshalWithParams(attrs, "set")
}

// toSign is the digest of the signed attributes (RFC 5652, 5.4).
func (s statement) toSign() ([]byte, error) {
	attrs, err := s.attributes()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(attrs)
	return sum[:], nil
}

// marshal is the DER of the whole ContentInfo.
func (s statement) marshal() ([]byte, error) {
	attrs, err := s.attributes()
	if err != nil {
		return nil, err
	}
	attrs[0] = 0xA0 // as a field they are [0] IMPLICIT; the hash is over the SET
	sig, err := asn1.Marshal(s.sig)
	if err != nil {
		return nil, err
	}
	var certs []byte
	for _, c := range s.chain {
		certs = append(certs, c.Raw...)
	}
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	leaf := s.chain[0]
	sd := signedData{
		Version: 1,
		Digests: []pkix.AlgorithmIdentifier{sha},
		Certs:   asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certs},
		Signers: []signerInfo{{
			Version:   1,
			Issuer:    issuerSerial{asn1.RawValue{FullBytes: leaf.RawIssuer}, leaf.SerialNumber},
			Digest:    sha,
			Attrs:     asn1.RawValue{FullBytes: attrs},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA256},
			Signature: sig,
		}},
	}
	sd.Encap.Type = oidData
	return asn1.Marshal(contentInfo{oidSignedData, sd})
}

// makeCMS signs digest.
func makeCMS(digest []byte, signer crypto.Signer, chain []*x509.Certificate, at time.Time) ([]byte, error) {
	s := statement{digest: digest, at: at, chain: chain}
	hash, err := s.toSign()
	if err != nil {
		return nil, err
	}
	if s.sig, err = signLow(signer, hash); err != nil {
		return nil, err
	}
	return s.marshal()
}

// readCMS takes a signature apart and checks that encoding the parts again
// gives the same bytes, so that no byte of it can be changed unseen.
func readCMS(der []byte) (s statement, err error) {
	var ci contentInfo
	if rest, err := asn1.Unmarshal(der, &ci); err != nil || len(rest) > 0 {
		return s, errors.New("no CMS structure")
	}
	if len(ci.Content.Signers) != 1 {
		return s, errors.New("not exactly one signer")
	}
	si := ci.Content.Signers[0]
	if rest, err := asn1.Unmarshal(si.Signature, &s.sig); err != nil || len(rest) > 0 {
		return s, errForm
	}
	if s.chain, err = x509.ParseCertificates(ci.Content.Certs.Bytes); err != nil {
		return s, err
	}
	if len(s.chain) == 0 || len(si.Attrs.FullBytes) == 0 {
		return s, errors.New("certificates or signed attributes are missing")
	}
	if err := s.readAttributes(si.Attrs); err != nil {
		return s, err
	}
	again, err := s.marshal()
	if err != nil || !bytes.Equal(again, der) {
		return s, errForm
	}
	return s, nil
}

func (s *statement) readAttributes(raw asn1.RawValue) error {
	set := append([]byte(nil), raw.FullBytes...)
	set[0] = 0x31
	var attrs []attribute
	if _, err := asn1.UnmarshalWithParams(set, &attrs, "set"); err != nil {
		return err
	}
	for _, a := range attrs {
		if len(a.Values) != 1 {
			return errForm
		}
		var err error
		switch {
		case a.Type.Equal(oidSigningTime):
			_, err = asn1.Unmarshal(a.Values[0].FullBytes, &s.at)
		case a.Type.Equal(oidDigest):
			_, err = asn1.Unmarshal(a.Values[0].FullBytes, &s.digest)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
