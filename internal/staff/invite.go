package staff

import (
	"time"

	"livingprofile/internal/errs"
)

// InviteLife is how long an invitation may be taken up. It is handed over by
// hand, not mailed to whoever asks, and so may live longer than a link to sign
// in with.
const InviteLife = 24 * time.Hour

// clockSkew is how far the clocks of two processes may be apart.
const clockSkew = 6 * time.Minute

// An Invite lets a member make a passkey, once.
type Invite struct {
	Token     []byte // digest of the link's token
	Member    MemberID
	CreatedAt time.Time
	ExpiresAt time.Time
	SpentAt   time.Time // zero until it was used, or another took its place
}

// Usable returns nil while the invitation may be taken up, errs.Gone after. One
// from further ahead than clocks differ was made under another clock.
func (i Invite) Usable(now time.Time) error {
	if !i.SpentAt.IsZero() || !now.Before(i.ExpiresAt) || i.CreatedAt.After(now.Add(clockSkew)) {
		return errs.New(errs.Gone, "error.invite_gone")
	}
	return nil
}
