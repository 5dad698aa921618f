package console_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestRegister: the record of processing shows what the member's brands do, and
// leads to what everybody may read of it.
func TestRegister(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Auditor)
	page := c.Page("/console/register")
	wantIn(t, "the register", page, "Hibiki", "Kawara", "legitimate interest", "under another law", "/hibiki/register.json")

	rows, err := csv.NewReader(strings.NewReader(c.Page("/console/register/export"))).ReadAll()
	if err != nil || len(rows) < 10 || len(rows[0]) != 8 {
		t.Errorf("as CSV: got %d rows, %v", len(rows), err)
	}
	few := desk(t, s, authz.BrandManager, "kawara").Page("/console/register")
	wantIn(t, "of one brand", few, "/kawara/register.json")
	wantOut(t, "of one brand", few, "/hibiki/register.json")
}

// Data that stays in a country is under no other law, although a brand is in a
// part of it with a law of its own.
func TestRegister_part_of_a_country(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Brands {
		draft.Declared.Brands[i].Country, draft.Declared.Brands[i].Region = "US", "CA"
	}
	for i := range draft.Declared.Systems {
		draft.Declared.Systems[i].Country = "US"
	}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	wantOut(t, "the register", desk(t, s, authz.Auditor).Page("/console/register"), "under another law")
}
