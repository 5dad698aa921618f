package staff

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// MemberID names a staff member, in the ledger too. It says nothing about them.
type MemberID string

// A Member is somebody who works in the console.
type Member struct {
	ID         MemberID
	Name       string // personal, sealed
	Email      string // normalised; personal, sealed
	Role       authz.Role
	Brands     []string // limited to these; empty for all there are
	Locale     string   // that they read the console in; "" for English
	Digest     Digest
	DigestAt   time.Time // of the last one; zero before the first
	Views      []View    // of the queue, in the order in which they were kept; sealed
	CreatedAt  time.Time
	DisabledAt time.Time // zero while they may sign in
	JoinedAt   time.Time // of the oldest passkey; zero before the first
}

// Enabled tells whether the member may sign in.
func (m Member) Enabled() bool { return m.DisabledAt.IsZero() }

// Sees tells whether the member works for a brand.
func (m Member) Sees(brand string) bool {
	return len(m.Brands) == 0 || slices.Contains(m.Brands, brand)
}

// Actor is the member as the ledger names them.
func (m Member) Actor() ledger.Actor {
	return ledger.Actor{Kind: ledger.ByStaff, ID: string(m.ID)}
}

// maxName bounds what somebody may be called.
const maxName = 100

// normalised returns m as it is kept, or errs.Invalid that names each field
// which is wrong. known tells whether a brand is declared.
func (m Member) normalised(known func(brand string) bool) (Member, error) {
	var bad []errs.Field
	m.Name = strings.TrimSpace(m.Name)
	switch {
	case m.Name == "":
		bad = append(bad, errs.At("name", "error.required"))
	case utf8.RuneCountInString(m.Name) > maxName:
		bad = append(bad, errs.At("name", "error.too_long", "max", maxName))
	case strings.ContainsFunc(m.Name, unicode.IsControl):
		bad = append(bad, errs.At("name", "error.control_characters"))
	}
	email, err := identity.Normalise(identity.Email, m.Email, "")
	if err != nil {
		bad = append(bad, errs.At("email", "error.not_an_email"))
	}
	m.Email = email
	if err := post(m.Role, m.Brands, known); err != nil {
		bad = append(bad, *err)
	}
	return m, errs.InvalidFields(bad...)
}

// post says what is wrong with a role and the brands it is limited to, or nil.
func post(r authz.Role, brands []string, known func(string) bool) *errs.Field {
	field := func(name, id string) *errs.Field {
		f := errs.At(name, id)
		return &f
	}
	switch {
	case !r.Valid():
		return field("role", "error.not_a_choice")
	case r.NeedsBrands() && len(brands) == 0:
		return field("brands", "error.staff_brands_needed")
	case !r.MayBeLimited() && len(brands) > 0:
		return field("brands", "error.staff_brands_useless")
	}
	for _, b := range brands {
		if !known(b) {
			return field("brands", "error.not_a_choice")
		}
	}
	return nil
}
