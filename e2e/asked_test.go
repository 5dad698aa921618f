package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// TestAsked: somebody who comes to a brand that lacks something sees that
// alone, and puts it off, shares it, says no, types it and shares it for a
// month that ends; in two languages, with what is stored and what the brand's
// own system is told after each.
func TestAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		view                                           testkit.View
		typed                                          string
		later, saved, kept, refused, month, told, over string
	}{
		{
			testkit.View{Width: 1280, Height: 900, Locale: "en"},
			"Lübeck",
			"Kawara asks again in 7 days", "Saved: Kawara may have this", "You share this", "You do not share this",
			"You share this until", "with Kawara until", "The time you shared this for is over",
		},
		{
			testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja"},
			"金沢",
			"早くても7日後", "保存しました。", "渡しています", "渡していません",
			"まで渡しています", "までかわらに渡す", "渡す期限が過ぎました",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			now := testkit.Today()
			w := &world{testkit.NewSite(t, testkit.SiteOptions{Clock: now}), open(t).browser}
			key := w.brandKey(t, "kawara")
			p := w.visit(t, tt.view, aiko)
			p.carry(&network.Cookie{Name: web.LocaleCookie, Value: tt.view.Locale}) // else her own language
			arrive := func() {
				p.Open(w.URL + "/kawara/sign-in")
				p.Fill("input[name=address]", p.address)
				p.Go("main form .main")
				p.Open(w.Link(t, p.address))
				p.Go("main form .main")
			}
			const card, asks = "#q-event-city", "/kawara/asked"
			yes, no := card+" button[value=yes]", card+" button[value=no]"
			// has is what is stored, and what the brand's system is told.
			has := func(when string, given bool, value string) {
				t.Helper()
				g := w.sharing(t, aiko)
				want(t, "stored "+when, g.Given, given)
				want(t, "what the brand sees "+when, w.told(t, key, aiko).values["event-city"], value)
			}

			arrive()
			want(t, "on arrival", p.Path(), asks)
			want(t, "only what is missing", p.Has(card) && !p.Has("#q-main-instrument"), true)
			held := p.Text(card + " b")
			want(t, "nothing is held", held == "", false)
			p.looks()
			has("before an answer", false, "")

			p.Go(`form[action$="/asked"] button`)
			want(t, "after not now", p.Path(), "/kawara")
			wantIn(t, "not now", p.said(), tt.later)
			p.looks()
			p.Open(w.URL + "/kawara")
			want(t, "asked again at once", p.Path(), "/kawara")

			p.Open(w.URL + asks)
			p.Go(yes)
			wantIn(t, "what was saved", p.said(), tt.saved)
			wantIn(t, "the answer", p.Text(card), tt.kept)
			p.looks()
			has("for good", true, held)

			p.Go(no)
			wantIn(t, "the other answer", p.Text(card), tt.refused)
			p.looks()
			has("after a no", false, "")

			p.Fill(card+` input[name="value.event-city"]`, tt.typed)
			p.Press(card + ` input[value="30"]`)
			p.Go(yes)
			wantIn(t, "typed, for a month", p.Text(card), tt.month, tt.typed)
			has("for a month", true, tt.typed)
			left := w.sharing(t, aiko).Until.Sub(now.Now())
			want(t, "a month", left > 29*24*time.Hour && left <= 30*24*time.Hour, true)
			p.Open(w.URL + "/kawara/history")
			wantIn(t, "history", p.Text("main"), tt.told)

			now.Advance(left + time.Minute)
			testkit.Eventually(t, "the end of the month", func() (bool, bool) {
				return true, !w.sharing(t, aiko).Given
			})
			has("after a month", false, "")
			arrive()
			want(t, "what was answered is not asked again", p.Path(), "/kawara")
			p.Open(w.URL + asks)
			p.Press("details summary")
			wantIn(t, "the time is over", p.Text(card), tt.over)
		})
	}
}

// brandKey is a key of the customer desk for a brand.
func (w *world) brandKey(t *testing.T, brand string) string {
	t.Helper()
	_, key, err := w.Keys().Make(t.Context(), authz.APIKey{
		Name: "desk", System: "crm", Brand: brand, Fields: []string{authz.AllFields}, Scopes: []authz.Permission{authz.ProfileRead},
		ExpiresAt: w.Clock.Now().AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A reading is what a key reads of somebody: values by field, and the fields that
// are restricted.
type reading struct {
	values     map[string]string
	restricted []string
}

// told is what a key reads of somebody now.
func (w *world) told(t *testing.T, key, address string) reading {
	t.Helper()
	call := func(method, path, body string, into any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/api/v1/subjects/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: got %d %s, %v", method, path, res.StatusCode, b, err)
		}
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatal(err)
		}
	}
	var found struct{ Subject string }
	call(http.MethodPost, "lookup", `{"identifiers":[{"kind":"email","value":"`+address+`"}]}`, &found)
	var got struct {
		Attributes map[string]struct{ Value string }
		Restricted []string
	}
	call(http.MethodGet, found.Subject, "", &got)
	all := reading{map[string]string{}, got.Restricted}
	for name, a := range got.Attributes {
		all.values[name] = a.Value
	}
	return all
}

// sharing is what somebody answered to what kawara cannot do without.
func (w *world) sharing(t *testing.T, address string) profile.Sharing {
	t.Helper()
	facts, err := w.DB.Facts(t.Context(), w.subject(t, address))
	if err != nil {
		t.Fatal(err)
	}
	g, _ := facts.Profile.Sharing("event-city", "kawara")
	return g
}
