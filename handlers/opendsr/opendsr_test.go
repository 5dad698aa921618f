package opendsr_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/opendsr/opendsrtest"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

const thomas = "thomas.weber@example.org"

// A kit is a site that takes requests, a controller's key, and the controller's
// callback.
type kit struct {
	*testkit.Site
	t        *testing.T
	key      string
	certs    []*x509.Certificate
	callback string
	told     chan opendsr.Report
}

func newKit(t *testing.T, e testkit.Engine) *kit {
	t.Helper()
	own := opendsrtest.Issue(t, "127.0.0.1", time.Now().AddDate(1, 0, 0))
	k := &kit{t: t, told: make(chan opendsr.Report, 10)}
	k.certs, _ = opendsr.Certificates(own.Certificate)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		k.signed(body, r.Header)
		var report opendsr.Report
		if json.Unmarshal(body, &report) != nil || report.Callback != k.callback {
			t.Errorf("got %s", body)
		}
		k.told <- report
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(s.Close)
	k.callback = s.URL + "/callback"
	k.Site = testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(s *wire.Settings) {
		s.Outbound = []string{"127.0.0.1"}
		folder := s.Folder
		if folder == "" {
			folder = s.Database
		}
		write(t, filepath.Join(folder, "secrets"), "opendsr-key.pem", own.Key)
		write(t, filepath.Join(folder, "secrets"), "opendsr-cert.pem", own.Certificate)
	}})
	_, k.key, _ = k.Keys().Make(t.Context(), authz.APIKey{
		Name: "controller", System: "crm", Brand: authz.AllBrands, Scopes: []authz.Permission{authz.RequestSend},
		Fields: []string{}, ExpiresAt: time.Now().Add(time.Hour),
	})
	return k
}

func write(t *testing.T, folder, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// signed checks the signature of a message of ours.
func (k *kit) signed(body []byte, h http.Header) {
	k.t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(k.certs[0])
	if err := opendsr.Check(body, h.Get("X-OpenDSR-Signature"), h.Get("X-OpenDSR-Processor-Domain"), k.certs, roots, time.Now()); err != nil {
		k.t.Errorf("a message is not signed: %v", err)
	}
}

// ask sends a request, and wants an answer of the status that is signed when it
// is a good one.
func (k *kit) ask(status int, method, path, body string) map[string]any {
	k.t.Helper()
	c := k.Client(k.t)
	r := c.Request(method, "/opendsr/v2"+path, strings.NewReader(body), "Authorization", "Bearer "+k.key, "Content-Type", "application/json")
	a := c.Do(r)
	var got map[string]any
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != status {
		k.t.Fatalf("%s %s: got %d %s", method, path, a.Status, a.Body)
	}
	if status < 300 {
		k.signed([]byte(a.Body), a.Header)
	}
	return got
}

func (k *kit) body(ref, kind, address string) string {
	return `{"regulation":"gdpr","subject_request_id":"` + ref + `","subject_request_type":"` + kind + `",
		"subject_identities":[{"identity_type":"email","identity_value":"` + address + `","identity_format":"raw"}],
		"submitted_time":"` + time.Now().Add(-time.Hour).UTC().Format(time.RFC3339) + `","status_callback_urls":["` + k.callback + `"]}`
}

// request returns what is filed of a person.
func (k *kit) request(kind rights.Kind) rights.Request {
	k.t.Helper()
	subject, err := k.Identity.ByEmail(k.t.Context(), thomas)
	if err != nil {
		k.t.Fatal(err)
	}
	docket, err := k.Rights.Docket(k.t.Context(), subject)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, r := range docket.Requests {
		if r.Kind == kind && r.PassedOnBy("crm") {
			return r
		}
	}
	k.t.Fatalf("nothing is filed: %+v", docket.Requests)
	return rights.Request{}
}

func TestRequest(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			ref := uuid.NewString()
			body := k.body(ref, "erasure", thomas)
			got := k.ask(201, "POST", "/requests", body)
			sent, _ := base64.StdEncoding.DecodeString(got["encoded_request"].(string))
			if string(sent) != body || got["controller_id"] != "crm" || got["subject_request_id"] != ref {
				t.Errorf("got %v", got)
			}
			again := k.ask(201, "POST", "/opengdpr_requests", body)
			if again["received_time"] != got["received_time"] {
				t.Errorf("the same again is something else: %v", again)
			}
			k.ask(400, "POST", "/requests", k.body(ref, "access", thomas))
			filed := k.request(rights.Erasure)
			if filed.State != rights.Acknowledged || filed.Steps[0].By != ledger.BySystem {
				t.Errorf("nobody decides on it: %+v", filed)
			}
			if got := k.ask(200, "GET", "/requests/"+ref, ""); got["request_status"] != "pending" {
				t.Errorf("got %v", got)
			}
			if err := call(k); err != nil {
				t.Fatal(err)
			}
			if got := <-k.told; got.Status != opendsr.Pending || got.ID != ref {
				t.Errorf("got %v", got)
			}
			k.ask(202, "DELETE", "/requests/"+ref, "")
			k.ask(202, "DELETE", "/requests/"+ref, "")
			if got := k.ask(200, "GET", "/status/"+ref, ""); got["request_status"] != "cancelled" {
				t.Errorf("got %v", got)
			}
			if got := k.request(rights.Erasure).State; got != rights.Cancelled {
				t.Errorf("got %s", got)
			}
		})
	}
}

