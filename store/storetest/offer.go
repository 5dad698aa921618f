package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// offered keeps an offer for who has proved address.
func (f Fixture) offered(t *testing.T, address string) transfer.Offer {
	t.Helper()
	o := transfer.Offer{
		ID: id.New(), From: "choir", Nonce: id.New(), At: f.now(), Until: f.now().Add(time.Hour),
		Names:  []identity.Identifier{{Kind: identity.Email, Value: address}},
		Values: []transfer.Value{{Field: "city", Label: "City", Value: "Kyoto", Source: "the choir", At: f.now()}}, Rest: []string{"Voice"},
	}
	must(t, "keep", f.DB.KeepOffer(t.Context(), o))
	return o
}

// waiting are the ids of what waits for a subject.
func (f Fixture) waiting(t *testing.T, subject id.Subject) []string {
	t.Helper()
	all, err := f.DB.Offers(t.Context(), subject, f.now())
	must(t, "offers", err)
	var ids []string
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	return ids
}

// offersRoundTrip shows an offer to who has proved its address, and to nobody
// else; it ends once, by whom it shows to.
func offersRoundTrip(t *testing.T, f Fixture) {
	at := address()
	proved, unproved := f.subject(t, email(at, f.now())), f.subject(t, email(at, time.Time{}))
	o := f.offered(t, at)
	wantKind(t, "sent again", f.DB.KeepOffer(t.Context(), transfer.Offer{ID: id.New(), From: o.From, Nonce: o.Nonce, At: f.now(), Until: o.Until}), errs.Conflict)
	got, err := f.DB.Offers(t.Context(), proved, f.now())
	must(t, "read", err)
	want := o
	want.Nonce, want.Names = "", nil
	if diff := cmp.Diff(got, []transfer.Offer{want}); diff != "" {
		t.Errorf("offers (-got +want):\n%s", diff)
	}
	if got := f.waiting(t, unproved); got != nil {
		t.Errorf("who has not proved the address sees %v", got)
	}
	end := func(subject id.Subject) error {
		_, err := f.DB.Commit(t.Context(), f.change(subject, ledger.AnyVersion, transfer.Ended{Offer: o.ID}))
		return err
	}
	wantKind(t, "ended by another", end(unproved), errs.Gone)
	must(t, "end", end(proved))
	_, err = f.DB.Commit(t.Context(), f.change(proved, ledger.AnyVersion, transfer.Ended{Offer: o.ID}))
	wantKind(t, "ended twice", err, errs.Gone)
	if got := f.waiting(t, proved); got != nil {
		t.Errorf("what has ended waits: %v", got)
	}
}

// offersErased takes with a person what waits for them, and nothing of others.
func offersErased(t *testing.T, f Fixture) {
	at, other := address(), address()
	first, second := f.subject(t, email(at, f.now())), f.subject(t, email(other, f.now()))
	mine, theirs := f.offered(t, at), f.offered(t, other)
	h, err := f.DB.Holding(t.Context(), first)
	must(t, "holding", err)
	if got := h.Count[rights.PartOffers]; got != 1 {
		t.Errorf("got %d offers in the plan, want 1", got)
	}
	f.commit(t, f.change(first, ledger.AnyVersion, rights.Erased{Certificate: id.New(), Number: "R-GONE", Plan: rights.PlanErasure(h)}))
	if left := f.bodies(t); left[mine.ID] || !left[theirs.ID] {
		t.Errorf("left: %v, theirs: %v; want theirs alone", left[mine.ID], left[theirs.ID])
	}
	if diff := cmp.Diff(f.waiting(t, second), []string{theirs.ID}); diff != "" {
		t.Errorf("of somebody else (-got +want):\n%s", diff)
	}
}

// offersExpire ends what nobody decided on in time, destroys its key, and knows
// the package again for a while.
func offersExpire(t *testing.T, f Fixture) {
	at := address()
	subject := f.subject(t, email(at, f.now()))
	o := f.offered(t, at)
	n, err := f.DB.WaitingFrom(t.Context(), "choir")
	if err != nil || n != 1 {
		t.Errorf("waiting: got %d, %v; want 1", n, err)
	}
	sweep := func(after time.Duration) { must(t, "sweep", f.DB.SweepOffers(t.Context(), o.At.Add(after))) }
	sweep(time.Minute)
	if diff := cmp.Diff(f.waiting(t, subject), []string{o.ID}); diff != "" {
		t.Errorf("in time (-got +want):\n%s", diff)
	}
	sweep(time.Hour)
	if got := f.waiting(t, subject); got != nil {
		t.Errorf("after its time it waits: %v", got)
	}
	var names int
	must(t, "count names", f.SQL.QueryRowContext(t.Context(), "select count(*) from offer_names").Scan(&names))
	if _, err := f.DB.Ring().Subject(t.Context(), id.Subject(o.ID)); names != 0 {
		t.Errorf("%d names are left", names)
	} else {
		wantKind(t, "its key", err, errs.Gone)
	}
	again := transfer.Offer{ID: id.New(), From: o.From, Nonce: o.Nonce, At: o.At, Until: o.Until}
	wantKind(t, "sent again", f.DB.KeepOffer(t.Context(), again), errs.Conflict)
	sweep(31 * 24 * time.Hour)
	if got := f.bodies(t); len(got) != 0 {
		t.Errorf("after a month there is %v", got)
	}
}

// bodies tells of each offer whether it has a content.
func (f Fixture) bodies(t *testing.T) map[string]bool {
	t.Helper()
	rows, err := f.SQL.QueryContext(t.Context(), "select id, body from offers")
	must(t, "read offers", err)
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var one string
		var body []byte
		must(t, "scan", rows.Scan(&one, &body))
		all[one] = len(body) > 0
	}
	must(t, "read offers", rows.Err())
	return all
}
