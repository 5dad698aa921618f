package api

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// An audienceBody is an audience as systems read and write it.
type audienceBody struct {
	ID      string            `json:"id,omitempty"`
	Name    string            `json:"name"`
	Purpose consent.PurposeID `json:"purpose"`
	Channel string            `json:"channel,omitempty"`
	Where   audience.Expr     `json:"where"`
	Give    []string          `json:"give"`
	Brand   string            `json:"brand,omitempty"`
	At      *time.Time        `json:"at,omitempty"`
	Version int               `json:"version"`
	Changed *time.Time        `json:"changed_at,omitempty"`
}

func bodyOf(a *audience.Audience) audienceBody {
	give := a.Give
	if give == nil {
		give = []string{}
	}
	return audienceBody{a.ID, a.Name, a.Purpose, a.Channel, a.Where, give, a.Brand, &a.At, a.Version, optional(a.Changed)}
}

// audienceAnswer is one audience, with the version that a change is based on.
func audienceAnswer(status int, a *audience.Audience) answer {
	return answer{status: status, body: bodyOf(a), header: map[string]string{"ETag": tag(int64(a.Version))}}
}

// mayAudience tells whether the caller may know who is in an audience: it works
// for the purpose at that brand, and may have all that the condition looks at
// and all that is given.
func (w *caller) mayAudience(a *audience.Audience) bool {
	if w.brand != "" && w.brand != a.Brand || !slices.Contains(w.system.Purposes, string(a.Purpose)) {
		return false
	}
	for _, name := range slices.Concat(a.Where.Fields(), a.Give) {
		if !w.key.MayField(name) || !w.system.MayHold(name) {
			return false
		}
	}
	for _, name := range a.Where.Kinds() {
		if !w.key.MayField(name) || !w.system.MayTell(name) {
			return false
		}
	}
	return true
}

// actor is the caller's system.
func (w *caller) actor() ledger.Actor { return ledger.Actor{Kind: ledger.BySystem, ID: w.system.Name} }

// audience finds the audience that the address names. One that the caller may
// not know of answers as none.
func (a *API) audience(c echo.Context, who *caller) (audience.Audience, error) {
	found, err := a.Audience.Find(web.Context(c), c.Param("audience"))
	if err == nil && !who.mayAudience(&found) {
		err = errs.New(errs.NotFound, "")
	}
	return found, err
}

// Audiences answers with the audiences that the caller may use.
func (a *API) Audiences(c echo.Context) error { return a.serve(a.audiences)(c) }

func (a *API) audiences(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "cursor", "limit"); err != nil {
		return answer{}, err
	}
	all, err := a.Audience.All(web.Context(c))
	if err != nil {
		return answer{}, err
	}
	list := []audienceBody{}
	for i := range all {
		if who.mayAudience(&all[i]) {
			list = append(list, bodyOf(&all[i]))
		}
	}
	page, next, err := paged(a, c, list, func(b audienceBody) string { return b.ID })
	return answer{status: http.StatusOK, header: next, body: map[string]any{"audiences": page}}, err
}

// ReadAudience answers with one audience.
func (a *API) ReadAudience(c echo.Context) error { return a.serve(a.readAudience)(c) }

func (a *API) readAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	return audienceAnswer(http.StatusOK, &found), err
}

// CreateAudience saves an audience.
func (a *API) CreateAudience(c echo.Context) error { return a.serve(a.createAudience)(c) }

func (a *API) createAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	wish, err := wished(c, who, who.brand)
	if err != nil {
		return answer{}, err
	}
	made, err := a.Audience.Create(web.Context(c), wish, who.actor())
	return audienceAnswer(http.StatusCreated, &made), err
}

// wished reads an audience at a brand that the caller may have.
func wished(c echo.Context, who *caller, brand string) (audience.Audience, error) {
	var in struct {
		Name    string            `json:"name"`
		Purpose consent.PurposeID `json:"purpose"`
		Channel string            `json:"channel"`
		Where   audience.Expr     `json:"where"`
		Give    []string          `json:"give"`
	}
	if err := decode(c, &in); err != nil {
		return audience.Audience{}, err
	}
	wish, err := audience.Check(who.org, audience.Audience{
		Name: in.Name, Brand: brand, Purpose: in.Purpose, Channel: in.Channel, Where: in.Where, Give: in.Give,
	})
	if err == nil && !who.mayAudience(&wish) {
		err = errs.New(errs.Forbidden, "error.field_not_yours")
	}
	return wish, err
}

// ChangeAudience replaces an audience by its next version. It needs If-Match
// with the version that the caller has read.
func (a *API) ChangeAudience(c echo.Context) error { return a.serve(a.changeAudience)(c) }

func (a *API) changeAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	version, err := match(c)
	if err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	if err != nil {
		return answer{}, err
	}
	wish, err := wished(c, who, found.Brand)
	if err != nil {
		return answer{}, err
	}
	if version != int64(found.Version) {
		return answer{}, refusal(http.StatusPreconditionFailed, "error.version_moved")
	}
	changed, err := a.Audience.Change(web.Context(c), &found, wish, who.actor())
	if errors.Is(err, errs.Conflict) {
		return answer{}, refusal(http.StatusPreconditionFailed, "error.version_moved")
	}
	return audienceAnswer(http.StatusOK, &changed), err
}

// RemoveAudience forgets an audience.
func (a *API) RemoveAudience(c echo.Context) error { return a.serve(a.removeAudience)(c) }

func (a *API) removeAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	if err == nil {
		err = a.Audience.Remove(web.Context(c), &found, who.actor())
	}
	return answer{status: http.StatusNoContent}, err
}

// CountAudience answers with how many people an audience has now.
func (a *API) CountAudience(c echo.Context) error { return a.serve(a.countAudience)(c) }

func (a *API) countAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	if err != nil {
		return answer{}, err
	}
	n, err := a.Audience.Run(web.Context(c), &found, nil)
	if err != nil {
		return answer{}, err
	}
	return ok("", audience.Summarise(n)), nil
}

// ExportAudience answers with the people of an audience, as they are found. It
// is asked anew each time: an Idempotency-Key makes no difference.
func (a *API) ExportAudience(c echo.Context) error {
	who := callerOf(c)
	if err := knownQuery(c); err != nil {
		return err
	}
	var in struct {
		Format string `json:"format"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	format, err := audience.ParseFormat(in.Format)
	if err != nil {
		return err
	}
	found, err := a.audience(c, who)
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	if _, err := audience.Check(who.org, found); err != nil {
		return errs.Wrap(errs.Conflict, "audience.error.outdated", err)
	}
	if err := a.Audience.Note(ctx, &found, audience.Exported, who.actor(), audience.Trace{Format: string(format)}); err != nil {
		return err
	}
	name := func(m audience.Member) (string, error) { return a.Secrets.Pairwise(who.system.Name, m.Subject) }
	return web.Stream(c, format.MediaType(), "audience."+string(format), func(w io.Writer) error {
		out, err := audience.NewWriter(w, format, found.Give, name)
		if err != nil {
			return err
		}
		n, err := a.Audience.HandOut(ctx, &found, who.system.Name, out.Write)
		if err != nil {
			return err
		}
		return out.Close(n)
	})
}
