package console

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

const (
	requestsPath = web.ConsolePath + "/requests"
	queueLength  = 25
)

// The words of the address for a filter.
const (
	mine    = "me"
	overdue = "overdue"
	week    = "week"
	over    = "closed"
)

// queueFields are the filters, as the form and the address name them.
var queueFields = [...]string{"due", "state", "kind", "brand", "law", "assignee"}

// Queue shows requests, the most urgent first.
func (s *Console) Queue(c echo.Context) error {
	return s.showQueue(c, c.QueryParams(), "", nil)
}

// showQueue shows the requests that values filter, with what is wrong with the
// name that was typed for a view.
func (s *Console) showQueue(c echo.Context, values url.Values, typed string, wrong map[string]string) error {
	filter, ok := s.filterOf(c, values)
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	ctx := web.Context(c)
	rows, next, err := s.Review.Queue(ctx, me(c), filter)
	if err != nil {
		return err
	}
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return err
	}
	p := view.QueuePage{
		Views: queueViews(ctx, values), Filters: s.queueFilters(c, values, members), Intake: me(c).Role.Has(authz.RequestCreate),
		Back: queuePath(values, values.Get("after")),
	}
	s.ownViews(c, &p, values, wrong, typed)
	for i := range rows {
		p.Rows = append(p.Rows, s.queueRow(c, &rows[i], members))
	}
	if !filter.After.Zero() {
		p.Newest = queuePath(values, "")
	}
	if !next.Zero() {
		p.More = queuePath(values, next.String())
	}
	if me(c).Role.Has(authz.RequestAssign) {
		p.Assign = assignInput(ctx, members, me(c))
	}
	return web.Render(c, page(wrong), view.Queue(s.desk(c, "requests", title(c, "requests")), p))
}

// filterOf reads the address; false for what no link of ours says.
func (s *Console) filterOf(c echo.Context, values url.Values) (review.Filter, bool) {
	f := review.Filter{
		State: rights.State(values.Get("state")), Kind: rights.Kind(values.Get("kind")), Brand: values.Get("brand"),
		Law: values.Get("law"), Assignee: values.Get("assignee"), Limit: queueLength,
	}
	ok := (f.State == "" || slices.Contains(rights.States[:], f.State)) && (f.Kind == "" || f.Kind.Known())
	if f.Assignee == mine {
		f.Assignee = string(me(c).ID)
	}
	switch values.Get("due") {
	case "":
	case overdue:
		f.DueBefore = s.Clock.Now()
	case week:
		f.DueBefore = s.Clock.Now().Add(review.Soon)
	case over:
		f.Closed = true
	default:
		ok = false
	}
	if f.State != "" && !f.State.Open() {
		f.Closed = true
	}
	var read bool
	f.After, read = review.ParseCursor(values.Get("after"))
	return f, ok && read
}

// queuePath is the address of the queue with the filters of values.
func queuePath(values url.Values, after string) string {
	kept := url.Values{}
	for _, f := range queueFields {
		if v := values.Get(f); v != "" {
			kept.Set(f, v)
		}
	}
	if after != "" {
		kept.Set("after", after)
	}
	if len(kept) == 0 {
		return requestsPath
	}
	return requestsPath + "?" + kept.Encode()
}

// queueViews are the filters that are often wanted.
func queueViews(ctx context.Context, values url.Values) []view.View {
	here := queuePath(values, "")
	var all []view.View
	for _, v := range []struct {
		name   string
		values url.Values
	}{
		{"open", nil},
		{"overdue", url.Values{"due": {overdue}}},
		{"week", url.Values{"due": {week}}},
		{"mine", url.Values{"assignee": {mine}}},
		{"nobodys", url.Values{"assignee": {review.Nobody}}},
		{"decide", url.Values{"state": {string(rights.Acknowledged)}}},
		{"person", url.Values{"state": {string(rights.RequiresAction)}}},
		{"system", url.Values{"state": {string(rights.Accepted)}}},
		{"closed", url.Values{"due": {over}}},
	} {
		href := queuePath(v.values, "")
		all = append(all, view.View{Link: ui.Link{Text: i18n.T(ctx, "request.view."+v.name), Href: href}, Current: href == here})
	}
	return all
}

func (s *Console) queueFilters(c echo.Context, values url.Values, members []staff.Member) []ui.Input {
	ctx := web.Context(c)
	list := func(name string, options []ui.Option) ui.Input {
		any := ui.Option{Label: i18n.T(ctx, "request.queue.any")}
		return ui.Input{
			Kind: ui.OneList, Name: name, Label: i18n.T(ctx, "request.queue."+name), Value: values.Get(name),
			Options: append([]ui.Option{any}, options...),
		}
	}
	var due, states, kinds, laws []ui.Option
	for _, d := range []string{overdue, week, over} {
		due = append(due, ui.Option{Value: d, Label: i18n.T(ctx, "request.view."+d)})
	}
	for _, st := range rights.States {
		states = append(states, ui.Option{Value: string(st), Label: i18n.T(ctx, "request.state."+string(st))})
	}
	for _, k := range rights.Kinds {
		if k.Filed() {
			kinds = append(kinds, ui.Option{Value: string(k), Label: i18n.T(ctx, "rights.kind."+string(k))})
		}
	}
	for _, p := range s.Laws.All() {
		laws = append(laws, ui.Option{Value: p.Code, Label: p.Law.In(i18n.Locale(ctx))})
	}
	brands := slices.DeleteFunc(brandOptions(c), func(o ui.Option) bool { return !me(c).Sees(o.Value) })
	who := []ui.Option{
		{Value: mine, Label: i18n.T(ctx, "request.queue.me")},
		{Value: review.Nobody, Label: i18n.T(ctx, "request.queue.nobody")},
	}
	return []ui.Input{
		list("due", due), list("state", states), list("kind", kinds), list("brand", brands),
		list("law", slices.CompactFunc(laws, func(a, b ui.Option) bool { return a.Value == b.Value })),
		list("assignee", append(who, memberOptions(members, me(c).ID)...)),
	}
}

