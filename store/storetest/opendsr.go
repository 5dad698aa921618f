package storetest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
)

// errandsRoundTrip: an errand is kept once for a request and a system, is moved
// by who knows how far it was, is due in its time, and forgets by what the
// person was known when it is over. What names them is sealed, and lost with its
// key.
func errandsRoundTrip(t *testing.T, f Fixture) {
	request, name := rights.RequestID(id.New()), "marker-"+id.New()+"@example.org"
	errand := func(system string, due time.Time) opendsr.Errand {
		return opendsr.Errand{
			ID: id.New(), System: system, Request: request, Subject: f.subject(t), Type: opendsr.Erasure, Regulation: opendsr.CCPA,
			Names:     []opendsr.Identity{{Type: "email", Value: name, Format: "raw"}},
			Submitted: f.now().Add(-time.Hour), State: opendsr.Waiting, ChangedAt: f.now(), DueAt: due,
		}
	}
	want, later := errand("archive", f.now()), errand("printer", f.now().Add(time.Hour))
	for _, e := range []opendsr.Errand{later, want, errand("archive", f.now())} {
		must(t, "keep an errand", f.DB.KeepErrand(t.Context(), e))
	}
	got, err := f.DB.Errands(t.Context(), request)
	must(t, "errands", err)
	if diff := cmp.Diff(got, []opendsr.Errand{want, later}); diff != "" {
		t.Error(diff)
	}
	ours := func(at time.Time) (ids []string) {
		all, err := f.DB.DueErrands(t.Context(), at, 1000)
		must(t, "due errands", err)
		for i := range all {
			if all[i].Request == request {
				ids = append(ids, all[i].ID)
			}
		}
		return ids
	}
	if got := ours(f.now()); !slices.Equal(got, []string{want.ID}) {
		t.Errorf("due now: %v", got)
	}
	if got := ours(f.now().Add(time.Hour)); !slices.Equal(got, []string{want.ID, later.ID}) {
		t.Errorf("due in an hour: %v", got)
	}
	var stored []byte
	must(t, "look", f.SQL.QueryRowContext(t.Context(), "select names from errands where id = $1", want.ID).Scan(&stored))
	if len(stored) == 0 || bytes.Contains(stored, []byte("marker")) {
		t.Errorf("the names are stored as %q", stored)
	}

	var key id.Subject
	must(t, "key", f.SQL.QueryRowContext(t.Context(), "select sealed_by from errands where id = $1", want.ID).Scan(&key))
	must(t, "forget nothing", f.DB.ForgetNames(t.Context()))
	_, err = f.DB.Ring().Subject(t.Context(), key)
	must(t, "key of what waits", err)

	over := want
	over.State, over.Names, over.DueAt, over.Cause = opendsr.ErrandState(opendsr.Completed), nil, time.Time{}, ""
	must(t, "move", f.DB.MoveErrand(t.Context(), over, opendsr.Waiting))
	wantKind(t, "move again from the same state", f.DB.MoveErrand(t.Context(), over, opendsr.Waiting), errs.Conflict)
	one, err := f.DB.Errand(t.Context(), want.ID)
	must(t, "errand", err)
	if diff := cmp.Diff(one, over); diff != "" {
		t.Error(diff)
	}
	must(t, "forget", f.DB.ForgetNames(t.Context()))
	_, err = f.DB.Ring().Subject(t.Context(), key)
	wantKind(t, "key of what is over", err, errs.Gone)
	must(t, "look", f.SQL.QueryRowContext(t.Context(), "select names from errands where id = $1", want.ID).Scan(&stored))
	if len(stored) > 0 {
		t.Errorf("the names are there still: %q", stored)
	}
	if got := ours(f.now()); len(got) > 0 {
		t.Errorf("due after it is over: %v", got)
	}
	must(t, "key", f.SQL.QueryRowContext(t.Context(), "select sealed_by from errands where id = $1", later.ID).Scan(&key))
	must(t, "a backup without the key", f.DB.Ring().Destroy(t.Context(), key))
	one, err = f.DB.Errand(t.Context(), later.ID)
	must(t, "errand without its key", err)
	if one.State != opendsr.Waiting || one.Names != nil {
		t.Errorf("an errand whose key is gone: %+v", one)
	}
	_, err = f.DB.Errand(t.Context(), id.New())
	wantKind(t, "an errand that is none", err, errs.NotFound)
}

