package organisation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// amend changes the brand shop on Tuesday, as the console does.
func amend(o *organisation.Organisation, change func(next *organisation.Organisation) error) (*organisation.Plan, error) {
	return organisation.Amend(o, organisation.Amendment{Brand: "shop", Base: o.Fingerprint("shop"), At: tuesday, Change: change})
}

// look changes how the brand looks.
func look(change func(b *brand.Brand)) func(next *organisation.Organisation) error {
	return func(next *organisation.Organisation) error {
		change(&next.Brands[0])
		return nil
	}
}

func amended(t *testing.T, o *organisation.Organisation, change func(next *organisation.Organisation) error) *organisation.Organisation {
	t.Helper()
	p, err := amend(o, change)
	if err != nil {
		t.Fatal(err)
	}
	return p.Next
}

func TestAmend(t *testing.T) {
	stands := applied(t, small(t))
	for _, tc := range []struct {
		name   string
		change func(next *organisation.Organisation) error
		want   []string
	}{
		{"nothing", look(func(*brand.Brand) {}), nil},
		{"look", look(func(b *brand.Brand) { b.Accent, b.Corners = "#112233", brand.Round }), []string{
			"change brand shop; accent: #0b6a58 → #112233; corners: round (new)",
		}},
		{"asks", func(next *organisation.Organisation) error {
			return next.AskFor("shop", "email", &profile.Ask{Brand: "shop", Required: true, Why: i18n.Text{"en": "For you.", "ja": "お客さまのため。"}})
		}, []string{"change field email; asked-by.shop.why.en: For you. (new); asked-by.shop.why.ja: お客さまのため。 (new); asked-by.shop.required: true (new)"}},
		{"topic", func(next *organisation.Organisation) error { return next.Offer("shop", "offers", false) }, []string{"change topic offers; brands: club (new)"}},
	} {
		p, err := amend(stands, tc.change)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if d := cmp.Diff(steps(p), tc.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", tc.name, d)
		}
		if again, err := amend(p.Next, tc.change); err != nil || !again.Empty() {
			t.Errorf("%s again: %v, %v", tc.name, steps(again), err)
		}
		encoded, err := organisation.Encode(p.Next)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := organisation.Decode(encoded); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if d := cmp.Diff(steps(organisation.Diff(stands, draft(t, small(t)), tuesday)), []string(nil)); d != "" {
		t.Errorf("an amendment wrote into what stands:\n%s", d)
	}
}

// What is hostile or no value is refused by the rules of the file, at the place
// that is wrong.
func TestAmend_refuses(t *testing.T) {
	stands := applied(t, small(t))
	for path, change := range map[string]func(b *brand.Brand){
		"brands.shop.accent":     func(b *brand.Brand) { b.Accent = "red;background:url(//x)" },
		"brands.shop.ground":     func(b *brand.Brand) { b.Ground = "#fff" },
		"brands.shop.corners":    func(b *brand.Brand) { b.Corners = "9px;}" },
		"brands.shop.fonts[1]":   func(b *brand.Brand) { b.Fonts = []string{"Inter", `x";}body{display:none`} },
		"brands.shop.origins[0]": func(b *brand.Brand) { b.Origins = []string{"https://www.example.com/shop"} },
		"brands.shop.origins[1]": func(b *brand.Brand) { b.Origins = []string{"https://a.example.com", "javascript:alert(1)"} },
		"brands.shop.host":       func(b *brand.Brand) { b.Host = "evil.example.com/path" },
		"brands.shop.contact":    func(b *brand.Brand) { b.Contact = "nobody" },
		"brands.shop.legal-name": func(b *brand.Brand) { b.LegalName = "" },
		"brands.shop.locales":    func(b *brand.Brand) { b.Locales = nil },
		"brands.shop.label":      func(b *brand.Brand) { b.Label = nil },
		"brands.shop.zone":       func(b *brand.Brand) { b.Zone = "Local" },
	} {
		_, err := amend(stands, look(change))
		var problems organisation.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: got %v", path, err)
			continue
		}
		if !strings.HasPrefix(problems[0].Path, path) {
			t.Errorf("got %s, want %s", problems[0].Path, path)
		}
	}
}

