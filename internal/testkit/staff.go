package testkit

import (
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/secret"
	"livingprofile/internal/staff"
)

// Member makes a staff member who has taken up their invitation; brands limit
// them.
func (s *Site) Member(tb testing.TB, r authz.Role, brands ...string) staff.Member {
	tb.Helper()
	m, _, err := s.Staff.Invite(tb.Context(), staff.By{}, staff.Member{
		Name: "Mika Mori", Email: "staff@example.com", Role: r, Brands: brands,
	})
	if err != nil {
		tb.Fatal(err)
	}
	s.commit(tb, m, staff.Passkey{ID: id.New(), Member: m.ID, Credential: []byte("{}"), CreatedAt: s.Clock.Now()})
	return m
}

func (s *Site) commit(tb testing.TB, m staff.Member, rows ...any) {
	tb.Helper()
	_, err := s.DB.Commit(tb.Context(), ledger.Change{
		At: s.Clock.Now(), Actor: m.Actor(), Rows: rows,
		Entries: []ledger.Draft{{Kind: staff.KindSignedIn, Payload: staff.Trace{Member: m.ID}}},
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// StaffCookie returns the name of the cookie of a staff member's session.
func (c *Client) StaffCookie() string {
	if c.base().Scheme == "https" {
		return "__Host-staff"
	}
	return "staff"
}

// Work signs a staff member in without a passkey.
func (c *Client) Work(m staff.Member) {
	c.tb.Helper()
	token, now := secret.Token(), c.site.Clock.Now()
	c.site.commit(c.tb, m, staff.Session{
		ID: id.New(), Digest: c.site.DB.Ring().Digest("staff.session", []byte(token)), Member: m,
		CreatedAt: now, LastSeen: now, IdleUntil: now.Add(time.Hour), AbsoluteUntil: now.Add(time.Hour),
	})
	c.SetCookie(c.StaffCookie(), token)
	c.CSRF = Field(c.Page("/console"), "csrf")
	if c.CSRF == "" {
		c.tb.Fatal("the page has no token")
	}
}
