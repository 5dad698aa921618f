package receipt_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/views/layout"
	"livingprofile/views/receipt"
)

func TestCheck(t *testing.T) {
	b := i18ntest.Words(t)
	ctx := i18n.With(context.Background(), b.Localizer("en"))
	at := time.Date(2026, 3, 12, 10, 2, 0, 0, time.UTC)
	found := func(o receipt.Outcome, sealed time.Time) *receipt.Result {
		return &receipt.Result{
			Outcome: o, Written: at, Lane: 7, Sequence: 48213, Fingerprint: "9f2c1b7e",
			Checkpoint: 20418, Sealed: sealed,
		}
	}
	for _, test := range []struct {
		name       string
		page       receipt.CheckPage
		has, lacks []string
	}{
		{
			"before anything was checked",
			receipt.CheckPage{Action: "/check"},
			[]string{"Check a receipt", `name="receipt"`, `name="file"`, `name="number"`},
			[]string{"genuine"},
		},
		{
			"what was put in is still there",
			receipt.CheckPage{Text: "{", Wrong: "Not a receipt."},
			[]string{">{</textarea>", "Not a receipt.", `aria-invalid="true"`},
			nil,
		},
		{
			"genuine and sealed",
			receipt.CheckPage{Result: found(receipt.Genuine, at)},
			[]string{"This receipt is genuine", "12 March 2026, 10:02 (UTC)", "lane 7, entry 48213", "checkpoint 20418", "9f2c1b7e"},
			[]string{"<form class=\"card"},
		},
		{
			"not sealed yet",
			receipt.CheckPage{Result: found(receipt.Genuine, time.Time{})},
			[]string{"the next checkpoint comes within a minute"},
			[]string{"checkpoint 20418"},
		},
		{
			"the number alone proves no contents",
			receipt.CheckPage{Result: found(receipt.Known, at)},
			[]string{"We wrote a receipt with this number", "only when you put all of it in"},
			[]string{"genuine"},
		},
		{
			"changed",
			receipt.CheckPage{Result: found(receipt.Changed, at)},
			[]string{"This receipt was changed", "Do not rely on it."},
			[]string{"genuine"},
		},
		{
			"of a receipt that is not ours there is nothing to say",
			receipt.CheckPage{Result: found(receipt.Foreign, at)},
			[]string{"This is not one of ours"},
			[]string{"12 March 2026", "48213", "9f2c1b7e"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var page bytes.Buffer
			if err := receipt.Check(layout.Frame{}, test.page).Render(ctx, &page); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.has {
				if !strings.Contains(page.String(), want) {
					t.Errorf("no %q in the page", want)
				}
			}
			for _, bad := range test.lacks {
				if strings.Contains(page.String(), bad) {
					t.Errorf("%q is in the page", bad)
				}
			}
		})
	}
}
