package signin_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/views/layout"
	"livingprofile/views/signin"
)

func english(t *testing.T) context.Context {
	t.Helper()
	b := i18ntest.Words(t)
	return i18n.With(context.Background(), b.Localizer("en"))
}

// posts returns the fields of the form that posts to action.
func posts(t *testing.T, ctx context.Context, page templ.Component, action string) map[string]string {
	t.Helper()
	var w bytes.Buffer
	if err := page.Render(ctx, &w); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&w)
	if err != nil {
		t.Fatal(err)
	}
	for form := range doc.Descendants() {
		if form.Data != "form" || attr(form, "action") != action {
			continue
		}
		values := map[string]string{}
		for n := range form.Descendants() {
			if name := attr(n, "name"); name != "" {
				values[name] = attr(n, "value")
			}
		}
		return values
	}
	t.Fatalf("no form posts to %s", action)
	return nil
}

func TestForms(t *testing.T) {
	ctx := english(t)
	f := layout.Frame{BrandName: "Hibiki", CSRF: "proof"}
	link := func(purpose string, code bool) templ.Component {
		return signin.Link(f, signin.LinkPage{Action: "/do", Token: "t0k3n", Purpose: purpose, Code: code})
	}
	confirm := func(kind string, code bool) templ.Component {
		return signin.Confirm(f, signin.ConfirmPage{Action: "/do", Token: "t0k3n", Kind: kind, Code: code})
	}
	here := map[string]string{"csrf": "proof", "token": "t0k3n"}
	elsewhere := map[string]string{"csrf": "proof", "token": "t0k3n", "code": ""}
	for _, test := range []struct {
		name string
		page templ.Component
		want map[string]string
	}{
		{"what was typed is still there", signin.Ask(f, signin.AskPage{Action: "/do", Typed: "a@", Wrong: "No."}), map[string]string{"csrf": "proof", "address": "a@"}},
		{"sign in here", link(signin.In, false), here},
		{"sign in elsewhere", link(signin.In, true), elsewhere},
		{"register here", link(signin.Register, false), here},
		{"register elsewhere", link(signin.Register, true), elsewhere},
		{"prove elsewhere", link(signin.Proof, true), elsewhere},
		{"confirm a consent here", confirm(signin.Consent, false), here},
		{"confirm an address elsewhere", confirm(signin.Address, true), elsewhere},
		{"again", signin.Sent(f, signin.SentPage{Resend: "/do"}), map[string]string{"csrf": "proof"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(posts(t, ctx, test.page, "/do"), test.want); diff != "" {
				t.Errorf("got -, want +\n%s", diff)
			}
		})
	}
}

// The code is shown in two groups and can be taken for nothing else.
func TestSentShowsTheCode(t *testing.T) {
	ctx := english(t)
	page := signin.Sent(layout.Frame{}, signin.SentPage{Code: "40917253", Until: time.Date(2026, 3, 12, 10, 12, 0, 0, time.UTC)})
	var w bytes.Buffer
	if err := page.Render(ctx, &w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">4091 7253<", "until 10:12"} {
		if !bytes.Contains(w.Bytes(), []byte(want)) {
			t.Errorf("no %q in the page", want)
		}
	}
}

// A page behind a link is opened by scanners too: its data have no field that
// could say whose link it is.
func TestLinkPagesNameNobody(t *testing.T) {
	ctx := english(t)
	var names []string
	for name := range linking(ctx) {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var w bytes.Buffer
		if err := linking(ctx)[name].Render(ctx, &w); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ReplaceAll(w.Bytes(), []byte("privacy@hibiki.example"), nil), []byte("@")) {
			t.Errorf("%s shows an address", name)
		}
	}
}
