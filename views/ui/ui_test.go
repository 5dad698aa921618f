package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
)

func speaking(t *testing.T, locale string) context.Context {
	t.Helper()
	b := i18ntest.Words(t)
	return i18n.With(context.Background(), b.Localizer(locale))
}

func names(parts []Input) []string {
	var list []string
	for _, p := range parts {
		list = append(list, p.Name)
	}
	return list
}

func TestPartsStandInTheOrderOfTheLanguage(t *testing.T) {
	for _, c := range []struct {
		locale        string
		name, address []string
	}{
		{
			"en",
			[]string{"n.given", "n.family"},
			[]string{"a.street", "a.extra", "a.city", "a.region", "a.postcode", "a.country"},
		},
		{
			"ja",
			[]string{"n.family", "n.given"},
			[]string{"a.postcode", "a.region", "a.city", "a.street", "a.extra", "a.country"},
		},
	} {
		t.Run(c.locale, func(t *testing.T) {
			ctx := speaking(t, c.locale)
			if diff := cmp.Diff(names(NameInput(ctx, "n", "Name", NameValue{}).Parts), c.name); diff != "" {
				t.Errorf("parts of a name (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(names(AddressInput(ctx, "a", "Address", AddressValue{}).Parts), c.address); diff != "" {
				t.Errorf("parts of an address (-got +want):\n%s", diff)
			}
		})
	}
}

func TestRuns(t *testing.T) {
	for _, c := range []struct {
		text string
		want []run
	}{
		{"", []run{}},
		{"plain", []run{{"plain", false}}},
		{"**4** yes", []run{{"4", true}, {" yes", false}}},
		{"a **b** c **d**", []run{{"a ", false}, {"b", true}, {" c ", false}, {"d", true}}},
		{"half ** a mark", []run{{"half ** a mark", false}}},
		{"**b** and **", []run{{"b", true}, {" and **", false}}},
	} {
		if diff := cmp.Diff(runs(c.text), c.want, cmp.AllowUnexported(run{})); diff != "" {
			t.Errorf("runs(%q) (-got +want):\n%s", c.text, diff)
		}
	}
}

func TestRichEscapes(t *testing.T) {
	var b strings.Builder
	if err := Rich("**<i>** & <b>").Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(b.String()), "<b>&lt;i&gt;</b> &amp; &lt;b&gt;"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestChoiceShowsTheAnswerAndNoOther(t *testing.T) {
	ctx := speaking(t, "en")
	for _, c := range []struct {
		answer  Answer
		yes, no string
	}{{Unasked, "false", "false"}, {Yes, "true", "false"}, {No, "false", "true"}} {
		var b strings.Builder
		q := Question{ID: "q", Label: "May we?", Path: "/q", Answer: c.answer}
		if err := Choice(q).Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{"q-yes": c.yes, "q-no": c.no} {
			if button := `id="` + id + `" aria-pressed="` + want + `"`; !strings.Contains(b.String(), button) {
				t.Errorf("answered %q: no button %s", c.answer, button)
			}
		}
		if strings.Contains(b.String(), "hx-") {
			t.Errorf("answered %q: a question without a target swaps something", c.answer)
		}
	}
}

func TestStateIsNeverColourAlone(t *testing.T) {
	icons := map[string]State{}
	for _, s := range []State{Neutral, Given, Refused, Frozen, Waiting, Failed, Locked, Paused} {
		if other, taken := icons[s.icon()]; taken {
			t.Errorf("%q and %q have the same icon", s, other)
		}
		icons[s.icon()] = s
	}
}
