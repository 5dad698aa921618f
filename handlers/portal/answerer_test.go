package portal_test

import "testing"

// Who answers, whom to ask, and where to complain stand beside the notices
// (Art. 13(1)(a), (b) and (2)(d) GDPR).
func TestNotices_say_who_answers(t *testing.T) {
	k := newKit(t)
	b, _ := k.org.Brand("hibiki")
	wants(t, k.get(k.Notices, "/hibiki/notices"),
		b.LegalName, k.org.Address, "mailto:"+b.Contact, "mailto:"+k.org.Contact, k.org.Privacy["en"],
		"Personal Information Protection Commission", "https://www.ppc.go.jp/", "https://privacy.example.com/hibiki/register.json",
	)
}
