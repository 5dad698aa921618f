package console_test

import (
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/connector"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// speaking declares that the newsletter tool is spoken to by a connector.
func speaking(t *testing.T, s *testkit.Site, l connector.Link) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if draft.Declared.Systems[i].Name == demo.Newsletter {
			draft.Declared.Systems[i].Connector = &l
		}
	}
	_, err = s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSystems_unreadable: what a connector cannot say because its file belongs to
// another version of the program waits, staff read why, and it is said once the
// file is mended. It once vanished without a word.
func TestSystems_unreadable(t *testing.T) {
	r := receive(t)
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(r.URL, "http://")}
	}})
	const file = "name: desk\nkind: http\npush:\n  update: {request: \"PUT /{subject}\"}\n  erase: {request: \"DELETE /{subject}\"}\n"
	speaking(t, s, connector.Link{Name: "desk", URL: r.URL, Text: file + "  teleport: {request: \"PUT /{subject}\"}\n"})
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	them.Answer("hibiki", "newsletter", "yes")
	const id = demo.Newsletter + "/" + connector.Endpoint
	testkit.Eventually(t, "a delivery that waits", func() ([]hook.Delivery, bool) {
		all, err := s.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: id, State: hook.Waiting, Limit: 1})
		return all, err == nil && len(all) == 1
	})
	c := desk(t, s, authz.Administrator)
	wantIn(t, "Today", c.Page("/console"), "Newsletter tool cannot be told: Its connector cannot be read")
	wantIn(t, "the list", c.Page("/console/systems"), "Its connector cannot be read")
	const why = "line 6: teleport is not known here"
	wantIn(t, "the system", c.Page("/console/systems/"+demo.Newsletter), why, "is lost nowhere")
	wantIn(t, "the endpoint", c.Page("/console/systems/"+demo.Newsletter+"/endpoints/"+connector.Endpoint), why)
	if n := r.got.Load(); n != 0 {
		t.Errorf("%d requests were made without knowing how", n)
	}

	speaking(t, s, connector.Link{Name: "desk", URL: r.URL, Text: file})
	testkit.Eventually(t, "the delivery to arrive", func() ([]hook.Delivery, bool) {
		all, err := s.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: id, State: hook.Applied, Limit: 1})
		return all, err == nil && len(all) == 1
	})
}
