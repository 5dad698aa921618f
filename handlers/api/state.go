package api

import (
	"context"
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
)

// stateKind is the type of a body that nothing led to but the question.
const stateKind ledger.Kind = "subject.state"

// State answers with what a hook about a subject would say now.
func (a *API) State(c echo.Context) error { return a.serve(a.state)(c) }

func (a *API) state(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "endpoint"); err != nil {
		return answer{}, err
	}
	t := who.target()
	endpoint := c.QueryParam("endpoint")
	if endpoint != "" {
		var is bool
		if t, is = who.within(endpoint); !is {
			return answer{}, errs.InvalidFields(errs.At("endpoint", "error.not_a_choice"))
		}
	}
	subject, err := a.Secrets.Paired(who.system.Name, c.Param("subject"))
	if err != nil {
		return answer{}, err
	}
	ctx, d := web.Context(c), hook.Delivery{Subject: subject, Kind: stateKind, At: a.Clock.Now()}
	var groups []hook.Group
	if endpoint != "" {
		if groups, err = a.Store.Groups(ctx, subject, t.ID); err != nil {
			return answer{}, err
		}
	}
	m, _, err := a.compose(ctx, who, &t, &d, groups)
	if errors.Is(err, errs.NotFound) {
		return a.farewell(ctx, who, d)
	}
	return ok(subject, m), err
}

// farewell answers of somebody who was erased, to whom the hook that said so may
// not have come. Every key of a system that knows their name is told, as the feed
// tells: which brands they had to do with went with them. The name itself nobody
// can make up, and no other system can use.
func (a *API) farewell(ctx context.Context, who *caller, d hook.Delivery) (answer, error) {
	version, err := a.Store.Erased(ctx, d.Subject)
	if errors.Is(err, errs.NotFound) {
		return answer{}, noSubject()
	}
	if err != nil {
		return answer{}, err
	}
	d.Version = version
	name, err := a.Secrets.Pairwise(who.system.Name, d.Subject)
	return ok("", hook.Farewell(&d, name, nil)), err
}

// within is an endpoint of the caller's system as far as the key reaches; false
// for one that is not there, or of other brands.
func (w *caller) within(endpoint string) (hook.Target, bool) {
	for _, t := range w.org.TargetsOf(w.system.Name) {
		if t.Name != endpoint || w.brand != "" && !t.For(w.brand) {
			continue
		}
		if w.brand != "" {
			t.Brands = []string{w.brand}
		}
		key := w.target()
		t.Fields = slices.DeleteFunc(slices.Clone(t.Fields), func(f string) bool { return !slices.Contains(key.Fields, f) })
		if key.Body != hook.Full {
			t.Body = hook.Thin
		}
		return t, true
	}
	return hook.Target{}, false
}

// compose reads what holds of a subject now, as t may be told; errs.NotFound of
// whom the caller may not know. tell is that of hook.Compose.
func (a *API) compose(ctx context.Context, who *caller, t *hook.Target, d *hook.Delivery, groups []hook.Group) (m hook.Message, tell bool, err error) {
	p, err := a.know(ctx, who, d.Subject)
	if err != nil {
		return m, false, err
	}
	s := hook.Snapshot{Alias: p.name, Facts: p.facts, Groups: groups, At: a.Clock.Now()}
	if t.Body == hook.Full {
		anew, err := a.note(ctx, who, d.Subject)
		if err == nil && anew {
			p, err = a.know(ctx, who, d.Subject) // in its new version
		}
		if err != nil {
			return m, false, err
		}
		s.Facts = p.facts
		if s.Identifiers, err = a.Store.Identifiers(ctx, d.Subject); err != nil {
			return m, false, err
		}
	}
	m, tell = hook.Compose(who.org, t, d, s)
	return m, tell, nil
}
