package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

// A register is an identity.Store in memory.
type register struct {
	circle   []id.Subject // who are joined
	mu       sync.Mutex
	versions map[id.Subject]int64
	rows     []identity.Identifier
	kinds    []ledger.Kind
	letters  []letter
	links    []mailed
	happened map[string]ledger.Happening
	// meanwhile runs once before the next commit, as another process might.
	meanwhile func()
}

func newRegister() *register {
	return &register{versions: map[id.Subject]int64{}, happened: map[string]ledger.Happening{}}
}

func (r *register) Subject(_ context.Context, s id.Subject) (identity.Subject, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.versions[s]
	if !ok {
		return identity.Subject{}, errs.NotFound
	}
	return identity.Subject{ID: s, Version: v, State: identity.Active}, nil
}

func (r *register) Identifiers(_ context.Context, s id.Subject) ([]identity.Identifier, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []identity.Identifier
	for _, i := range r.rows {
		if i.Subject == s {
			all = append(all, i)
		}
	}
	return all, nil
}

// Circle is identity.Store.Circle.
func (r *register) Circle(_ context.Context, subject id.Subject) ([]id.Subject, error) {
	if slices.Contains(r.circle, subject) {
		return r.circle, nil
	}
	return []id.Subject{subject}, nil
}

func (r *register) Holders(_ context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []identity.Holder
	for _, i := range r.rows {
		if i.Kind == kind && i.Scope == scope && i.Value == value {
			all = append(all, identity.Holder{Subject: i.Subject, Identifier: i.ID, VerifiedAt: i.VerifiedAt})
		}
	}
	slices.SortStableFunc(all, func(a, b identity.Holder) int {
		switch {
		case a.VerifiedAt.IsZero() == b.VerifiedAt.IsZero():
			return 0
		case a.VerifiedAt.IsZero():
			return 1
		}
		return -1
	})
	return all, nil
}

