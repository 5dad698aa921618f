package identity_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

const (
	hers  = "hers@example.jp"  // known for long
	other = "other@example.jp" // hers too
	his   = "his@example.jp"   // of who got hold of a browser
)

// since is a proved address that was proved so long before noon.
func since(name, value string, age time.Duration) identity.Identifier {
	i := proved(name, value)
	i.VerifiedAt = noon.Add(-age)
	return i
}

func asMain(i identity.Identifier) identity.Identifier {
	i.Main = true
	return i
}

const long = 365 * 24 * time.Hour

// No proof goes to an address that came lately, while there is an older one.
func TestService_ProofEmail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		held []identity.Identifier
		want string
	}{
		"nothing":                {nil, ""},
		"claimed_only":           {[]identity.Identifier{claimed("1", hers)}, ""},
		"the_only_one_new":       {[]identity.Identifier{asMain(since("1", hers, 0))}, hers},
		"main_known_for_long":    {[]identity.Identifier{since("1", other, 2*long), asMain(since("2", hers, long))}, hers},
		"main_new":               {[]identity.Identifier{since("1", hers, long), asMain(since("2", his, time.Hour))}, hers},
		"main_new_listed_first":  {[]identity.Identifier{asMain(since("2", his, time.Hour)), since("1", hers, long)}, hers},
		"both_new_the_older_one": {[]identity.Identifier{asMain(since("2", his, time.Hour)), since("1", hers, 2*time.Hour)}, hers},
		"just_settled":           {[]identity.Identifier{since("1", other, long), asMain(since("2", hers, identity.Settling))}, hers},
		"about_to_settle":        {[]identity.Identifier{since("1", hers, long), asMain(since("2", his, identity.Settling-time.Second))}, hers},
		"of_a_joined_record":     {nil, other},
	} {
		r := newRegister().with("a", tt.held...)
		if tt.want == other {
			r.with("b", since("9", other, long)).joined("a", "b")
		}
		got, err := service(r).ProofEmail(t.Context(), "a")
		if got != tt.want || (tt.want == "") != errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tt.want)
		}
	}
}

