package stafftest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
)

// A Backend is what the contract is about.
type Backend interface {
	staff.Store
	staff.EntranceStore
}

var start = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// Run holds a store to the contracts of staff.Store and staff.EntranceStore.
// newBackend returns one without members.
func Run(t *testing.T, newBackend func(*testing.T) Backend) {
	t.Helper()
	for _, tt := range []struct {
		name string
		test func(*contract)
	}{
		{"members_are_read_as_written_oldest_first", (*contract).members},
		{"a_digest_is_chosen_and_sent_once", (*contract).digests},
		{"views_are_kept_and_forgotten", (*contract).views},
		{"a_passkey_is_read_as_written_and_used", (*contract).passkeys},
		{"a_passkey_is_made_for_the_enabled_alone", (*contract).passkeyOfDisabled},
		{"an_invitation_is_taken_up_once", (*contract).invites},
		{"a_challenge_is_taken_once", (*contract).ceremonies},
		{"a_session_has_its_member_as_they_are_now", (*contract).sessions},
		{"an_ended_session_is_not_touched", (*contract).touched},
		{"an_opening_is_of_one_member_and_one_person", (*contract).openings},
		{"what_nobody_can_use_is_swept", (*contract).swept},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(&contract{t, newBackend(t), t.Context()}) })
	}
}

type contract struct {
	t   *testing.T
	b   Backend
	ctx context.Context //nolint:containedctx // of one test
}

// commit writes rows with an entry, as every act of staff does.
func (c *contract) commit(at time.Time, rows ...any) error {
	_, err := c.b.Commit(c.ctx, ledger.Change{
		At: at, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, Rows: rows,
		Entries: []ledger.Draft{{Kind: staff.KindPlaced}},
	})
	return err
}

