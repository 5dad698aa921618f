package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

func (f Fixture) facts(subject id.Subject) decision.Facts {
	at := f.now()
	before := profile.Claim{Value: "大阪", Source: profile.SourceSubject, Origin: profile.Provided, At: at, Recorded: at, Entry: "e0"}
	return decision.Facts{
		Profile: profile.State{
			Claims: map[string][]profile.Claim{
				"city": {
					{Value: "京都", Source: "shop", Origin: profile.Observed, At: at, Recorded: at, Entry: "e1", How: "orders", Proved: true},
					{Value: "東京", Source: profile.SourceSubject, Origin: profile.Provided, At: at, Recorded: at, Entry: "e2"},
				},
			},
			Proposals: map[string]profile.Proposal{"name": {ID: "e3", Value: "山田 花子", At: at}},
			Undos:     map[string]profile.Memory{"city": {Before: &before, At: at}},
		},
		Consents: consent.State{}.With(f.record(subject, "news", consent.Given, at)).With(f.record(subject, "ads", consent.Refused, at)),
		Preferences: consent.Preferences{
			Language: "ja",
			All:      consent.Wishes{Topics: map[string]bool{"news/email": true}, Preferred: "email", Pause: at.Add(time.Hour)},
			Brands: map[string]consent.Wishes{
				"hibiki": {Budget: &consent.Budget{Count: 2, Per: "month"}, Quiet: &consent.Quiet{From: 1320, To: 420, Zone: "Asia/Tokyo"}},
			},
		},
	}
}

func factsRoundTrip(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	want := f.facts(subject)
	f.commit(t, f.change(other, 1, f.facts(other).Profile))
	f.commit(t, f.change(subject, 1, consent.Preferences{Language: "en"})) // is written over
	f.commit(t, f.change(subject, 2, want.Profile, want.Consents, want.Preferences))
	want.Version = 3

	got, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("facts (-got +want):\n%s", d)
	}
	state, version, err := f.DB.Profile(t.Context(), subject)
	must(t, "profile", err)
	if d := cmp.Diff(state, want.Profile); d != "" || version != 3 {
		t.Errorf("profile at version %d, want 3 (-got +want):\n%s", version, d)
	}
	standings, err := f.DB.Standings(t.Context(), subject)
	must(t, "standings", err)
	if d := cmp.Diff(standings, consent.Standings{Version: 3, State: want.Consents, Preferences: want.Preferences}); d != "" {
		t.Errorf("standings (-got +want):\n%s", d)
	}
}

func factsOfNothing(t *testing.T, f Fixture) {
	got, err := f.DB.Facts(t.Context(), f.subject(t))
	must(t, "facts", err)
	if d := cmp.Diff(got, decision.Facts{Version: 1, Consents: consent.State{}}); d != "" {
		t.Errorf("facts (-got +want):\n%s", d)
	}
}

func identifiersRoundTrip(t *testing.T, f Fixture) {
	c := identity.New([]identity.Identifier{
		{ID: "2" + id.New(), Kind: identity.Customer, Scope: "shop", Value: "№ 17", VerifiedAt: f.now(), Source: "shop"},
		{ID: "1" + id.New(), Kind: identity.Email, Value: address(), VerifiedAt: f.now(), Source: "subject"},
		{ID: "3" + id.New(), Kind: identity.Phone, Value: "+81312345678", Source: "crm"},
	}, test, f.now())
	f.commit(t, c)
	later := f.change(c.Subject, 4, identity.Identifier{
		ID: "0" + id.New(), Subject: c.Subject, Kind: identity.Device, Scope: "app", Value: "d", CreatedAt: f.now().Add(time.Second),
	})
	f.commit(t, later)

	got, err := f.DB.Identifiers(t.Context(), c.Subject)
	must(t, "identifiers", err)
	want := []identity.Identifier{
		c.Rows[1].(identity.Identifier), c.Rows[0].(identity.Identifier), c.Rows[2].(identity.Identifier), later.Rows[0].(identity.Identifier),
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("identifiers (-got +want):\n%s", d)
	}
	if !want[0].Main || want[1].Main {
		t.Error("the first proved address is not the main one, or something else is")
	}
}

