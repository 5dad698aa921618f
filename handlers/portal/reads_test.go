package portal_test

import (
	"context"
	"testing"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// counted counts the readings of a page. Each is one query.
type counted struct {
	portal.Reader
	n int
}

func (c *counted) Facts(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	c.n++
	return c.Reader.Facts(ctx, subject)
}

func (c *counted) Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	c.n++
	return c.Reader.Identifiers(ctx, subject)
}

func (c *counted) Records(ctx context.Context, subject id.Subject, purpose consent.PurposeID) ([]consent.Record, error) {
	c.n++
	return c.Reader.Records(ctx, subject, purpose)
}

func (c *counted) History(ctx context.Context, subject id.Subject, page ledger.HistoryPage) ([]ledger.Happening, error) {
	c.n++
	return c.Reader.History(ctx, subject, page)
}

func (c *counted) Story(ctx context.Context, subject id.Subject, chapter ledger.Chapter) ([]ledger.Happening, string, error) {
	c.n++
	return c.Reader.Story(ctx, subject, chapter)
}

// A page reads what it shows at once: its cost must not grow with the number of
// its rows.
func TestPages_read_at_most(t *testing.T) {
	k := newKit(t)
	c := &counted{Reader: k.Read}
	k.Read = c
	for _, page := range []struct {
		name  string
		h     echo.HandlerFunc
		param []string
		most  int
	}{
		{"home", k.Home, nil, 2},
		{"data", k.Data, nil, 2},
		{"value", k.Value, []string{"field", "given-name"}, 2},
		{"allow", k.Allow, nil, 1},
		{"purpose", k.Purpose, []string{"purpose", "reviews"}, 2},
		{"get", k.Get, nil, 2},
		{"who", k.Who, nil, 1},
		{"history", k.History, nil, 2},
		{"notices", k.Notices, nil, 1},
		{"safety", k.Safety, nil, 3},
	} {
		t.Run(page.name, func(t *testing.T) {
			c.n = 0
			k.get(page.h, "/hibiki/"+page.name, page.param...)
			if c.n == 0 || c.n > page.most {
				t.Errorf("got %d readings, want 1 to %d", c.n, page.most)
			}
		})
	}
}
