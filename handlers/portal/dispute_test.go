package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/store"
)

// TestDispute: what the shop says later than the person is asked about on the
// value's page, with two buttons, and what the person says ends it.
func TestDispute(t *testing.T) {
	const mine, theirs, newer = "+81 3-1234-5678", "+81398765432", "+81355555555"
	k := newKit(t)
	says := func(value string) {
		t.Helper()
		k.clock.Advance(time.Minute)
		all, err := k.Door.Take(t.Context(), inbound.Sender{System: "shop"}, []inbound.Item{{
			Subject: k.subject, Attributes: map[string]profile.Claim{"phone": {Value: value, Origin: profile.Provided, At: k.clock.Now()}},
		}})
		if err != nil || all[0].Result != inbound.Waiting || all[0].Reason != inbound.Later {
			t.Fatalf("got %+v, %v", all, err)
		}
		k.clock.Advance(time.Minute)
	}
	page := func() string { return k.get(k.Value, "/x", "field", "phone") }
	conflict := func(page string) string {
		_, rest, _ := strings.Cut(page, `name="conflict" value="`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {mine}}, "field", "phone")

	says(theirs)
	shown := page()
	wants(t, shown, "Which of these is right?", "Keep mine", "Take theirs", "Until you say, what you said counts.", `value="`+theirs+`"`)
	wants(t, k.get(k.Home, "/hibiki"), "says something else about “Phone", "/hibiki/data/phone#c-"+conflict(shown))
	says(newer)
	k.fails(errs.Conflict, k.KeepValue, url.Values{"conflict": {conflict(shown)}}, "field", "phone")
	k.post(http.StatusSeeOther, k.KeepValue, url.Values{"conflict": {conflict(page())}}, "field", "phone")
	wants(t, page(), "What you said stays.")
	lacks(t, page(), "Which of these is right?")
	lacks(t, k.get(k.Home, "/hibiki"), "says something else about")

	says(theirs)
	k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {theirs}}, "field", "phone")
	lacks(t, page(), "Which of these is right?")
	lacks(t, k.get(k.Home, "/hibiki"), "says something else about")
}

// TestDisputeOfAnotherRecord: what a system says otherwise at one record of the
// person is asked at the record where they are signed in, too, and ended there.
func TestDisputeOfAnotherRecord(t *testing.T) {
	k := newKit(t)
	known := identity.New([]identity.Identifier{{Kind: identity.Email, Value: mailbox, Source: "media"}},
		ledger.Actor{Kind: ledger.BySystem, ID: "media"}, k.clock.Now())
	if _, err := k.Read.(store.Together).Commit(t.Context(), known); err != nil { //nolint:forcetypeassert // newKit has no other
		t.Fatal(err)
	}
	other := known.Subject
	if _, err := k.Profile.Correct(t.Context(), profile.Editor{Subject: other, Actor: ledger.Self(other), Brand: "hibiki"}, "phone", "+81 3-1234-5678"); err != nil {
		t.Fatal(err)
	}
	k.clock.Advance(time.Minute)
	all, err := k.Door.Take(t.Context(), inbound.Sender{System: "shop"}, []inbound.Item{{
		Subject: other, Attributes: map[string]profile.Claim{"phone": {Value: "+81398765432", Origin: profile.Provided, At: k.clock.Now()}},
	}})
	if err != nil || all[0].Reason != inbound.Later {
		t.Fatalf("got %+v, %v", all, err)
	}
	lacks(t, k.get(k.Home, "/hibiki"), "says something else about")

	k.clock.Advance(time.Minute)
	if err := k.Joiner.Weigh(t.Context(), k.subject, other); err != nil {
		t.Fatal(err)
	}
	joins, err := k.Joins.Joins(t.Context(), k.subject)
	if err != nil || len(joins) != 1 {
		t.Fatalf("joins: got %+v, %v", joins, err)
	}
	if err := k.Joiner.Decide(t.Context(), ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, joins[0].ID, true, "asked by phone"); err != nil {
		t.Fatal(err)
	}
	wants(t, k.get(k.Home, "/hibiki"), "says something else about “Phone")
	page := k.get(k.Value, "/x", "field", "phone")
	wants(t, page, "Which of these is right?")
	_, rest, _ := strings.Cut(page, `name="conflict" value="`)
	conflict, _, _ := strings.Cut(rest, `"`)
	k.post(http.StatusSeeOther, k.KeepValue, url.Values{"conflict": {conflict}}, "field", "phone")
	lacks(t, k.get(k.Home, "/hibiki"), "says something else about")
}
