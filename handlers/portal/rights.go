package portal

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Requests shows what the person can ask for, and what they asked for.
func (p *Portal) Requests(c echo.Context) error {
	s, docket, err := p.docket(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Rights, s.t("rights.title"))
	return web.Render(c, http.StatusOK, view.Rights(f, s.rightsPage(docket.Requests, p.law(c))))
}

// Right shows what exercising one right would mean.
func (p *Portal) Right(c echo.Context) error {
	kind, err := kindOf(c)
	if err != nil {
		return err
	}
	if kind == rights.Withdrawal {
		return web.SeeOther(c, web.Path(c, "/allow"))
	}
	matter := rights.Matter{}
	if kind == rights.Automated {
		if matter, err = p.contested(c, c.QueryParam("about")); err != nil {
			return err
		}
	}
	return p.showRight(c, http.StatusOK, kind, matter, nil)
}

func (p *Portal) showRight(c echo.Context, status int, kind rights.Kind, typed rights.Matter, wrong map[string]string) error {
	s, docket, err := p.docket(c)
	if err != nil {
		return err
	}
	form := &rightForm{kind: kind, pack: p.law(c), typed: typed, wrong: wrong, open: docket.Requests, holds: docket.Holds}
	if kind == rights.Erasure {
		if form.plan, err = p.Rights.Preview(s.ctx, web.Of(c).Subject()); err != nil {
			return err
		}
		if form.did, err = p.did(s, web.Of(c).Subject()); err != nil {
			return err
		}
	}
	if kind == rights.Automated {
		form.machine, err = p.Read.AutomatedDecisions(s.ctx, web.Of(c).Subject(), automated.Page{Now: s.now, Limit: mostAutomated})
		if err != nil {
			return err
		}
	}
	page := s.rightPage(form)
	f := p.frame(c, s, layout.Rights, page.Title)
	return web.Render(c, status, view.Right(f, page))
}

// Exercise takes a request. Those that release or destroy have a fresh proof
// behind them, by their routes and once more in the rules.
func (p *Portal) Exercise(c echo.Context) error {
	form, files, refused := web.FormWithAttachments(c, p.Files, "scope", "about", "ground", "days", "text")
	if form == nil {
		return refused
	}
	kind, err := kindOf(c)
	if err != nil {
		return err
	}
	s := p.glance(c)
	matter, err := s.matter(kind, form)
	if err == nil {
		err = refused
	}
	if kind == rights.Automated {
		text := matter.Text
		if matter, err = p.contested(c, form.Get("about")); err != nil {
			return err
		}
		matter.Text = text
	}
	var r rights.Request
	known := false
	if err == nil {
		v := web.Of(c)
		r, known, err = p.Rights.File(s.ctx, rights.Filing{
			Subject: v.Subject(), Actor: v.Actor(), Kind: kind, Matter: matter, Brand: v.BrandName(), Locale: v.Locale,
			Zone: s.org.Zone(v.BrandName()), Pack: p.law(c), Files: files,
			Proof: p.proof(c),
		})
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showRight(c, http.StatusUnprocessableEntity, kind, matter, wrong)
	}
	if err != nil {
		return err
	}
	said := "rights.said.filed"
	switch {
	case known:
		said = "rights.said.known"
	case p.goesNow(s, &r):
		said = "rights.said.erasing"
	}
	p.wake()
	return tell(c, web.Path(c, "/requests/%s", r.ID), web.Flash{ID: said, Args: map[string]string{"number": r.Number}})
}

// goesNow tells whether r is an erasure that neither a day that was picked nor
// anything else keeps waiting.
func (p *Portal) goesNow(s *sight, r *rights.Request) bool {
	if r.Kind != rights.Erasure || r.State != rights.Accepted || r.Held || r.Matter.Days > 0 {
		return false
	}
	all, err := p.Rights.All(s.ctx, r.Subject)
	return errors.Is(err, errs.Gone) || err == nil && !rights.Stopped(r, &all)
}

// Request shows one request.
func (p *Portal) Request(c echo.Context) error {
	return p.showRequest(c, http.StatusOK, "", nil)
}

// showRequest shows one with the words that were typed to it, and what is wrong
// with them or their files.
func (p *Portal) showRequest(c echo.Context, status int, typed string, wrong map[string]string) error {
	s, docket, err := p.docket(c)
	if err != nil {
		return err
	}
	r, err := requestIn(c, docket)
	if err != nil {
		return err
	}
	copies, err := p.Rights.Copies(s.ctx, r.Subject)
	if err != nil {
		return err
	}
	pack, _ := p.Laws.Edition(r.Pack)
	page := s.requestPage(r, docket.Requests, copies, pack)
	if page.Told, err = p.requestTold(s, &r); err != nil {
		return err
	}
	errands, err := p.Errands(s.ctx, r.ID)
	if err != nil {
		return err
	}
	for i := range docket.Holds {
		if r.Kind == rights.Erasure && r.State.Open() {
			page.About = append(page.About, view.About{Label: s.t("hold.now"), Text: s.heldWords(&docket.Holds[i])})
		}
	}
	page.About = append(page.About, toldOf(s.ctx, s.org, s.locale, Tellings(nil, errands))...)
	for i := range page.Answer {
		page.Answer[i].Wrong = wrong[page.Answer[i].Name]
		if page.Answer[i].Kind == ui.Long {
			page.Answer[i].Value = typed
		}
	}
	files, err := p.Attachments(s.ctx, r.Subject)
	if err != nil {
		return err
	}
	s.requestFiles(&page, r.ID, files)
	f := p.frame(c, s, layout.Rights, page.Title)
	return web.Render(c, status, view.Request(f, page))
}

