package console

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/organisation"
	"livingprofile/internal/pull"
	"livingprofile/internal/review"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// SystemsPath is where the console shows connected systems.
const SystemsPath = web.ConsolePath + "/systems"

// Systems reads how connected systems do.
type Systems interface {
	// Amiss returns since when the last word about somebody is not followed.
	Amiss(ctx context.Context, endpoint string, since time.Time) (review.Amiss, error)
	// Standing returns the health of endpoints.
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error)
	// Backlog returns what waits for an endpoint.
	Backlog(ctx context.Context, endpoint string) (hook.Backlog, error)
	// Hours returns what attempts came to since a time, oldest first.
	Hours(ctx context.Context, endpoint string, since time.Time) ([]hook.Hour, error)
	// DeliveryPage returns a page of deliveries, newest first.
	DeliveryPage(ctx context.Context, p hook.Page) ([]hook.Delivery, error)
	// Delivery returns one; errs.NotFound for none.
	Delivery(ctx context.Context, endpoint, entry string) (hook.Delivery, error)
	// DeliveriesOf returns those of what a cause, as a request, led to.
	DeliveriesOf(ctx context.Context, subject id.Subject, cause string) ([]hook.Delivery, error)
	// Secrets returns what may be shown of the secrets that are valid.
	Secrets(ctx context.Context, endpoint string, now time.Time) ([]hook.Held, error)
	// PullPosition returns where the feed of a system was left.
	PullPosition(ctx context.Context, system string) (pull.Position, error)
	// Refusals returns what was refused at a place, the latest first.
	Refusals(ctx context.Context, place string) ([]inbound.Refusal, error)
	// ReusedAt returns when the feed of a system last used an id twice.
	ReusedAt(ctx context.Context, system string) (time.Time, error)
}

// A post is what is known of one endpoint.
type post struct {
	hook.Standing
	hook.Backlog
	target *hook.Target
	hours  []hook.Hour // of the last day
}

// postOf reads what is known of an endpoint.
func (s *Console) postOf(ctx context.Context, t *hook.Target, since time.Time) (p post, err error) {
	p.target = t
	standings, err := s.Systems.Standing(ctx, []string{t.ID}, s.Clock.Now())
	if err != nil {
		return p, err
	}
	p.Standing = standings[t.ID]
	p.Unsigned = t.Speaks != ""
	if p.Backlog, err = s.Systems.Backlog(ctx, t.ID); err != nil {
		return p, err
	}
	p.hours, err = s.Systems.Hours(ctx, t.ID, since)
	return p, err
}

