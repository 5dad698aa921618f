package hook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A catalogue is what a small organisation declares.
type catalogue struct{}

func (catalogue) Targets() []hook.Target { return nil }
func (catalogue) Rank(string) int        { return 0 }
func (catalogue) BrandNames() []string   { return []string{"hibiki", "kawara"} }

func (catalogue) AutomatedKind(name string) (*automated.Kind, bool) {
	return &automated.Kind{Name: name, System: map[string]string{"plan": "machines"}[name]}, true
}

func (catalogue) Purpose(p consent.PurposeID) (*consent.PurposeVersion, bool) {
	v := &consent.PurposeVersion{Purpose: p, Number: 1, Basis: consent.Consent, Ages: &consent.Ages{
		Field: "birthday", At: map[string]consent.Age{"hibiki": {Years: 16, Zone: time.UTC}},
	}}
	if p == "club" {
		v.Brands = []string{"kawara"}
	}
	return v, p != "unknown"
}

func (catalogue) Field(name string) (*profile.Field, bool) {
	purposes := map[string][]string{"email": {"letters"}, "city": {"club"}, "birthday": {"orders"}, "phone": {"letters"}}
	return &profile.Field{Name: name, Type: profile.TypeText, Purposes: purposes[name]}, purposes[name] != nil
}

// aiko said yes to letters and no to the club.
func aiko() hook.Snapshot {
	says := func(v string) []profile.Claim {
		return []profile.Claim{{Value: v, Source: "crm", Origin: profile.Provided, Recorded: noon}}
	}
	return hook.Snapshot{
		Alias: "alias", At: noon,
		Facts: decision.Facts{
			Version: 42,
			Consents: consent.State{
				{Purpose: "letters"}: {Record: "r1", Version: 1, Status: consent.Given, At: noon.Add(-time.Hour), Until: noon.AddDate(1, 0, 0)},
				{Purpose: "club"}:    {Record: "r2", Version: 1, Status: consent.Withdrawn, At: noon.Add(-time.Hour)},
			},
			Profile: profile.State{Claims: map[string][]profile.Claim{
				"email": says("aiko@example.jp"), "city": says("Hamamatsu"), "birthday": says("1990-03-14"), "unasked": says("x"),
			}},
		},
		Identifiers: []identity.Identifier{
			{Kind: identity.Customer, Scope: "crm", Value: "C-17"},
			{Kind: identity.Customer, Scope: "shop", Value: "S-4"},
			{Kind: identity.Email, Value: "aiko@example.jp"},
		},
	}
}

func crm(change func(*hook.Endpoint)) *hook.Target {
	e := hook.Endpoint{Name: "main"}
	if change != nil {
		change(&e)
	}
	t := hook.NewTarget("crm", e, []string{"letters", "club"}, []string{"email", "city", "birthday", "phone"})
	return &t
}

func delivery(d hook.Delivery) *hook.Delivery {
	d.Version, d.At = 40, noon.Add(-time.Minute)
	return &d
}

