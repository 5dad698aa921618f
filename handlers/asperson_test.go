package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestAsPerson: who may read all of a person sees their pages as they do, after
// giving a reason that the person reads, and can change nothing on them.
func TestAsPerson(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			subject, err := s.Identity.ByEmail(t.Context(), thomas)
			if err != nil {
				t.Fatal(err)
			}
			at := "/console/people/" + string(subject)
			own := s.Client(t)
			own.SignIn("hibiki", thomas)
			c := s.Client(t)
			c.Work(s.Member(t, authz.DPO))
			if page := c.Page(at + "/as/hibiki/data"); !strings.Contains(page, `name="reason"`) || strings.Contains(page, "Weber") {
				t.Fatalf("without a reason: got %.600s", page)
			}
			c.Post(at, url.Values{"reason": {"question"}})
			if page := c.Page(at); !strings.Contains(page, at+"/as/hibiki") {
				t.Error("the person's page does not lead there")
			}
			for _, path := range []string{"", "/data", "/data/email", "/activity", "/automated", "/allow", "/allow/newsletter", "/get", "/requests", "/rights/access", "/who", "/history", "/notices", "/notices/newsletter"} {
				page := c.Page(at + "/as/hibiki" + path)
				for _, want := range []string{"You see this page as the person does", `class="looks"`} {
					if !strings.Contains(page, want) {
						t.Errorf("%s lacks %q", path, want)
					}
				}
				if got, want := heading(page), heading(own.Page("/hibiki"+path)); got != want || got == "" {
					t.Errorf("%s: got %q, the person sees %q", path, got, want)
				}
				for _, link := range regexp.MustCompile(`(?:href|action)="(/hibiki[^"]*)"`).FindAllStringSubmatch(page, -1) {
					t.Errorf("%s leads to %s, where the member is nobody", path, link[1])
				}
				if !strings.Contains(page, `<fieldset class="still" disabled>`) {
					t.Errorf("%s can be worked", path)
				}
				if strings.Contains(page, "<script") || strings.Contains(page, "/sign-out") {
					t.Errorf("%s has a script, or signs out", path)
				}
				if a := c.Post(at+"/as/hibiki"+path, url.Values{"answer": {"no"}}); a.Status != http.StatusMethodNotAllowed && a.Status != http.StatusNotFound {
					t.Errorf("POST %s: got %d", path, a.Status)
				}
			}
			if history := own.Page("/hibiki/history"); !strings.Contains(history, "Looked at this profile") {
				t.Error("the person does not read that they were looked at")
			}
			for _, none := range []string{"/as/none", "/as/hibiki/safety", "/as/hibiki/data/none", "/as/hibiki/safety/sessions"} {
				if a := c.Get(at + none); a.Status != http.StatusNotFound {
					t.Errorf("%s: got %d", none, a.Status)
				}
			}
			for who, member := range map[string]*testkit.Client{
				"support": s.Client(t), "a reviewer of one brand": s.Client(t),
			} {
				role, brands := authz.Support, []string(nil)
				if who != "support" {
					role, brands = authz.Reviewer, []string{"hibiki"}
				}
				member.Work(s.Member(t, role, brands...))
				member.Post(at, url.Values{"reason": {"question"}})
				if a := member.Get(at + "/as/hibiki/data"); a.Status != http.StatusNotFound {
					t.Errorf("%s: got %d", who, a.Status)
				}
				if strings.Contains(member.Page(at), "/as/") {
					t.Errorf("%s is led there", who)
				}
			}
		})
	}
}

// heading is the first heading of a page.
func heading(page string) string {
	_, rest, _ := strings.Cut(page, "<h1")
	_, rest, _ = strings.Cut(rest, ">")
	text, _, _ := strings.Cut(rest, "</h1>")
	return text
}
