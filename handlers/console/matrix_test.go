package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestObjects_of_requests asks every route of the console that names a request
// or a person, as every role, about one of the member's brand, of another brand,
// of somebody who was erased, and that is not there (S01).
func TestObjects_of_requests(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { matrix(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e})) })
	}
}

// An object is what a path names.
type object struct{ request, subject string }

func matrix(t *testing.T, s *testkit.Site) {
	objects := map[string]object{
		"own":     complaintOf(t, s, thomas, "hibiki"),
		"foreign": complaintOf(t, s, aiko, "kawara"),
		"missing": {id.New(), id.New()},
		"erased":  erasedOne(t, s),
	}
	asked := 0
	for _, role := range authz.Roles() {
		var brands []string
		if role.MayBeLimited() {
			brands = []string{"hibiki"}
		}
		c := desk(t, s, role, brands...)
		for _, r := range s.Server.Routes() {
			if !strings.HasPrefix(r.Path, "/console/") || !strings.Contains(r.Path, ":request") && !strings.HasPrefix(r.Path, "/console/intake/") {
				continue
			}
			for name, o := range objects {
				asked++
				path := strings.NewReplacer(":request", o.request, ":subject", o.subject).Replace(r.Path)
				a := c.Get(path)
				if r.Method == http.MethodPost {
					a = c.Post(path, nil)
				}
				if want := expected(role, r.Permission, r.Method+" "+r.Path, name); !strings.Contains(want, fmt.Sprint(a.Status)) {
					t.Errorf("%s: %s %s of %s: got %d, want %s", role, r.Method, r.Path, name, a.Status, want)
				}
				if name == "foreign" && a.Status == http.StatusNotFound {
					gone := objects["missing"]
					other := strings.NewReplacer(":request", gone.request, ":subject", gone.subject).Replace(r.Path)
					none := c.Get(other)
					if r.Method == http.MethodPost {
						none = c.Post(other, nil)
					}
					if a.Masked(o.request, o.subject) != none.Masked(gone.request, gone.subject) {
						t.Errorf("%s: %s %s tells another brand's from none", role, r.Method, r.Path)
					}
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("asked %d times, which is too few to be all", asked)
	}
}

// expected writes down once more what each caller is answered.
func expected(role authz.Role, p authz.Permission, route, object string) string {
	answers, reads := role == authz.DPO || role == authz.Reviewer, role == authz.DPO || role == authz.Reviewer || role == authz.Support
	if p == authz.RequestDecide && !answers || !reads {
		return "403"
	}
	if p == authz.RequestShow && role != authz.DPO {
		return "403"
	}
	// A person belongs to no brand; a request to one.
	limited := role.MayBeLimited()
	switch route {
	case "GET /console/intake/:subject", "POST /console/intake/:subject":
		switch {
		case object == "missing" || object == "erased":
			return "404"
		case strings.HasPrefix(route, "POST"):
			return "422"
		}
		return "200"
	}
	switch {
	case object == "missing", object == "foreign" && limited:
		return "404"
	case route == "GET /console/requests/:request":
		return "200"
	case p == authz.RequestShow:
		return "200"
	case route == "POST /console/requests/:request":
		return "303"
	}
	// A form of the decision needs the request opened, and has no step.
	return "303 422"
}

func complaintOf(t *testing.T, s *testkit.Site, address, brand string) object {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Complaint, Matter: rights.Matter{Text: "words"}, Brand: brand,
		Locale: "en", Zone: s.Current.Load().Zone(brand), Pack: s.Laws.For("JP", s.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return object{string(r.ID), string(subject)}
}

// erasedOne is a request of somebody who was erased, at the member's brand.
func erasedOne(t *testing.T, s *testkit.Site) object {
	t.Helper()
	o := complaintOf(t, s, "layla.haddad@example.net", "hibiki")
	c := s.Client(t)
	c.Enter("hibiki", "layla.haddad@example.net", true)
	c.Post("/hibiki/rights/erasure", url.Values{"days": {"0"}})
	testkit.Eventually(t, "the erasure", func() (bool, bool) {
		_, err := s.DB.Docket(t.Context(), id.Subject(o.subject))
		return true, err != nil
	})
	return o
}

// objectsOf are what a parameter of a path may name for a member of Hibiki
// Instruments: one of another brand, of somebody who was erased, and what is not
// there. A parameter without a row fails TestObjects_of_all.
func objectsOf(t *testing.T, s *testkit.Site) map[string]map[string]string {
	t.Helper()
	return map[string]map[string]string{
		":request":     {"foreign": complaintOf(t, s, aiko, "kawara").request, "missing": id.New()},
		":subject":     {"erased": erasedOne(t, s).subject, "missing": id.New()},
		":brand":       {"foreign": "kawara", "missing": "nowhere"},
		":audience":    {"foreign": audienceOf(t, s, "tsubame"), "missing": id.New()},
		":approval":    {"missing": id.New()},
		":join":        {"missing": id.New()},
		":conflict":    {"missing": id.New()},
		":import":      {"missing": id.New()},
		":purpose":     {"missing": "no-such-purpose"},
		":certificate": {"missing": id.New()},
		":breach":      {"missing": id.New()},
		":member":      {"missing": id.New()},
		":system":      {"missing": "no-such-system"},
		":key":         {"missing": strings.Repeat("0", 26)},
	}
}

// anywhere are parameters that name no object, with what stands for them.
var anywhere = strings.NewReplacer(":token", strings.Repeat("A", 43), ":section", "data", ":item", "given-name", ":part", "look")

// TestObjects_of_all asks every route of the console that names something, as
// every role, about what the member may not know of (S01): whoever lacks the
// permission is told that, and everybody else that there is nothing, in the same
// words for what is another's and what is not there.
func TestObjects_of_all(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	objects := objectsOf(t, s)
	for _, role := range authz.Roles() {
		var brands []string
		if role.MayBeLimited() {
			brands = []string{"hibiki"}
		}
		c := desk(t, s, role, brands...)
		for _, r := range s.Server.Routes() {
			param := regexp.MustCompile(`:\w+`).FindString(anywhere.Replace(r.Path))
			if !strings.HasPrefix(r.Path, "/console/") || param == "" {
				continue
			}
			row, ok := objects[param]
			if !ok {
				t.Errorf("%s names a %s, of which there is no row", r.Path, param)
				continue
			}
			route := r.Method + " " + r.Path
			ask := func(object string) *testkit.Answer {
				path := strings.NewReplacer(param, row[object], ":brand", "hibiki").Replace(anywhere.Replace(r.Path))
				if r.Method == http.MethodPost {
					return c.Post(path, nil)
				}
				return c.Get(path)
			}
			none := ask("missing")
			for object, name := range row {
				want := http.StatusNotFound
				switch {
				case role.Has(r.Permission) && object == "foreign" && !role.MayBeLimited():
					if r.Method != http.MethodGet || strings.HasSuffix(r.Path, "/logo") { // of which there is none
						continue
					}
					want = http.StatusOK // it is there for who is of all brands
				// Two records joined are of all brands.
				case !role.Has(r.Permission), param == ":join" && role.MayBeLimited():
					want = http.StatusForbidden
				case route == "POST /console/approvals/:approval": // it has to say yes or no first
					want = http.StatusUnprocessableEntity
				}
				a := ask(object)
				if a.Status != want {
					t.Errorf("%s: %s of %s: got %d, want %d", role, route, object, a.Status, want)
				}
				if a.Status == http.StatusNotFound && a.Masked(name) != none.Masked(row["missing"]) {
					t.Errorf("%s: %s tells %s from none", role, route, object)
				}
			}
		}
	}
}

// audienceOf is the demo's audience at a brand.
func audienceOf(t *testing.T, s *testkit.Site, brand string) string {
	t.Helper()
	all, err := s.DB.Audiences(t.Context())
	i := slices.IndexFunc(all, func(a audience.Audience) bool { return a.Brand == brand })
	if err != nil || i < 0 {
		t.Fatalf("audiences of %s: %v, %v", brand, all, err)
	}
	return all[i].ID
}
