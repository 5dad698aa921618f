package console

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/attachment"
	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// The parts of a request's page, as the address names them; the decision is "".
const (
	tabData     = "data"
	tabMessages = "messages"
	tabTasks    = "tasks"
)

// A sheet is a request's page while it is made.
type sheet struct {
	ctx     context.Context
	locale  string
	org     *organisation.Organisation
	me      staff.Member
	now     time.Time
	row     review.Row
	pack    *rights.Pack // that the request froze; nil when it is not known any more
	members []staff.Member
	form    *deciding
	decides bool
	files   []rights.Attachment // of the request

	request rights.Request
	docket  rights.Docket
	machine *automated.Decision // that a human is asked for; nil for none
	facts   decision.Facts
	mute    bool // no letter reaches the person
	page    view.RequestPage
}

// sheet begins a page with what nobody has to open.
func (s *Console) sheet(c echo.Context, row review.Row, d *deciding) (*sheet, error) {
	v := web.Of(c)
	zone := v.Organisation.Zone(row.Brand)
	web.InZone(c, zone)
	ctx := web.Context(c)
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return nil, err
	}
	b := &sheet{
		ctx: ctx, locale: v.Locale, org: v.Organisation, me: me(c), now: s.Clock.Now(), row: row, members: members, form: d,
		decides: decides(c),
	}
	b.pack, _ = s.Laws.Edition(row.Pack)
	p := &b.page
	p.ID, p.Number, p.Kind, p.Queue = string(row.ID), row.Number, b.t("rights.kind."+string(row.Kind)), requestsPath
	p.State, p.StateText = stateSign(row.State), b.t("request.state."+string(row.State))
	p.Clock, p.ClockText = clockSign(ctx, &row, b.now)
	b.fact("received", i18n.DateTime(ctx, row.ReceivedAt), zone.String())
	b.fact("due", i18n.DateTime(ctx, row.DueAt), zone.String())
	if row.State == rights.Accepted && row.ActAt.After(b.now) {
		b.fact("acts", i18n.DateTime(ctx, row.ActAt), "")
	}
	if b.pack != nil {
		right := b.pack.Rights[row.Kind]
		b.fact("law", b.pack.Law.In(b.locale), row.Pack+" · "+right.Called.In(b.locale)+" "+right.Rule.Article)
	} else {
		b.fact("law", row.Pack, "")
	}
	b.fact("brand", brandName(c, row.Brand), "")
	b.fact("assignee", memberName(ctx, members, row.Assignee), "")
	deliveries, err := s.Systems.DeliveriesOf(ctx, row.Subject, string(row.ID))
	if err != nil {
		return nil, err
	}
	errands, err := s.Errands(ctx, row.ID)
	for _, told := range portal.Tellings(deliveries, errands) {
		p.Facts = append(p.Facts, view.Fact{
			Label: systemName(c, told.System), Text: b.t("errand." + told.Word), Note: i18n.DateTime(ctx, told.At),
		})
	}
	return b, err
}

func (b *sheet) t(id string, args ...any) string { return i18n.T(b.ctx, id, args...) }

func (b *sheet) fact(label, text, note string) {
	b.page.Facts = append(b.page.Facts, view.Fact{Label: b.t("request.fact." + label), Text: text, Note: note})
}

// opened adds what the request says, and the part of the page that is shown.
func (b *sheet) opened(held *view.PersonPage) {
	r := &b.request
	b.mute = held.Mute
	b.rule()
	if r.Proof.Member != "" {
		b.fact("proof", b.t("request.proof."+proofName(r.Proof.Method)), b.t("request.fact.taken", "name", memberName(b.ctx, b.members, r.Proof.Member)))
	} else if r.Proof.System != "" {
		b.fact("proof", b.t("request.proof."+proofName(r.Proof.Method)), b.t("agent.system", "system", r.Proof.System))
	} else {
		note := ""
		if r.Proof.Fresh {
			note = b.t("request.fact.fresh")
		}
		b.fact("proof", b.t("request.proof."+proofName(r.Proof.Method)), note)
	}
	if r.Proof.Agent != "" {
		b.page.Facts = append(b.page.Facts, view.Fact{Label: b.t("agent.title"), Text: r.Proof.Agent, Note: r.Proof.Mandate})
		if ended := r.Proof.RevokedAt; !ended.IsZero() {
			b.fact("revoked", i18n.DateTime(b.ctx, ended), "")
		}
	}
	b.fact("locale", i18n.Lang(r.Locale), "")
	if about := b.about(); about.Text != "" {
		b.page.Facts = append(b.page.Facts, about)
	}
	if r.Matter.Text != "" && b.readable() {
		b.fact("words", r.Matter.Text, "")
	}
	if n := len(b.files); n > 0 && b.readable() {
		b.page.Facts = append(b.page.Facts, view.Fact{
			Label: b.t("attachment.title"), Text: b.t("attachment.count", "count", n), Href: requestsPath + "/" + b.page.ID + tabQuery(tabMessages),
		})
	}
	b.machineFacts()
	for _, t := range []struct{ tab, word string }{{"", "decision"}, {tabData, "data"}, {tabTasks, "tasks"}, {tabMessages, "messages"}} {
		b.page.Tabs = append(b.page.Tabs, view.View{
			Link:    ui.Link{Text: b.t("request.tab." + t.word), Href: requestsPath + "/" + b.page.ID + tabQuery(t.tab)},
			Current: t.tab == b.form.tab,
		})
	}
	switch b.form.tab {
	case tabData:
		b.page.Held = held
	case tabTasks:
		b.tasks()
	case tabMessages:
		b.letters()
	default:
		b.decision()
		b.page.Steps = b.moved(0)
	}
	if b.form.late {
		b.page.Overtaken = b.moved(b.form.seen)
	}
}