func compose(t *testing.T, target *hook.Target, d *hook.Delivery, s hook.Snapshot) string {
	t.Helper()
	m, ok := hook.Compose(catalogue{}, target, d, s)
	if !ok {
		return ""
	}
	body, _, err := m.Write(target.Envelope, "https://privacy.example.com", "06h02jqk")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The bytes are a promise: receivers are written against them.
func TestCompose(t *testing.T) {
	const permissions = `"permissions":[` +
		`{"purpose":"letters","brand":"hibiki","allow":true,"reason":"consent","until":"2027-03-12T12:00:00Z"},` +
		`{"purpose":"letters","brand":"kawara","allow":true,"reason":"consent","until":"2027-03-12T12:00:00Z"},` +
		`{"purpose":"club","brand":"kawara","allow":false,"reason":"withdrawn"}]`
	given := delivery(hook.Delivery{Kind: "consent.given"})
	corrected := delivery(hook.Delivery{Kind: "attribute.corrected"})
	stopped := aiko()
	stopped.Facts.Consents = nil
	young := aiko()
	young.Facts.Profile.Claims["birthday"] = []profile.Claim{{Value: "2012-03-14", Source: "crm"}}
	full := func(e *hook.Endpoint) { e.Body = hook.Full }
	for name, tt := range map[string]struct {
		target *hook.Target
		d      *hook.Delivery
		s      hook.Snapshot
		want   string
	}{
		"thin has nothing personal": {
			crm(nil), given, aiko(),
			`{"type":"consent.given","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":42,` + permissions + `}}`,
		},
		"full has what it may have for what is allowed": {
			crm(full), given, aiko(),
			`{"type":"consent.given","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":42,` + permissions + `,"known_as":["C-17"],"fields":{"email":"aiko@example.jp"}}}`,
		},
		"an endpoint narrows it": {
			crm(func(e *hook.Endpoint) {
				e.Body, e.Purposes, e.Brands, e.Fields = hook.Full, []string{"letters"}, []string{"kawara"}, []string{"phone"}
			}), given, aiko(),
			`{"type":"consent.given","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":42,"permissions":[{"purpose":"letters","brand":"kawara","allow":true,"reason":"consent","until":"2027-03-12T12:00:00Z"}],"known_as":["C-17"]}}`,
		},
		"in an envelope": {
			crm(func(e *hook.Endpoint) { e.Envelope, e.Purposes = hook.CloudEvents, []string{"club"} }), given, aiko(),
			`{"specversion":"1.0","id":"06h02jqk","source":"https://privacy.example.com","type":"consent.given","subject":"alias","time":"2026-03-12T11:59:00Z","datacontenttype":"application/json","data":{"subject":"alias","version":42,"permissions":[{"purpose":"club","brand":"kawara","allow":false,"reason":"withdrawn"}]}}`,
		},
		"a value is told to who may have one":     {crm(func(e *hook.Endpoint) { e.Purposes = []string{"letters"} }), corrected, aiko(), `{"type":"attribute.corrected","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":42,"permissions":[{"purpose":"letters","brand":"hibiki","allow":true,"reason":"consent","until":"2027-03-12T12:00:00Z"},{"purpose":"letters","brand":"kawara","allow":true,"reason":"consent","until":"2027-03-12T12:00:00Z"}]}}`},
		"and withheld from who may have none now": {crm(full), corrected, stopped, ""},
		"a birthday that makes a child ends what was allowed": {
			crm(func(e *hook.Endpoint) {
				e.Body, e.Purposes, e.Brands = hook.Full, []string{"letters"}, []string{"hibiki"}
			}), corrected, young,
			`{"type":"attribute.corrected","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":42,"permissions":[{"purpose":"letters","brand":"hibiki","allow":false,"reason":"minor","until":"2028-03-14T00:00:00Z"}],"known_as":["C-17"]}}`,
		},
	} {
		if diff := cmp.Diff(tt.want, compose(t, tt.target, tt.d, tt.s)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
	m := hook.Farewell(delivery(hook.Delivery{Kind: hook.Erased}), "alias", nil)
	body, media, err := m.Write(hook.Plain, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(body), `{"type":"subject.erased","timestamp":"2026-03-12T11:59:00Z","data":{"subject":"alias","version":40,"erased":true,"permissions":[]}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if want := "application/json; charset=utf-8"; media != want {
		t.Errorf("got %s, want %s", media, want)
	}
}

// The system whose machine decides is told of whom it may not, and no other.
func TestCompose_names_the_kinds_that_a_human_decides(t *testing.T) {
	t.Parallel()
	s := aiko()
	s.Facts.Humans = automated.Humans{"plan": noon, "gone": noon}
	for system, want := range map[string]int{"machines": 1, "letters": 0} {
		target := hook.NewTarget(system, hook.Endpoint{Name: "main"}, []string{"letters"}, nil)
		m, _ := hook.Compose(catalogue{}, &target, &hook.Delivery{Kind: automated.Refused}, s)
		if len(m.Data.HumanWanted) != want {
			t.Errorf("%s: got %v", system, m.Data.HumanWanted)
		}
	}
}
