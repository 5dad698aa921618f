package hook_test

import (
	"testing"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// A shop is a catalogue of one purpose that uses two fields.
type shop struct{}

func (shop) Targets() []hook.Target { return nil }
func (shop) Rank(string) int        { return 1 }
func (shop) BrandNames() []string   { return []string{"hibiki"} }

func (shop) AutomatedKind(string) (*automated.Kind, bool) { return nil, false }

func (shop) Purpose(p consent.PurposeID) (*consent.PurposeVersion, bool) {
	return &consent.PurposeVersion{Purpose: p, Number: 1, Basis: consent.Contract}, true
}

func (shop) Field(name string) (*profile.Field, bool) {
	return &profile.Field{Name: name, Category: "contact", Purposes: []string{"orders"}}, true
}

// TestCompose_leaves_out_what_is_frozen holds hooks to a restriction (invariant
// 7, Art. 18(2) GDPR).
func TestCompose_leaves_out_what_is_frozen(t *testing.T) {
	t.Parallel()
	target := hook.NewTarget("desk", hook.Endpoint{Name: "main", Body: hook.Full}, []string{"orders"}, []string{"phone", "city"})
	compose := func(fs rights.Freezes) hook.Content {
		claim := []profile.Claim{{Value: "x", Source: "desk", At: noon}}
		m, _ := hook.Compose(shop{}, &target, &hook.Delivery{Kind: "consent.given"}, hook.Snapshot{At: noon, Facts: decision.Facts{
			Profile: profile.State{Claims: map[string][]profile.Claim{"phone": claim, "city": claim}}, Freezes: fs,
		}})
		return m.Data
	}
	freeze := rights.Freeze{Request: "r", Ground: rights.Contested, Since: noon.Add(-time.Hour)}
	if got := compose(nil).Fields; len(got) != 2 {
		t.Errorf("nothing frozen: got %v, want both", got)
	}
	freeze.Scope, freeze.Name = rights.FieldScope, "phone"
	if got := compose(rights.Freezes{freeze}).Fields; len(got) != 1 || got["city"] != "x" {
		t.Errorf("one field frozen: got %v, want the other", got)
	}
	freeze.Scope, freeze.Name = rights.WholePerson, ""
	got := compose(rights.Freezes{freeze})
	if len(got.Fields) != 0 || got.Permissions[0].Allow || got.Permissions[0].Reason != decision.Restricted {
		t.Errorf("everything frozen: got %v and %v, want nothing and restricted", got.Fields, got.Permissions)
	}
}
