package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

// TestReceiptForms: a receipt is sent in each form, by the end of its address or
// by what the request accepts, and is offered on its page.
func TestReceiptForms(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.BaseURL, s.Proxies = "https://privacy.example.com", []string{"127.0.0.1"}
	}})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	answer := func(choice string) string {
		t.Helper()
		if a := c.Answer("hibiki", "recommendations", choice); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: got %d", choice, a.Status)
		}
		return "/hibiki/receipts/" + testkit.ReceiptIn(c.Page("/hibiki/history"))
	}
	yes := answer("yes")
	no := answer("no")

	for _, tt := range []struct {
		name, path, accept string
		status             int
		kind, says         string
	}{
		{"ours", yes + ".json", "", 200, "application/json", `"form": "livingprofile/receipt/1"`},
		{"ours by asking", yes, "application/json", 200, "application/json", `"form": "livingprofile/receipt/1"`},
		{"a record", yes + ".jsonld", "", 200, "application/ld+json", `ConsentGiven"`},
		{"a record by asking", yes, "application/ld+json, */*;q=0.1", 200, "application/ld+json", `ConsentGiven"`},
		{"a record of a no", no + ".jsonld", "", 200, "application/ld+json", `"dpv:ConsentWithdrawn"`},
		{"Kantara's", yes + ".kantara.json", "", 200, "application/json", `"version": "KI-CR-v1.1.0"`},
		{"Kantara's of a no", no + ".kantara.json", "", 404, "application/problem+json", ""},
		{"the page", yes, "text/html,application/xhtml+xml,*/*;q=0.8", 200, "text/html; charset=UTF-8", yes + ".kantara.json"},
		{"the page of a no", no, "text/html", 200, "text/html; charset=UTF-8", no + ".jsonld"},
	} {
		a := c.Get(tt.path, "Accept", tt.accept)
		if a.Status != tt.status || a.Header.Get("Content-Type") != tt.kind || !strings.Contains(a.Body, tt.says) {
			t.Errorf("%s: got %d %s", tt.name, a.Status, a.Header.Get("Content-Type"))
		}
		if sent := strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment"); sent != (tt.status == 200 && strings.HasSuffix(tt.kind, "json")) {
			t.Errorf("%s: sent as a file %v", tt.name, sent)
		}
	}
	if page := c.Page(no); strings.Contains(page, ".kantara.json") {
		t.Error("a form that does not exist is offered")
	}

	var k struct {
		PolicyURL string `json:"policyUrl"`
		PublicKey string `json:"publicKey"`
	}
	if err := json.Unmarshal([]byte(c.Get(yes+".kantara.json").Body), &k); err != nil {
		t.Fatal(err)
	}
	if k.PolicyURL != "https://www.hibiki.example/en/privacy" || k.PublicKey != s.PublicKey() {
		t.Errorf("got policy %q and key %q", k.PolicyURL, k.PublicKey)
	}
	var node struct {
		ID string `json:"@id"`
	}
	if err := json.Unmarshal([]byte(c.Get(yes+".jsonld").Body), &node); err != nil || !strings.HasPrefix(node.ID, "https://privacy.example.com/receipts/") {
		t.Errorf("the record is at %q, %v", node.ID, err)
	}
	if a := s.Client(t).Get(yes + ".jsonld"); a.Status == http.StatusOK {
		t.Error("somebody who is not signed in is sent a receipt")
	}
}
