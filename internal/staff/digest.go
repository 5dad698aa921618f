package staff

import (
	"context"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A Digest is how often a member is mailed what waits for them, at most; ""
// means Daily.
type Digest string

// The choices.
const (
	Hourly Digest = "hourly"
	Daily  Digest = "daily"
	Weekly Digest = "weekly"
	Never  Digest = "never"
)

// Digests lists the choices.
var Digests = [...]Digest{Hourly, Daily, Weekly, Never}

// DigestDue tells whether m may be mailed at now what waits for them. It is
// counted in whole hours, so that a daily mail keeps to its hour.
func (m Member) DigestDue(now time.Time) bool {
	if !m.Enabled() || m.JoinedAt.IsZero() {
		return false
	}
	between := 24 * time.Hour
	switch m.Digest {
	case Never:
		return false
	case Hourly:
		between = time.Hour
	case Weekly:
		between *= 7
	case Daily:
	}
	return !now.Before(m.DigestAt.Truncate(time.Hour).Add(between))
}

// ChooseDigest notes how often a member wants to be mailed. It is no act of
// theirs, and not in the ledger.
func (s *Service) ChooseDigest(ctx context.Context, m Member, d Digest) error {
	if !slices.Contains(Digests[:], d) {
		return errs.InvalidFields(errs.At("digest", "error.not_a_choice"))
	}
	_, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: m.Actor(), Rows: []any{Chose{m.ID, d}}})
	return err
}
