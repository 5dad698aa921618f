package e2e

import (
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/breach"
	"livingprofile/internal/id"
)

// breach has one taken down of which everything is known but whether the people
// are told once more.
func (w *world) breach(t *testing.T) {
	t.Helper()
	by := w.Member(t, authz.DPO).Actor()
	b, err := w.Breaches.Open(t.Context(), breach.Facts{
		Brand: "hibiki", Title: "A laptop with the visitors of the spring fair, left in a train between Hamamatsu and Tokyo",
		NoticedAt: w.Clock.Now().Add(-60 * time.Hour), What: "It was left in the rack.\nThe disk was not sealed.",
		Effects: "Somebody may write to them in our name.", Measures: "The railway was asked.", Data: []string{"contact", "identity"},
	}, by)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Breaches.Name(t.Context(), b.ID, breach.Act{Actor: by, Seen: 1}, []id.Subject{w.subject(t, thomas), w.subject(t, aiko)})
	for i, a := range []breach.Act{
		{Move: breach.DecideAuthority, Tell: true, Note: "The disk was not sealed."},
		{Move: breach.Report, When: w.Clock.Now(), Note: "By their form, 4711-0815-2718281828459045."},
		{Move: breach.DecidePeople, Tell: true, Note: "Their addresses were on it."},
		{Move: breach.Write, Letters: map[string]string{
			"en": "Your address was on it.\n\nBe careful with mails that ask for money.", "ja": "ご住所が含まれていました。", "ar": "كان عنوانك فيه.",
		}},
	} {
		if err != nil {
			t.Fatal(err)
		}
		a.Actor, a.Seen = by, i+2
		_, err = w.Breaches.Move(t.Context(), b.ID, a)
	}
	if err != nil {
		t.Fatal(err)
	}
}
