package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

var approvalIn = regexp.MustCompile(`action="(/console/approvals/[0-9a-v]{26})"`)

// approve has c ask for what is at path, and another member approve it.
func approve(t *testing.T, s *testkit.Site, c *testkit.Client, path, how string) {
	t.Helper()
	form := url.Values{"reason": {"The fair in March."}}
	if how != "" {
		form.Set("how", how)
	}
	if a := c.Post(path+"/ask", form); a.Status != http.StatusSeeOther {
		t.Fatalf("ask for %s: got %d: %s", how, a.Status, a.Body)
	}
	other := desk(t, s, authz.Administrator)
	m := approvalIn.FindStringSubmatch(other.Page("/console/approvals"))
	if m == nil {
		t.Fatal("nothing waits for the second member")
	}
	if a := other.Post(m[1], url.Values{"answer": {"yes"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("approve: got %d", a.Status)
	}
}

// TestApprovals: nobody is their own second, a no lets nothing leave, and what
// was decided is not decided again.
func TestApprovals(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c, second := desk(t, s, authz.DPO), desk(t, s, authz.DPO)
	path := "/console/audiences/" + audienceIn.FindStringSubmatch(c.Page("/console/audiences"))[1]
	if a := c.Post(path+"/ask", url.Values{"how": {"csv"}, "reason": {" "}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d", a.Status)
	}
	if a := c.Post(path+"/ask", url.Values{"how": {"csv"}, "reason": {"The fair in March."}}); a.Status != http.StatusSeeOther {
		t.Fatalf("ask: got %d", a.Status)
	}
	wantIn(t, "the audience", c.Page(path), "nobody has answered yet")
	wantOut(t, "the audience", c.Page(path), `<option value="csv">`)
	wantOut(t, "one's own", c.Page("/console/approvals"), `value="yes"`)
	wantOut(t, "one's own Today", c.Page("/console"), "approval.")
	wantIn(t, "the other's Today", second.Page("/console"), "second member", "/console/approvals")
	page := second.Page("/console/approvals")
	wantIn(t, "the other's", page, "The fair in March.", "Mika Mori", "As a file (CSV)")
	wantOut(t, "an auditor's", desk(t, s, authz.Auditor).Page("/console/approvals"), `value="yes"`)
	m := approvalIn.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("nothing can be answered")
	}
	for _, one := range []struct {
		who    *testkit.Client
		answer string
		status int
	}{
		{c, "yes", http.StatusForbidden},
		{second, "perhaps", http.StatusUnprocessableEntity},
		{second, "no", http.StatusSeeOther},
		{second, "yes", http.StatusConflict},
	} {
		if a := one.who.Post(m[1], url.Values{"answer": {one.answer}}); a.Status != one.status {
			t.Errorf("%s: got %d, want %d", one.answer, a.Status, one.status)
		}
	}
	if a := c.Post(path+"/export", url.Values{"format": {"csv"}}); a.Status != http.StatusForbidden {
		t.Errorf("what was refused: got %d, want 403", a.Status)
	}
}
