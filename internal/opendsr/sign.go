package opendsr

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// The headers of a signed message, and the names that they had before.
const (
	DomainHeader       = "X-OpenDSR-Processor-Domain"
	SignatureHeader    = "X-OpenDSR-Signature"
	OldDomainHeader    = "X-OpenGDPR-Processor-Domain"
	OldSignatureHeader = "X-OpenGDPR-Signature"
)

// A Signer signs what a processor says. It is safe for concurrent use.
type Signer struct {
	Domain string
	PEM    []byte // certificates, the signer's own first
	key    *rsa.PrivateKey
}

// NewSigner reads a key and its certificates, both PEM. domain has to be a name
// of the certificate.
func NewSigner(domain string, key, certificates []byte) (*Signer, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("the key is no PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the key is neither PKCS #8 nor PKCS #1")
		}
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the key is no RSA key, which the standard asks for")
	}
	all, err := Certificates(certificates)
	if err != nil {
		return nil, err
	}
	if err := all[0].VerifyHostname(domain); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if public, ok := all[0].PublicKey.(*rsa.PublicKey); !ok || !public.Equal(&private.PublicKey) {
		return nil, errors.New("the certificate is of another key")
	}
	return &Signer{domain, certificates, private}, nil
}

// Sign returns the headers of a message, under both of their names.
func (s *Signer) Sign(body []byte) (map[string]string, error) {
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	text := base64.StdEncoding.EncodeToString(signature)
	return map[string]string{
		DomainHeader: s.Domain, SignatureHeader: text, OldDomainHeader: s.Domain, OldSignatureHeader: text,
	}, nil
}

// Signature returns who signed a message and how, by its headers of today, or else
// by those that the standard had before (OpenDSR 2.0, 10.1).
func Signature(header func(name string) string) (domain, signature string) {
	domain, signature = header(DomainHeader), header(SignatureHeader)
	if domain == "" && signature == "" {
		domain, signature = header(OldDomainHeader), header(OldSignatureHeader)
	}
	return domain, signature
}

// Certificates reads PEM certificates; there is one at least.
func Certificates(text []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New("there is no certificate")
	}
	return all, nil
}

// Check tells whether body is signed by domain: its certificate is in time,
// names the domain, is trusted by roots, and its key made the signature. Nothing
// of a body may be read before.
func Check(body []byte, signature, domain string, certificates []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	if len(certificates) == 0 {
		return errors.New("there is no certificate")
	}
	own, between := certificates[0], x509.NewCertPool()
	for _, c := range certificates[1:] {
		between.AddCert(c)
	}
	if _, err := own.Verify(x509.VerifyOptions{
		DNSName: domain, Roots: roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	public, ok := own.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("the certificate has no RSA key")
	}
	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errors.New("the signature is no base64")
	}
	sum := sha256.Sum256(body)
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	return nil
}
