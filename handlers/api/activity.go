package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/activity"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
)

// A takenBody says what became of one activity.
type takenBody struct {
	Event  string          `json:"event"`
	Result activity.Result `json:"result"`
	Reason activity.Reason `json:"reason,omitempty"`
	// Denied is what stands against it, where there is no basis.
	Denied decision.Reason `json:"denied,omitempty"`
	Paths  []string        `json:"paths,omitempty"` // of values that cannot be read
}

// maxActivities is how many activities one request may tell of.
const maxActivities = 100

// TellActivities takes what a system saw a person do.
func (a *API) TellActivities(c echo.Context) error { return a.serve(a.tellActivities)(c) }

func (a *API) tellActivities(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Activities []inbound.ActivityBody `json:"activities"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	if n := len(in.Activities); n == 0 || n > maxActivities {
		return answer{}, errs.InvalidFields(errs.At("activities", "error.out_of_range_number", "min", 1, "max", maxActivities))
	}
	t := activity.Taking{System: who.system.Name, Brand: who.brand, May: who.author().MayKind}
	var bad []errs.Field
	for n := range in.Activities {
		item, wrong := in.Activities[n].Item("activities." + strconv.Itoa(n) + ".")
		if wrong != nil {
			bad = append(bad, *wrong)
		}
		t.Items = append(t.Items, item)
	}
	if err := errs.InvalidFields(bad...); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	t.Subject = p.id
	outcomes, err := a.Activity.Take(web.Context(c), t)
	if err != nil {
		return answer{}, err
	}
	taken := make([]takenBody, len(outcomes))
	for i, o := range outcomes {
		taken[i] = takenBody{Event: in.Activities[i].Event, Result: o.Result, Reason: o.Reason, Denied: o.Denied}
		for _, f := range o.Fields {
			taken[i].Paths = append(taken[i].Paths, f.Path)
		}
	}
	return ok(p.id, map[string]any{"subject": p.name, "activities": taken}), nil
}

// A seenBody is an observation as systems read it.
type seenBody struct {
	ID     string            `json:"id"`
	Kind   string            `json:"kind"`
	Source string            `json:"source"`
	Brand  string            `json:"brand,omitempty"`
	At     time.Time         `json:"at"`
	Until  time.Time         `json:"until"` // when it is deleted
	Values map[string]string `json:"values"`
}

// Activities answers with what a person did, as far as the caller may have it
// now, newest first.
func (a *API) Activities(c echo.Context) error { return a.serve(a.activities)(c) }

func (a *API) activities(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "kind", "cursor", "limit"); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	body := struct {
		Subject    string     `json:"subject"`
		Activities []seenBody `json:"activities"`
		Withheld   []string   `json:"withheld"`
		Restricted []string   `json:"restricted,omitempty"`
	}{Subject: p.name, Activities: []seenBody{}, Withheld: []string{}}
	now, recipient, author, kinds := a.Clock.Now(), who.recipient(), who.author(), []string{}
	for i := range who.org.Activities {
		k := &who.org.Activities[i]
		if !author.MayKind(k) || c.QueryParam("kind") != "" && c.QueryParam("kind") != k.Name {
			continue
		}
		if verdict := decision.Disclose(p.facts, k.AsField(), recipient, now); verdict.Allow {
			kinds = append(kinds, k.Name)
		} else {
			body.Withheld = append(body.Withheld, k.Name)
			if verdict.Reasons[0] == decision.Restricted {
				body.Restricted = append(body.Restricted, k.Name)
			}
		}
	}
	limit, before, err := a.activityPlace(c)
	if err != nil {
		return answer{}, err
	}
	if len(kinds) == 0 {
		return ok(p.id, body), nil
	}
	// One more than is given tells whether there is another page.
	list, err := a.Store.Activities(web.Context(c), p.id, activity.Page{Kinds: kinds, Before: before, Now: now, Limit: limit + 1})
	if err != nil {
		return answer{}, err
	}
	var header map[string]string
	if len(list) > limit {
		list = list[:limit]
		header = map[string]string{"Link": a.nextLink(c, placeText(list[limit-1].Place()))}
	}
	for _, o := range list {
		if o.Values == nil { // none was said
			o.Values = map[string]string{}
		}
		body.Activities = append(body.Activities, seenBody{o.ID, o.Kind, o.Source, o.Brand, o.At, o.Expires, o.Values})
	}
	return answer{status: http.StatusOK, subject: p.id, header: header, body: body}, nil
}

// activityPlace reads which page a request asks for.
func (a *API) activityPlace(c echo.Context) (int, activity.Place, error) {
	limit, err := limitOf(c)
	if err != nil {
		return 0, activity.Place{}, err
	}
	text := c.QueryParam("cursor")
	if text == "" {
		return limit, activity.Place{}, nil
	}
	after, ok := a.readCursor(c, text)
	micros, rest, found := strings.Cut(after, " ")
	n, err := strconv.ParseInt(micros, 10, 64)
	if !ok || !found || err != nil {
		return 0, activity.Place{}, errs.InvalidFields(errs.At("cursor", "error.bad_cursor"))
	}
	return limit, activity.Place{At: time.UnixMicro(n).UTC(), ID: rest}, nil
}

func placeText(p activity.Place) string {
	return strconv.FormatInt(p.At.UnixMicro(), 10) + " " + p.ID
}
