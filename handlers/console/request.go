package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ShowRequest shows one request: its facts alone until the member has opened
// it, for the rest says something about a person.
func (s *Console) ShowRequest(c echo.Context) error {
	return s.showRequest(c, &deciding{tab: c.QueryParam("tab")})
}

// OpenRequest records that the member looks at the request and whom it is of,
// and leads to it. The form of the queue carries fields of its own.
func (s *Console) OpenRequest(c echo.Context) error {
	if _, err := web.Form(c, "id", "to", "back"); err != nil {
		return err
	}
	row, err := s.Review.Open(web.Context(c), me(c), rights.RequestID(c.Param("request")))
	if err != nil && !errors.Is(err, errs.Gone) {
		return err
	}
	if row.ID == "" {
		return errs.New(errs.NotFound, "rights.error.no_request")
	}
	return web.SeeOther(c, requestsPath+"/"+string(row.ID))
}

// A deciding is a form about a request as it was sent, or the empty one.
type deciding struct {
	tab     string
	typed   url.Values
	wrong   map[string]string
	preview *view.Preview
	seen    int  // steps that the form showed
	late    bool // others were faster
}

// status is that of the page with the form.
func (d *deciding) status() int {
	switch {
	case d.late:
		return http.StatusConflict
	case len(d.wrong) > 0:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (s *Console) showRequest(c echo.Context, d *deciding) error {
	ctx := web.Context(c)
	row, err := s.Review.Find(ctx, me(c), rights.RequestID(c.Param("request")))
	if err != nil {
		return err
	}
	b, err := s.sheet(c, row, d)
	if err != nil {
		return err
	}
	if err := s.fill(c, b); err != nil {
		return err
	}
	if b.decides {
		if err := s.onward(c, b); err != nil {
			return err
		}
	}
	b.page.Evidence = !b.page.Shut && me(c).Role.Has(authz.RequestShow)
	desk := s.desk(c, "requests", row.Number)
	desk.Path = requestsPath + "/" + string(row.ID) + tabQuery(d.tab) // where the form was, for a change of language
	return web.Render(c, d.status(), view.Request(desk, b.page))
}

// onward leads to the next request, so that a queue is answered without going
// back to it.
func (s *Console) onward(c echo.Context, b *sheet) error {
	next, found, err := s.Review.Next(web.Context(c), me(c), b.row.ID)
	if err != nil || !found {
		return err
	}
	_, left := clockSign(b.ctx, &next, b.now)
	b.page.Next = ui.Link{
		Text: b.t("request.page.next", "kind", b.t("rights.kind."+string(next.Kind)), "left", left), Href: requestsPath + "/" + string(next.ID),
	}
	return nil
}

// fill adds what only a member who has opened the request may see.
func (s *Console) fill(c echo.Context, b *sheet) error {
	ctx := web.Context(c)
	subject, err := s.People.Subject(ctx, b.row.Subject)
	if err != nil {
		return err
	}
	if subject.State != identity.Active {
		b.page.Gone = true
		return nil
	}
	_, err = s.Staff.MayLook(ctx, me(c), subject.ID)
	if errors.Is(err, errs.Stale) {
		b.page.Shut = true
		return nil
	}
	if err != nil {
		return err
	}
	if b.request, b.docket, err = s.Review.Read(ctx, b.row); err != nil {
		return err
	}
	files, err := s.Attachments(ctx, subject.ID)
	if err != nil {
		return err
	}
	b.files = slices.DeleteFunc(files, func(f rights.Attachment) bool { return f.Request != b.row.ID })
	held, err := s.personPage(c, subject)
	if err != nil {
		return err
	}
	b.page.Person, b.page.PersonHref = held.Name, web.ConsolePath+"/people/"+string(subject.ID)
	if b.facts, err = s.People.Facts(ctx, subject.ID); err != nil {
		return err
	}
	if err := s.machine(c, b); err != nil {
		return err
	}
	b.opened(&held)
	return nil
}

// openRow returns the request that the address names. A member who has not opened
// it is led to where they do; open is false then.
func (s *Console) openRow(c echo.Context) (row review.Row, open bool, err error) {
	ctx := web.Context(c)
	if row, err = s.Review.Find(ctx, me(c), rights.RequestID(c.Param("request"))); err != nil {
		return row, false, err
	}
	_, err = s.Staff.MayLook(ctx, me(c), row.Subject)
	if errors.Is(err, errs.Stale) {
		return row, false, web.SeeOther(c, requestsPath+"/"+string(row.ID))
	}
	return row, err == nil, err
}

// ActOnRequest makes a move, or shows the letter that it would send.
func (s *Console) ActOnRequest(c echo.Context) error {
	form, files, refused := web.FormWithAttachments(c, s.Files, "move", "ground", "note", "value", "outcome", "fields", "proof", "proved", "seen", "do")
	if form == nil {
		return refused
	}
	row, open, err := s.openRow(c)
	if !open {
		return err
	}
	seen, err := strconv.Atoi(form.Get("seen"))
	if err != nil || seen < 1 {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	act := rights.Act{Move: rights.Move(form.Get("move")), Ground: form.Get("ground"), Note: form.Get("note"), Seen: seen, Files: files}
	if act.Move != rights.Reject {
		act.Ground = "" // of another answer that was picked before
	}
	switch {
	case act.Move != rights.Fulfil:
	case row.Kind == rights.Rectification:
		act.Value = strings.ReplaceAll(form.Get("value"), "\r\n", "\n")
	case row.Kind == rights.Automated:
		act.Value = form.Get("outcome")
	}
	dated := true
	if act.Move == rights.Prove {
		now := s.Clock.Now()
		act.Proof = rights.Proof{Method: form.Get("proof"), At: now}
		if day := form.Get("proved"); day != "" {
			act.Proof.At, dated = dayOf(day, web.Of(c).Organisation.Zone(row.Brand), now)
		}
	}
	if act.Move == rights.Hold {
		act.Fields = fieldsOf(web.Of(c).Organisation, form["fields"])
	}
	d := &deciding{typed: form, seen: seen}
	if act.Move == rights.Write {
		d.tab = tabMessages
	}
	switch {
	case refused != nil:
		err = refused
	case !dated:
		err = errs.InvalidFields(errs.At("proved", "request.error.proved"))
	case form.Get("do") == "preview":
		d.preview, err = s.letterOf(c, row, act)
	default:
		err = s.act(c, row, act)
	}
	switch wrong, ok := web.Wrong(c, err); {
	case errors.Is(err, rights.ErrOvertaken):
		d.late = true
	case ok:
		d.wrong = wrong
	case err != nil:
		return err
	case d.preview == nil:
		web.SetFlash(c, web.Flash{ID: "request.said." + string(act.Move), Args: map[string]string{"number": row.Number}})
		return web.SeeOther(c, requestsPath+"/"+string(row.ID)+tabQuery(d.tab))
	}
	return s.showRequest(c, d)
}

// TakeFile hands out a file that was added to a request that the member has
// opened, once the ledger has that they took it.
func (s *Console) TakeFile(c echo.Context) error {
	form, err := web.Form(c, "file")
	if err != nil {
		return err
	}
	row, open, err := s.openRow(c)
	if !open {
		return err
	}
	ctx := web.Context(c)
	r, _, err := s.Review.Read(ctx, row)
	if err != nil {
		return err
	}
	if b := (&sheet{org: web.Of(c).Organisation, me: me(c), request: r}); !b.readable() {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	a, err := s.TakeAttachment(ctx, &r, form.Get("file"), me(c).Actor())
	if err != nil {
		return err
	}
	return web.SendAttachment(c, &a)
}

func tabQuery(tab string) string {
	if tab == "" {
		return ""
	}
	return "?tab=" + url.QueryEscape(tab)
}

// act makes the move.
func (s *Console) act(c echo.Context, row review.Row, act rights.Act) error {
	if !offered(row.Kind, act.Move) {
		return errs.InvalidFields(errs.At("move", "request.error.pick"))
	}
	_, err := s.Review.Act(web.Context(c), me(c), row.ID, act)
	if err == nil {
		s.Wake()
	}
	return err
}

// letterOf is the letter that act would send.
func (s *Console) letterOf(c echo.Context, row review.Row, act rights.Act) (*view.Preview, error) {
	ctx := web.Context(c)
	if !offered(row.Kind, act.Move) {
		return nil, errs.InvalidFields(errs.At("move", "request.error.pick"))
	}
	r, _, err := s.Review.Read(ctx, row)
	if err != nil {
		return nil, err
	}
	next, message, err := s.Review.Try(ctx, me(c), r, act)
	if err != nil {
		return nil, err
	}
	if message == "" {
		return &view.Preview{Subject: i18n.T(ctx, "request.act.no_letter"), Lang: i18n.Locale(ctx)}, nil
	}
	subject, text, err := s.Letter(ctx, next, message)
	return &view.Preview{Subject: subject, Text: text, Lang: next.Locale}, err
}

// decides tells whether the member may act on requests.
func decides(c echo.Context) bool { return me(c).Role.Has(authz.RequestDecide) }
