package sign

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// maySign checks that a certificate is for signing with P-256 and valid at the
// time of signing.
func maySign(c *x509.Certificate, at time.Time) error {
	if err := mustBeP256(c.PublicKey); err != nil {
		return err
	}
	if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return errors.New("the certificate is not for signing")
	}
	if at.Before(c.NotBefore.Truncate(time.Second)) || at.After(c.NotAfter) {
		return fmt.Errorf("signed at %s, outside the certificate's validity", at.UTC().Format(time.RFC3339))
	}
	return nil
}

// linked checks that each certificate is signed by the next, so that none is
// carried along without being needed, and therefore without being checked.
func linked(chain []*x509.Certificate) error {
	for i, c := range chain[:len(chain)-1] {
		if err := c.CheckSignatureFrom(chain[i+1]); err != nil {
			return fmt.Errorf("certificate %d does not vouch for the one before it: %w", i+1, err)
		}
	}
	return nil
}

// trusted checks the chain of an intact signature against the roots.
func trusted(s statement, roots []*x509.Certificate) error {
	leaf, last := s.chain[0], s.chain[len(s.chain)-1]
	if len(s.chain) > maxCerts {
		return unknownSigner(errors.New("too many certificates"))
	}
	if err := linked(s.chain); err != nil {
		return unknownSigner(err)
	}
	rooted := false
	pool, between := x509.NewCertPool(), x509.NewCertPool()
	for _, r := range roots {
		pool.AddCert(r)
		rooted = rooted || bytes.Equal(r.Raw, last.Raw) ||
			bytes.Equal(r.RawSubject, last.RawIssuer) && last.CheckSignatureFrom(r) == nil
	}
	if !rooted {
		return unknownSigner(errors.New("no given root vouches for the signer"))
	}
	if err := maySign(leaf, s.at); err != nil {
		return badSigner(err)
	}
	for _, c := range s.chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: pool, Intermediates: between, CurrentTime: s.at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return badSigner(err)
	}
	return nil
}
