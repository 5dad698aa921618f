package intake_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// now is when the tests' imports begin.
var now = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// newOrganisation declares what the ready-made maps name.
func newOrganisation() *organisation.Organisation {
	text := []string{"given-name", "family-name", "company", "delivery-city", "delivery-region", "delivery-postcode"}
	types := map[string]profile.Type{
		"email": profile.TypeEmail, "phone": profile.TypePhone, "delivery-address": profile.TypeLines, "shop-note": profile.TypeLines,
		"country": profile.TypeCountry, "orders-placed": profile.TypeNumber, "total-spent": profile.TypeNumber,
		"tax-exempt": profile.TypeYesNo, "mail-interest": profile.TypeNumber, "birthday": profile.TypeDate,
	}
	for _, name := range text {
		types[name] = profile.TypeText
	}
	org := organisation.Organisation{
		Systems: []organisation.System{
			{Name: "shop", Source: true},
			{Name: "newsletter", Source: true},
			{Name: "delivery", Source: false},
		},
		Purposes: []consent.PurposeVersion{
			{Purpose: "newsletter", Number: 1, Basis: consent.Consent},
			{Purpose: "orders", Number: 1, Basis: consent.Contract, Required: true},
		},
	}
	for name, typ := range types {
		org.Fields = append(org.Fields, profile.Field{Name: name, Type: typ, Edit: profile.Free})
		org.Systems[0].Fields = append(org.Systems[0].Fields, name)
		org.Systems[1].Fields = append(org.Systems[1].Fields, name)
	}
	return organisation.New(org)
}

// A recorder is a sink that keeps what it is given. Items that it has seen
// before are unchanged.
type recorder struct {
	items   []intake.Item
	seen    map[string]bool
	batches []int
	refuse  map[string]string // reason by key
	fail    error
}

func (r *recorder) Apply(_ context.Context, items []intake.Item) ([]intake.Outcome, error) {
	if r.fail != nil {
		return nil, r.fail
	}
	r.batches = append(r.batches, len(items))
	out := make([]intake.Outcome, len(items))
	for i, item := range items {
		whole := fmt.Sprintf("%+v", item)
		switch reason := r.refuse[item.Key]; {
		case reason != "":
			out[i] = intake.Outcome{Result: intake.Rejected, Reason: reason}
		case r.seen[whole]:
			out[i] = intake.Outcome{Result: intake.Unchanged}
		default:
			if r.seen == nil {
				r.seen = map[string]bool{}
			}
			r.seen[whole] = true
			r.items = append(r.items, item)
			out[i] = intake.Outcome{Result: intake.Created}
		}
	}
	return out, nil
}

func options(source string) intake.Options {
	return intake.Options{Organisation: newOrganisation(), Source: source, Clock: clock.NewFake(now)}
}

func mustMap(t *testing.T, ref string) *intake.Map {
	t.Helper()
	m, err := intake.LoadMap(ref)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// parse returns the map of a text that is indented as Go code.
func parse(t *testing.T, text string) *intake.Map {
	t.Helper()
	m, err := intake.ParseMap("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func runFile(t *testing.T, name, mapName, source string) ([]intake.Item, *intake.Report) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	sink := &recorder{}
	report, err := intake.Run(t.Context(), f, mustMap(t, mapName), sink, options(source))
	if err != nil {
		t.Fatal(err)
	}
	return sink.items, report
}

// A counter is a sink that takes everything and keeps nothing.
type counter struct {
	n       int
	onApply func() // nil for nothing
}

func (c *counter) Apply(_ context.Context, items []intake.Item) ([]intake.Outcome, error) {
	c.n += len(items)
	if c.onApply != nil {
		c.onApply()
	}
	out := make([]intake.Outcome, len(items))
	for i := range out {
		out[i].Result = intake.Created
	}
	return out, nil
}
