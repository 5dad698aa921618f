package errors_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/views/errors"
	"livingprofile/views/layout"
)

func TestPage(t *testing.T) {
	b := i18ntest.Words(t)
	ctx := i18n.With(context.Background(), b.Localizer("en"))
	at := time.Date(2026, 3, 12, 14, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name  string
		fault errors.Fault
		has   []string
		lacks []string
	}{
		{
			"our fault names the report",
			errors.Fault{Status: 500, RequestID: "0ksv8g2m"},
			[]string{"This is our fault", "was not saved", "0ksv8g2m"},
			nil,
		},
		{
			"theirs does not",
			errors.Fault{Status: 404, RequestID: "0ksv8g2m"},
			[]string{"There is no such page"},
			[]string{"0ksv8g2m"},
		},
		{
			"the reason replaces the general words",
			errors.Fault{Status: 409, Reason: "There is a newer suggestion."},
			[]string{"Something changed in the meantime", "There is a newer suggestion.", "Yours is not saved yet."},
			[]string{"changed somewhere else"},
		},
		{
			"when to try again",
			errors.Fault{Status: 429, At: at, Wait: 30 * time.Minute},
			[]string{"at 14:00, in 30 minutes"},
			nil,
		},
		{"a status of the client without words", errors.Fault{Status: 418}, []string{"We did not understand that"}, nil},
		{"a status of the server without words", errors.Fault{Status: 502}, []string{"This is our fault"}, nil},
		{"no status", errors.Fault{}, []string{"This is our fault"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var page bytes.Buffer
			if err := errors.Page(layout.Frame{}, test.fault).Render(ctx, &page); err != nil {
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
