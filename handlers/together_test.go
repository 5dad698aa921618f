package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestTogether: who has two records that are joined has one history, one list of
// requests and all receipts. What is taken apart is the other's again, and is
// not found.
func TestTogether(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media"},
		map[string]string{"given-name": "Kenji", "family-name": "Mori"})
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	now := s.Clock.Now()
	filing := rights.Filing{
		Subject: other, Actor: ledger.Self(other), Kind: rights.Complaint, Proof: rights.Proof{Method: "link", Fresh: true, At: now},
		Brand: "hibiki", Locale: "en", Pack: laws.For("JP", now), Matter: rights.Matter{Text: "too much jazz"},
	}
	asked, _, err := s.Rights.File(ctx, filing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Consent.Decide(ctx, consent.Ask{
		Subject: other, Actor: ledger.Self(other), Purpose: "newsletter", Brand: "hibiki", Answer: consent.No, Channel: "portal",
		Proof: consent.Proof{Kind: consent.BySession},
	}); err != nil {
		t.Fatal(err)
	}
	records, err := s.DB.Records(ctx, other, "newsletter")
	if err != nil || len(records) == 0 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	receipt, request := "/hibiki/receipts/"+string(records[0].ID), "/hibiki/requests/"+string(asked.ID)

	c := s.Client(t)
	c.Enter("hibiki", aiko, false)
	hidden := func(when string) {
		t.Helper()
		for _, path := range []string{receipt, request} {
			if a := c.Get(path); a.Status != http.StatusNotFound {
				t.Errorf("%s: %s got %d, want 404", when, path, a.Status)
			}
		}
		if a := c.Post(request+"/cancel", nil); a.Status != http.StatusNotFound {
			t.Errorf("%s: cancelled another's request: got %d", when, a.Status)
		}
		if page := c.Page("/hibiki/requests"); strings.Contains(page, asked.Number) {
			t.Errorf("%s: the list of requests has another's", when)
		}
		if page := c.Page("/hibiki/history"); strings.Contains(page, asked.Number) {
			t.Errorf("%s: the history has another's request", when)
		}
	}
	hidden("before")

	if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
		t.Fatal(err)
	}
	hidden("while it waits")
	if err := s.Joiner.Decide(ctx, ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, joinOf(t, s, other).ID, true, "asked by phone"); err != nil {
		t.Fatal(err)
	}
	holds(t, c.Page("/hibiki/history"), "Two profiles were joined", asked.Number)
	holds(t, c.Page("/hibiki/requests"), asked.Number)
	holds(t, c.Page(request), asked.Number)
	if a := c.Get(receipt); a.Status != http.StatusOK {
		t.Errorf("the receipt: got %d", a.Status)
	}
	filing.Subject, filing.Actor = mine, ledger.Self(mine)
	if again, known, err := s.Rights.File(ctx, filing); err != nil || !known || again.ID != asked.ID {
		t.Errorf("asked again at the other record: %v, %v", known, err)
	}
	if a := c.Post(request+"/cancel", url.Values{}); a.Status != http.StatusSeeOther {
		t.Errorf("cancel: got %d %.100s", a.Status, a.Body)
	}
	docket, err := s.DB.Docket(ctx, other)
	if err != nil || docket.Requests[0].State != rights.Cancelled {
		t.Errorf("the request is %s, %v", docket.Requests[0].State, err)
	}

	if a := c.Post("/hibiki/who/joined/"+joinOf(t, s, other).ID, nil); a.Status != http.StatusSeeOther {
		t.Fatalf("not me: got %d", a.Status)
	}
	hidden("after")
}
