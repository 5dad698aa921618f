package portal

import (
	"context"
	"testing"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/views/layout"
)

func speaking(t *testing.T, locale string) context.Context {
	t.Helper()
	b := i18ntest.Words(t)
	return i18n.With(context.Background(), b.Localizer(locale))
}

func TestBudgetsKeepAnUnusualLimit(t *testing.T) {
	ctx := speaking(t, "en")
	for _, c := range []struct {
		budget Budget
		label  string
		count  int
	}{
		{Budget{}, "No limit", 6},
		{Budget{2, "month"}, "2 times a month", 6},
		{Budget{1, "week"}, "Once a week", 6},
		{Budget{7, "week"}, "7 times a week", 7},
	} {
		list := Delivery{Budget: c.budget}.budgets(ctx)
		found := 0
		for _, o := range list {
			if o.Value == c.budget.String() && o.Label == c.label {
				found++
			}
		}
		if found != 1 || len(list) != c.count {
			t.Errorf("%+v is there %d times among %d, want once among %d", c.budget, found, len(list), c.count)
		}
	}
}

func TestComplaintsReachTheirInputs(t *testing.T) {
	list := Delivery{Wrong: map[string]string{"budget": "B", "quiet.to": "Q"}}.inputs(speaking(t, "en"))
	got := map[string]string{}
	for _, i := range list {
		got[i.Name] = i.Wrong
		for _, p := range i.Parts {
			got[p.Name] = p.Wrong
		}
	}
	if got["budget"] != "B" || got["quiet.to"] != "Q" || got["quiet.from"] != "" || got["quiet"] != "" {
		t.Errorf("the complaints are at %v", got)
	}
}

func TestLinksOfARowLeadOnlyToWhatIsThere(t *testing.T) {
	ctx, f := speaking(t, "en"), layout.Frame{Base: "/hibiki"}
	for _, c := range []struct {
		item PurposeItem
		want []string
	}{
		{PurposeItem{ID: "a"}, []string{"/hibiki/allow/a"}},
		{
			PurposeItem{ID: "a", Choices: 2, Receipt: "r"},
			[]string{"/hibiki/allow/a", "/hibiki/allow/a#choices", "/hibiki/receipts/r"},
		},
	} {
		links := c.item.links(ctx, f)
		if len(links) != len(c.want) {
			t.Fatalf("got %d links, want %d", len(links), len(c.want))
		}
		for i, l := range links {
			if l.Href != c.want[i] {
				t.Errorf("link %d leads to %s, want %s", i, l.Href, c.want[i])
			}
		}
	}
}

func TestHomeCountsWhatIsNotAnswered(t *testing.T) {
	ctx := speaking(t, "en")
	for _, c := range []struct {
		page HomePage
		want string
	}{
		{HomePage{Yes: 4, No: 3}, "Yes to **4** and no to **3**."},
		{HomePage{Yes: 1, Unasked: 2}, "Yes to **1** and no to **0**. You have not answered **2** yet."},
	} {
		if got := allowedCard(ctx, layout.Frame{}, c.page).Text; got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := heldCard(ctx, layout.Frame{}, HomePage{}); got.Note != "" || got.Text == "" {
		t.Errorf("an empty profile is summed up as %+v", got)
	}
}
