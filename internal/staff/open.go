package staff

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// OpenFor is how long one reason lets a member look at a person.
const OpenFor = 30 * time.Minute

// How often a member may search and open in an hour. Whoever needs more is
// reading in bulk, which is not what the pages are for (security.md, S28).
const (
	SearchesPerHour = 200
	OpeningsPerHour = 60
)

// MaxNote is how many letters may be added to a reason.
const MaxNote = 300

// A Reason says why a person is opened. The person reads it.
type Reason string

// The reasons.
const (
	ByQuestion  Reason = "question"  // the person asked something
	ByRequest   Reason = "request"   // a request of the person
	ByComplaint Reason = "complaint" // a complaint
	ByQuality   Reason = "quality"   // something seems wrong with the data
	BySecurity  Reason = "security"  // a suspicion of misuse
)

// Reasons returns every reason, in the order in which they are offered.
func Reasons() []Reason {
	return []Reason{ByQuestion, ByRequest, ByComplaint, ByQuality, BySecurity}
}

// A Viewing is the payload of KindViewed. It is sealed with the person's key and
// shown to them.
type Viewing struct {
	Reason Reason `json:"reason"`
	Note   string `json:"note,omitempty"`
	Role   string `json:"role"`
}

// Open lets a member look at a person for a while. The person's history says
// so from then on. It is errs.Invalid for a reason that there is not,
// errs.TooMany past OpeningsPerHour, and errs.NotFound or errs.Gone for a
// person who is not there (any more).
func (s *Service) Open(ctx context.Context, m Member, subject id.Subject, why Reason, note string) error {
	note = strings.TrimSpace(note)
	var bad []errs.Field
	if !slices.Contains(Reasons(), why) {
		bad = append(bad, errs.At("reason", "error.staff_reason_needed"))
	}
	if utf8.RuneCountInString(note) > MaxNote {
		bad = append(bad, errs.At("note", "error.too_long", "max", MaxNote))
	} else if strings.ContainsFunc(note, unicode.IsControl) {
		bad = append(bad, errs.At("note", "error.control_characters"))
	}
	if err := errs.InvalidFields(bad...); err != nil {
		return err
	}
	if err := s.limit(ctx, "open", string(m.ID), OpeningsPerHour); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := s.store.Commit(ctx, ledger.Change{
		Subject: subject, Base: ledger.AnyVersion, At: now, Actor: m.Actor(),
		Entries: []ledger.Draft{{Kind: KindViewed, Payload: Viewing{Reason: why, Note: note, Role: string(m.Role)}}},
		Rows:    []any{Opened{Member: m.ID, Until: now.Add(OpenFor)}},
	})
	return err
}

// MayLook returns until when the member may look at the person, or
// errs.Stale when a reason is needed first.
func (s *Service) MayLook(ctx context.Context, m Member, subject id.Subject) (time.Time, error) {
	until, err := s.entrance.OpenedUntil(ctx, m.ID, subject)
	if err != nil {
		return time.Time{}, err
	}
	if now := s.clock.Now(); !now.Before(until) || until.After(now.Add(OpenFor+clockSkew)) {
		return time.Time{}, errs.New(errs.Stale, "error.staff_reason_needed")
	}
	return until, nil
}

// NoteSearch records that a member looked for somebody, and how many were
// found, before they are told. What was looked for is recorded nowhere.
func (s *Service) NoteSearch(ctx context.Context, m Member, found int) error {
	return s.note(ctx, m, KindSearched, map[string]int{"found": found})
}

// MaySearch counts a search; errs.TooMany past SearchesPerHour.
func (s *Service) MaySearch(ctx context.Context, m Member) error {
	return s.limit(ctx, "search", string(m.ID), SearchesPerHour)
}

// NoteExport records that a member takes a part of the ledger away.
func (s *Service) NoteExport(ctx context.Context, m Member, what map[string]string) error {
	return s.note(ctx, m, KindExported, what)
}

func (s *Service) note(ctx context.Context, m Member, kind ledger.Kind, payload any) error {
	_, err := s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: m.Actor(), Entries: []ledger.Draft{{Kind: kind, Payload: payload}},
	})
	return err
}
