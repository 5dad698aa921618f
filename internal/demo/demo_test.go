package demo_test

import (
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// declared returns the demo organisation as it stands after the first apply.
func declared(t *testing.T) *organisation.Organisation {
	t.Helper()
	d, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	return organisation.Diff(nil, d, noon).Next
}

func TestOrganisation_has_no_problem_and_no_warning(t *testing.T) {
	d, err := organisation.Parse(demo.FileName, demo.File())
	if err != nil {
		t.Fatal(err)
	}
	warnings, err := d.Check()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
}

func TestOrganisation_speaks_every_language_everywhere(t *testing.T) {
	o := declared(t)
	texts := map[string]i18n.Text{"label": o.Label, "privacy": o.Privacy}
	for _, b := range o.Brands {
		texts["brand "+b.Name] = b.Label
		texts["brand "+b.Name+" voice"] = b.Voice
	}
	for _, c := range o.Categories {
		texts["category "+c.Name] = c.Label
	}
	for _, c := range o.Channels {
		texts["channel "+c.Name] = c.Label
	}
	for _, s := range o.Systems {
		texts["system "+s.Name] = s.Label
		texts["system "+s.Name+" human"] = s.Human
	}
	for _, tp := range o.Topics {
		texts["topic "+tp.Name] = tp.Label
		texts["topic "+tp.Name+" help"] = tp.Help
	}
	for _, v := range o.Purposes {
		for name, text := range wordsOf(&v) {
			texts["purpose "+string(v.Purpose)+" "+name] = text
		}
	}
	for _, f := range o.Fields {
		for name, text := range map[string]i18n.Text{"label": f.Label, "help": f.Help, "locked": f.Locked, "retention": f.Retention, "how": f.How} {
			texts["field "+f.Name+" "+name] = text
		}
		for _, c := range f.Choices {
			texts["field "+f.Name+" "+c.Value] = c.Label
		}
	}
	for where, text := range texts {
		if len(text) == 0 {
			continue // Check has told which must be there
		}
		for _, tag := range []string{"en", "ja", "ar"} {
			if text[tag] == "" {
				t.Errorf("%s: no words in %s", where, tag)
			}
		}
		if text["en"] == text["ar"] && where != "privacy" {
			t.Errorf("%s: the Arabic words are the English ones", where)
		}
	}
}

func wordsOf(v *consent.PurposeVersion) map[string]i18n.Text {
	w := &v.Words
	return map[string]i18n.Text{
		"question": w.Question, "sentence": w.Sentence, "why": w.Why, "source": w.Source,
		"retention": w.Retention, "if-no": w.IfNo, "locked": w.Locked,
	}
}

// The demo is to show each kind of thing at least once.
func TestOrganisation_shows_everything(t *testing.T) {
	o := declared(t)
	bases := map[consent.Basis]bool{}
	var expires, twice, children bool
	for _, v := range o.Purposes {
		bases[v.Basis] = true
		expires = expires || v.Expires == 2*365*24*time.Hour
		twice = twice || v.DoubleOptIn
		children = children || v.Parent != ""
	}
	if len(bases) != len(consent.Bases) {
		t.Errorf("got purposes on %d legal bases, want %d", len(bases), len(consent.Bases))
	}
	if !expires || !twice || !children {
		t.Errorf("got expiry %t, double opt-in %t, parent %t; want all", expires, twice, children)
	}
	edits := map[profile.Edit]int{}
	var sensitive, inferred int
	for _, f := range o.Fields {
		edits[f.Edit]++
		if f.Sensitive {
			sensitive++
		}
		if len(f.How) > 0 {
			inferred++
		}
	}
	if len(edits) != 3 || sensitive == 0 || inferred == 0 {
		t.Errorf("got edits %v, %d sensitive, %d inferred; want some of each", edits, sensitive, inferred)
	}
	if n := len(o.Fields); n < 28 || n > 40 {
		t.Errorf("got %d fields, want 28 to 40", n)
	}
	for _, system := range demo.Sources {
		if s, ok := o.System(system); !ok || !s.Source {
			t.Errorf("%s is no source of the organisation", system)
		}
	}
}
