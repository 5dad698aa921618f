package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
)

// maxChanges is how many changes one batch may have.
const maxChanges = 1000

// take takes one item of a request for one person. What a rule refuses is an
// error.
func (a *API) take(ctx context.Context, who *caller, item inbound.Item) (inbound.Outcome, error) {
	all, err := a.Door.Take(ctx, who.author().Sender(""), []inbound.Item{item})
	if err != nil {
		return inbound.Outcome{}, err
	}
	return all[0], all[0].Err
}

// Change takes a batch of changes.
func (a *API) Change(c echo.Context) error { return a.serve(a.change)(c) }

func (a *API) change(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Changes []json.RawMessage `json:"changes"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	if n := len(in.Changes); n == 0 || n > maxChanges {
		return answer{}, errs.InvalidFields(errs.At("changes", "error.out_of_range_number", "min", 1, "max", maxChanges))
	}
	ctx, author := web.Context(c), who.author()
	batch, err := a.Door.Read(ctx, author, in.Changes, func(ctx context.Context, s id.Subject) error {
		_, err := a.know(ctx, who, s)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	from := author.Sender("")
	from.Way, from.Places = inbound.ByAPI, []string{inbound.OfKey(string(who.key.ID))}
	if err := batch.Take(ctx, from); err != nil {
		return answer{}, err
	}
	results := make([]resultBody, len(batch.Told))
	for i := range batch.Told {
		results[i] = resultOf(ctx, &batch.Told[i], &batch.Outcomes[i], i)
	}
	return answer{status: http.StatusOK, body: map[string]any{"counts": batch.Count(), "results": results}}, nil
}

// A resultBody is what became of one change.
type resultBody struct {
	ID       string         `json:"id"`
	Result   inbound.Result `json:"result"`
	Reason   string         `json:"reason,omitempty"`
	Repeated bool           `json:"repeated,omitempty"`
	// Denied is what stands against knowing of an activity.
	Denied decision.Reason `json:"denied,omitempty"`
	Errors []faultBody     `json:"errors,omitempty"`
}

// A faultBody is what is wrong in which member.
type faultBody struct {
	Path   string `json:"path"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func resultOf(ctx context.Context, t *inbound.Told, o *inbound.Outcome, place int) resultBody {
	r := resultBody{ID: t.ID, Result: o.Result, Reason: o.Reason, Repeated: o.Repeated, Denied: o.Denied}
	for _, f := range o.Fields {
		path := fmt.Sprintf("changes.%d", place)
		if f.Path != "" {
			path += "." + f.Path
		}
		r.Errors = append(r.Errors, faultBody{path, strings.TrimPrefix(f.ID, "error."), i18n.Message(ctx, f.ID, f.Args)})
	}
	return r
}
