package console_test

import (
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A complaint about another request names it by its number, to staff and to the
// person: nobody knows it by our id.
func TestAboutAnotherRequest(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	first := complaintOf(t, s, thomas, "hibiki")
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Complaint, Matter: rights.Matter{Name: first.request, Text: "Nobody wrote back."},
		Brand: "kawara", Locale: "en", Zone: s.Current.Load().Zone("kawara"), Pack: s.Laws.For("JP", s.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}
	docket, err := s.DB.Docket(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := docket.Find(rights.RequestID(first.request))
	opened := func(c *testkit.Client) string {
		t.Helper()
		path := "/console/requests/" + string(r.ID)
		if a := c.Post(path, nil); a.Status != http.StatusSeeOther {
			t.Fatalf("open: got %d", a.Status)
		}
		return c.Page(path)
	}
	link := `href="/console/requests/` + first.request + `"`
	wantIn(t, "the page", opened(desk(t, s, authz.DPO)), link, other.Number)
	limited := opened(desk(t, s, authz.Reviewer, "kawara"))
	wantIn(t, "the page of another brand", limited, other.Number)
	wantOut(t, "the page of another brand", limited, link)
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	wantIn(t, "the person's page", them.Page("/hibiki/requests/"+string(r.ID)), other.Number, `href="/hibiki/requests/`+first.request+`"`)
}