// The address from which a change can be taken back stays while it is the only
// such one.
func TestStays(t *testing.T) {
	t.Parallel()
	fresh := asMain(since("new", his, time.Hour))
	for name, tt := range map[string]struct {
		held []identity.Identifier
		id   string
		want time.Time
	}{
		"the_old_one_beside_a_new_one": {[]identity.Identifier{since("old", hers, long), fresh}, "old", noon.Add(identity.Settling - time.Hour)},
		"the_new_one":                  {[]identity.Identifier{since("old", hers, long), fresh}, "new", time.Time{}},
		"one_of_two_old_ones":          {[]identity.Identifier{since("old", hers, long), since("too", other, long), fresh}, "old", time.Time{}},
		"beside_a_settled_one":         {[]identity.Identifier{since("old", hers, long), asMain(since("new", his, identity.Settling))}, "old", time.Time{}},
		"the_only_one":                 {[]identity.Identifier{since("old", hers, long)}, "old", time.Time{}},
		"a_claim":                      {[]identity.Identifier{since("old", hers, long), claimed("c", other)}, "c", time.Time{}},
	} {
		if got := identity.Stays(tt.held, tt.id, noon); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
	r := newRegister().with("a", since("old", hers, long), fresh)
	if _, err := service(r).Remove(t.Context(), "a", "old", here); !errors.Is(err, errs.Forbidden) || len(r.letters) != 0 {
		t.Errorf("removing it: got %v and %v, want it refused", err, r.letters)
	}
}

// link returns what the last letter to an address lets its reader take back.
func (r *register) link(address string) identity.Undoing {
	for _, l := range slices.Backward(r.links) {
		if l.address == address {
			return l.Undoing
		}
	}
	return identity.Undoing{}
}

func (r *register) values() (proved []string, main string) {
	for _, i := range r.rows {
		if i.Subject == "a" && i.Verified() {
			proved = append(proved, i.Value)
			if i.Main {
				main = i.Value
			}
		}
	}
	slices.Sort(proved)
	return proved, main
}

func TestService_Undo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do     func(*identity.Service, *register) error
		kind   ledger.Kind
		proved []string // after it was taken back
	}{
		"added": {func(s *identity.Service, _ *register) error {
			return s.Prove(t.Context(), "a", identity.Email, his, here)
		}, identity.IdentifierAdded, []string{hers, other}},
		"claim_proved": {func(s *identity.Service, _ *register) error {
			return s.Prove(t.Context(), "a", identity.Email, "claim@example.jp", here)
		}, identity.IdentifierVerified, []string{hers, other}},
		"made_main": {func(s *identity.Service, _ *register) error {
			return s.MakeMain(t.Context(), "a", "o", here)
		}, identity.IdentifierMain, []string{hers, other}},
		"removed": {func(s *identity.Service, _ *register) error {
			_, err := s.Remove(t.Context(), "a", "o", here)
			return err
		}, identity.IdentifierRemoved, []string{hers, other}},
	} {
		r := newRegister().with("a", asMain(since("h", hers, long)), since("o", other, long), claimed("c", "claim@example.jp")).with("b")
		s := service(r)
		if err := tt.do(s, r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		u := r.link(hers)
		if tt.kind == identity.IdentifierRemoved {
			u = r.link(other)
		}
		if got, err := s.Contact(t.Context(), "a", u); err != nil || got != (identity.ContactChange{Kind: tt.kind, At: noon}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		for _, wrong := range []identity.Undoing{{Entry: u.Entry, By: "nobody"}, {Entry: "none", By: u.By}, {Entry: u.Entry, By: "c"}} {
			if err := s.Undo(t.Context(), "a", wrong, here); !errors.Is(err, errs.Gone) {
				t.Errorf("%s: by %+v: got %v, want it refused", name, wrong, err)
			}
		}
		if err := s.Undo(t.Context(), "b", u, here); !errors.Is(err, errs.Gone) {
			t.Errorf("%s: of another: got %v, want it refused", name, err)
		}
		for range 2 { // the second time, nothing is left to take back
			r.letters = nil
			if err := s.Undo(t.Context(), "a", u, here); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got, main := r.values(); !slices.Equal(got, tt.proved) || main != hers {
				t.Errorf("%s: proved are %v and %q is main", name, got, main)
			}
		}
		if len(r.letters) != 0 {
			t.Errorf("%s: told of nothing: %v", name, r.letters)
		}
		if got, err := s.Contact(t.Context(), "a", u); err != nil || !got.Undone {
			t.Errorf("%s: got %+v, %v; want it undone", name, got, err)
		}
	}
}

// Everybody is told that a change was taken back, who made it too, and nobody
// can take that back in turn.
func TestService_Undo_is_told(t *testing.T) {
	t.Parallel()
	r := newRegister().with("a", asMain(since("h", hers, long)))
	s := service(r)
	if err := s.Prove(t.Context(), "a", identity.Email, his, here); err != nil {
		t.Fatal(err)
	}
	u, links := r.link(hers), len(r.links)
	r.letters = nil
	if err := s.Undo(t.Context(), "a", u, here); err != nil {
		t.Fatal(err)
	}
	want := []letter{{hers, identity.AddressUndone}, {his, identity.AddressUndone}}
	if d := cmp.Diff(r.letters, want, cmp.AllowUnexported(letter{})); d != "" || len(r.links) != links {
		t.Errorf("%d links, letters (-got +want):\n%s", len(r.links)-links, d)
	}
}

// An address that was put back elsewhere stays there.
func TestService_Undo_of_an_address_that_another_proved(t *testing.T) {
	t.Parallel()
	r := newRegister().with("a", asMain(since("h", hers, long)), since("o", other, long)).with("b")
	s := service(r)
	if _, err := s.Remove(t.Context(), "a", "o", here); err != nil {
		t.Fatal(err)
	}
	u := r.link(other)
	if err := s.Prove(t.Context(), "b", identity.Email, other, here); err != nil {
		t.Fatal(err)
	}
	if err := s.Undo(t.Context(), "a", u, here); !errors.Is(err, errs.Conflict) {
		t.Errorf("got %v, want %v", err, errs.Conflict)
	}
}

// Whatever somebody does to the addresses of another in the time that a change
// needs to settle, no proof goes to them, and whoever reads the mail of those that
// were there before takes it all back.
func TestService_Undo_whatever_was_done(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		now := clock.NewFake(noon)
		r := newRegister().with("a", asMain(since("h", hers, long)))
		if rnd.IntN(2) == 0 {
			r.with("a", since("o", other, long))
		}
		s := identity.NewService(r, r, now)
		before, _ := r.values()
		for range 1 + rnd.IntN(6) {
			now.Advance(time.Duration(rnd.Int64N(int64(identity.Settling) / 7)))
			held, _ := r.Identifiers(t.Context(), "a")
			one := held[rnd.IntN(len(held))].ID
			switch rnd.IntN(3) {
			case 0:
				_ = s.Prove(t.Context(), "a", identity.Email, []string{his, "too-" + his}[rnd.IntN(2)], here)
			case 1:
				_ = s.MakeMain(t.Context(), "a", one, here)
			case 2:
				_, _ = s.Remove(t.Context(), "a", one, here)
			}
			if got, err := s.ProofEmail(t.Context(), "a"); err != nil || !slices.Contains(before, got) {
				t.Fatalf("after %v: a proof goes to %q, %v", r.kinds, got, err)
			}
		}
		var mine []identity.Undoing
		for _, l := range r.links {
			if slices.Contains(before, l.address) {
				mine = append(mine, l.Undoing)
			}
		}
		did := slices.Clone(r.kinds)
		for range 2 { // a link from before the address was removed works once it is back
			rnd.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for _, u := range mine {
				if err := s.Undo(t.Context(), "a", u, here); err != nil && !errors.Is(err, errs.Gone) {
					t.Fatal(err)
				}
			}
		}
		got, main := r.values()
		if !slices.Equal(got, before) || !slices.Contains(before, main) {
			t.Fatalf("after %v: proved are %v, main is %q", did, got, main)
		}
	}
}
