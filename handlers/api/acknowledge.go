package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/login"
)

// AcknowledgementsPath is where the receivers of an endpoint say later than in
// their answers what became of what they were told. They have no key: they sign as
// hooks to them are signed, with the secret that they have of us.
const AcknowledgementsPath = "/api/v1/endpoints/:system/:endpoint/acknowledgements"

// maxAcknowledgements is how many one request may have.
const maxAcknowledgements = 100

// Deliveries keeps what endpoints were told.
type Deliveries interface {
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error)
	// Acknowledge returns what became of each; errs.Conflict, and nothing is taken,
	// when once is full.
	Acknowledge(ctx context.Context, t *hook.Target, all []hook.Acknowledgement, signed time.Time, once login.Counter, now time.Time) ([]hook.Heard, error)
}

// An acknowledgementBody is what is said of one delivery.
type acknowledgementBody struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
}

// A heardBody is what became of it.
type heardBody struct {
	ID     string     `json:"id"`
	Result hook.Heard `json:"result"`
}

// Acknowledge takes what a receiver says after its answer.
func (a *API) Acknowledge(c echo.Context) error {
	if err := knownQuery(c); err != nil {
		return err
	}
	text, err := body(c)
	if err != nil {
		return err
	}
	ctx, now := web.Context(c), a.Clock.Now()
	t, id, signed, err := a.signer(c, text, now)
	if err != nil {
		return err
	}
	if err := a.allow(ctx, authz.KeyID(t.ID)); err != nil {
		return err
	}
	all, err := acknowledgements(text)
	if err != nil {
		return a.unheard(ctx, t, "not_valid", 1, err)
	}
	once := a.counter("api.signature", fmt.Sprintf("%s %d %s", t.ID, signed.Unix(), id), 1)
	once.Window = 3 * hook.Tolerance // more than a signature can be used for
	heard, err := a.Deliveries.Acknowledge(ctx, t, all, signed, once, now)
	if errs.KindOf(err) == errs.Conflict {
		return a.unheard(ctx, t, hook.SignedTwice, 1, err)
	}
	if err != nil {
		return err
	}
	results, unknown := make([]heardBody, len(all)), 0
	for i := range all {
		results[i] = heardBody{all[i].Entry, heard[i]}
		if a.Heard(all[i].State, heard[i]); heard[i] == hook.Unknown {
			unknown++
		}
	}
	if unknown > 0 {
		if err := a.unheard(ctx, t, "no_delivery", unknown, nil); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"results": results})
}

// signer returns the endpoint whose secret a body was signed with, and under which
// id and when. What is wrong is answered alike, whether there is such an endpoint
// or not.
func (a *API) signer(c echo.Context, text []byte, now time.Time) (t *hook.Target, id string, signed time.Time, err error) {
	all := web.Of(c).Organisation.TargetsOf(c.Param("system"))
	at := slices.IndexFunc(all, func(t hook.Target) bool { return t.Name == c.Param("endpoint") })
	if at >= 0 {
		standings, err := a.Deliveries.Standing(web.Context(c), []string{all[at].ID}, now)
		if err != nil {
			return nil, "", time.Time{}, err
		}
		id, signed, wrong := hook.Verify(standings[all[at].ID].Secrets, c.Request().Header.Get, text, now)
		if wrong == "" {
			return &all[at], id, signed, nil
		}
		if err = a.notSigned(c); errs.KindOf(err) == errs.Unauthenticated {
			err = a.unheard(web.Context(c), &all[at], wrong, 1, err)
		}
		return nil, "", time.Time{}, err
	}
	return nil, "", time.Time{}, a.notSigned(c)
}

func (a *API) notSigned(c echo.Context) error {
	return a.refuse(c, "Standard-Webhooks", errs.New(errs.Unauthenticated, "error.bad_signature"))
}

// unheard counts at its endpoint what was not taken, for staff to see, and returns
// why.
func (a *API) unheard(ctx context.Context, t *hook.Target, reason string, times int, why error) error {
	from := inbound.Sender{System: t.System, Way: inbound.ByAcknowledgement, Places: []string{inbound.OfEndpoint(t.ID)}}
	if err := a.Door.Refuse(ctx, from, reason, times); err != nil {
		return err
	}
	return why
}

func acknowledgements(text []byte) ([]hook.Acknowledgement, error) {
	var in struct {
		Acknowledgements []acknowledgementBody `json:"acknowledgements"`
	}
	if err := decodeText(text, &in); err != nil {
		return nil, err
	}
	if n := len(in.Acknowledgements); n == 0 || n > maxAcknowledgements {
		return nil, errs.InvalidFields(errs.At("acknowledgements", "error.out_of_range_number", "min", 1, "max", maxAcknowledgements))
	}
	all := make([]hook.Acknowledgement, len(in.Acknowledgements))
	var wrong []errs.Field
	for i, one := range in.Acknowledgements {
		var is bool
		if all[i], is = hook.NewAcknowledgement(one.ID, one.Version, one.Status, one.Reason); !is {
			wrong = append(wrong, errs.At(fmt.Sprintf("acknowledgements.%d.status", i), "error.not_a_choice"))
		}
		if one.ID == "" {
			wrong = append(wrong, errs.At(fmt.Sprintf("acknowledgements.%d.id", i), "error.required"))
		}
		if one.Version < 1 {
			wrong = append(wrong, errs.At(fmt.Sprintf("acknowledgements.%d.version", i), "error.required"))
		}
	}
	return all, errs.InvalidFields(wrong...)
}