// memberOptions are those who answer requests, but for one.
func memberOptions(members []staff.Member, but staff.MemberID) []ui.Option {
	var all []ui.Option
	for i := range members {
		if m := &members[i]; m.Enabled() && m.Role.Has(authz.RequestDecide) && m.ID != but {
			all = append(all, ui.Option{Value: string(m.ID), Label: m.Name})
		}
	}
	return all
}

func assignInput(ctx context.Context, members []staff.Member, m staff.Member) *ui.Input {
	options := []ui.Option{{Value: string(m.ID), Label: i18n.T(ctx, "request.queue.me")}}
	options = append(options, memberOptions(members, m.ID)...)
	options = append(options, ui.Option{Value: review.Nobody, Label: i18n.T(ctx, "request.queue.nobody")})
	return &ui.Input{Kind: ui.OneList, Name: "to", Label: i18n.T(ctx, "request.queue.to"), Options: options, Value: string(m.ID)}
}

func (s *Console) queueRow(c echo.Context, r *review.Row, members []staff.Member) view.QueueRow {
	ctx := web.Context(c)
	row := view.QueueRow{
		ID: string(r.ID), Href: requestsPath + "/" + string(r.ID), Number: r.Number,
		Kind: i18n.T(ctx, "rights.kind."+string(r.Kind)), Brand: brandName(c, r.Brand), Law: r.Law(), Received: r.ReceivedAt,
		Assignee: memberName(ctx, members, r.Assignee), Opens: true,
	}
	row.State, row.StateText = stateSign(r.State), i18n.T(ctx, "request.state."+string(r.State))
	row.Clock, row.ClockText = clockSign(ctx, r, s.Clock.Now())
	return row
}

func memberName(ctx context.Context, members []staff.Member, id string) string {
	if id == "" {
		return i18n.T(ctx, "console.never")
	}
	for i := range members {
		if string(members[i].ID) == id {
			return members[i].Name
		}
	}
	return i18n.T(ctx, "request.queue.former")
}

func stateSign(s rights.State) ui.State {
	switch s {
	case rights.Fulfilled:
		return ui.Given
	case rights.Rejected, rights.Unfulfilled, rights.Cancelled:
		return ui.Refused
	case rights.RequiresAction, rights.Accepted:
		return ui.Waiting
	}
	return ui.Neutral
}

// clockSign says how much time is left, which is the strongest sign of a row.
func clockSign(ctx context.Context, r *review.Row, now time.Time) (ui.State, string) {
	left := r.DueAt.Sub(now)
	switch {
	case !r.State.Open():
		return ui.Neutral, i18n.T(ctx, "request.clock.closed", "date", i18n.Date(ctx, r.ClosedAt))
	case r.Paused:
		return ui.Paused, i18n.T(ctx, "request.clock.stopped")
	case left < 0:
		return ui.Failed, i18n.T(ctx, "request.clock.overdue", "span", i18n.Span(ctx, -left))
	case left < review.Soon:
		return ui.Waiting, i18n.T(ctx, "request.clock.left", "span", i18n.Span(ctx, left))
	}
	return ui.Neutral, i18n.T(ctx, "request.clock.left", "span", i18n.Span(ctx, left))
}

// Assign gives the requests that were ticked to a member, or to nobody.
func (s *Console) Assign(c echo.Context) error {
	form, err := web.Form(c, "id", "to", "back")
	if err != nil {
		return err
	}
	ctx, back := web.Context(c), web.Local(form.Get("back"), requestsPath)
	to := staff.MemberID(form.Get("to"))
	if to == review.Nobody {
		to = ""
	} else {
		members, err := s.Staff.Members(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(memberOptions(members, ""), func(o ui.Option) bool { return o.Value == string(to) }) {
			return errs.New(errs.Invalid, "error.not_a_choice")
		}
	}
	var all []rights.RequestID
	for _, one := range form["id"] {
		all = append(all, rights.RequestID(one))
	}
	if len(all) == 0 {
		return failed(c, "request.error.none_picked", back)
	}
	if len(all) > queueLength {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	done, err := s.Review.Assign(ctx, me(c), all, to)
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "request.said.assigned", Args: map[string]string{"number": i18n.Number(ctx, done)}, Fail: done < len(all)})
	return web.SeeOther(c, back)
}
