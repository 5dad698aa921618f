package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
)

// The Authorization API of OpenID AuthZEN 1.0: who is asked about is the
// subject, what for is a resource of the type "purpose", and the action is to
// use data or to contact somebody on a channel.

// A tuple is one question in the words of AuthZEN. What it leaves out is taken
// from the request around it.
type tuple struct {
	Subject *struct {
		Type       string          `json:"type"` // "subject", or a kind of identifier
		ID         string          `json:"id"`
		Properties json.RawMessage `json:"properties"`
	} `json:"subject"`
	Action *struct {
		Name       string                 `json:"name"`
		Properties open[actionProperties] `json:"properties"`
	} `json:"action"`
	Resource *struct {
		Type       string          `json:"type"`
		ID         string          `json:"id"`
		Properties json.RawMessage `json:"properties"`
	} `json:"resource"`
	Context *open[tupleContext] `json:"context"`
}

type actionProperties struct {
	Channel string `json:"channel"`
}

type tupleContext struct {
	Time   *string `json:"time"`
	Record bool    `json:"record"`
}

// An open object may have members that we do not know: callers of AuthZEN send
// the same properties and context to whomever they ask (AuthZEN 1.0, 5.1-5.4).
type open[T any] struct{ Of T }

func (o *open[T]) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &o.Of) }

// within fills in what t leaves out.
func (t tuple) within(outer *tuple) tuple {
	if t.Subject == nil {
		t.Subject = outer.Subject
	}
	if t.Action == nil {
		t.Action = outer.Action
	}
	if t.Resource == nil {
		t.Resource = outer.Resource
	}
	if t.Context == nil {
		t.Context = outer.Context
	}
	return t
}

// An evaluation is the answer to one.
type evaluation struct {
	Decision bool `json:"decision"`
	Context  any  `json:"context,omitempty"`
}

// Evaluate answers one question of AuthZEN.
func (a *API) Evaluate(c echo.Context) error { return a.serve(a.evaluate)(c) }

func (a *API) evaluate(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	echoID(c)
	var t tuple
	if err := decode(c, &t); err != nil {
		return answer{}, err
	}
	if err := a.Index.Refresh(web.Context(c)); err != nil {
		return answer{}, err
	}
	e, err := a.weigh(c, who, &t)
	return ok("", e), err
}

// How several are evaluated.
const (
	executeAll    = "execute_all"
	denyOnFirst   = "deny_on_first_deny"
	permitOnFirst = "permit_on_first_permit"
)

// EvaluateAll answers several questions of AuthZEN.
func (a *API) EvaluateAll(c echo.Context) error { return a.serve(a.evaluateAll)(c) }