func (c *contract) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *contract) want(what string, err error, kind errs.Kind) {
	c.t.Helper()
	if !errors.Is(err, kind) {
		c.t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

func (c *contract) same(what string, got, want any) {
	c.t.Helper()
	if d := cmp.Diff(got, want, cmpopts.EquateEmpty()); d != "" {
		c.t.Errorf("%s (-got +want):\n%s", what, d)
	}
}

func (c *contract) member(at time.Time, r authz.Role, brands ...string) staff.Member {
	c.t.Helper()
	m := staff.Member{ID: staff.MemberID(id.New()), Name: "森 美香", Email: "mori@example.com", Role: r, Brands: brands, CreatedAt: at}
	c.must(c.commit(at, staff.Added{Member: m}))
	return m
}

func (c *contract) members() {
	a := c.member(start, authz.Administrator)
	b := c.member(start.Add(time.Second), authz.Support, "hibiki", "kawara")
	all, err := c.b.StaffMembers(c.ctx)
	c.must(err)
	c.same("members", all, []staff.Member{a, b})
	c.must(c.commit(start.Add(time.Minute), staff.Disabled{Member: b.ID}))
	b.DisabledAt = start.Add(time.Minute)
	got, err := c.b.StaffMember(c.ctx, b.ID)
	c.must(err)
	c.same("a disabled member", got, b)
	_, err = c.b.StaffMember(c.ctx, staff.MemberID(id.New()))
	c.want("nobody", err, errs.NotFound)
}

func (c *contract) digests() {
	m := c.member(start, authz.DPO)
	c.must(c.commit(start, staff.Chose{Member: m.ID, Digest: staff.Weekly}))
	c.must(c.commit(start.Add(time.Hour), staff.Digested{Member: m.ID}))
	c.want("sent by another process", c.commit(start.Add(time.Hour), staff.Digested{Member: m.ID}), errs.Conflict)
	got, err := c.b.StaffMember(c.ctx, m.ID)
	c.must(err)
	m.Digest, m.DigestAt = staff.Weekly, start.Add(time.Hour)
	c.same("the member", got, m)
	c.must(c.commit(start.Add(2*time.Hour), staff.Digested{Member: m.ID, Last: m.DigestAt}))
}

func (c *contract) views() {
	m, other := c.member(start, authz.DPO), c.member(start, authz.DPO)
	m.Views = []staff.View{{Name: "苦情", Query: "kind=complaint"}, {Name: "Late", Query: "due=overdue"}}
	c.must(c.commit(start, staff.Arranged{Member: m.ID, Views: m.Views}))
	for _, want := range []staff.Member{m, other} {
		got, err := c.b.StaffMember(c.ctx, want.ID)
		c.must(err)
		c.same("the member", got, want)
	}
	m.Views = nil
	c.must(c.commit(start, staff.Arranged{Member: m.ID}))
	got, err := c.b.StaffMember(c.ctx, m.ID)
	c.must(err)
	c.same("who forgot them", got, m)
}

func (c *contract) passkeys() {
	m := c.member(start, authz.DPO)
	k := staff.Passkey{ID: id.New(), Member: m.ID, Credential: []byte(`{"n":1}`), CreatedAt: start}
	c.must(c.commit(start, k))
	k.Credential, k.UsedAt = []byte(`{"n":2}`), start.Add(time.Hour)
	c.must(c.commit(start, staff.Used{Passkey: k}))
	got, err := c.b.StaffPasskeys(c.ctx, m.ID)
	c.must(err)
	c.same("passkeys", got, []staff.Passkey{k})
	again, err := c.b.StaffMember(c.ctx, m.ID)
	c.must(err)
	if !again.JoinedAt.Equal(start) {
		c.t.Errorf("joined: got %v, want %v", again.JoinedAt, start)
	}
	k.Member = c.member(start, authz.DPO).ID
	c.want("of another", c.commit(start, staff.Used{Passkey: k}), errs.Forbidden)
}

func (c *contract) passkeyOfDisabled() {
	m := c.member(start, authz.DPO)
	c.must(c.commit(start, staff.Disabled{Member: m.ID}))
	c.want("disabled", c.commit(start, staff.Passkey{ID: id.New(), Member: m.ID, Credential: []byte("{}"), CreatedAt: start}), errs.Gone)
}

func (c *contract) invites() {
	m := c.member(start, authz.DPO)
	i := staff.Invite{Token: []byte("one"), Member: m.ID, CreatedAt: start, ExpiresAt: start.Add(time.Hour)}
	c.must(c.commit(start, i))
	got, err := c.b.StaffInvite(c.ctx, i.Token)
	c.must(err)
	c.same("invitation", got, i)
	c.want("late", c.commit(i.ExpiresAt, staff.TakenUp{Token: i.Token}), errs.Gone)
	won := c.race(func() error { return c.commit(start, staff.TakenUp{Token: i.Token}) })
	if won != 1 {
		c.t.Errorf("taken up %d times at once, want 1", won)
	}
	_, err = c.b.StaffInvite(c.ctx, []byte("none"))
	c.want("none", err, errs.NotFound)
	i.Token = []byte("two")
	c.must(c.commit(start, i))
	c.must(c.commit(start, staff.Superseded{Member: m.ID}))
	c.want("superseded", c.commit(start, staff.TakenUp{Token: i.Token}), errs.Gone)
}

// race runs something many times at once, and returns how often it succeeded;
// every other time must be errs.Gone.
func (c *contract) race(do func() error) (won int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			err := do()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, errs.Gone) {
				c.t.Errorf("got %v, want gone", err)
			}
		})
	}
	all.Wait()
	return won
}

func (c *contract) ceremonies() {
	one := staff.Ceremony{
		Token: []byte("one"), Member: "m", Invite: []byte("i"), Body: []byte("{}"), CreatedAt: start, ExpiresAt: start.Add(time.Minute),
	}
	c.must(c.b.SaveCeremony(c.ctx, one))
	won := c.race(func() error {
		got, err := c.b.TakeCeremony(c.ctx, one.Token, start)
		if err == nil {
			c.same("challenge", got, one)
		}
		return err
	})
	if won != 1 {
		c.t.Errorf("taken %d times at once, want 1", won)
	}
	c.must(c.b.SaveCeremony(c.ctx, one))
	_, err := c.b.TakeCeremony(c.ctx, one.Token, one.ExpiresAt)
	c.want("late", err, errs.Gone)
	_, err = c.b.TakeCeremony(c.ctx, one.Token, start)
	c.want("asked for when it was late, and early after", err, errs.Gone)
}

