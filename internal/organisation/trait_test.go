package organisation

import (
	"reflect"
	"testing"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/brand"
	"livingprofile/internal/connector"
	"livingprofile/internal/consent"
	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
	"livingprofile/internal/scim"
)

// A plan sees a change only through traits: an attribute that is in none of
// them could be edited in the file and never be applied.
func TestTraits_show_every_attribute(t *testing.T) {
	shows(t, ofBrand, "Name", "Retired")
	shows(t, ofCategory, "Name")
	shows(t, ofChannel, "Name")
	shows(t, ofField, "Name", "Retired")
	shows(t, ofSystem, "Name", "Retired")
	shows(t, func(e *hook.Endpoint) traits { return ofSystem(&System{Endpoints: []hook.Endpoint{*e}}) }, "Name")
	shows(t, func(f *pull.Feed) traits { return ofSystem(&System{Pull: f}) }, "Map", "Method", "Body", "Walk", "Speaks", "Folder")
	shows(t, func(l *connector.Link) traits { return ofSystem(&System{Connector: l}) })
	shows(t, func(m *pull.Map) traits { return ofSystem(&System{Pull: &pull.Feed{Map: *m}}) })
	shows(t, func(p *opendsr.Peer) traits { return ofSystem(&System{OpenDSR: p}) })
	shows(t, func(p *scim.Policy) traits { return ofSystem(&System{SCIM: *p}) })
	shows(t, ofActivity, "Name", "Retired")
	shows(t, func(f *activity.Field) traits { return ofActivity(&activity.Kind{Fields: []activity.Field{*f}}) })
	shows(t, ofRule, "Name", "Retired")
	shows(t, ofDuty, "Name", "Retired")
	shows(t, ofController, "Name", "Retired")
	shows(t, ofAutomated, "Name", "Retired")
	shows(t, ofTopic, "Name", "Retired")
	shows(t, ofPurpose, "Purpose", "Number", "From", "ReaskBy", "ConsentMode", "Retired", "Words", "Ages")
	shows(t, own, "Revision", "Brands", "Categories", "Fields", "Systems", "Channels", "Topics",
		"Activities", "Rules", "Controllers", "Automated", "Duties", "Purposes", "Older", "Former", "Edits", "index")
	var w consent.PurposeWords
	if got, want := len(Wordings(&w)), reflect.TypeFor[consent.PurposeWords]().NumField(); got != want {
		t.Errorf("got %d wordings, want %d", got, want)
	}
}

// shows fails unless every field of T but those named makes a difference to
// its traits.
func shows[T any](t *testing.T, of func(*T) traits, except ...string) {
	t.Helper()
	skip := map[string]bool{}
	for _, name := range except {
		skip[name] = true
	}
	typ := reflect.TypeFor[T]()
	for i := range typ.NumField() {
		name := typ.Field(i).Name
		if skip[name] {
			continue
		}
		var zero, one T
		reflect.ValueOf(&one).Elem().Field(i).Set(reflect.ValueOf(sample(t, typ.Field(i).Type)))
		if len(differ(of(&zero), of(&one))) == 0 {
			t.Errorf("%s.%s makes no difference", typ, name)
		}
	}
}

// sample returns a value of typ that is not zero.
func sample(t *testing.T, typ reflect.Type) any {
	t.Helper()
	for _, v := range []any{
		"x", true, 7, &pull.Feed{URL: "x"},
		scim.Policy{Open: true},
		scim.Clear, &connector.Link{URL: "x"},
		&opendsr.Peer{URL: "x"},
		pull.Map{ID: "x"},
		map[string]string{"x": "y"},
		map[string]pull.Stance{"x": {From: "y"}},
		[]string{"x"},
		i18n.Text{"en": "x"},
		48 * time.Hour,
		consent.PurposeID("x"), consent.Basis("x"), consent.Signal("x"), brand.Corners("x"), &brand.Logo{Type: "x"}, profile.Type("x"), profile.Edit("x"), profile.Card("x"),
		activity.Calculation("x"), figures.Quarter,
		[]activity.Field{{Name: "x"}},
		hook.Envelope("x"), hook.Body("x"),
		[]hook.Endpoint{{Name: "x", URL: "x"}},
		[]profile.Ask{{Brand: "x", Why: i18n.Text{"en": "x"}}},
		[]profile.Choice{{Value: "x", Label: i18n.Text{"en": "x"}}},
	} {
		if reflect.TypeOf(v) == typ {
			return v
		}
	}
	t.Fatalf("no sample of %s", typ)
	return nil
}

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "new-instruments": true, "t2-x": true,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "2a": false, "a_b": false, "é": false, "a/b": false,
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx": false,
	} {
		if got := isName(name); got != want {
			t.Errorf("%q: got %t, want %t", name, got, want)
		}
	}
	for name := range map[string]bool{"5-10": true, "day": true} {
		if !isValue(name) {
			t.Errorf("%q is no value", name)
		}
	}
	if isValue("-a") || isValue("") {
		t.Error("a value may begin with a hyphen or be empty")
	}
}

func TestReserved_are_sorted(t *testing.T) {
	for i := 1; i < len(Reserved); i++ {
		if Reserved[i-1] >= Reserved[i] {
			t.Errorf("%s stands before %s", Reserved[i-1], Reserved[i])
		}
	}
}