// rule says what of the clock is out of the ordinary.
func (b *sheet) rule() {
	r := &b.request
	switch {
	case r.Extended:
		b.fact("clock", b.t("request.fact.extended"), "")
	case r.Rule.Goal:
		b.fact("clock", b.t("request.fact.goal"), "")
	}
	if !r.ThawAt.IsZero() {
		b.page.Facts = append(b.page.Facts, view.Fact{Label: b.t("rights.thaws"), Text: i18n.DateTime(b.ctx, r.ThawAt)})
	}
	if r.Held {
		b.fact("hold", b.t("request.fact.held"), "")
	}
	if len(r.HeldFields) > 0 {
		var labels []string
		for _, f := range b.org.FieldsOf(r.HeldFields) {
			labels = append(labels, f.Label.In(b.locale))
		}
		b.fact("hold", b.t("request.fact.held_fields", "fields", i18n.List(b.ctx, labels)), "")
	}
	if first, ok := r.Proposer(); ok {
		b.fact("second", b.t("request.fact.proposed", "name", memberName(b.ctx, b.members, first)), "")
	}
}

// proofName is the proof as locales name it.
func proofName(method string) string {
	switch method {
	case "link", "brand_link", "passkey", "phone", "letter", "person", "system", "none":
		return method
	}
	return "another"
}

// about names what a request is about, another request with its number; no
// text for the whole person.
func (b *sheet) about() view.Fact {
	about := view.Fact{Label: b.t("request.fact.about"), Text: b.matter()}
	if m := b.request.Matter; m.Ground != "" && m.Scope != rights.WholePerson {
		about.Note = b.t("rights.ground." + string(m.Ground))
	}
	if other, ok := b.docket.Find(rights.RequestID(b.request.Matter.Name)); ok {
		if about.Text = other.Number; b.me.Sees(other.Brand) {
			about.Href = requestsPath + "/" + string(other.ID)
		}
	}
	return about
}

func (b *sheet) matter() string {
	m := b.request.Matter
	switch m.Scope {
	case rights.FieldScope:
		if f, ok := b.org.Field(m.Name); ok {
			return f.Label.In(b.locale)
		}
	case rights.CategoryScope:
		if c, ok := b.org.Category(m.Name); ok {
			return c.Label.In(b.locale)
		}
	case rights.DecisionScope:
		if b.machine == nil {
			return b.t("automated.matter")
		}
		if k, ok := b.org.AutomatedKind(b.machine.Kind); ok {
			return k.Label.In(b.locale)
		}
		return b.machine.Kind
	case rights.ControllerScope:
		if c, ok := b.org.Controller(m.Name); ok {
			return c.Label.In(b.locale)
		}
	case rights.PurposeScope:
		if v, ok := b.org.Purpose(consent.PurposeID(m.Name)); ok {
			return v.Words.Question.In(b.locale)
		}
	}
	if m.Ground != "" {
		return b.t("rights.ground." + string(m.Ground))
	}
	return m.Name
}

// readable tells whether the member may read what is said about the value that
// the request is about.
func (b *sheet) readable() bool {
	m := b.request.Matter
	if m.Scope != rights.FieldScope {
		return true
	}
	f, ok := b.org.Field(m.Name)
	l := &look{member: b.me}
	return ok && l.sees(f)
}

