package intake_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// active declares what people do: orders, and training that needs a yes.
func active(org *organisation.Organisation) *organisation.Organisation {
	org.Activities = []activity.Kind{
		{Name: "order", Purposes: []string{"orders"}, Keep: 365 * 24 * time.Hour, Fields: []activity.Field{
			{Name: "amount", Type: profile.TypeNumber, Total: true}, {Name: "currency", Type: profile.TypeText},
		}},
		{Name: "training", Purposes: []string{"newsletter"}, Keep: 365 * 24 * time.Hour, Fields: []activity.Field{
			{Name: "minutes", Type: profile.TypeNumber, Total: true},
			{Name: "machine", Type: profile.TypeChoice, Choices: []profile.Choice{{Value: "rowing"}, {Value: "bike"}}},
		}},
	}
	org.Systems[0].Activities = []string{"order", "training"}
	return organisation.New(*org)
}

func briefActs(items []intake.Item) []string {
	var lines []string
	for i := range items {
		for _, a := range items[i].Acts {
			var values []string
			for _, field := range slices.Sorted(maps.Keys(a.Values)) {
				values = append(values, field+"="+a.Values[field])
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s", a.Kind, a.Event, a.At.Format(time.RFC3339), strings.Join(values, " ")))
		}
	}
	return lines
}

func TestMapsOfActivities(t *testing.T) {
	for _, tt := range []struct {
		file, by       string
		want           []string
		refused, noted []string
		passed         int
	}{
		{
			"shopify_orders.csv", "shopify-orders",
			[]string{"order #1001 2025-12-01T01:15:19Z amount=3500 currency=JPY", "order #1002 2026-01-05T11:00:00Z amount=1200 currency=JPY"},
			[]string{"5 Total error.not_a_number", "6 Created at intake.activity_future"},
			nil, 1,
		},
		{
			"activities.jsonl", "generic-activities",
			[]string{"training T-1 2026-03-01T09:00:00Z machine=rowing minutes=45", "training T-2 2026-03-02T09:00:00Z machine=bike"},
			[]string{"3 event intake.activity_event", "4 kind intake.activity_kind", "5 at intake.activity_time", "6 brand intake.activity_brand"},
			[]string{"2 values.minutes error.not_a_number"},
			0,
		},
	} {
		t.Run(tt.file, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close() //nolint:errcheck // read only
			sink, o := &recorder{}, options("shop")
			o.Organisation, o.Format = active(o.Organisation), intake.FormatOf(tt.file)
			report, err := intake.Run(t.Context(), f, mustMap(t, tt.by), sink, o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(briefActs(sink.items), tt.want); diff != "" {
				t.Errorf("activities are different (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(lines(report.Rejects), tt.refused); diff != "" {
				t.Errorf("refused are different (-got +want):\n%s", diff)
			}
			noted := slices.DeleteFunc(lines(report.Notes), func(s string) bool { return strings.HasSuffix(s, "intake.time_in_future") })
			if diff := cmp.Diff(noted, tt.noted); diff != "" {
				t.Errorf("warnings are different (-got +want):\n%s", diff)
			}
			if report.Unchanged != tt.passed || len(report.Unread) > 0 {
				t.Errorf("passed over %d rows, want %d; left unread %q", report.Unchanged, tt.passed, report.Unread)
			}
		})
	}
}

func lines(all []intake.Reject) []string {
	var list []string
	for _, r := range all {
		list = append(list, fmt.Sprintf("%d %s %s", r.Line, r.Column, r.Reason))
	}
	return list
}

// A map that names what is not declared is refused by name, with its place.
func TestMapsOfActivities_that_do_not_fit(t *testing.T) {
	const head = "required: [n]\nidentifiers: [{kind: customer, column: n}]\nactivities:\n"
	org := active(newOrganisation())
	for name, tt := range map[string]struct{ rule, want string }{
		"no_such_kind":       {"  - {kind: swim, event: {column: e}, at: {column: t}}\n", `m.yaml:4:12: activities.0.kind: activity "swim" is not declared`},
		"no_such_field":      {"  - {kind: order, event: {column: e}, at: {column: t}, values: [{field: depth, column: d}]}\n", `m.yaml:4:73: activities.0.values.0.field: activity "order" has no field "depth"`},
		"without_an_id":      {"  - {kind: order, at: {column: t}}\n", "needs an event"},
		"without_a_time":     {"  - {kind: order, event: {column: e}}\n", "activities.0.at: names no column"},
		"without_a_kind":     {"  - {event: {column: e}, at: {column: t}}\n", "either a kind, or kind_of"},
		"fields_of_any_kind": {"  - {kind_of: {column: k}, event: {column: e}, at: {column: t}, values: [{field: d, column: d}]}\n", "kind_of goes with values_of"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := intake.ParseMap("m.yaml", []byte(head+tt.rule))
			if err == nil {
				err = m.Check(org, "shop")
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
	m := mustMap(t, "shopify-orders")
	if err := m.Check(newOrganisation(), "shop"); err != nil {
		t.Errorf("a map that many use is refused where there are no orders: %v", err)
	}
}

// did adds an act to an item.
func did(kind, event string, at time.Time, values map[string]string) part {
	return func(i *intake.Item) {
		i.Acts = append(i.Acts, intake.Act{Item: activity.Item{Kind: kind, Event: event, At: at, Values: values}})
	}
}

// What rows say that people did is kept once, for as long as its kind is, and
// only where there is a basis for it.
func TestMerger_takes_activities(t *testing.T) {
	m := onSQLite(t)
	m.org = active(m.org)
	spent := func(n string) map[string]string { return map[string]string{"amount": n} }
	seen := func() []string {
		t.Helper()
		all, err := m.db.Activities(t.Context(), m.bearer(identity.Customer, "shop", "1"), activity.Page{Now: m.clock.Now(), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for i := range all {
			list = append(list, all[i].Event+" "+all[i].Values["amount"]+all[i].Values["minutes"])
		}
		slices.Sort(list)
		return list
	}
	first := row("shop", number("1"), did("order", "A", then, spent("10")))
	again := row("shop", number("1"), did("order", "A", then, spent("99")), did("order", "B", then, spent("20")))
	training := row("shop", number("1"), did("training", "T", then, map[string]string{"minutes": "30"}))
	old := row("shop", number("1"), did("order", "O", then.AddDate(-2, 0, 0), spent("5")))

	tried := intake.NewRehearsal(m.db)
	if got := m.mergeOn(tried, "shop", first); got[0].Result != intake.Created {
		t.Errorf("a trial says %+v", got)
	}
	if got := m.mergeOn(tried, "shop", first); got[0].Result != intake.Unchanged {
		t.Errorf("a trial of the same says %+v", got)
	}
	steps := []struct {
		name   string
		item   intake.Item
		result intake.Result
		reason string
		want   []string
	}{
		{"an_order", first, intake.Created, "", []string{"A 10"}},
		{"the_same_again", first, intake.Unchanged, "", []string{"A 10"}},
		{"a_known_one_with_other_values_and_a_new_one", again, intake.Changed, "", []string{"A 10", "B 20"}},
		{"without_a_yes", training, intake.Unchanged, "intake.activity_no_basis", []string{"A 10", "B 20"}},
		{"older_than_it_is_kept", old, intake.Unchanged, "intake.activity_too_old", []string{"A 10", "B 20"}},
	}
	for _, s := range steps {
		got := m.merge("shop", s.item)
		if got[0].Result != s.result || got[0].Reason != s.reason {
			t.Errorf("%s: got %+v, want %s %q", s.name, got[0], s.result, s.reason)
		}
		if diff := cmp.Diff(seen(), s.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", s.name, diff)
		}
	}

	m.answer(m.bearer(identity.Customer, "shop", "1"), "newsletter", consent.Yes)
	if got := m.merge("shop", training); got[0].Result != intake.Changed {
		t.Errorf("after a yes: %+v", got[0])
	}
	if diff := cmp.Diff(seen(), []string{"A 10", "B 20", "T 30"}); diff != "" {
		t.Errorf("after a yes (-got +want):\n%s", diff)
	}
	m.clock.Advance(366 * 24 * time.Hour)
	if got := seen(); len(got) > 0 {
		t.Errorf("when their time is over there are still %q", got)
	}
}

// Of two rows with one event the same is taken in whatever order they come.
func TestMerger_takes_activities_in_any_order(t *testing.T) {
	one := row("shop", number("1"), did("order", "A", then, map[string]string{"amount": "1"}))
	two := row("shop", number("1"), did("order", "A", then, map[string]string{"amount": "2"}))
	var got []string
	for _, items := range [][]intake.Item{{one, two}, {two, one}} {
		m := onSQLite(t)
		m.org = active(m.org)
		if _, err := intake.NewMerger(m.db, m.org, m.clock, "shop", id.New()).Apply(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		all, err := m.db.Activities(t.Context(), m.bearer(identity.Customer, "shop", "1"), activity.Page{Now: m.clock.Now(), Limit: 10})
		if err != nil || len(all) != 1 {
			t.Fatalf("%d activities, %v", len(all), err)
		}
		got = append(got, all[0].Values["amount"])
	}
	if got[0] != got[1] {
		t.Errorf("got %q, want the same of both", got)
	}
}