func holdersVerifiedFirst(t *testing.T, f Fixture) {
	shared := address()
	early := f.subject(t, email(shared, time.Time{}))
	proved := f.subject(t, email(shared, f.now()))
	late := f.subject(t, email(shared, time.Time{}))

	got, err := f.DB.Holders(t.Context(), identity.Email, "", shared)
	must(t, "holders", err)
	var subjects []id.Subject
	for _, h := range got {
		subjects = append(subjects, h.Subject)
		if h.VerifiedAt.IsZero() == (h.Subject == proved) {
			t.Errorf("holder %s was proved at %v", h.Subject, h.VerifiedAt)
		}
	}
	if d := cmp.Diff(subjects, []id.Subject{proved, early, late}); d != "" {
		t.Errorf("holders (-got +want):\n%s", d)
	}
	for what, look := range map[string][2]string{"another scope": {"shop", shared}, "another value": {"", address()}} {
		if got, err := f.DB.Holders(t.Context(), identity.Email, look[0], look[1]); err != nil || len(got) != 0 {
			t.Errorf("%s: got %v and %v, want nobody", what, got, err)
		}
	}
	if got, err := f.DB.Holders(t.Context(), identity.Customer, "", shared); err != nil || len(got) != 0 {
		t.Errorf("another kind: got %v and %v, want nobody", got, err)
	}
}

func oneOwner(t *testing.T, f Fixture) {
	who := address()
	first := f.subject(t, email(who, time.Time{}))
	f.subject(t, email(who, f.now()))
	c := identity.New([]identity.Identifier{email(who, f.now())}, test, f.now())
	_, err := f.DB.Commit(t.Context(), c)
	wantKind(t, "a second owner", err, errs.Conflict)
	_, err = f.DB.Subject(t.Context(), c.Subject)
	wantKind(t, "the second owner", err, errs.NotFound)

	all, err := f.DB.Identifiers(t.Context(), first)
	must(t, "identifiers", err)
	_, err = f.DB.Commit(t.Context(), f.change(first, 2, identity.Verified{Identifier: all[0].ID}))
	wantKind(t, "proving what another has proved", err, errs.Conflict)

	// Of many who prove an address at the same moment one succeeds.
	contested, won := address(), make(chan id.Subject, writers)
	together(writers/2, func(int) {
		c := identity.New([]identity.Identifier{email(contested, f.now())}, test, f.now())
		if _, err := f.DB.Commit(t.Context(), c); err == nil {
			won <- c.Subject
		} else {
			wantKind(t, "losing", err, errs.Conflict)
		}
	})
	if len(won) != 1 {
		t.Errorf("%d have proved the same address, want 1", len(won))
	}
}

func identifierChanges(t *testing.T, f Fixture) {
	a, b := email(address(), f.now()), email(address(), time.Time{})
	a.ID, b.ID = "a"+id.New(), "b"+id.New()
	customer := identity.Identifier{ID: "c" + id.New(), Kind: identity.Customer, Scope: "shop", Value: id.New(), VerifiedAt: f.now()}
	subject := f.subject(t, a, b, customer)
	other := f.subject(t)

	c := f.change(subject, 4, identity.Verified{Identifier: b.ID}, identity.MadeMain{Identifier: b.ID}, identity.Removed{Identifier: customer.ID})
	c.At = f.now().Add(time.Minute)
	f.commit(t, c)
	got, err := f.DB.Identifiers(t.Context(), subject)
	must(t, "identifiers", err)
	if len(got) != 2 || got[0].Main || !got[1].Main || !got[1].VerifiedAt.Equal(c.At) {
		t.Errorf("got %+v, want a, and b proved at %v and main", got, c.At)
	}
	// What is another's is not found, whatever would be done with it.
	for _, row := range []any{identity.Verified{Identifier: a.ID}, identity.MadeMain{Identifier: a.ID}, identity.Removed{Identifier: a.ID}} {
		_, err := f.DB.Commit(t.Context(), f.change(other, 1, row))
		wantKind(t, "touching another's", err, errs.NotFound)
	}
}

