package staff_test

import (
	"strings"
	"sync"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

func TestInviteChecks(t *testing.T) {
	onEngines(t, func(k *kit) {
		for what, m := range map[string]staff.Member{
			"no name":            {Email: "a@example.com", Role: authz.DPO},
			"a name that breaks": {Name: "a\nb", Email: "a@example.com", Role: authz.DPO},
			"a long name":        {Name: strings.Repeat("a", 101), Email: "a@example.com", Role: authz.DPO},
			"no address":         {Name: "A", Role: authz.DPO},
			"no role":            {Name: "A", Email: "a@example.com"},
			"a made-up role":     {Name: "A", Email: "a@example.com", Role: "owner"},
			"no brand":           {Name: "A", Email: "a@example.com", Role: authz.BrandManager},
			"a made-up brand":    {Name: "A", Email: "a@example.com", Role: authz.Support, Brands: []string{"club"}},
			"a limited auditor":  {Name: "A", Email: "a@example.com", Role: authz.Auditor, Brands: []string{"hibiki"}},
		} {
			_, _, err := k.Invite(k.t.Context(), staff.By{}, m)
			wantKind(k.t, what, err, errs.Invalid)
		}
		if all, err := k.Members(k.t.Context()); err != nil || len(all) != 0 {
			k.t.Errorf("got %d members, %v", len(all), err)
		}
	})
}

// TestLastAdministrator: there is always one who can sign in, however many are
// ended at the same time (S28).
func TestLastAdministrator(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		first, _, _ := k.join(authz.Administrator)
		k.invite(authz.Administrator) // who has no passkey yet
		wantKind(k.t, "end the last", k.Disable(ctx, staff.By{}, first.ID), errs.Conflict)
		wantKind(k.t, "place the last", k.Place(ctx, staff.By{}, first.ID, authz.DPO, nil), errs.Conflict)

		all := []staff.Member{first}
		for range 3 {
			m, _, _ := k.join(authz.Administrator)
			all = append(all, m)
		}
		var done sync.WaitGroup
		for _, m := range all {
			done.Go(func() { _ = k.Disable(ctx, staff.By{}, m.ID) })
		}
		done.Wait()
		members, err := k.Members(ctx)
		if err != nil {
			k.t.Fatal(err)
		}
		left := 0
		for _, m := range members {
			if m.Enabled() && m.Role == authz.Administrator && !m.JoinedAt.IsZero() {
				left++
			}
		}
		if left != 1 {
			k.t.Errorf("%d administrators are left, want 1", left)
		}
	})
}

// TestPlace: a change of role counts from the next request, and nobody changes
// their own.
func TestPlace(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		admin, _, _ := k.join(authz.Administrator)
		m, d, cookie := k.join(authz.DPO)
		by := staff.By{Member: admin}
		wantKind(k.t, "oneself", k.Place(ctx, by, admin.ID, authz.DPO, nil), errs.Forbidden)
		wantKind(k.t, "end oneself", k.Disable(ctx, by, admin.ID), errs.Forbidden)
		wantKind(k.t, "nobody", k.Place(ctx, by, staff.MemberID(id.New()), authz.DPO, nil), errs.NotFound)
		wantKind(k.t, "no id", k.Disable(ctx, by, "x"), errs.NotFound)
		wantKind(k.t, "no brand", k.Place(ctx, by, m.ID, authz.BrandManager, nil), errs.Invalid)
		if err := k.Place(ctx, by, m.ID, authz.BrandManager, []string{"hibiki"}); err != nil {
			k.t.Fatal(err)
		}
		s, err := k.Check(ctx, cookie)
		if err != nil || s.Member.Role != authz.BrandManager || !s.Member.Sees("hibiki") || s.Member.Sees("kawara") {
			k.t.Errorf("got %+v, %v", s.Member, err)
		}
		if err := k.Disable(ctx, by, m.ID); err != nil {
			k.t.Fatal(err)
		}
		_, err = k.Check(ctx, cookie)
		wantKind(k.t, "the session of a member who was ended", err, errs.Unauthenticated)
		_, _, err = k.SignIn(ctx, d.Use(k.ask()))
		wantKind(k.t, "the passkey of a member who was ended", err, errs.Forbidden)
		_, _, err = k.InviteAgain(ctx, by, m.ID)
		wantKind(k.t, "another invitation", err, errs.NotFound)
	})
}

// TestOpen: a reason lets one member look at one person for a while, and is in
// that person's history with who it was.
func TestOpen(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		c := identity.New(nil, ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, testkit.Start)
		if _, err := k.db.Commit(ctx, c); err != nil {
			k.t.Fatal(err)
		}
		m, _, _ := k.join(authz.DPO)
		other, _, _ := k.join(authz.DPO)
		look := func(m staff.Member) error {
			_, err := k.MayLook(ctx, m, c.Subject)
			return err
		}
		wantKind(k.t, "without a reason", look(m), errs.Stale)
		wantKind(k.t, "a made-up reason", k.Open(ctx, m, c.Subject, "curiosity", ""), errs.Invalid)
		wantKind(k.t, "nobody", k.Open(ctx, m, id.Subject(id.New()), staff.ByQuestion, ""), errs.NotFound)
		if err := k.Open(ctx, m, c.Subject, staff.ByComplaint, "letter of 3 March"); err != nil {
			k.t.Fatal(err)
		}
		if err := look(m); err != nil {
			k.t.Error(err)
		}
		wantKind(k.t, "another member", look(other), errs.Stale)
		history, err := k.db.History(ctx, c.Subject, ledger.HistoryPage{Limit: 10, Kinds: []string{"subject.viewed"}})
		if err != nil || len(history) != 1 || history[0].Actor != m.Actor() {
			k.t.Fatalf("got %+v, %v", history, err)
		}
		if got, want := string(history[0].Payload), `{"reason":"complaint","note":"letter of 3 March","role":"dpo"}`; got != want {
			k.t.Errorf("got %s, want %s", got, want)
		}
		k.clock.Advance(staff.OpenFor)
		wantKind(k.t, "after a while", look(m), errs.Stale)
		for range staff.OpeningsPerHour {
			if err = k.Open(ctx, m, c.Subject, staff.ByQuestion, ""); err != nil {
				break
			}
		}
		for range 2 {
			err = k.Open(ctx, m, c.Subject, staff.ByQuestion, "")
		}
		wantKind(k.t, "in bulk", err, errs.TooMany)
	})
}