// moved are the steps from a place on.
func (b *sheet) moved(from int) []view.Moved {
	var all []view.Moved
	for i := from; i < len(b.request.Steps); i++ {
		step := &b.request.Steps[i]
		m := view.Moved{
			Text: b.t("request.step." + string(step.Move)), Who: b.who(step), Words: b.words(step), State: ui.Given, At: step.At,
		}
		switch step.Move {
		case rights.Reject, rights.Fail, rights.Cancel:
			m.State = ui.Refused
		case rights.Appeal, rights.Ask, rights.Delay, rights.Hold, rights.Propose:
			m.State = ui.Waiting
		case rights.Assign, rights.Write, rights.Reply, rights.Release, rights.Prove:
			m.State = ui.Neutral
		}
		if step.Move == rights.Assign {
			m.Text = b.t("request.step.assign") + i18n.T(b.ctx, "ui.colon") + memberName(b.ctx, b.members, step.To)
		}
		all = append(all, m)
	}
	return all
}

func (b *sheet) who(step *rights.Step) string {
	if step.By == ledger.ByStaff && step.Member != "" {
		return memberName(b.ctx, b.members, step.Member)
	}
	return b.t("console.actor." + string(step.By))
}

// words are what a step says, with the letter of its ground.
func (b *sheet) words(step *rights.Step) string {
	if !b.readable() {
		return ""
	}
	if step.Ground == rights.Superseded {
		return b.t("rights.superseded")
	}
	if b.pack != nil && step.Ground != "" {
		if g, ok := b.pack.Ground(step.Ground); ok {
			return g.Letter.In(b.locale) + " " + step.Note
		}
	}
	return step.Note
}

// letters are what both sides wrote, and the form for another letter.
func (b *sheet) letters() {
	for i := range b.request.Steps {
		step := &b.request.Steps[i]
		if text := b.words(step); text != "" && !step.Inner() {
			l := view.Letter{Who: b.who(step), Text: text, Own: step.By == ledger.ByStaff, At: step.At, Files: b.filesOf(i)}
			if i == 0 { // who took it down wrote what the person said
				l.Who, l.Own = b.t("console.actor."+string(ledger.BySubject)), false
			}
			b.page.Said = append(b.page.Said, l)
		}
	}
	if b.decides && b.request.State.Open() {
		f := b.newForm(b.t("request.act.write"))
		f.Move, f.Inputs = string(rights.Write), []ui.Input{b.note("request.act.message"), b.attach()}
		b.page.Form = f
	}
}

// filesOf are the files that came with a step.
func (b *sheet) filesOf(step int) []ui.FileItem {
	var all []ui.FileItem
	for i := range b.files {
		if f := &b.files[i]; f.Step == step && b.decides {
			size := b.t("rights.kilobytes", "size", i18n.Number(b.ctx, (f.Size+1023)/1024))
			all = append(all, ui.FileItem{ID: f.ID, Name: f.Name, Size: size})
		}
	}
	return all
}

func (b *sheet) attach() ui.Input {
	return ui.Input{
		Kind: ui.Files, Name: "files", Label: b.t("attachment.label"), Wrong: b.wrong("files"), Accept: attachment.Accept,
		Hint: b.t("attachment.staff_hint", "once", rights.MaxAtOnce, "all", rights.MaxAttached, "size", attachment.MaxBytes>>20),
	}
}

// tasks are what stands before the end, worked out from what is known.
func (b *sheet) tasks() {
	r := &b.request
	add := func(done bool, word, note string) {
		state := ui.Waiting
		if done {
			state = ui.Given
		}
		b.page.Tasks = append(b.page.Tasks, view.Task{Text: b.t("request.task." + word), Note: note, State: state})
	}
	add(r.Proof.Method != rights.NoProof, "proof", b.t("request.proof."+proofName(r.Proof.Method)))
	add(r.Assignee != "", "assignee", memberName(b.ctx, b.members, r.Assignee))
	if rights.Blocked(r, b.docket.Requests) {
		add(false, "copy_first", b.t("rights.sense.blocked"))
	}
	if r.Kind.TakesTwo() && r.Proof.OnBehalf() {
		_, proposed := r.Proposer()
		add(proposed || r.State != rights.Acknowledged, "first", "")
		add(r.State == rights.Accepted || r.State == rights.Fulfilled, "second", "")
	}
	if r.Kind == rights.Erasure && b.docket.Held().All {
		add(false, "held", "")
	}
	add(!r.State.Open() || r.State == rights.Accepted, "decide", "")
	add(!r.State.Open(), "done", b.t("request.state."+string(r.State)))
}
