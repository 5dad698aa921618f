package console_test

import (
	"encoding/csv"
	"fmt"
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
	if err != nil || len(rows) < 10 || len(rows[0]) != 11 {
		t.Fatalf("as CSV: got %d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		if row[8] != "privacy@hibiki.example" || row[9] != "People who have a profile" || !strings.Contains(row[10], "Rooms are locked") {
			t.Errorf("%s: got %q", row[2], row[8:])
		}
	}
	for what, text := range map[string]string{"the page": page, "the table": fmt.Sprint(rows)} {
		wantIn(t, what, text, "Rooms are locked", "US · under another law · standard contractual clauses of 2021",
			"SG · under another law · no safeguard is written down")
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
		draft.Declared.Systems[i].Country, draft.Declared.Systems[i].Safeguard = "US", nil
	}
	draft.Declared.Measures = nil
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	c := desk(t, s, authz.Auditor)
	page := c.Page("/console/register")
	wantOut(t, "the register", page, "under another law", "no safeguard")
	for what, text := range map[string]string{"the page": page, "the table": c.Page("/console/register/export")} {
		wantIn(t, what+", where no measures are declared", text, "Sealed under a key of each person")
	}
	wantIn(t, "for programs", c.Page("/hibiki/register.json"), "Sealed under a key of each person", "一人ひとりの鍵で暗号化し、消去の際は鍵ごと破棄します")
}
