package staff

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/secret"
)

// Deps is what a Service stands on.
type Deps struct {
	Store    Store
	Entrance EntranceStore
	Keys     Keys
	Clock    clock.Clock
	// Brand tells whether a brand is declared.
	Brand func(name string) bool
	// Origin is where the console is reached, as https://console.example.com.
	// Passkeys belong to its host; "" leaves a Service that only invites.
	Origin string
}

// A Service invites members, lets them in and records what they do. It is safe
// for concurrent use.
type Service struct {
	store    Store
	entrance EntranceStore
	keys     Keys
	clock    clock.Clock
	brand    func(string) bool
	party    *webauthn.WebAuthn
}

// NewService returns the service. It fails for an origin that passkeys cannot
// belong to.
func NewService(d Deps) (*Service, error) {
	s := &Service{store: d.Store, entrance: d.Entrance, keys: d.Keys, clock: d.Clock, brand: d.Brand}
	if d.Origin == "" {
		return s, nil
	}
	var err error
	s.party, err = party(d.Origin)
	return s, err
}

// shell is the actor of what is done from the command line.
func shell() ledger.Actor { return ledger.Actor{Kind: ledger.ByProgram, ID: "staff"} }

// By names who does something to a member: the zero By is the shell.
type By struct{ Member Member }

func (b By) actor() ledger.Actor {
	if b.Member.ID == "" {
		return shell()
	}
	return b.Member.Actor()
}

// over returns errs.Forbidden when somebody would decide about themselves.
func (b By) over(m MemberID) error {
	if b.Member.ID == m {
		return errs.New(errs.Forbidden, "error.staff_self")
	}
	return nil
}

// Invite makes a member and returns them with the token of their invitation,
// which is kept nowhere. The error is errs.Invalid by field.
func (s *Service) Invite(ctx context.Context, by By, m Member) (Member, string, error) {
	m, err := m.normalised(s.brand)
	if err != nil {
		return Member{}, "", err
	}
	now := s.clock.Now()
	m.ID, m.CreatedAt, m.DisabledAt, m.JoinedAt = MemberID(id.New()), now, time.Time{}, time.Time{}
	invite, token := s.invite(m.ID, now)
	_, err = s.store.Commit(ctx, ledger.Change{
		At: now, Actor: by.actor(), Rows: []any{Added{m}, invite},
		Entries: []ledger.Draft{{Kind: KindInvited, Payload: Trace{m.ID, string(m.Role), m.Brands}}},
	})
	if err != nil {
		return Member{}, "", fmt.Errorf("invite: %w", err)
	}
	return m, token, nil
}

// InviteAgain gives a member another invitation, for a passkey that was lost or
// a second one. Those that nobody has used are spent.
func (s *Service) InviteAgain(ctx context.Context, by By, m MemberID) (Member, string, error) {
	member, err := s.enabled(ctx, m)
	if err != nil {
		return Member{}, "", err
	}
	now := s.clock.Now()
	invite, token := s.invite(m, now)
	_, err = s.store.Commit(ctx, ledger.Change{
		At: now, Actor: by.actor(), Rows: []any{Superseded{m}, invite},
		Entries: []ledger.Draft{{Kind: KindInvited, Payload: Trace{m, string(member.Role), member.Brands}}},
	})
	return member, token, err
}

func (s *Service) invite(m MemberID, now time.Time) (Invite, string) {
	token := secret.Token()
	return Invite{
		Token: s.keys.Digest(inviteDomain, []byte(token)), Member: m, CreatedAt: now, ExpiresAt: now.Add(InviteLife),
	}, token
}

// Place gives a member another role and other brands. It is errs.Invalid by
// field, errs.Forbidden about oneself, errs.NotFound for nobody, and
// errs.Conflict for the last administrator.
func (s *Service) Place(ctx context.Context, by By, m MemberID, r authz.Role, brands []string) error {
	if err := by.over(m); err != nil {
		return err
	}
	old, err := s.enabled(ctx, m)
	if err != nil {
		return err
	}
	if bad := post(r, brands, s.brand); bad != nil {
		return errs.InvalidFields(*bad)
	}
	if old.Role == r && slices.Equal(old.Brands, brands) {
		return nil
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: by.actor(), Rows: []any{Placed{m, string(r), brands}},
		Entries: []ledger.Draft{{Kind: KindPlaced, Payload: Trace{m, string(r), brands}}},
	})
	return err
}

