package portal_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"livingprofile/internal/consent"
)

// A child is told from when a yes is theirs to say, and whom a parent writes to;
// there is no button for a yes, none is taken, and a no counts.
func TestAChildSaysNoAlone(t *testing.T) {
	for locale, words := range map[string][]string{
		"en": {"You can say yes to this yourself from", "A parent or guardian can write to us at"},
		"ja": {"ご自分で「はい」と答えられるのは", "保護者の方は"},
		"ar": {"يمكنك أن تقول نعم لهذا بنفسك", "وليّ أمرك أن يكتب إلينا"},
	} {
		t.Run(locale, func(t *testing.T) {
			k := newKit(t)
			k.locale = locale
			b, _ := k.org.Brand("hibiki")
			ages := &consent.Ages{Field: "birthday", At: map[string]consent.Age{"hibiki": {Years: 16, Zone: time.UTC}}}
			for i := range k.org.Purposes {
				k.org.Purposes[i].Ages = ages
			}
			wants(t, k.get(k.Allow, "/hibiki/allow"), `id="p-reviews-yes"`)
			k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {"2012-05-04"}}, "field", "birthday") // which waits for staff, as a doubt
			for _, page := range []string{k.get(k.Allow, "/hibiki/allow"), k.get(k.Purpose, "/x", "purpose", "newsletter")} {
				wants(t, page, append(words, b.Contact)...)
				lacks(t, page, `id="p-newsletter-yes"`, `id="p-reviews-yes"`)
			}
			wants(t, k.get(k.Allow, "/hibiki/allow"), `id="p-reviews-no"`)
			w := k.post(http.StatusConflict, k.Answer, k.answer("reviews", "yes"), "purpose", "reviews")
			wants(t, w.Body.String(), words[0])
			if got := k.status("reviews"); got != consent.Unknown {
				t.Errorf("got %s", got)
			}
			k.post(http.StatusSeeOther, k.Answer, k.answer("reviews", "no"), "purpose", "reviews")
			if got := k.status("reviews"); got != consent.Refused {
				t.Errorf("got %s", got)
			}
			lacks(t, k.get(k.Allow, "/hibiki/allow"), `id="p-reviews-yes"`)
		})
	}
}