// What stands and is wrong since an upgrade keeps nobody from amending something
// else, and what the amendment itself gets wrong is refused still.
func TestAmend_beside_what_is_wrong(t *testing.T) {
	stands := applied(t, strings.Replace(small(t), "    rank: 2\n", ownConnector, 1))
	for i := range stands.Systems {
		if l := stands.Systems[i].Connector; l != nil {
			l.Text = "kind: telepathy"
		}
	}
	if p, err := amend(stands, look(func(b *brand.Brand) { b.Accent = "#112233" })); err != nil || len(p.Steps) != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
	var problems organisation.Problems
	if _, err := amend(stands, look(func(b *brand.Brand) { b.Accent = "red" })); !errors.As(err, &problems) || len(problems) != 1 {
		t.Errorf("got %v", err)
	}
}

// An amendment is of one brand, decided on what it shows.
func TestAmend_stays_within_the_brand(t *testing.T) {
	stands := applied(t, small(t))
	for name, tc := range map[string]struct {
		amendment organisation.Amendment
		want      errs.Kind
	}{
		"no brand":      {organisation.Amendment{Brand: "none"}, errs.NotFound},
		"an older base": {organisation.Amendment{Brand: "shop", Base: "1"}, errs.Conflict},
		"another brand": {organisation.Amendment{Brand: "shop", Base: stands.Fingerprint("shop"), Change: func(next *organisation.Organisation) error {
			next.Brands[1].Mark = "X"
			return nil
		}}, errs.Forbidden},
		"the organisation": {organisation.Amendment{Brand: "shop", Base: stands.Fingerprint("shop"), Change: func(next *organisation.Organisation) error {
			next.Contact = "other@small.example"
			return nil
		}}, errs.Forbidden},
		"a field": {organisation.Amendment{Brand: "shop", Base: stands.Fingerprint("shop"), Change: func(next *organisation.Organisation) error {
			next.Fields[0].Edit = profile.Approval
			return nil
		}}, errs.Forbidden},
		"what another brand asks": {organisation.Amendment{Brand: "shop", Base: stands.Fingerprint("shop"), Change: func(next *organisation.Organisation) error {
			return next.AskFor("club", "level", &profile.Ask{Brand: "club", Why: i18n.Text{"en": "x", "ja": "x"}})
		}}, errs.Forbidden},
		"a topic of nobody": {organisation.Amendment{Brand: "shop", Base: stands.Fingerprint("shop"), Change: func(next *organisation.Organisation) error {
			if err := next.Offer("club", "offers", false); err != nil {
				return err
			}
			return next.Offer("shop", "offers", false)
		}}, errs.Invalid},
	} {
		if _, err := organisation.Amend(stands, tc.amendment); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

// A file that is older than an edit says so before it puts it back; one that
// has it, or says something new, decides.
func TestDiff_of_what_was_edited(t *testing.T) {
	stands := amended(t, applied(t, small(t)), look(func(b *brand.Brand) { b.Accent, b.Mark = "#112233", "Q" }))
	for name, tc := range map[string]struct {
		file        string
		back, steps int
	}{
		"the older file":      {small(t), 2, 1},
		"a file that has it":  {with(t, with(t, small(t), "#0B6A58", "#112233"), "mark: S", "mark: Q"), 0, 1},
		"a file that has one": {with(t, small(t), "#0B6A58", "#112233"), 1, 1},
		"a file beyond both":  {with(t, with(t, small(t), "#0B6A58", "#445566"), "mark: S", "mark: Z"), 0, 1},
	} {
		p := organisation.Diff(stands, draft(t, tc.file), tuesday)
		if len(p.PutsBack) != tc.back || len(p.Steps) != tc.steps {
			t.Errorf("%s: got %v, puts back %v", name, steps(p), p.PutsBack)
		}
		if len(p.Next.Edits) != 0 {
			t.Errorf("%s: %v are left", name, p.Next.Edits)
		}
		if again := organisation.Diff(p.Next, draft(t, tc.file), tuesday); !again.Empty() || len(again.PutsBack) > 0 {
			t.Errorf("%s again: %v", name, steps(again))
		}
	}
	back := amended(t, stands, look(func(b *brand.Brand) { b.Accent, b.Mark = "#0b6a58", "S" }))
	if len(back.Edits) != 0 {
		t.Errorf("what is again as the file has it is an edit: %v", back.Edits)
	}
	f, err := organisation.Write(stands)
	if err != nil {
		t.Fatal(err)
	}
	if p := organisation.Diff(stands, draft(t, string(f.Text)), tuesday); len(p.PutsBack) > 0 || len(p.Next.Edits) > 0 {
		t.Errorf("the written file: %v, puts back %v", steps(p), p.PutsBack)
	}
}