// Disable ends a member, their sessions and invitations, for good. The errors
// are those of Place.
func (s *Service) Disable(ctx context.Context, by By, m MemberID) error {
	if err := by.over(m); err != nil {
		return err
	}
	if _, err := s.enabled(ctx, m); err != nil {
		return err
	}
	_, err := s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: by.actor(), Rows: []any{Disabled{m}, Superseded{m}},
		Entries: []ledger.Draft{{Kind: KindDisabled, Payload: Trace{Member: m}}},
	})
	return err
}

// Speak notes the language in which a member reads the console, for mails. It
// is no act of theirs, and not in the ledger.
func (s *Service) Speak(ctx context.Context, m Member, locale string) error {
	if m.Locale == locale {
		return nil
	}
	_, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: m.Actor(), Rows: []any{Spoke{m.ID, locale}}})
	return err
}

// Members returns all members, the oldest first.
func (s *Service) Members(ctx context.Context) ([]Member, error) { return s.store.StaffMembers(ctx) }

// enabled returns a member who may sign in; errs.NotFound for any other.
func (s *Service) enabled(ctx context.Context, m MemberID) (Member, error) {
	if !id.Valid(string(m)) {
		return Member{}, errs.New(errs.NotFound, "")
	}
	member, err := s.store.StaffMember(ctx, m)
	if err == nil && !member.Enabled() {
		err = errs.New(errs.NotFound, "")
	}
	return member, err
}

// Check returns the live session of a cookie's value, and notes its use about
// once a minute. Everything else is errs.Unauthenticated.
func (s *Service) Check(ctx context.Context, token string) (Session, error) {
	if !login.ValidToken(token) {
		return Session{}, errs.New(errs.Unauthenticated, "error.session_ended")
	}
	session, err := s.entrance.StaffSession(ctx, s.keys.Digest(sessionDomain, []byte(token)))
	if errors.Is(err, errs.NotFound) {
		return Session{}, errs.New(errs.Unauthenticated, "error.session_ended")
	}
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	now := s.clock.Now()
	if err := session.Alive(now); err != nil {
		return Session{}, err
	}
	touched, due := session.touched(now)
	if due {
		if err := s.entrance.TouchStaff(ctx, touched); err != nil {
			return Session{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return touched, nil
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session Session) error {
	_, err := s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: session.Member.Actor(), Rows: []any{SignedOut{session.ID}},
		Entries: []ledger.Draft{{Kind: KindSignedOut, Payload: Trace{Member: session.Member.ID}}},
	})
	return err
}

// limit counts what somebody does in an hour; errs.TooMany past most.
func (s *Service) limit(ctx context.Context, what, who string, most int) error {
	now := s.clock.Now()
	until, err := s.entrance.Spend(ctx, []login.Counter{{
		Key: s.keys.Digest(countDomain+"."+what, []byte(who)), Limit: most, Window: time.Hour,
	}}, now)
	if err != nil || until.IsZero() {
		return err
	}
	minutes := max(1, int((until.Sub(now)+time.Minute-1)/time.Minute))
	return errs.New(errs.TooMany, "error.too_many", "until", until, "minutes", minutes)
}

// beginnings bounds the challenges that one network may ask for in an hour.
const beginnings = 300

// mayBegin counts a challenge; errs.TooMany past beginnings, errs.Unavailable
// where the console is reached by an address that passkeys cannot belong to.
func (s *Service) mayBegin(ctx context.Context, from netip.Addr) error {
	if s.party == nil {
		return errs.New(errs.Unavailable, "error.passkey_no_host")
	}
	return s.limit(ctx, "begin", login.NetworkOf(from), beginnings)
}

// Sweep deletes what nobody can use any more.
func Sweep(store EntranceStore) job.Task {
	return job.Task{Name: "staff.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := store.SweepStaff(ctx, now)
		return err
	}}
}