func (c *contract) session(m staff.Member, digest string) staff.Session {
	c.t.Helper()
	s := staff.Session{
		ID: id.New(), Digest: []byte(digest), Member: m, CreatedAt: start, LastSeen: start,
		IdleUntil: start.Add(time.Minute), AbsoluteUntil: start.Add(time.Hour),
	}
	c.must(c.commit(start, s))
	return s
}

func (c *contract) sessions() {
	m := c.member(start, authz.DPO)
	s := c.session(m, "one")
	got, err := c.b.StaffSession(c.ctx, s.Digest)
	c.must(err)
	c.same("session", got, s)
	c.must(c.commit(start, staff.Placed{Member: m.ID, Role: string(authz.Support), Brands: []string{"hibiki"}}))
	got, err = c.b.StaffSession(c.ctx, s.Digest)
	c.must(err)
	if got.Member.Role != authz.Support || !got.Member.Sees("hibiki") || got.Member.Sees("kawara") {
		c.t.Errorf("got %+v", got.Member)
	}
	c.must(c.commit(start.Add(time.Second), staff.Disabled{Member: m.ID}))
	got, err = c.b.StaffSession(c.ctx, s.Digest)
	c.must(err)
	if got.EndedAt.IsZero() || got.Member.Enabled() {
		c.t.Errorf("after the member's end: got %+v", got)
	}
	_, err = c.b.StaffSession(c.ctx, []byte("none"))
	c.want("none", err, errs.NotFound)
}

func (c *contract) touched() {
	s := c.session(c.member(start, authz.DPO), "one")
	later := s
	later.LastSeen, later.IdleUntil = start.Add(time.Second), start.Add(2*time.Minute)
	c.must(c.b.TouchStaff(c.ctx, later))
	c.must(c.b.TouchStaff(c.ctx, s)) // an older use comes late
	got, err := c.b.StaffSession(c.ctx, s.Digest)
	c.must(err)
	c.same("touched", got, later)
	c.must(c.commit(start.Add(time.Minute), staff.SignedOut{Session: s.ID}))
	later.LastSeen = start.Add(time.Hour)
	c.must(c.b.TouchStaff(c.ctx, later))
	got, err = c.b.StaffSession(c.ctx, s.Digest)
	c.must(err)
	if !got.LastSeen.Equal(start.Add(time.Second)) || !got.EndedAt.Equal(start.Add(time.Minute)) {
		c.t.Errorf("after its end: got %+v", got)
	}
}

func (c *contract) openings() {
	m, other := c.member(start, authz.DPO), c.member(start, authz.DPO)
	s := id.Subject(id.New())
	_, err := c.b.Commit(c.ctx, ledger.Change{
		Subject: s, At: start, Actor: m.Actor(), Entries: []ledger.Draft{{Kind: "subject.created"}},
		Rows: []any{staff.Opened{Member: m.ID, Until: start.Add(time.Hour)}},
	})
	c.must(err)
	for _, tt := range []struct {
		member  staff.MemberID
		subject id.Subject
		want    time.Time
	}{{m.ID, s, start.Add(time.Hour)}, {other.ID, s, time.Time{}}, {m.ID, "another", time.Time{}}} {
		got, err := c.b.OpenedUntil(c.ctx, tt.member, tt.subject)
		c.must(err)
		if !got.Equal(tt.want) {
			c.t.Errorf("got %v, want %v", got, tt.want)
		}
	}
}

func (c *contract) swept() {
	m := c.member(start, authz.DPO)
	s := c.session(m, "one")
	c.must(c.commit(start, staff.Invite{Token: []byte("one"), Member: m.ID, CreatedAt: start, ExpiresAt: start.Add(time.Hour)}))
	c.must(c.b.SaveCeremony(c.ctx, staff.Ceremony{Token: []byte("one"), Body: []byte("{}"), CreatedAt: start, ExpiresAt: start.Add(time.Hour)}))
	n, err := c.b.SweepStaff(c.ctx, start.Add(time.Hour))
	if err != nil || n != 0 {
		c.t.Errorf("while they can be used: got %d, %v", n, err)
	}
	n, err = c.b.SweepStaff(c.ctx, start.Add(time.Hour+time.Second))
	if err != nil || n != 3 {
		c.t.Errorf("after: got %d, %v, want 3", n, err)
	}
	_, err = c.b.StaffSession(c.ctx, s.Digest)
	c.want("the session", err, errs.NotFound)
}
