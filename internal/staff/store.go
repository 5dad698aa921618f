package staff

import (
	"context"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
)

// A Store keeps members, and commits what they do. All methods are safe for
// concurrent use by several processes. stafftest.Run is the contract.
type Store interface {
	// Commit writes a change whole or not at all: rows of this package, and the
	// entries about them.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)

	// StaffMember returns a member, disabled ones too; errs.NotFound if there is
	// none.
	StaffMember(ctx context.Context, m MemberID) (Member, error)

	// StaffMembers returns all members, the oldest first.
	StaffMembers(ctx context.Context) ([]Member, error)

	// StaffPasskeys returns the passkeys of a member, the oldest first.
	StaffPasskeys(ctx context.Context, m MemberID) ([]Passkey, error)
}

// An EntranceStore keeps what lets a member in. All methods are safe for
// concurrent use by several processes. stafftest.Run is the contract.
type EntranceStore interface {
	// StaffInvite returns the invitation with the digest as its token;
	// errs.NotFound if there is none.
	StaffInvite(ctx context.Context, token []byte) (Invite, error)

	// SaveCeremony writes a challenge that waits for its answer.
	SaveCeremony(ctx context.Context, c Ceremony) error

	// TakeCeremony returns a challenge and deletes it. Of any number of calls
	// for one at most one succeeds; the rest, and one whose time is over, is
	// errs.Gone.
	TakeCeremony(ctx context.Context, token []byte, now time.Time) (Ceremony, error)

	// StaffSession returns the session with the digest and its member as they
	// are now; errs.NotFound if there is none.
	StaffSession(ctx context.Context, digest []byte) (Session, error)

	// TouchStaff sets LastSeen and IdleUntil of a session that has not ended. It
	// writes nothing to the ledger.
	TouchStaff(ctx context.Context, s Session) error

	// OpenedUntil returns until when the member may look at the subject, for
	// the reason given last; the zero time when none was.
	OpenedUntil(ctx context.Context, m MemberID, s id.Subject) (time.Time, error)

	// Spend is login.LinkStore.Spend.
	Spend(ctx context.Context, counters []login.Counter, now time.Time) (time.Time, error)

	// SweepStaff deletes invitations, challenges, openings and sessions that
	// ended before now, and returns how many.
	SweepStaff(ctx context.Context, now time.Time) (int, error)
}

// Keys makes what may be stored of a secret. It is a part of keyring.Keyring.
type Keys interface {
	Digest(domain string, secret []byte) []byte
}

// The domains of digests.
const (
	inviteDomain   = "staff.invite"
	ceremonyDomain = "staff.ceremony"
	sessionDomain  = "staff.session"
	countDomain    = "staff.count"
)

// The rows that a Change may write, beside Invite, Passkey and Session, each of
// which is written anew.
type (
	// Added writes a new member.
	Added struct{ Member Member }
	// Placed sets a member's role and brands. It is errs.Conflict when no
	// administrator who can sign in would be left, or the member is disabled.
	Placed struct {
		Member MemberID
		Role   string
		Brands []string
	}
	// Spoke sets the language that a member reads.
	Spoke struct {
		Member MemberID
		Locale string
	}
	// Chose sets how often a member is mailed what waits for them.
	Chose struct {
		Member MemberID
		Digest Digest
	}
	// Arranged sets the views that a member keeps.
	Arranged struct {
		Member MemberID
		Views  []View
	}
	// Digested notes that a member is mailed now; errs.Conflict when they were
	// since Last.
	Digested struct {
		Member MemberID
		Last   time.Time
	}
	// Disabled ends a member and their sessions. The error is that of Placed.
	Disabled struct{ Member MemberID }
	// Superseded spends the invitations of a member that nobody has used.
	Superseded struct{ Member MemberID }
	// TakenUp spends an invitation; errs.Gone when it cannot be used any more.
	TakenUp struct{ Token []byte }
	// Used notes that a passkey was used: its counter has moved.
	Used struct{ Passkey Passkey }
	// SignedOut ends a session.
	SignedOut struct{ Session string }
	// Opened lets a member look at the change's subject until a moment.
	Opened struct {
		Member MemberID
		Until  time.Time
	}
)

// The kinds of entry.
const (
	KindInvited   ledger.Kind = "staff.invited"
	KindJoined    ledger.Kind = "staff.joined"
	KindPlaced    ledger.Kind = "staff.placed"
	KindDisabled  ledger.Kind = "staff.disabled"
	KindSignedIn  ledger.Kind = "staff.signed_in"
	KindSignedOut ledger.Kind = "staff.signed_out"
	KindSearched  ledger.Kind = "subject.searched"
	KindViewed    ledger.Kind = "subject.viewed"
	KindExported  ledger.Kind = "ledger.exported"
)

// A Trace is the payload of an entry about a member. It names nobody.
type Trace struct {
	Member MemberID `json:"member"`
	Role   string   `json:"role,omitempty"`
	Brands []string `json:"brands,omitempty"`
}