func (r *register) Commit(_ context.Context, c ledger.Change) ([]ledger.Written, error) {
	if hook := r.meanwhile; hook != nil {
		r.meanwhile = nil
		hook()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.versions[c.Subject] != c.Base {
		return nil, errs.New(errs.Conflict, "error.conflict")
	}
	rows := slices.Clone(r.rows)
	for _, row := range c.Rows {
		switch row := row.(type) {
		case letter:
			r.letters = append(r.letters, row)
			continue
		case mailed:
			r.links = append(r.links, row)
			continue
		}
		var err error
		if rows, err = apply(rows, c, row); err != nil {
			return nil, err
		}
	}
	r.rows = rows
	r.versions[c.Subject] += int64(len(c.Entries))
	for _, e := range c.Entries {
		r.kinds = append(r.kinds, e.Kind)
		payload, err := json.Marshal(e.Payload)
		if err != nil {
			return nil, err
		}
		r.happened[e.ID] = ledger.Happening{Entry: ledger.Entry{ID: e.ID, Subject: c.Subject, Kind: e.Kind, At: c.At}, Payload: payload}
	}
	return nil, nil
}

func apply(rows []identity.Identifier, c ledger.Change, row any) ([]identity.Identifier, error) {
	at := func(identifier string) int {
		return slices.IndexFunc(rows, func(i identity.Identifier) bool { return i.ID == identifier && i.Subject == c.Subject })
	}
	switch row := row.(type) {
	case identity.Identifier:
		rows = append(rows, row)
	case identity.Verified:
		rows[at(row.Identifier)].VerifiedAt = c.At
	case identity.Removed:
		n := at(row.Identifier)
		rows = slices.Delete(rows, n, n+1)
	case identity.MadeMain:
		for i := range rows {
			if rows[i].Subject == c.Subject && rows[i].Kind == identity.Email {
				rows[i].Main = rows[i].ID == row.Identifier
			}
		}
	}
	owners := map[string]bool{}
	for _, i := range rows {
		name := string(i.Kind) + "/" + i.Scope + "/" + i.Value
		if i.Verified() && owners[name] {
			return nil, errs.New(errs.Conflict, "error.conflict")
		}
		owners[name] = owners[name] || i.Verified()
	}
	return rows, nil
}

// with adds a subject of the given id, who bears identifiers.
func (r *register) with(subject id.Subject, identifiers ...identity.Identifier) *register {
	r.versions[subject] = 1
	for _, i := range identifiers {
		i.Subject = subject
		r.rows = append(r.rows, i)
	}
	return r
}

// joined joins subjects.
func (r *register) joined(all ...id.Subject) *register {
	r.circle = all
	return r
}

func proved(name, value string) identity.Identifier {
	return identity.Identifier{ID: name, Kind: identity.Email, Value: value, VerifiedAt: noon}
}

func claimed(name, value string) identity.Identifier {
	return identity.Identifier{ID: name, Kind: identity.Email, Value: value}
}

func service(r *register) *identity.Service { return identity.NewService(r, r, clock.NewFake(noon)) }

// here is the page on which things happen.
var here = identity.Where{Brand: "hibiki", Locale: "ja"}

// A letter is a row that tells an address something.
type letter struct{ address, what string }

// AddressChanged is identity.Teller.AddressChanged.
func (r *register) AddressChanged(n identity.Notice) ([]any, error) {
	if n.Where != here || n.At.Before(noon) || n.Subject == "" {
		return nil, errors.New("told of another place, time or person")
	}
	rows := []any{letter{n.Address, n.What}}
	if n.Undoing != nil {
		rows = append(rows, mailed{n.Address, *n.Undoing})
	}
	return rows, nil
}

// mailed is what a letter lets its reader take back.
type mailed struct {
	address string
	identity.Undoing
}

// Happening is identity.Store.Happening.
func (r *register) Happening(_ context.Context, subject id.Subject, entry string) (ledger.Happening, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.happened[entry]
	if !ok || h.Subject != subject {
		return ledger.Happening{}, errs.New(errs.NotFound, "")
	}
	return h, nil
}

func TestNew(t *testing.T) {
	t.Parallel()
	c := identity.New([]identity.Identifier{
		claimed("", "claimed@example.jp"),
		{Kind: identity.Phone, Value: "+81312345678", VerifiedAt: noon},
		proved("p1", "first@example.jp"),
		proved("p2", "second@example.jp"),
	}, ledger.Actor{Kind: ledger.BySubject}, noon)
	if c.Base != 0 || c.Subject == "" || c.Actor != ledger.Self(c.Subject) || !c.At.Equal(noon) || len(c.Entries) != 5 {
		t.Errorf("change: got %+v", c)
	}
	ids := map[string]bool{}
	for n, row := range c.Rows {
		i := row.(identity.Identifier)
		if i.Subject != c.Subject || !i.CreatedAt.Equal(noon) || i.ID == "" || ids[i.ID] {
			t.Errorf("row %d: got %+v", n, i)
		}
		if want := i.ID == "p1"; i.Main != want {
			t.Errorf("row %d: main %v, want that of the first proved address alone", n, i.Main)
		}
		ids[i.ID] = true
		trace := c.Entries[n+1].Payload.(identity.Trace)
		if c.Entries[n+1].Kind != identity.IdentifierAdded || trace.Value != i.Value {
			t.Errorf("entry %d: got %+v", n+1, c.Entries[n+1])
		}
	}
}

// Nobody is let in by guess: an address signs in who has proved it, or the only
// one who bears it.
func TestService_ByEmail(t *testing.T) {
	t.Parallel()
	const who = "hana@example.jp"
	for name, tt := range map[string]struct {
		r    *register
		want id.Subject
	}{
		"nobody":                          {newRegister(), ""},
		"another_address":                 {newRegister().with("a", proved("1", "other@example.jp")), ""},
		"one_who_proved_it":               {newRegister().with("a", proved("1", who)), "a"},
		"one_who_claims_it":               {newRegister().with("a", claimed("1", who)), "a"},
		"one_who_claims_it_twice":         {newRegister().with("a", claimed("1", who), claimed("2", who)), "a"},
		"two_who_claim_it":                {newRegister().with("a", claimed("1", who)).with("b", claimed("2", who)), ""},
		"one_proved_and_one_claims":       {newRegister().with("a", claimed("1", who)).with("b", proved("2", who)), "b"},
		"a_customer_number_like_it":       {newRegister().with("a", identity.Identifier{ID: "1", Kind: identity.Customer, Scope: "shop", Value: who, VerifiedAt: noon}), ""},
		"two_who_claim_it_and_are_joined": {newRegister().with("a", claimed("1", who)).with("b", claimed("2", who)).joined("a", "b"), "a"},
		"two_of_three_are_joined":         {newRegister().with("a", claimed("1", who)).with("b", claimed("2", who)).with("c", claimed("3", who)).joined("a", "b"), ""},
		"three_claim_and_one_proved":      {newRegister().with("a", claimed("1", who)).with("b", claimed("2", who)).with("c", proved("3", who)), "c"},
	} {
		got, err := service(tt.r).ByEmail(t.Context(), who)
		if got != tt.want || (tt.want == "") != errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tt.want)
		}
	}
}

