package wire_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/activity"
	"livingprofile/internal/demo"
	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// What files tell of what people did is theirs once, adds to their totals, and
// moves the values that rules work out.
func TestImport_of_activities(t *testing.T) {
	const people = 12
	s := testkit.NewSite(t, testkit.SiteOptions{People: people})
	all := demo.People(2026, people, s.Clock.Now())
	bring := func(path, source, by string) *intake.Report {
		t.Helper()
		m, err := intake.LoadMap(by)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // read only
		report, err := s.Import(t.Context(), f, wire.ImportOptions{Source: source, Map: m, Format: intake.FormatOf(path)})
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	haruka, err := s.Identity.ByEmail(t.Context(), all[0].Email)
	if err != nil {
		t.Fatal(err)
	}
	acts := func(kind string) []activity.Observation {
		t.Helper()
		found, err := store.Together{DB: s.DB}.Activities(t.Context(), haruka, activity.Page{Kinds: []string{kind}, Now: s.Clock.Now(), Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}

	t.Run("orders_of_a_shop", func(t *testing.T) {
		file, err := demo.Orders(all, t.TempDir(), s.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		before := acts("order")
		first := bring(file.Path, demo.Shop, file.Map)
		if first.Rows != file.Rows || first.Refused != file.Bad || first.Created > 0 || len(first.Unread) > 0 {
			t.Errorf("of %d rows: %+v", file.Rows, first)
		}
		after := acts("order")
		k, _ := s.Current.Load().Activity("order")
		spent := func(all []activity.Observation) string {
			return activity.Total(activity.Months(k, all, 24, s.Clock.Now(), s.Current.Load().Zone("hibiki")), "amount")
		}
		if len(after) != len(before)+1 || spent(after) == spent(before) {
			t.Errorf("got %d orders for %s, and %d for %s before; want one more", len(after), spent(after), len(before), spent(before))
		}
		second := bring(file.Path, demo.Shop, file.Map)
		if second.Changed+second.Created+second.Merged > 0 || len(acts("order")) != len(after) {
			t.Errorf("the same file again: %+v", second)
		}
	})

	t.Run("a_value_that_a_rule_works_out", func(t *testing.T) {
		usual := func() string {
			f, err := s.DB.Facts(t.Context(), haruka)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := f.Profile.Of("usual-minutes", activity.SourceRule)
			return c.Value
		}
		was := usual()
		path := filepath.Join(t.TempDir(), "sessions.csv")
		lines := []string{"id,event,kind,at,brand,values.machine,values.minutes"}
		for _, day := range []string{"1", "2", "3", "4", "5"} {
			at := s.Clock.Now().AddDate(0, 0, -1).Format("2006-01-02") + " 0" + day + ":00"
			lines = append(lines, strings.Join([]string{all[0].Machines.Number, "X-" + day, "training-session", at, "tsubame", "bike", "300"}, ","))
		}
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := bring(path, demo.Machines, "generic-activities"); r.Changed != 5 || r.Refused+r.Warnings > 0 {
			t.Fatalf("%+v", r)
		}
		if _, err := s.Activity.Infer(t.Context()); err != nil {
			t.Fatal(err)
		}
		if usual() == was || was == "" {
			t.Errorf("a usual session was %q minutes, and is %q", was, usual())
		}
	})
}
