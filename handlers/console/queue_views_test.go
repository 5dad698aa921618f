package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestQueue_own_views: a member keeps a filter under a name, finds it above the
// queue, and forgets it; nobody else sees it.
func TestQueue_own_views(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			c, other := desk(t, s, authz.DPO), desk(t, s, authz.Reviewer)
			const shown = "/console/requests?kind=complaint&law=JP"
			wantOut(t, "a view that there is", c.Page("/console/requests?due=overdue"), "Keep this filter")
			wantIn(t, "another filter", c.Page(shown), "Keep this filter", `name="law" value="JP"`, `<span class="tag">Complaint</span>`)
			form := url.Values{"kind": {"complaint"}, "law": {"JP"}, "name": {" <苦情> "}}
			if a := c.Post("/console/requests/views", form); a.Location() != shown {
				t.Fatalf("got %d to %q", a.Status, a.Location())
			}
			page := c.Page(shown)
			wantIn(t, "the queue", page, "The view is kept", "&lt;苦情&gt;</a>", "Forget “&lt;苦情&gt;”")
			wantOut(t, "the queue", page, "Keep this filter")
			wantOut(t, "the queue of somebody else", other.Page(shown), "苦情")

			form.Set("kind", "erasure")
			c.Post("/console/requests/views", form)
			if n := strings.Count(c.Page("/console/requests"), "苦情"); n != 1 {
				t.Errorf("the same name again: it is there %d times", n)
			}
			for name, bad := range map[string]string{"none": " ", "long": strings.Repeat("長", 41), "a break": "a\nb"} {
				form.Set("name", bad)
				if a := c.Post("/console/requests/views", form); a.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s: got %d", name, a.Status)
				}
			}
			for n := range 11 {
				form.Set("name", fmt.Sprint("view ", n))
				form.Set("assignee", fmt.Sprint(n))
				c.Post("/console/requests/views", form)
			}
			form.Set("name", "one more")
			if a := c.Post("/console/requests/views", form); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "12 views") {
				t.Errorf("one more than fits: got %d", a.Status)
			}
			if a := c.Post("/console/requests/views/drop", url.Values{"name": {"<苦情>"}}); a.Location() != "/console/requests" {
				t.Errorf("forget: got %d", a.Status)
			}
			wantOut(t, "the queue", c.Page("/console/requests"), "苦情")
		})
	}
}
