package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/demo"
	"livingprofile/internal/figures"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
)

// TestTransparency: everybody reads the figures of the periods that are over, in
// their language, from any cache; and nobody where they are not declared.
func TestTransparency(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	testkit.Eventually(t, "the last period is published", func() (bool, bool) {
		_, err := s.DB.Published(t.Context())
		return true, err == nil
	})
	if err := s.DB.SavePublished(t.Context(), nil, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if got := c.Page("/transparency"); !strings.Contains(got, "once the first period is over") {
		t.Error("before the first period nothing is said")
	}
	last := figures.Period{From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	told := []figures.Published{figures.Publish(demo.Answered(last), last)}
	if err := s.DB.SavePublished(t.Context(), told, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	c.Header.Set("Cookie", "session=whatever")
	for locale, want := range map[string][]string{
		"en": {"1 July 2026 – 30 September 2026", "fewer than 5", "more than 38", "not shown", "Why requests were refused", "<td>We must keep this data because a law obliges us to. It is kept for that alone.</td><td>8</td>", "On another ground of the law, or it could not be done</td><td>6</td>"},
		"ja": {"2026年7月1日から2026年9月30日まで", "5件未満", "38件を超える", "お断りした理由", "法令により保存の義務があるため"},
		"ar": {`dir="rtl"`, "أقل من", "لماذا رُفضت الطلبات"},
	} {
		a := c.Get("/transparency", "Accept-Language", locale)
		for _, text := range want {
			if !strings.Contains(a.Body, text) {
				t.Errorf("%s: %q is missing", locale, text)
			}
		}
		if got := a.Header.Get("Cache-Control"); got != "public, max-age=3600" || a.Header.Get("Set-Cookie") != "" || strings.Contains(a.Body, "csrf") {
			t.Errorf("%s: no answer for everybody: %v", locale, a.Header)
		}
	}
	a := c.Get("/transparency.json")
	var got struct{ Periods []figures.Published }
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got.Periods, told); diff != "" {
		t.Errorf("as data (-got +want)\n%s", diff)
	}
	if !strings.Contains(c.Page("/hibiki/sign-in"), `href="/transparency"`) {
		t.Error("no page leads there")
	}

	redeclare(t, s, func(o *organisation.Organisation) { o.Transparency = "" })
	for _, path := range []string{"/transparency", "/transparency.json"} {
		if a := c.Get(path); a.Status != http.StatusNotFound || strings.Contains(a.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s: got %d to keep %q, want 404", path, a.Status, a.Header.Get("Cache-Control"))
		}
	}
	if strings.Contains(c.Page("/hibiki/sign-in"), `href="/transparency"`) {
		t.Error("a page leads to what is not there")
	}
}