func recordsRoundTrip(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	second := f.record(subject, "news", consent.Withdrawn, f.now().Add(time.Second))
	first := f.record(subject, "news", consent.Given, f.now())
	ads := f.record(subject, "ads", consent.Refused, f.now().Add(2*time.Second))
	ads.Proof.Ref, ads.Until, ads.Scope, ads.Via = "", time.Time{}, "", ""
	f.commit(t, f.recorded(subject, 1, nil, second, first, ads))
	f.commit(t, f.recorded(other, 1, nil, f.record(other, "news", consent.Given, f.now())))

	for purpose, want := range map[consent.PurposeID][]consent.Record{
		"": {first, second, ads}, "news": {first, second}, "ads": {ads}, "none": nil,
	} {
		got, err := f.DB.Records(t.Context(), subject, purpose)
		must(t, "records", err)
		if d := cmp.Diff(got, want); d != "" {
			t.Errorf("records of %q (-got +want):\n%s", purpose, d)
		}
	}
	facts, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	if d := cmp.Diff(facts.Consents, consent.Fold([]consent.Record{first, second, ads})); d != "" {
		t.Errorf("state is not what the records add up to (-got +want):\n%s", d)
	}
}

func provedRecord(t *testing.T, f Fixture) {
	subject := f.subject(t)
	r := f.record(subject, "news", consent.Given, f.now())
	written := f.commit(t, f.recorded(subject, 1, nil, r))[0]

	p, err := f.DB.ProvedRecord(t.Context(), r.ID)
	must(t, "proved record", err)
	bare := r
	bare.Proof.Ref = "" // is the subject's own
	if d := cmp.Diff(p.Record, bare); d != "" {
		t.Errorf("record (-got +want):\n%s", d)
	}
	if !p.Vouched() || p.Lane != written.Lane || p.Seq != written.Seq || string(p.Hash) != string(written.Hash[:]) {
		t.Errorf("vouched %v by entry %d of lane %d, want true by %d of %d", p.Vouched(), p.Seq, p.Lane, written.Seq, written.Lane)
	}
	_, err = f.SQL.ExecContext(t.Context(), spoil("consent_records", "status = 'withdrawn'"), string(r.ID))
	must(t, "change by hand", err)
	if p, err = f.DB.ProvedRecord(t.Context(), r.ID); err != nil || p.Vouched() {
		t.Errorf("a changed record is vouched for (%v)", err)
	}
	_, err = f.SQL.ExecContext(t.Context(), spoil("consent_records", "status = 'given'"), string(r.ID))
	must(t, "change back", err)
}

// spoil is the statement that nobody but a forger runs.
func spoil(table, assignment string) string {
	return "update " + table + " set " + assignment + " where id = $1"
}

// dueConsents: a yes is due when its time is over and it counts still. A yes by
// word alone counts beside nothing else, however old that is.
func dueConsents(t *testing.T, f Fixture) {
	at, word := f.now().Add(-3*time.Hour), consent.Proof{Kind: consent.ByWord, Ref: "crm"}
	yes := func(s id.Subject, purpose consent.PurposeID, ago time.Duration, proof consent.Proof) consent.Record {
		r := f.record(s, purpose, consent.Given, at.Add(-ago))
		r.Proof = proof
		return r
	}
	proved, older := consent.Proof{Kind: consent.BySession}, time.Hour
	subject := f.subject(t)
	no := f.record(subject, "denied", consent.Refused, at.Add(-older))
	no.Until = time.Time{}
	f.commit(t, f.recorded(subject, 1, nil,
		yes(subject, "one", 0, word), yes(subject, "denied", 0, word), no,
		yes(subject, "both", 0, word), yes(subject, "both", older, proved),
		yes(subject, "twice", older, word), yes(subject, "twice", 0, word)))
	all, err := f.DB.DueConsents(t.Context(), f.now(), 1000)
	must(t, "due", err)
	got := map[consent.PurposeID]int{}
	for _, due := range all {
		if due.Subject == subject {
			got[due.Key.Purpose]++
		}
	}
	if diff := cmp.Diff(got, map[consent.PurposeID]int{"one": 1, "both": 1, "twice": 1}); diff != "" {
		t.Error(diff)
	}
}