// call looks at callbacks now.
func call(k *kit) error { return k.CallPeers(k.t.Context()) }

// TestRequest_refused: whatever is wrong, nothing is filed; and whether somebody
// is known shows nowhere.
func TestRequest_refused(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	stranger := uuid.NewString()
	k.ask(201, "POST", "/requests", k.body(stranger, "access", "nobody@example.com"))
	if got := k.ask(200, "GET", "/requests/"+stranger, ""); got["request_status"] != "completed" || got["extensions"] != nil {
		t.Errorf("got %v", got)
	}
	k.ask(400, "DELETE", "/requests/"+stranger, "")
	for _, tt := range []struct {
		status             int
		method, path, body string
	}{
		{400, "POST", "/requests", `{`},
		{400, "POST", "/requests", `{"regulation":"gdpr","regulation":"ccpa"}`},
		{400, "POST", "/requests", strings.Replace(k.body(uuid.NewString(), "erasure", thomas), `"raw"`, `"md5"`, 1)},
		{400, "POST", "/requests", k.body("1", "erasure", thomas)},
		{400, "POST", "/requests", k.body(uuid.NewString(), "erasure", "no address")},
		{404, "GET", "/requests/" + uuid.NewString(), ""},
		{404, "DELETE", "/requests/" + uuid.NewString(), ""},
		{404, "GET", "/nowhere", ""},
	} {
		got := k.ask(tt.status, tt.method, tt.path, tt.body)
		fault, _ := got["error"].(map[string]any)
		if fault["code"] != float64(tt.status) || fault["message"] == "" {
			t.Errorf("%s %s: got %v", tt.method, tt.path, got)
		}
	}
	subject, _ := k.Identity.ByEmail(t.Context(), thomas)
	docket, err := k.Rights.Docket(t.Context(), subject)
	for _, r := range docket.Requests {
		if err != nil || r.PassedOnBy("crm") {
			t.Errorf("something is filed: %v, %v", r, err)
		}
	}
	all := k.key
	_, other, _ := k.Keys().Make(t.Context(), authz.APIKey{
		Name: "x", System: "shop", Brand: authz.AllBrands, Scopes: []authz.Permission{authz.RequestSend}, ExpiresAt: time.Now().Add(time.Hour),
	})
	_, weak, _ := k.Keys().Make(t.Context(), authz.APIKey{
		Name: "x", System: "crm", Brand: authz.AllBrands, Scopes: []authz.Permission{authz.ProfileRead}, ExpiresAt: time.Now().Add(time.Hour),
	})
	for key, status := range map[string]int{"": 401, other: 404, weak: 403} {
		k.key = key
		k.ask(status, "GET", "/requests/"+stranger, "")
		k.ask(status, "DELETE", "/opengdpr_requests/"+stranger, "")
	}
	for _, key := range []string{"", weak} {
		k.key = key
		k.ask(map[string]int{"": 401, weak: 403}[key], "POST", "/requests", k.body(uuid.NewString(), "access", thomas))
	}
	k.key = all
}

// TestDiscovery: what can be asked is said, and the certificate is where it
// says; without one nothing is taken.
func TestDiscovery(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	var d opendsr.Discovery
	c := k.Client(t)
	if err := json.Unmarshal([]byte(c.Get("/opendsr/v2/discovery").Body), &d); err != nil || d.Version != "2.0" || len(d.Types) != 3 {
		t.Fatalf("got %v, %v", d, err)
	}
	certs, err := opendsr.Certificates([]byte(c.Get(strings.TrimPrefix(d.Certificate, k.URL)).Body))
	if err != nil || !certs[0].Equal(k.certs[0]) {
		t.Errorf("got %v", err)
	}
	bare := testkit.NewSite(t, testkit.SiteOptions{})
	if a := bare.Client(t).Get("/opendsr/v2/discovery"); a.Status != http.StatusNotFound {
		t.Errorf("got %d %s", a.Status, a.Body)
	}
}
