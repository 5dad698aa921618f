package portal

import (
	"context"
	"regexp"
	"slices"

	"livingprofile/internal/attachment"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// verbs are the rights in the order and with the icons of the page. An empty
// kind is the right to be informed, which needs no request.
func verbs() []struct {
	kind rights.Kind
	name string
	icon string
} {
	return []struct {
		kind rights.Kind
		name string
		icon string
	}{
		{rights.Access, "see", "doc"},
		{rights.Rectification, "fix", "pencil"},
		{rights.Portability, "take", "box"},
		{rights.Restriction, "freeze", "frozen"},
		{rights.Objection, "refuse", "hand"},
		{rights.Automated, "human", "people"},
		{rights.Erasure, "erase", "bin"},
		{"", "understand", "book"},
		{rights.Complaint, "complain", "scale"},
	}
}

func (s *sight) rightsPage(all []rights.Request, pack *rights.Pack) view.RightsPage {
	page := view.RightsPage{Law: pack.Law.In(s.locale)}
	for _, v := range verbs() {
		verb := view.Verb{
			Icon: v.icon, Name: s.t("rights.verb." + v.name), Text: s.t("rights.verb_text." + v.name),
			Href: s.base + "/rights/" + string(v.kind),
		}
		if v.kind == "" {
			verb.Href = s.base + "/notices"
		} else if right, ok := pack.Rights[v.kind]; ok {
			verb.Law = right.Called.In(s.locale)
		}
		page.Verbs = append(page.Verbs, verb)
	}
	for i := range all {
		page.Requests = append(page.Requests, s.requestItem(&all[i]))
		page.Agents = page.Agents || all[i].Proof.Agent != ""
	}
	return page
}

func (s *sight) requestItem(r *rights.Request) view.RequestItem {
	item := view.RequestItem{
		ID: string(r.ID), Title: s.t("rights.kind." + string(r.Kind)), Number: r.Number,
		State: signOf(r), Word: s.stateWord(r),
	}
	switch {
	case s.keeps(r):
		item.Note = s.t("rights.until_law")
	case r.Cooling(s.now):
		item.Note = s.t("rights.begins", "date", i18n.DateTime(s.ctx, r.ActAt))
	case r.State.Open():
		item.Note = s.dueWords(r)
	default:
		item.Note = i18n.Date(s.ctx, r.ClosedAt)
	}
	return item
}

// dueWords is the due date, and how long it is until then.
func (s *sight) dueWords(r *rights.Request) string {
	date := i18n.Date(s.ctx, r.DueAt)
	if r.Paused() {
		return s.t("rights.due_stopped")
	}
	if s.now.After(r.DueAt) {
		return s.t("rights.overdue", "date", date)
	}
	return s.t("rights.due_by", "date", date, "span", i18n.Span(s.ctx, r.DueAt.Sub(s.now)))
}

// keeps tells whether a request waits until a law allows it.
func (s *sight) keeps(r *rights.Request) bool {
	return s.kept && r.Kind == rights.Erasure && r.State == rights.Accepted
}

func (s *sight) stateWord(r *rights.Request) string {
	if s.keeps(r) {
		return s.t("rights.state.kept")
	}
	if r.Cooling(s.now) {
		return s.t("rights.state.cooling")
	}
	if r.Kind == rights.Restriction && r.State == rights.Fulfilled || r.Upheld() {
		return s.t("rights.state.frozen")
	}
	return s.t("rights.state." + string(r.State))
}

// signOf is the sign of a request's state.
func signOf(r *rights.Request) ui.State {
	switch r.State {
	case rights.Fulfilled:
		if r.Kind == rights.Restriction {
			return ui.Frozen
		}
		return ui.Given
	case rights.Rejected, rights.Unfulfilled:
		return ui.Refused
	case rights.Cancelled:
		return ui.Neutral
	}
	return ui.Waiting
}

// requestPage is one request of all; pack is the law that it froze, nil when it
// is not known any more.
func (s *sight) requestPage(r rights.Request, all []rights.Request, copies []rights.Copy, pack *rights.Pack) view.RequestPage {
	item := s.requestItem(&r)
	page := view.RequestPage{
		ID: item.ID, Title: item.Title, Number: r.Number, State: item.State, Word: item.Word,
		Sense: s.sense(&r, all), Proof: s.asker(r.Proof),
	}
	if r.Proof.Fresh {
		page.Proof = s.t("rights.proved_fresh", "method", page.Proof)
	}
	if r.State.Open() {
		page.Due = s.dueWords(&r)
	}
	if pack != nil {
		page.Law = s.lawWords(pack, r.Kind)
		if r.Kind == rights.Complaint || r.State == rights.Rejected || r.State == rights.Unfulfilled {
			page.Authority = s.authority(pack)
		}
	}
	s.requestSteps(&page, &r, pack)
	s.requestAbout(&page, &r, all)
	for _, c := range copies {
		if c.Request == r.ID {
			page.Copies = append(page.Copies, view.CopyItem{ID: c.ID, Size: sizeOf(s.ctx, c.Size), Until: c.ExpiresAt})
		}
	}
	switch {
	case r.State == rights.RequiresAction:
		page.Answer = []ui.Input{{Kind: ui.Long, Name: "note", Label: s.t("rights.your_answer"), Required: true}, attach(s.ctx, "")}
		page.AnswerMove = string(rights.Answer)
	case r.State.Open():
		page.Answer = []ui.Input{{Kind: ui.Long, Name: "note", Label: s.t("request.portal.message"), Required: true}, attach(s.ctx, "")}
		page.AnswerMove = string(rights.Reply)
	}
	if last := r.AppealBy(); s.now.Before(last) {
		page.Answer = []ui.Input{{
			Kind: ui.Long, Name: "note", Label: s.t("rights.appeal.label"), Required: true,
			Hint: s.t("rights.appeal.hint", "date", i18n.Date(s.ctx, last)),
		}}
		page.AnswerMove = string(rights.Appeal)
	}
	page.Buttons = s.requestButtons(&r)
	return page
}

// asker says how it is known who asked: by signing in, or to a member of staff
// who took the request down.
func (s *sight) asker(p rights.Proof) string {
	if p.Method == rights.BySystem {
		return s.t("errand.passed_on", "system", capital(s.system(p.Session)))
	}
	if p.System != "" {
		return s.t("agent.through", "system", s.system(p.System))
	}
	if p.Member == "" {
		return s.method(p.Method)
	}
	switch p.Method {
	case "phone", "letter", "person":
		return s.t("request.proof." + p.Method)
	}
	return s.t("request.proof.none")
}

func (s *sight) requestSteps(page *view.RequestPage, r *rights.Request, pack *rights.Pack) {
	for i := range r.Steps {
		step := &r.Steps[i]
		if step.Inner() {
			continue
		}
		state := ui.Given
		if step.State == rights.Rejected || step.State == rights.Unfulfilled {
			state = ui.Failed
		}
		page.Steps = append(page.Steps, ui.Step{
			Text: s.t("rights.step."+string(step.Move), "time", i18n.DateTime(s.ctx, step.At)), State: state,
		})
		text := step.Note
		if step.Ground == rights.Superseded {
			text = s.t("rights.superseded")
		} else if g, ok := groundOf(pack, step.Ground); ok {
			text = g.Letter.In(s.locale)
			if step.Note != "" {
				text += " " + step.Note
			}
		}
		if text != "" {
			who := s.t("actor.subject")
			if step.By != ledger.BySubject {
				who = s.in(s.brand.Label)
			}
			page.Words = append(page.Words, view.Message{Who: who, Text: text, At: step.At, Step: i})
		}
	}
}

// requestFiles puts the files of a request under the words that they came with.
func (s *sight) requestFiles(page *view.RequestPage, r rights.RequestID, files []rights.Attachment) {
	for i := range files {
		f := &files[i]
		if f.Request != r {
			continue
		}
		for j := range page.Words {
			if page.Words[j].Step == f.Step {
				page.Words[j].Files = append(page.Words[j].Files, ui.FileItem{ID: f.ID, Name: f.Name, Size: sizeOf(s.ctx, f.Size)})
			}
		}
	}
}

// attach asks for files that show what the words say.
func attach(ctx context.Context, wrong string) ui.Input {
	return ui.Input{
		Kind: ui.Files, Name: "files", Label: i18n.T(ctx, "attachment.label"), Wrong: wrong, Accept: attachment.Accept,
		Hint: i18n.T(ctx, "attachment.hint", "once", rights.MaxAtOnce, "all", rights.MaxAttached, "size", attachment.MaxBytes>>20),
	}
}

func groundOf(pack *rights.Pack, code string) (rights.RefusalGround, bool) {
	if pack == nil || code == "" {
		return rights.RefusalGround{}, false
	}
	return pack.Ground(code)
}

// authority is to whom the person may complain of us (Art. 77 GDPR).
func (s *sight) authority(pack *rights.Pack) *ui.Link {
	return &ui.Link{Text: pack.Authority.Name.In(s.locale), Href: pack.Authority.Address}
}

// lawWords are what the law calls a right, and where.
func (s *sight) lawWords(pack *rights.Pack, kind rights.Kind) string {
	right, ok := pack.Rights[kind]
	if !ok {
		return ""
	}
	if right.Rule.Article == "" {
		return s.t("rights.law_name", "right", right.Called.In(s.locale), "law", pack.Law.In(s.locale))
	}
	return s.t("rights.law_article", "right", right.Called.In(s.locale), "law", pack.Law.In(s.locale), "article", s.article(right.Rule.Article))
}

// plainArticle is an article that every language has a way to say: its number,
// one that was put behind it later, and a paragraph.
var plainArticle = regexp.MustCompile(`^Art\. (\d+)(?:-(\d+))?(?:\((\d+)\))?$`)

// article is an article of a law as the language says it. What is not plain
// stays as the law pack has it.
func (s *sight) article(text string) string {
	m := plainArticle.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	said := s.t("rights.article", "number", m[1])
	if m[2] != "" {
		said = s.t("rights.article_later", "number", m[1], "later", m[2])
	}
	if m[3] != "" {
		said = s.t("rights.article_paragraph", "article", said, "paragraph", m[3])
	}
	return said
}

// sense says what the state of a request means for the person.
func (s *sight) sense(r *rights.Request, all []rights.Request) string {
	switch {
	case s.keeps(r):
		return s.t("hold.sense")
	case r.Cooling(s.now):
		return s.t("rights.sense.cooling", "date", i18n.DateTime(s.ctx, r.ActAt))
	case r.State == rights.Accepted && rights.Blocked(r, all):
		return s.t("rights.sense.blocked")
	case r.State == rights.Fulfilled && r.Kind == rights.Restriction:
		return s.t("rights.sense.frozen")
	case r.State == rights.Fulfilled && r.Matter.Scope != rights.ControllerScope && (r.Kind == rights.Access || r.Kind == rights.Portability):
		return s.t("rights.sense.copied")
	}
	return s.t("rights.sense." + string(r.State))
}

func (s *sight) requestAbout(page *view.RequestPage, r *rights.Request, all []rights.Request) {
	if r.Proof.Agent != "" {
		page.About = append(page.About,
			view.About{Label: s.t("agent.title"), Text: r.Proof.Agent, Href: s.base + "/mandates"},
			view.About{Label: s.t("agent.mandate"), Text: r.Proof.Mandate})
	}
	about := view.About{Label: s.t("rights.about"), Text: s.matterName(r.Matter)}
	if i := slices.IndexFunc(all, func(o rights.Request) bool { return string(o.ID) == r.Matter.Name }); i >= 0 {
		about.Text, about.Href = all[i].Number, s.base+"/requests/"+string(all[i].ID)
	}
	if about.Text != "" {
		page.About = append(page.About, about)
	}
	if len(r.HeldFields) > 0 && r.State.Open() {
		page.About = append(page.About, view.About{Label: s.t("hold.kept"), Text: i18n.List(s.ctx, s.labels(r.HeldFields))})
	}
	if !r.ThawAt.IsZero() {
		page.About = append(page.About, view.About{Label: s.t("rights.thaws"), Text: i18n.DateTime(s.ctx, r.ThawAt)})
	}
	if r.Matter.Ground != "" {
		page.About = append(page.About, view.About{Label: s.t("rights.because"), Text: s.t("rights.ground." + string(r.Matter.Ground))})
	}
}

func (s *sight) requestButtons(r *rights.Request) []view.RequestButton {
	button := func(move rights.Move) view.RequestButton {
		return view.RequestButton{
			Move: string(move), Text: s.t("rights.do." + string(move)), Hint: s.t("rights.hint." + string(move)),
		}
	}
	switch {
	case r.Cancellable():
		return []view.RequestButton{button(rights.Cancel)}
	case r.Kind == rights.Restriction && r.State == rights.Fulfilled, r.Upheld():
		return []view.RequestButton{button(rights.Lift)}
	}
	var all []view.RequestButton
	if !r.ThawAt.IsZero() {
		all = append(all, button(rights.Thaw))
	}
	if r.Reopenable() {
		all = append(all, button(rights.Reopen))
	}
	return all
}

// sizeOf is the size of a file in words.
func sizeOf(ctx context.Context, bytes int) string {
	return i18n.T(ctx, "rights.kilobytes", "size", i18n.Number(ctx, (bytes+1023)/1024))
}

// keptEffects are what laws and holds keep, field by field.
func keptEffects(ctx context.Context, org *organisation.Organisation, locale string, all []rights.Retained) []ui.Effect {
	var effects []ui.Effect
	for _, r := range all {
		label, note := i18n.T(ctx, "retention.on_hold"), i18n.T(ctx, "retention.plan_hold")
		if !r.Until.IsZero() {
			note = i18n.T(ctx, "hold.plan_until", "date", i18n.Date(ctx, r.Until))
		}
		if d, ok := org.Duty(r.Duty); ok {
			label = d.Label.In(locale)
			note = i18n.T(ctx, "retention.plan_until", "date", i18n.Date(ctx, r.Until), "law", d.Law.In(locale))
		}
		var fields []string
		for _, name := range r.Fields {
			if f, ok := org.Field(name); ok {
				name = f.Label.In(locale)
			}
			fields = append(fields, name)
		}
		effects = append(effects, ui.Effect{Text: i18n.T(ctx, "retention.plan", "label", label, "fields", i18n.List(ctx, fields)), Note: note})
	}
	return effects
}

func erasedPage(ctx context.Context, org *organisation.Organisation, locale string, c rights.Certificate) view.ErasedPage {
	stays := append(keptEffects(ctx, org, locale, c.Keeps), effects(ctx, c.Stays)...)
	return view.ErasedPage{
		Number: c.Number, At: c.ErasedAt, KeyGoneAt: c.KeyGoneAt,
		Plan: ui.Plan{Gone: effects(ctx, c.Goes), Stays: stays, Top: true},
	}
}

// effects are the parts of a plan in words. What there is nothing of is left
// out.
func effects(ctx context.Context, portions []rights.Portion) []ui.Effect {
	var all []ui.Effect
	for _, p := range portions {
		if p.Count > 0 {
			all = append(all, ui.Effect{
				Text: i18n.T(ctx, "rights.part."+string(p.Part)),
				Note: i18n.T(ctx, "rights.part_note."+string(p.Part), "number", i18n.Number(ctx, p.Count)),
			})
		}
	}
	return all
}