func TestService_Register(t *testing.T) {
	t.Parallel()
	const who = "hana@example.jp"
	r := newRegister()
	subject, err := service(r).Register(t.Context(), who, "hibiki")
	if err != nil || len(r.rows) != 1 || r.rows[0].Subject != subject || !r.rows[0].Main || !r.rows[0].Verified() {
		t.Fatalf("got %q (%v) and %+v, want the subject with a proved main address", subject, err, r.rows)
	}
	// The same mailbox proved in another browser at the same moment.
	again, err := service(r).Register(t.Context(), who, "hibiki")
	if err != nil || again != subject || len(r.versions) != 1 {
		t.Errorf("again: got %q (%v) of %d subjects, want %q of one", again, err, len(r.versions), subject)
	}
	// Somebody who only claims it does not keep the owner out.
	r = newRegister().with("claims", claimed("1", who))
	if subject, err = service(r).Register(t.Context(), who, ""); err != nil || subject == "claims" {
		t.Errorf("beside a claim: got %q (%v), want another subject", subject, err)
	}
}

func TestService_Prove(t *testing.T) {
	t.Parallel()
	const who = "hana@example.jp"
	for name, tt := range map[string]struct {
		r    *register
		kind errs.Kind
		want []identity.Identifier // of the subject, without what is made up
	}{
		"a_new_address_is_added":         {newRegister().with("a", proved("1", "old@example.jp")), "", []identity.Identifier{proved("1", "old@example.jp"), proved("", who)}},
		"a_claimed_address_is_proved":    {newRegister().with("a", claimed("1", who)), "", []identity.Identifier{proved("1", who)}},
		"a_proved_address_stays":         {newRegister().with("a", proved("1", who)), "", []identity.Identifier{proved("1", who)}},
		"another's_address_is_conflict":  {newRegister().with("a").with("b", proved("1", who)), errs.Conflict, nil},
		"another's_claim_is_in_nobodys":  {newRegister().with("a").with("b", claimed("1", who)), "", []identity.Identifier{proved("", who)}},
		"subject_that_is_none_not_found": {newRegister(), errs.NotFound, nil},
	} {
		err := service(tt.r).Prove(t.Context(), "a", identity.Email, who, here)
		if errs.KindOf(err) != tt.kind {
			t.Errorf("%s: got %v, want kind %q", name, err, tt.kind)
		}
		got, _ := tt.r.Identifiers(t.Context(), "a")
		for i := range got {
			if len(got[i].ID) == 26 {
				got[i].ID = ""
			}
			got[i].Subject, got[i].Source, got[i].Main, got[i].CreatedAt = "", "", false, time.Time{}
		}
		if d := cmp.Diff(got, tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

func TestService_Prove_makes_the_first_address_main(t *testing.T) {
	t.Parallel()
	r := newRegister().with("a", claimed("1", "one@example.jp"))
	for _, step := range []struct{ prove, main string }{
		{"one@example.jp", "one@example.jp"}, {"two@example.jp", "one@example.jp"},
	} {
		if err := service(r).Prove(t.Context(), "a", identity.Email, step.prove, here); err != nil {
			t.Fatal(err)
		}
		if got, err := service(r).MainEmail(t.Context(), "a"); err != nil || got != step.main {
			t.Errorf("after %s: mail goes to %q (%v), want %q", step.prove, got, err, step.main)
		}
	}
}

func TestService_Prove_decides_again_after_a_conflict(t *testing.T) {
	t.Parallel()
	r := newRegister().with("a", claimed("1", "one@example.jp"))
	r.meanwhile = func() { r.versions["a"]++ }
	if err := service(r).Prove(t.Context(), "a", identity.Email, "one@example.jp", here); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r.kinds, []ledger.Kind{identity.IdentifierVerified}); d != "" {
		t.Errorf("entries (-got +want):\n%s", d)
	}
}

func TestService_Remove(t *testing.T) {
	t.Parallel()
	main := proved("main", "main@example.jp")
	main.Main = true
	phone := identity.Identifier{ID: "phone", Kind: identity.Phone, Value: "+81312345678"}
	customer := identity.Identifier{ID: "customer", Kind: identity.Customer, Scope: "shop", Value: "17", VerifiedAt: noon}
	for name, tt := range map[string]struct {
		held   []identity.Identifier
		remove string
		want   errs.Kind
	}{
		"second_proved_address": {[]identity.Identifier{main, proved("x", "x@example.jp")}, "x", ""},
		"claimed_address":       {[]identity.Identifier{main, claimed("x", "x@example.jp")}, "x", ""},
		"phone":                 {[]identity.Identifier{main, phone}, "phone", ""},
		"main_address":          {[]identity.Identifier{main, proved("x", "x@example.jp")}, "main", errs.Forbidden},
		"last_proved_address":   {[]identity.Identifier{claimed("c", "c@example.jp"), proved("x", "x@example.jp")}, "x", errs.Forbidden},
		"number_of_a_system":    {[]identity.Identifier{main, customer}, "customer", errs.Forbidden},
		"what_is_not_held":      {[]identity.Identifier{main}, "x", errs.NotFound},
	} {
		r := newRegister().with("a", tt.held...).with("b", proved("other", "other@example.jp"))
		gone, err := service(r).Remove(t.Context(), "a", tt.remove, here)
		if errs.KindOf(err) != tt.want {
			t.Errorf("%s: got %v, want kind %q", name, err, tt.want)
		}
		left := slices.ContainsFunc(r.rows, func(i identity.Identifier) bool { return i.ID == tt.remove })
		if removed := tt.want == ""; removed && (left || gone.ID != tt.remove) || !removed && len(r.rows) != len(tt.held)+1 {
			t.Errorf("%s: %+v is left, and %q is said to be gone", name, r.rows, gone.ID)
		}
	}
	r := newRegister().with("a", main).with("b", proved("other", "other@example.jp"))
	if _, err := service(r).Remove(t.Context(), "a", "other", here); !errors.Is(err, errs.NotFound) {
		t.Errorf("another's: got %v, want %v", err, errs.NotFound)
	}
}

func TestService_MakeMain(t *testing.T) {
	t.Parallel()
	main := proved("main", "main@example.jp")
	main.Main = true
	phone := identity.Identifier{ID: "phone", Kind: identity.Phone, Value: "+81312345678", VerifiedAt: noon}
	for name, tt := range map[string]struct {
		choose string
		want   errs.Kind
		main   string
	}{
		"proved_address":       {"x", "", "x@example.jp"},
		"main_as_it_is":        {"main", "", "main@example.jp"},
		"claimed_address":      {"c", errs.Forbidden, "main@example.jp"},
		"phone":                {"phone", errs.Forbidden, "main@example.jp"},
		"somebody_elses":       {"other", errs.NotFound, "main@example.jp"},
		"identifier_of_nobody": {"none", errs.NotFound, "main@example.jp"},
	} {
		r := newRegister().
			with("a", main, proved("x", "x@example.jp"), claimed("c", "c@example.jp"), phone).
			with("b", proved("other", "other@example.jp"))
		err := service(r).MakeMain(t.Context(), "a", tt.choose, here)
		if errs.KindOf(err) != tt.want {
			t.Errorf("%s: got %v, want kind %q", name, err, tt.want)
		}
		if got, err := service(r).MainEmail(t.Context(), "a"); err != nil || got != tt.main {
			t.Errorf("%s: mail goes to %q (%v), want %q", name, got, err, tt.main)
		}
	}
}

func TestService_MainEmail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		held []identity.Identifier
		want string
	}{
		"nothing":             {nil, ""},
		"claimed_only":        {[]identity.Identifier{claimed("1", "a@example.jp")}, ""},
		"first_of_the_proved": {[]identity.Identifier{claimed("1", "a@example.jp"), proved("2", "b@example.jp"), proved("3", "c@example.jp")}, "b@example.jp"},
		"phone_is_no_address": {[]identity.Identifier{{ID: "1", Kind: identity.Phone, Value: "+81312345678", VerifiedAt: noon, Main: true}}, ""},
		"claimed_is_not_main": {[]identity.Identifier{{ID: "1", Kind: identity.Email, Value: "a@example.jp", Main: true}}, ""},
	} {
		got, err := service(newRegister().with("a", tt.held...)).MainEmail(t.Context(), "a")
		if got != tt.want || (tt.want == "") != errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tt.want)
		}
	}
}