// referralsRoundTrip: a referral belongs to the system that passed it on, is kept
// once, and is due as long as its callbacks are owed something.
func referralsRoundTrip(t *testing.T, f Fixture) {
	system := "controller-" + id.New()
	want := opendsr.Referral{
		System: system, ID: "7", Type: opendsr.Access, Subject: f.subject(t), Request: rights.RequestID(id.New()), Print: []byte{1, 2},
		Callbacks: []string{"https://marker.example.org/callback"}, ReceivedAt: f.now(), Expected: f.now().AddDate(0, 1, 0), DueAt: f.now(),
	}
	must(t, "keep a referral", f.DB.KeepReferral(t.Context(), want))
	wantKind(t, "keep it again", f.DB.KeepReferral(t.Context(), want), errs.Conflict)
	got, err := f.DB.Referral(t.Context(), system, "7")
	must(t, "referral", err)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	_, err = f.DB.Referral(t.Context(), "another", "7")
	wantKind(t, "that of another system", err, errs.NotFound)
	due := func() bool {
		all, err := f.DB.DueReferrals(t.Context(), f.now(), 1000)
		must(t, "due referrals", err)
		return slices.ContainsFunc(all, func(r opendsr.Referral) bool { return r.System == system })
	}
	if !due() {
		t.Error("it is not due")
	}
	want.Told, want.DueAt, want.Tries = opendsr.Completed, time.Time{}, 2
	must(t, "move", f.DB.MoveReferral(t.Context(), want))
	if got, err = f.DB.Referral(t.Context(), system, "7"); err != nil || cmp.Diff(got, want) != "" || due() {
		t.Errorf("after it was told: %s, %v", cmp.Diff(got, want), err)
	}
	var stored []byte
	must(t, "look", f.SQL.QueryRowContext(t.Context(), "select callbacks from referrals where system = $1", system).Scan(&stored))
	if len(stored) == 0 || bytes.Contains(stored, []byte("marker")) {
		t.Errorf("the callbacks are stored as %q", stored)
	}
}

// erasureTold: a certificate knows whom its erasure was told, and of no other.
func erasureTold(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	certificate := id.New()
	for _, s := range []id.Subject{subject, other} {
		must(t, "keep an errand", f.DB.KeepErrand(t.Context(), opendsr.Errand{
			ID: id.New(), System: "archive", Request: rights.RequestID(id.New()), Subject: s, Type: opendsr.Erasure,
			State: opendsr.Waiting, Submitted: f.now(), ChangedAt: f.now(), DueAt: f.now().Add(24 * time.Hour),
		}))
	}
	written := f.commit(t, ledger.Change{
		Subject: subject, Base: f.version(t, subject), At: f.now(), Actor: test,
		Entries: []ledger.Draft{{Kind: hook.Erased, Payload: certificate}},
		Rows:    []any{rights.Erased{Certificate: certificate, Number: "R-1", Plan: rights.PlanErasure(rights.Holding{})}},
	})
	stretches, err := f.DB.Fresh(t.Context(), 10_000, func(*ledger.Entry) bool { return false })
	must(t, "fresh", err)
	e := written[0]
	must(t, "spread", f.DB.Spread(t.Context(), f.revision(t), stretches, []hook.Delivery{{
		Endpoint: "shop/main", Lane: e.Lane, Seq: e.Seq, Entry: e.EntryID, Subject: subject, Version: e.Version, Kind: hook.Erased,
		At: f.now(), State: hook.Waiting, Due: f.now(),
	}}))
	deliveries, errands, err := f.DB.ErasureTold(t.Context(), certificate)
	if err != nil || len(deliveries) != 1 || deliveries[0].Endpoint != "shop/main" || len(errands) != 1 || errands[0].Subject != subject {
		t.Errorf("got %+v, %+v, %v", deliveries, errands, err)
	}
	if deliveries, errands, err = f.DB.ErasureTold(t.Context(), id.New()); err != nil || len(deliveries)+len(errands) > 0 {
		t.Errorf("of no certificate: %+v, %+v, %v", deliveries, errands, err)
	}
}
