package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// EndpointPath is the address of one endpoint, as a route.
const EndpointPath = SystemsPath + "/:system/endpoints/:endpoint"

func endpointPath(t *hook.Target) string {
	return SystemsPath + "/" + t.System + "/endpoints/" + t.Name
}

// deliveriesShown is how many deliveries a page shows.
const deliveriesShown = 30

// chartDays is how far back the chart of an endpoint goes.
const chartDays = 14

// target is the endpoint that the address names.
func target(c echo.Context) (*hook.Target, error) {
	sys, err := system(c)
	if err != nil {
		return nil, err
	}
	for _, t := range web.Of(c).Organisation.TargetsOf(sys.Name) {
		if t.Name == c.Param("endpoint") {
			return &t, nil
		}
	}
	return nil, errs.New(errs.NotFound, "error.no_system")
}

// A told is what an act leads to on the endpoint's page.
type told struct {
	secret string            // made just now
	typed  url.Values        // of a form that something is wrong in
	wrong  map[string]string // what is, by field
}

// ShowEndpoint shows how an endpoint does and what it was told.
func (s *Console) ShowEndpoint(c echo.Context) error {
	t, err := target(c)
	if err != nil {
		return err
	}
	return s.showEndpoint(c, t, told{typed: url.Values{}})
}

func (s *Console) showEndpoint(c echo.Context, t *hook.Target, r told) error {
	ctx, now := web.Context(c), s.Clock.Now()
	one, err := s.postOf(ctx, t, now.AddDate(0, 0, 1-chartDays).Truncate(24*time.Hour))
	if err != nil {
		return err
	}
	state, text, _ := one.words(ctx)
	org := web.Of(c).Organisation
	p := view.EndpointPage{
		System: systemName(c, t.System), Up: SystemsPath + "/" + t.System, Action: endpointPath(t), Name: t.Name,
		Health: view.Health{State: state, Text: text}, Note: one.Note, Worked: one.Worked, Slow: one.Slow,
		Waiting: waitingWords(ctx, one.Waiting), Lag: lagWords(ctx, one.Oldest, now), Rate: successRate(ctx, one.hours),
		Facts: subscription(c, t), Chart: dayChart(ctx, one.hours, now), Once: r.secret,
		Paused: one.Mode != hook.Active, Secrets: len(one.Standing.Secrets), Signs: t.Speaks == "", Faults: faults(t),
	}
	if p.Signs {
		p.Sample = hook.Sample(org, t, now)
	}
	if !one.Slow.After(now) {
		p.Slow = time.Time{}
	}
	role := me(c).Role
	if role.Has(authz.SystemOperate) {
		p.Reason = ui.Input{
			Kind: ui.Text, Name: "reason", Label: i18n.T(ctx, "systems.reason"), Hint: i18n.T(ctx, "systems.reason_hint"),
			Value: r.typed.Get("reason"), Wrong: r.wrong["reason"], Required: true, Fill: "off",
		}
		p.Replay = replayForm(c, r)
	}
	if role.Has(authz.SystemManage) && p.Signs {
		p.Make = secretInputs(c, r)
	}
	held, err := s.Systems.Secrets(ctx, t.ID, now)
	if err != nil {
		return err
	}
	for _, h := range held {
		p.Held = append(p.Held, view.HeldSecret{Since: h.Since, Until: h.Until, Public: h.Public})
	}
	if p.NotTaken, err = s.notTaken(ctx, inbound.OfEndpoint(t.ID)); err != nil {
		return err
	}
	if err := s.addDeliveries(c, t, &p); err != nil {
		return err
	}
	return web.Render(c, page(r.wrong), view.Endpoint(s.desk(c, "systems", t.ID), p))
}

// faults are why the connector of an endpoint cannot be read, line by line.
func faults(t *hook.Target) []string {
	if t.Unreadable == "" {
		return nil
	}
	return strings.Split(t.Unreadable, "\n")
}

// subscription says what an endpoint is told of.
func subscription(c echo.Context, t *hook.Target) []view.Fact {
	ctx := web.Context(c)
	events := t.Events
	if len(events) == 0 {
		events = hook.Families()
	}
	var names []string
	for _, name := range events {
		if !strings.Contains(name, ".") {
			name = i18n.T(ctx, "systems.family."+name)
		}
		names = append(names, name)
	}
	if len(t.Events) > 0 {
		names = append(names, i18n.T(ctx, "systems.ends"))
	}
	facts := []view.Fact{
		{Label: i18n.T(ctx, "systems.url"), Text: t.URL},
		{Label: i18n.T(ctx, "systems.events"), Text: i18n.List(ctx, names)},
		{Label: i18n.T(ctx, "systems.brands"), Text: brandNames(c, t.Brands)},
		{Label: i18n.T(ctx, "systems.purposes"), Text: purposeNames(c, t.Purposes)},
	}
	if t.Speaks != "" {
		facts = append(facts, view.Fact{Label: i18n.T(ctx, "connect.connector"), Text: t.Speaks})
	} else {
		facts = append(facts,
			view.Fact{Label: i18n.T(ctx, "systems.body"), Text: i18n.T(ctx, "systems.body_"+string(t.Body))},
			view.Fact{Label: i18n.T(ctx, "systems.envelope"), Text: i18n.T(ctx, "systems.envelope_"+string(t.Envelope))})
	}
	if t.Body == hook.Full {
		facts = append(facts, view.Fact{Label: i18n.T(ctx, "systems.fields"), Text: fieldNames(c, t.Fields)})
	}
	return facts
}