// ASVS 6.3.7: who knew the old contact data is told of a change, at every address
// that was proved before it, and nobody is told of what did not happen.
func TestService_tells_the_addresses_that_were_there_before(t *testing.T) {
	t.Parallel()
	main := proved("main", "main@example.jp")
	main.Main = true
	held := []identity.Identifier{main, proved("x", "x@example.jp"), claimed("c", "c@example.jp")}
	for name, tt := range map[string]struct {
		do   func(context.Context, *identity.Service) error
		want []letter
	}{
		"added": {func(ctx context.Context, s *identity.Service) error {
			return s.Prove(ctx, "a", identity.Email, "new@example.jp", here)
		}, []letter{{"main@example.jp", identity.AddressAdded}, {"x@example.jp", identity.AddressAdded}}},
		"claim_proved": {func(ctx context.Context, s *identity.Service) error {
			return s.Prove(ctx, "a", identity.Email, "c@example.jp", here)
		}, []letter{{"main@example.jp", identity.AddressAdded}, {"x@example.jp", identity.AddressAdded}}},
		"proved_already": {func(ctx context.Context, s *identity.Service) error {
			return s.Prove(ctx, "a", identity.Email, "x@example.jp", here)
		}, nil},
		"removed": {func(ctx context.Context, s *identity.Service) error {
			_, err := s.Remove(ctx, "a", "x", here)
			return err
		}, []letter{{"main@example.jp", identity.AddressGone}, {"x@example.jp", identity.AddressRemoved}}},
		"claim_removed": {func(ctx context.Context, s *identity.Service) error {
			_, err := s.Remove(ctx, "a", "c", here)
			return err
		}, nil},
		"made_main": {func(ctx context.Context, s *identity.Service) error {
			return s.MakeMain(ctx, "a", "x", here)
		}, []letter{{"main@example.jp", identity.AddressMain}}},
		"main_already": {func(ctx context.Context, s *identity.Service) error {
			return s.MakeMain(ctx, "a", "main", here)
		}, nil},
	} {
		r := newRegister().with("a", held...)
		if err := tt.do(t.Context(), service(r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(r.letters, tt.want, cmp.AllowUnexported(letter{})); d != "" {
			t.Errorf("%s: letters (-got +want):\n%s", name, d)
		}
	}
}
