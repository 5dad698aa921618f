package handlers_test

import (
	"context"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestJoinedSecondYes: a person of two records is asked once for their second
// yes, and it counts at both. Without a record of theirs that needs it, at the
// other.
func TestJoinedSecondYes(t *testing.T) {
	const brand, purpose = "hibiki", "newsletter"
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Idle: true}) // who is joined when matters
			ctx := t.Context()
			mine := subjectOf(t, s, aiko)
			other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media", VouchedAt: s.Clock.Now()}, nil)
			say := func(subject id.Subject, a consent.Answer) (asked []consent.Record) {
				t.Helper()
				_, err := s.Consent.Decide(ctx, consent.Ask{
					Subject: subject, Actor: ledger.Self(subject), Purpose: purpose, Answer: a, Scope: brand, Locale: "en",
					Proof: consent.Proof{Kind: consent.BySession}, Brand: brand, Channel: "portal",
					Confirm: func(_ context.Context, r consent.Record) ([]any, error) {
						asked = append(asked, r)
						return nil, nil
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				return asked
			}
			stand := func(want map[id.Subject]consent.Status) {
				t.Helper()
				for subject, status := range want {
					held, err := s.DB.Held(ctx, subject)
					if err != nil {
						t.Fatal(err)
					}
					if got := held.Consents.Of(purpose, brand).Status; got != status {
						t.Errorf("%s: got %s, want %s", subject, got, status)
					}
				}
			}
			confirm := func(r consent.Record) {
				t.Helper()
				proof := consent.Proof{Kind: consent.ByMailLink, Ref: string(r.ID)}
				if _, err := s.Consent.Confirmed(ctx, r, proof, s.Clock.Now()); err != nil {
					t.Fatal(err)
				}
			}
			say(other, consent.No)
			if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
				t.Fatal(err)
			}
			asked := say(mine, consent.Yes)
			if len(asked) != 1 || asked[0].Subject != mine {
				t.Fatalf("asked for %+v", asked)
			}
			stand(map[id.Subject]consent.Status{mine: consent.Requested, other: consent.Requested})
			confirm(asked[0])
			stand(map[id.Subject]consent.Status{mine: consent.Given, other: consent.Given})

			third := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "crm", VouchedAt: s.Clock.Now()}, nil)
			say(third, consent.No)
			if err := s.Joiner.Weigh(ctx, mine, third); err != nil {
				t.Fatal(err)
			}
			if asked = say(mine, consent.Yes); len(asked) != 1 || asked[0].Subject != third {
				t.Fatalf("asked for %+v", asked)
			}
			f, err := s.DB.Facts(ctx, mine)
			if got := f.Consents.Of(purpose, brand).Status; err != nil || got != consent.Requested {
				t.Errorf("before the second yes: got %s, %v", got, err)
			}
			confirm(asked[0])
			stand(map[id.Subject]consent.Status{mine: consent.Given, other: consent.Given, third: consent.Given})

			fourth := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media", VouchedAt: s.Clock.Now()}, nil)
			if err := s.Joiner.Weigh(ctx, mine, fourth); err != nil {
				t.Fatal(err)
			}
			if asked = say(mine, consent.Yes); len(asked) != 0 {
				t.Errorf("where nothing was said: asked for %+v", asked)
			}
		})
	}
}