// addDeliveries adds the page of deliveries that the address asks for.
func (s *Console) addDeliveries(c echo.Context, t *hook.Target, p *view.EndpointPage) error {
	ctx := web.Context(c)
	state, before := hook.State(c.QueryParam("state")), c.QueryParam("before")
	if state != "" && !slices.Contains(hook.States(), state) || before != "" && !id.Valid(before) {
		return errs.New(errs.NotFound, "")
	}
	found, err := s.Systems.DeliveryPage(ctx, hook.Page{Endpoint: t.ID, State: state, Before: before, Limit: deliveriesShown + 1})
	if err != nil {
		return err
	}
	if len(found) > deliveriesShown {
		found = found[:deliveriesShown]
		p.Older = deliveriesPath(t, state, found[deliveriesShown-1].Entry)
	}
	if before != "" {
		p.Newest = deliveriesPath(t, state, "")
	}
	p.States = append(p.States, view.StateFilter{Href: deliveriesPath(t, "", ""), Text: i18n.T(ctx, "systems.all"), Current: state == ""})
	for _, one := range hook.States() {
		p.States = append(p.States, view.StateFilter{
			Href: deliveriesPath(t, one, ""), Text: i18n.T(ctx, "systems.delivery."+string(one)), Current: state == one,
		})
	}
	for i := range found {
		p.Deliveries = append(p.Deliveries, deliveryItem(c, t, &found[i]))
	}
	return nil
}

func deliveriesPath(t *hook.Target, state hook.State, before string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if before != "" {
		q.Set("before", before)
	}
	if len(q) == 0 {
		return endpointPath(t) + "#deliveries"
	}
	return endpointPath(t) + "?" + q.Encode() + "#deliveries"
}

// deliveryItem is a delivery without whom it is about.
func deliveryItem(c echo.Context, t *hook.Target, d *hook.Delivery) view.DeliveryItem {
	ctx := web.Context(c)
	item := view.DeliveryItem{
		Href: endpointPath(t) + "/deliveries/" + d.Entry, ID: d.Entry, Kind: string(d.Kind), At: d.At,
		Health: view.Health{State: deliveryState(d.State), Text: i18n.T(ctx, "systems.delivery."+string(d.State))},
		Tried:  d.Tried, Next: d.Due, Attempts: i18n.Number(ctx, len(d.Attempts)),
	}
	if d.Cause != "" {
		item.Cause = causeWords(ctx, d.Cause)
	}
	return item
}

func deliveryState(s hook.State) ui.State {
	switch s {
	case hook.Applied, hook.Received, hook.NotHeld:
		return ui.Given
	case hook.Waiting:
		return ui.Waiting
	case hook.Refused, hook.Failed:
		return ui.Failed
	case hook.Withheld:
	}
	return ui.Neutral
}

// ShowDelivery shows a delivery with its attempts, and its body without what it
// says of anybody.
func (s *Console) ShowDelivery(c echo.Context) error {
	t, err := target(c)
	if err != nil {
		return err
	}
	if !id.Valid(c.Param("delivery")) {
		return errs.New(errs.NotFound, "error.no_delivery")
	}
	d, err := s.Systems.Delivery(web.Context(c), t.ID, c.Param("delivery"))
	if err != nil {
		return errs.Wrap(errs.KindOf(err), "error.no_delivery", err)
	}
	ctx := web.Context(c)
	p := view.DeliveryPage{
		Up: endpointPath(t), Item: deliveryItem(c, t, &d), Body: hook.Redacted(web.Of(c).Organisation, t, &d),
		Again: me(c).Role.Has(authz.SystemOperate), Action: endpointPath(t) + "/replay",
		Untried: d.State == hook.Waiting && len(d.Attempts) == 0,
	}
	if p.NotTaken, err = s.notTaken(ctx, inbound.OfDelivery(t.ID, d.Entry)); err != nil {
		return err
	}
	if !d.Acknowledged.IsZero() {
		p.Later = i18n.T(ctx, "systems.later", "time", i18n.DateTime(ctx, d.Acknowledged))
	}
	for i, a := range d.Attempts {
		one := view.AttemptItem{Number: i18n.Number(ctx, i+1), At: a.At, Took: i18n.T(ctx, "systems.millis", "number", i18n.Number(ctx, int(a.Took.Milliseconds())))}
		if a.Status != 0 {
			one.Answer = i18n.T(ctx, "systems.answered", "status", a.Status)
		} else {
			one.Answer = i18n.T(ctx, "systems.unanswered")
		}
		if a.Cause != "" {
			one.Cause = causeWords(ctx, a.Cause)
		}
		p.Attempts = append(p.Attempts, one)
	}
	return web.Render(c, http.StatusOK, view.Delivery(s.desk(c, "systems", i18n.T(ctx, "systems.delivery_title")), p))
}

// purposeNames and fieldNames join the labels of what is declared.
func purposeNames(c echo.Context, names []string) string {
	v := web.Of(c)
	var labels []string
	for i := range v.Organisation.Purposes {
		if u := &v.Organisation.Purposes[i]; slices.Contains(names, string(u.Purpose)) {
			labels = append(labels, u.Words.Question.In(v.Locale))
		}
	}
	return orNone(c, labels)
}

func fieldNames(c echo.Context, names []string) string {
	v := web.Of(c)
	var labels []string
	for _, name := range names {
		if f, ok := v.Organisation.Field(name); ok {
			labels = append(labels, f.Label.In(v.Locale))
		}
	}
	return orNone(c, labels)
}

func orNone(c echo.Context, labels []string) string {
	if len(labels) == 0 {
		return i18n.T(web.Context(c), "systems.none_of_these")
	}
	return strings.Join(labels, i18n.T(web.Context(c), "console.comma"))
}