// MoveRequest lets the person cancel, re-open, answer or lift their request.
func (p *Portal) MoveRequest(c echo.Context) error {
	form, files, refused := web.FormWithAttachments(c, p.Files, "note")
	if form == nil {
		return refused
	}
	move := rights.Move(c.Param("move"))
	switch move {
	case rights.Cancel, rights.Reopen, rights.Answer, rights.Reply, rights.Lift, rights.Thaw, rights.Appeal:
	default:
		return errs.New(errs.NotFound, "")
	}
	if !id.Valid(c.Param("request")) {
		return errs.New(errs.NotFound, "rights.error.no_request")
	}
	v := web.Of(c)
	docket, err := p.Rights.All(web.Context(c), v.Subject())
	if err != nil {
		return err
	}
	r, err := requestIn(c, docket)
	if err != nil {
		return err
	}
	if err = refused; err == nil {
		r, err = p.Rights.Move(web.Context(c), r.Subject, r.ID, rights.Act{
			Move: move, Actor: ledger.Self(r.Subject), Note: form.Get("note"), Fresh: v.Session.Fresh(p.Clock.Now()),
			Proof: p.proof(c), Files: files,
		})
	}
	if wrong, ok := web.Wrong(c, err); ok && (move == rights.Answer || move == rights.Reply || move == rights.Appeal) {
		return p.showRequest(c, http.StatusUnprocessableEntity, form.Get("note"), wrong)
	}
	if err != nil {
		return err
	}
	p.wake()
	return tell(c, web.Path(c, "/requests/%s", r.ID), web.Flash{
		ID: "rights.said." + string(move), Args: map[string]string{"number": r.Number},
	})
}

// TakeCopy hands a file out, once.
func (p *Portal) TakeCopy(c echo.Context) error {
	form, err := web.Form(c, "copy")
	if err != nil {
		return err
	}
	v := web.Of(c)
	docket, err := p.Rights.All(web.Context(c), v.Subject())
	if err != nil {
		return err
	}
	r, err := requestIn(c, docket)
	if err != nil {
		return err
	}
	body, err := p.Rights.Take(web.Context(c), r.Subject, form.Get("copy"), ledger.Self(r.Subject), v.BrandName())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+r.Number+`.zip"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, "application/zip", body)
}

// TakeFile hands out a file that was added to a request.
func (p *Portal) TakeFile(c echo.Context) error {
	form, err := web.Form(c, "file")
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	docket, err := p.Rights.All(ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	r, err := requestIn(c, docket)
	if err != nil {
		return err
	}
	a, err := p.Rights.TakeAttachment(ctx, &r, form.Get("file"), ledger.Self(r.Subject))
	if err != nil {
		return err
	}
	return web.SendAttachment(c, &a)
}

// Certificate shows the certificate of an erasure to whoever has its address:
// the person cannot sign in any more.
func (p *Portal) Certificate(c echo.Context) error {
	missing := errs.New(errs.NotFound, "")
	if !id.Valid(c.Param("certificate")) {
		return missing
	}
	certificate, err := p.Certificates.Certificate(web.Context(c), c.Param("certificate"))
	if errors.Is(err, errs.NotFound) {
		return missing
	}
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	deliveries, errands, err := p.Certificates.ErasureTold(ctx, certificate.ID)
	if err != nil {
		return err
	}
	f := web.Frame(c, "", i18n.T(ctx, "rights.certificate.title"))
	f.NoIndex = true
	page := erasedPage(ctx, web.Of(c).Organisation, web.Of(c).Locale, certificate)
	page.Told = toldOf(ctx, web.Of(c).Organisation, web.Of(c).Locale, Tellings(deliveries, errands))
	return web.Render(c, http.StatusOK, view.Erased(f, page))
}

// proof is how it is known that the visitor asks.
func (p *Portal) proof(c echo.Context) rights.Proof {
	session := web.Of(c).Session
	return rights.Proof{
		Method: string(session.Method), Session: string(session.ID), Fresh: session.Fresh(p.Clock.Now()), At: session.CreatedAt,
	}
}

// docket is look, with what the person has asked for.
func (p *Portal) docket(c echo.Context) (*sight, rights.Docket, error) {
	s, err := p.look(c)
	if err != nil {
		return nil, rights.Docket{}, err
	}
	docket, err := p.Rights.All(s.ctx, web.Of(c).Subject())
	s.kept = docket.Held().All
	return s, docket, err
}

// law is the pack that applies to requests on this brand now.
func (p *Portal) law(c echo.Context) *rights.Pack {
	return p.Laws.For(web.Of(c).Place(), p.Clock.Now())
}

func (p *Portal) wake() {
	if p.Wake != nil {
		p.Wake()
	}
}

// kindOf is the right that the address names.
func kindOf(c echo.Context) (rights.Kind, error) {
	kind := rights.Kind(c.Param("kind"))
	if !kind.Known() {
		return "", errs.New(errs.NotFound, "")
	}
	return kind, nil
}

func requestIn(c echo.Context, docket rights.Docket) (rights.Request, error) {
	r, ok := docket.Find(rights.RequestID(c.Param("request")))
	if !ok {
		return r, errs.New(errs.NotFound, "rights.error.no_request")
	}
	return r, nil
}