func (a *API) evaluateAll(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	echoID(c)
	var in struct {
		tuple
		Evaluations []tuple `json:"evaluations"`
		Options     struct {
			Semantic string `json:"evaluations_semantic"`
		} `json:"options"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	semantic := in.Options.Semantic
	if semantic == "" {
		semantic = executeAll
	}
	if !slices.Contains([]string{executeAll, denyOnFirst, permitOnFirst}, semantic) {
		return answer{}, errs.InvalidFields(errs.At("options.evaluations_semantic", "error.not_a_choice"))
	}
	if len(in.Evaluations) > maxAsked {
		return answer{}, errs.InvalidFields(errs.At("evaluations", "error.out_of_range_number", "min", 1, "max", maxAsked))
	}
	if err := a.Index.Refresh(web.Context(c)); err != nil {
		return answer{}, err
	}
	if len(in.Evaluations) == 0 { // then it is one question
		e, err := a.weigh(c, who, &in.tuple)
		return ok("", e), err
	}
	all := make([]evaluation, 0, len(in.Evaluations))
	for _, t := range in.Evaluations {
		t = t.within(&in.tuple)
		e, err := a.weigh(c, who, &t)
		if errs.KindOf(err) == errs.Invalid {
			e, err = evaluation{Context: map[string]any{"error": map[string]any{
				"status": http.StatusUnprocessableEntity, "message": inShort(err),
			}}}, nil
		}
		if err != nil {
			return answer{}, err
		}
		all = append(all, e)
		if semantic == denyOnFirst && !e.Decision || semantic == permitOnFirst && e.Decision {
			break
		}
	}
	return ok("", map[string]any{"evaluations": all}), nil
}

// inShort names what is wrong with a question, as paths and codes.
func inShort(err error) string {
	var all []string
	for _, f := range errs.FieldsOf(err) {
		all = append(all, f.Path+": "+strings.TrimPrefix(f.ID, "error."))
	}
	return strings.Join(all, ", ")
}

// weigh answers one question.
func (a *API) weigh(c echo.Context, who *caller, t *tuple) (evaluation, error) {
	var bad []errs.Field
	for path, missing := range map[string]bool{
		"subject": t.Subject == nil, "action": t.Action == nil, "resource": t.Resource == nil,
	} {
		if missing {
			bad = append(bad, errs.At(path, "error.required"))
		}
	}
	if err := errs.InvalidFields(sorted(bad)...); err != nil {
		return evaluation{}, err
	}
	if t.Resource.Type != "purpose" {
		bad = append(bad, errs.At("resource.type", "error.not_a_choice"))
	}
	places := map[string]string{"purpose": "resource.id", "channel": "action.properties.channel", "at": "context.time"}
	channel := t.Action.Properties.Of.Channel
	if n := t.Action.Name; n != "use" && n != "contact" || n == "contact" && channel == "" {
		bad = append(bad, errs.At("action.name", "error.not_a_choice"))
	}
	var at *string
	if t.Context != nil {
		at = t.Context.Of.Time
	}
	ask, err := a.asking(who, consent.PurposeID(t.Resource.ID), channel, at)
	for _, f := range errs.FieldsOf(err) {
		f.Path = places[f.Path]
		bad = append(bad, f)
	}
	if err == nil || errs.KindOf(err) == errs.Invalid {
		err = errs.InvalidFields(sorted(bad)...)
	}
	if err != nil {
		return evaluation{}, err
	}
	ask.record = t.Context != nil && t.Context.Of.Record
	var r ruling
	if t.Subject.Type == "subject" {
		r, err = a.rule(web.Context(c), ask, t.Subject.ID)
	} else {
		r, err = a.ruleFor(web.Context(c), ask, inbound.IdentifierBody{Kind: identity.Kind(t.Subject.Type), Value: t.Subject.ID}, "subject.")
	}
	return evaluation{Decision: r.Allow, Context: &r}, err
}

func sorted(bad []errs.Field) []errs.Field {
	slices.SortFunc(bad, func(a, b errs.Field) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return bad
}

// echoID gives the name of a request back, by which its sender finds it again
// (AuthZEN 1.0, "Request Identification").
func echoID(c echo.Context) {
	const header = "X-Request-ID"
	sent := c.Request().Header.Get(header)
	plain := slices.IndexFunc([]byte(sent), func(b byte) bool { return b <= ' ' || b > '~' }) < 0
	if sent != "" && len(sent) <= maxIdempotencyKey && plain {
		c.Response().Header().Set(header, sent)
	}
}

// AuthZEN answers where the questions of AuthZEN are asked
// (/.well-known/authzen-configuration).
func (a *API) AuthZEN(c echo.Context) error {
	base := a.Base.String()
	return c.JSON(http.StatusOK, map[string]string{
		"policy_decision_point":       base,
		"access_evaluation_endpoint":  base + evaluationPath,
		"access_evaluations_endpoint": base + evaluationsPath,
	})
}

// Where the questions of AuthZEN are asked.
const (
	evaluationPath  = "/access/v1/evaluation"
	evaluationsPath = "/access/v1/evaluations"
)
