package opendsr_test

import (
	"crypto/x509"
	"testing"
	"time"

	"livingprofile/internal/opendsr"
	"livingprofile/internal/opendsr/opendsrtest"
)

// TestCheck: a body is believed only from who says that they sent it.
func TestCheck(t *testing.T) {
	now := time.Now()
	own, other := opendsrtest.Issue(t, "dsr.example.com", now.AddDate(1, 0, 0)), opendsrtest.Issue(t, "dsr.example.com", now.AddDate(1, 0, 0))
	signer, err := opendsr.NewSigner("dsr.example.com", own.Key, own.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"request_status":"completed"}`)
	headers, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	signature := headers[opendsr.SignatureHeader]
	if headers[opendsr.OldSignatureHeader] != signature || headers[opendsr.DomainHeader] != "dsr.example.com" {
		t.Errorf("got %v", headers)
	}
	certificates, _ := opendsr.Certificates(own.Certificate)
	strange, _ := opendsr.Certificates(other.Certificate)
	pool := func(all []*x509.Certificate) *x509.CertPool {
		p := x509.NewCertPool()
		for _, c := range all {
			p.AddCert(c)
		}
		return p
	}
	for name, tt := range map[string]struct {
		body, signature, domain string
		certificates            []*x509.Certificate
		roots                   *x509.CertPool
		at                      time.Time
		good                    bool
	}{
		"as_it_was_sent":           {string(body), signature, "dsr.example.com", certificates, pool(certificates), now, true},
		"another_body":             {string(body) + " ", signature, "dsr.example.com", certificates, pool(certificates), now, false},
		"another_domain":           {string(body), signature, "example.com", certificates, pool(certificates), now, false},
		"a_certificate_of_another": {string(body), signature, "dsr.example.com", strange, pool(strange), now, false},
		"nobody_trusts_it":         {string(body), signature, "dsr.example.com", certificates, pool(strange), now, false},
		"it_is_over":               {string(body), signature, "dsr.example.com", certificates, pool(certificates), now.AddDate(2, 0, 0), false},
		"it_is_not_yet":            {string(body), signature, "dsr.example.com", certificates, pool(certificates), now.AddDate(-3, 0, 0), false},
		"no_signature":             {string(body), "", "dsr.example.com", certificates, pool(certificates), now, false},
		"no_base64":                {string(body), "é", "dsr.example.com", certificates, pool(certificates), now, false},
		"no_certificate":           {string(body), signature, "dsr.example.com", nil, pool(certificates), now, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := opendsr.Check([]byte(tt.body), tt.signature, tt.domain, tt.certificates, tt.roots, tt.at)
			if (err == nil) != tt.good {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := opendsr.NewSigner("example.com", own.Key, own.Certificate); err == nil {
		t.Error("a domain that is not in the certificate")
	}
	if _, err := opendsr.NewSigner("dsr.example.com", other.Key, own.Certificate); err == nil {
		t.Error("a key of another certificate")
	}
}