// postsOf are those of all endpoints of a system.
func (s *Console) postsOf(ctx context.Context, targets []hook.Target, since time.Time) ([]post, error) {
	var all []post
	for i := range targets {
		p, err := s.postOf(ctx, &targets[i], since)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// ShowSystems lists the connected systems and how they do. It names nobody.
func (s *Console) ShowSystems(c echo.Context) error {
	ctx, now := web.Context(c), s.Clock.Now()
	org := web.Of(c).Organisation
	day := now.Truncate(time.Hour).Add(-23 * time.Hour)
	p := view.SystemsPage{}
	var hours []hook.Hour
	for i := range org.Systems {
		sys := &org.Systems[i]
		if sys.Retired {
			continue
		}
		posts, err := s.postsOf(ctx, org.TargetsOf(sys.Name), day)
		if err != nil {
			return err
		}
		item := systemItem(ctx, sys, posts, now)
		if _, asked := org.Feeds()[sys.Name]; asked {
			at, err := s.Systems.PullPosition(ctx, sys.Name)
			if err != nil {
				return err
			}
			item.Feed = feedState(ctx, &at)
		}
		for i := range posts {
			hours = append(hours, posts[i].hours...)
		}
		p.Items = append(p.Items, item)
	}
	p.Chart = hourChart(ctx, hours, now)
	return web.Render(c, http.StatusOK, view.Systems(s.desk(c, "systems", title(c, "systems")), p))
}

// systemItem is the row of a system: the worst of its endpoints, and all that
// waits for them.
func systemItem(ctx context.Context, sys *organisation.System, posts []post, now time.Time) view.SystemItem {
	locale := i18n.Locale(ctx)
	item := view.SystemItem{
		Href: SystemsPath + "/" + sys.Name, Name: sys.Label.In(locale), Human: sys.Human.In(locale),
		Waiting: waitingWords(ctx, 0),
	}
	var hours []hook.Hour
	var oldest time.Time
	waiting := 0
	worst := -1
	for i := range posts {
		p := &posts[i]
		state, text, weight := p.words(ctx)
		if weight > worst {
			item.Health, worst = view.Health{State: state, Text: text}, weight
		}
		if p.Worked.After(item.Worked) {
			item.Worked = p.Worked
		}
		if oldest.IsZero() || !p.Oldest.IsZero() && p.Oldest.Before(oldest) {
			oldest = p.Oldest
		}
		waiting += p.Waiting
		hours = append(hours, p.hours...)
	}
	if len(posts) == 0 {
		item.Health = view.Health{Text: i18n.T(ctx, "systems.state.untold")}
	}
	item.Waiting, item.Lag = waitingWords(ctx, waiting), lagWords(ctx, oldest, now)
	item.Rate = successRate(ctx, hours)
	return item
}

// words says how an endpoint is; the weight grows with how much it needs
// somebody.
func (p *post) words(ctx context.Context) (s ui.State, text string, weight int) {
	switch {
	case p.target.Unreadable != "":
		return ui.Failed, i18n.T(ctx, "systems.cause.unreadable"), 6
	case p.Mode == hook.Disabled:
		return ui.Failed, i18n.T(ctx, "systems.state.disabled", "time", i18n.DateTime(ctx, p.Since)), 5
	case p.Mode == hook.Paused && p.Cause == hook.ByStaff:
		return ui.Paused, i18n.T(ctx, "systems.state.paused", "time", i18n.DateTime(ctx, p.Since)), 3
	case p.Mode == hook.Paused:
		return ui.Failed, i18n.T(ctx, "systems.state.given_up", "time", i18n.DateTime(ctx, p.Since)), 5
	case !p.Failing.IsZero():
		return ui.Failed, i18n.T(ctx, "systems.state.failing", "time", i18n.DateTime(ctx, p.Failing)), 4
	case len(p.Standing.Secrets) == 0 && !p.Unsigned:
		return ui.Waiting, i18n.T(ctx, "systems.state.no_secret"), 2
	case p.Worked.IsZero():
		return ui.Neutral, i18n.T(ctx, "systems.state.new"), 1
	}
	return ui.Given, i18n.T(ctx, "systems.state.works"), 0
}

func waitingWords(ctx context.Context, n int) string {
	if n >= hook.CountedTo {
		return i18n.T(ctx, "systems.over", "number", i18n.Number(ctx, hook.CountedTo-1))
	}
	return i18n.Number(ctx, n)
}

// lagWords says how long the oldest that waits has been waiting; "" for none.
func lagWords(ctx context.Context, oldest, now time.Time) string {
	if oldest.IsZero() {
		return ""
	}
	return waitedWords(ctx, max(now.Sub(oldest), time.Second))
}

// waitedWords says how long something waited; "" for not at all.
func waitedWords(ctx context.Context, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return i18n.Span(ctx, max(d, time.Second))
}

func successRate(ctx context.Context, hours []hook.Hour) view.SuccessRate {
	var reached, missed int64
	for i := range hours {
		reached, missed = reached+hours[i].Reached, missed+hours[i].Missed
	}
	if reached+missed == 0 {
		return view.SuccessRate{}
	}
	share := int(reached * 100 / (reached + missed))
	return view.SuccessRate{Known: true, Percent: share, Words: i18n.T(ctx, "console.percent", "share", share)}
}

// feedState says how the feed of a system does.
func feedState(ctx context.Context, at *pull.Position) view.Health {
	switch {
	case at.Cause != "":
		return view.Health{State: ui.Failed, Text: causeWords(ctx, at.Cause)}
	case at.Read.IsZero():
		return view.Health{Text: i18n.T(ctx, "systems.feed.unread")}
	}
	return view.Health{State: ui.Given, Text: i18n.T(ctx, "systems.feed.read", "time", i18n.DateTime(ctx, at.Read))}
}

// causes are the codes of ours that have words. Others are a receiver's, and
// stand as they came.
var causes = [...]string{
	"address_refused", "too_slow", "not_reached", "redirect", "server_error", "too_many", "not_accepted", "gone", "unread",
	"no_folder", "folder_full", inbound.Reused, "no_connector", "moved", "contested", "no_check", "not_written",
	"too_old", "failing", review.Unreadable, review.Unsigned, review.Untold, review.Refuses, review.Unsteady, hook.NamesGone, hook.NoAddress, hook.NotFoundYet, "loops", "leads_elsewhere", "not_understood", "no_secret", "too_long", "not_let_in", "too_many_questions",
}

func causeWords(ctx context.Context, code string) string {
	for _, known := range causes {
		if known == code {
			return i18n.T(ctx, "systems.cause."+code)
		}
	}
	return code
}

// system is the one that the address names.
func system(c echo.Context) (*organisation.System, error) {
	sys, ok := web.Of(c).Organisation.System(c.Param("system"))
	if !ok || sys.Retired {
		return nil, errs.New(errs.NotFound, "error.no_system")
	}
	return sys, nil
}

// ShowSystem shows the endpoints, feed and keys of a system.
func (s *Console) ShowSystem(c echo.Context) error {
	sys, err := system(c)
	if err != nil {
		return err
	}
	ctx, v, now := web.Context(c), web.Of(c), s.Clock.Now()
	p := view.SystemPage{Name: sys.Label.In(v.Locale), Human: sys.Human.In(v.Locale), ID: sys.Name, Facts: systemFacts(c, sys)}
	posts, err := s.postsOf(ctx, v.Organisation.TargetsOf(sys.Name), now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	for i := range posts {
		one := &posts[i]
		state, text, _ := one.words(ctx)
		p.Faults = append(p.Faults, faults(one.target)...)
		p.Endpoints = append(p.Endpoints, view.EndpointItem{
			Href: endpointPath(one.target), Name: one.target.Name, URL: one.target.URL, Health: view.Health{State: state, Text: text},
			Worked: one.Worked, Waiting: waitingWords(ctx, one.Waiting), Lag: lagWords(ctx, one.Oldest, now), Rate: successRate(ctx, one.hours),
		})
	}
	if p.Feed, err = s.feed(c, sys); err != nil {
		return err
	}
	if peer := sys.OpenDSR; peer != nil {
		p.Processor = &view.Processor{URL: peer.URL, Domain: peer.Domain}
		if p.Processor.NotTaken, err = s.notTaken(ctx, inbound.OfCallbacks(sys.Name)); err != nil {
			return err
		}
	}
	if me(c).Role.Has(authz.KeyRead) {
		all, err := s.Keys.List(ctx, authz.AllBrands)
		if err != nil {
			return err
		}
		p.ShowKeys = true
		for _, k := range all {
			if k.System == sys.Name {
				p.Keys = append(p.Keys, apiKey(c, k, now, false))
			}
		}
	}
	return web.Render(c, http.StatusOK, view.System(s.desk(c, "systems", p.Name), p))
}

// systemFacts say what a system may have, and for what.
func systemFacts(c echo.Context, sys *organisation.System) []view.Fact {
	ctx, v := web.Context(c), web.Of(c)
	facts := []view.Fact{
		{Label: i18n.T(ctx, "systems.purposes"), Text: purposeNames(c, sys.Purposes)},
		{Label: i18n.T(ctx, "systems.fields"), Text: fieldNames(c, sys.Fields)},
	}
	if sys.Source {
		facts = append(facts, view.Fact{Label: i18n.T(ctx, "systems.source"), Text: i18n.T(ctx, "systems.source_rank", "rank", v.Organisation.Rank(sys.Name))})
	}
	return facts
}

// feed is how the feed of a system does; nil for one that has none.
func (s *Console) feed(c echo.Context, sys *organisation.System) (*view.Feed, error) {
	asked, ok := web.Of(c).Organisation.Feeds()[sys.Name]
	if !ok {
		return nil, nil //nolint:nilnil // no feed is nothing to show
	}
	ctx, now := web.Context(c), s.Clock.Now()
	at, err := s.Systems.PullPosition(ctx, sys.Name)
	if err != nil {
		return nil, err
	}
	f := &view.Feed{
		URL: asked.URL, Every: i18n.Span(ctx, asked.Every), Health: feedState(ctx, &at), Read: at.Read, Due: at.Due,
		Taken: i18n.Number(ctx, int(at.Taken)), Refused: i18n.Number(ctx, int(at.Refused)),
	}
	if f.NotTaken, err = s.notTaken(ctx, inbound.OfFeed(sys.Name)); err != nil {
		return nil, err
	}
	if me(c).Role.Has(authz.SystemManage) && sys.Pull != nil && written(sys) {
		f.Edit = feedPath(sys.Name)
	}
	if !at.Read.IsZero() {
		f.Age = i18n.Span(ctx, max(now.Sub(at.Read), time.Second))
	}
	return f, nil
}

// notTaken says what was refused at a place, by reason.
func (s *Console) notTaken(ctx context.Context, place string) ([]string, error) {
	all, err := s.Systems.Refusals(ctx, place)
	var words []string
	for _, r := range all {
		words = append(words, i18n.T(ctx, "systems.refused.item", "count", i18n.Number(ctx, int(r.Count)),
			"reason", i18n.T(ctx, "systems.refused.why."+r.Reason), "time", i18n.DateTime(ctx, r.At)))
	}
	return words, err
}
