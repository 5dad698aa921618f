package console

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

const (
	auditLength = 50
	// exportLength bounds one file; the next begins where it ends.
	exportLength = 10_000
)

// auditFields are the filters, as the form and the address name them.
var auditFields = [...]string{"kind", "who", "actor", "subject", "from", "until"}

// actorKinds are the sorts of actor that can be filtered for.
var actorKinds = [...]ledger.ActorKind{ledger.BySubject, ledger.ByStaff, ledger.BySystem, ledger.ByProgram}

// Audit shows a part of the ledger, newest first.
func (s *Console) Audit(c echo.Context) error {
	values := c.QueryParams()
	search, wrong := searchOf(c, values)
	before, ok := ledger.ParseCursor(values.Get("before"))
	if !ok || len(wrong) > 0 {
		return errs.New(errs.NotFound, "")
	}
	search.Before, search.Limit = before, auditLength+1
	found, err := s.Office.Search(web.Context(c), search)
	if err != nil {
		return err
	}
	p := view.AuditPage{Filters: filters(c, values, nil), Export: web.Of(c).Caller().Role.Has("ledger:export")}
	for _, f := range auditFields {
		if v := values.Get(f); v != "" {
			p.Hidden = append(p.Hidden, ui.Field{Name: f, Value: v})
		}
	}
	if len(found) > auditLength {
		found = found[:auditLength]
		p.Older = auditPath(values, ledger.CursorOf(&found[auditLength-1].Entry).String())
	}
	if !before.Zero() {
		p.Newest = auditPath(values, "")
	}
	if p.Lines, err = s.auditLines(c, found); err != nil {
		return err
	}
	if p.Sealed, err = s.sealed(c); err != nil {
		return err
	}
	if p.Checked, err = s.checked(c); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, view.Audit(s.desk(c, "audit", title(c, "audit")), p))
}

// FilterAudit leads to what was asked for: nothing in it is personal.
func (s *Console) FilterAudit(c echo.Context) error {
	form, err := web.Form(c, auditFields[:]...)
	if err != nil {
		return err
	}
	if _, wrong := searchOf(c, form); len(wrong) > 0 {
		p := view.AuditPage{Filters: filters(c, form, wrong)}
		if p.Sealed, err = s.sealed(c); err != nil {
			return err
		}
		if p.Checked, err = s.checked(c); err != nil {
			return err
		}
		return web.Render(c, page(wrong), view.Audit(s.desk(c, "audit", title(c, "audit")), p))
	}
	return web.SeeOther(c, auditPath(form, ""))
}

func auditPath(values url.Values, before string) string {
	q := url.Values{}
	for _, f := range auditFields {
		if v := strings.TrimSpace(values.Get(f)); v != "" {
			q.Set(f, v)
		}
	}
	if before != "" {
		q.Set("before", before)
	}
	if len(q) == 0 {
		return web.ConsolePath + "/audit"
	}
	return web.ConsolePath + "/audit?" + q.Encode()
}

// searchOf reads the filters, and says what is wrong with which.
func searchOf(c echo.Context, values url.Values) (ledger.Search, map[string]string) {
	wrong := map[string]string{}
	bad := func(field, message string) { wrong[field] = i18n.Message(web.Context(c), message, nil) }
	get := func(field string) string { return strings.TrimSpace(values.Get(field)) }
	s := ledger.Search{Kind: get("kind"), Subject: id.Subject(get("subject"))}
	if !isKind(s.Kind) {
		bad("kind", "error.not_a_choice")
	}
	if s.Subject != "" && !id.Valid(string(s.Subject)) {
		bad("subject", "error.not_an_id")
	}
	s.Actor = ledger.Actor{Kind: ledger.ActorKind(get("who")), ID: get("actor")}
	if s.Actor.Kind != "" && !slices.Contains(actorKinds[:], s.Actor.Kind) {
		bad("who", "error.not_a_choice")
	}
	if !isKind(strings.ReplaceAll(s.Actor.ID, "-", "")) {
		bad("actor", "error.not_an_id")
	}
	for field, to := range map[string]*time.Time{"from": &s.From, "until": &s.Until} {
		if get(field) == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, get(field), time.UTC)
		if err != nil || t.Year() < 2000 || t.Year() > 9000 {
			bad(field, "error.not_a_date")
			continue
		}
		*to = t
	}
	if !s.Until.IsZero() {
		s.Until = s.Until.AddDate(0, 0, 1) // the day is in
	}
	return s, wrong
}

// isKind tells whether s could open a kind: small letters, digits, dots and
// underscores.
func isKind(s string) bool {
	return len(s) <= 60 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_'
	})
}

func filters(c echo.Context, values url.Values, wrong map[string]string) []ui.Input {
	ctx := web.Context(c)
	input := func(kind, name string) ui.Input {
		return ui.Input{Kind: kind, Name: name, Label: i18n.T(ctx, "console.audit.by_"+name), Value: values.Get(name), Wrong: wrong[name]}
	}
	who := input(ui.OneList, "who")
	who.Options = []ui.Option{{Value: "", Label: i18n.T(ctx, "console.audit.anybody")}}
	for _, k := range actorKinds {
		who.Options = append(who.Options, ui.Option{Value: string(k), Label: i18n.T(ctx, "console.actor."+string(k))})
	}
	return []ui.Input{
		input(ui.Text, "kind"), who, input(ui.Text, "actor"), input(ui.Text, "subject"), input(ui.Date, "from"), input(ui.Date, "until"),
	}
}

func (s *Console) auditLines(c echo.Context, found []ledger.Happening) ([]view.AuditLine, error) {
	members, err := s.Staff.Members(web.Context(c))
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, m := range members {
		names[string(m.ID)] = m.Name
	}
	var lines []view.AuditLine
	for i := range found {
		h := &found[i]
		lines = append(lines, view.AuditLine{
			At: h.At, Kind: string(h.Kind), Who: actorName(c, h.Actor, names), Subject: string(h.Subject),
			Brand: h.Brand, Place: strconv.Itoa(h.Lane) + "/" + strconv.FormatInt(h.Seq, 10), Detail: indented(h.Payload),
		})
	}
	return lines, nil
}

// indented is JSON for people to read; nothing for none.
func indented(b []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return string(b)
	}
	return out.String()
}

// actorName says who acted; a person only by our id of them.
func actorName(c echo.Context, a ledger.Actor, members map[string]string) string {
	kind := i18n.T(web.Context(c), "console.actor."+string(a.Kind))
	switch a.Kind {
	case ledger.BySubject:
		return kind
	case ledger.ByStaff:
		if name := members[a.ID]; name != "" {
			return name
		}
	case ledger.BySystem:
		return systemName(c, a.ID)
	}
	return kind + i18n.T(web.Context(c), "console.comma") + a.ID
}

// sealed says how far checkpoints go, and whether the newest is ours.
func (s *Console) sealed(c echo.Context) (view.Sealed, error) {
	ctx := web.Context(c)
	signed, at, err := s.Office.LastCheckpoint(ctx)
	if errors.Is(err, errs.NotFound) {
		return view.Sealed{}, nil
	}
	if err != nil {
		return view.Sealed{}, err
	}
	unsealed, _, err := s.Office.Unsealed(ctx)
	if err != nil {
		return view.Sealed{}, err
	}
	cp, err := s.Open(signed)
	if err != nil {
		return view.Sealed{Number: "?"}, nil //nolint:nilerr // a signature that is not ours is what the page must tell
	}
	return view.Sealed{
		Number: i18n.Number(ctx, int(cp.Number)), At: at, Entries: i18n.Number(ctx, int(cp.Entries())),
		Since: i18n.Number(ctx, int(unsealed)), Good: true,
	}, nil
}

// CheckAudit has every entry of the ledger verified in the background.
func (s *Console) CheckAudit(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	if err := s.Check(web.Context(c), me(c)); err != nil {
		return err
	}
	return web.SeeOther(c, web.ConsolePath+"/audit")
}

// checked is what the newest check came to; nil before the first.
func (s *Console) checked(c echo.Context) (*view.Checked, error) {
	ctx := web.Context(c)
	last, err := s.Office.LedgerCheck(ctx)
	if errors.Is(err, errs.NotFound) {
		return nil, nil //nolint:nilnil // the page says that there was none
	}
	if err != nil {
		return nil, err
	}
	name, err := s.memberName(ctx, last.By)
	if err != nil {
		return nil, err
	}
	r := &last.Report
	p := &view.Checked{
		By: name, AskedAt: last.AskedAt, EndedAt: last.EndedAt, Running: last.UnderWay(s.Clock.Now()),
		Entries: i18n.Number(ctx, int(r.Entries)), Checkpoints: i18n.Number(ctx, r.Checkpoints), Subjects: i18n.Number(ctx, r.Subjects),
	}
	for _, f := range r.Faults {
		p.Faults = append(p.Faults, f.String())
	}
	return p, nil
}

// An exported is one line of the file. The hashes let anybody check the chain
// of a lane; what is sealed for a person stays sealed.
type exported struct {
	Lane    int             `json:"lane"`
	Seq     int64           `json:"seq"`
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Kind    ledger.Kind     `json:"kind"`
	Actor   string          `json:"actor"`
	ActorID string          `json:"actor_id"`
	Subject id.Subject      `json:"subject,omitempty"`
	Version int64           `json:"version,omitempty"`
	Brand   string          `json:"brand,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Prev    string          `json:"prev"`
	Hash    string          `json:"hash"`
}

// ExportAudit answers with entries as JSON Lines, once the ledger says who took
// them.
func (s *Console) ExportAudit(c echo.Context) error {
	form, err := web.Form(c, auditFields[:]...)
	if err != nil {
		return err
	}
	search, wrong := searchOf(c, form)
	if len(wrong) > 0 {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	what := map[string]string{}
	for _, f := range auditFields {
		if v := form.Get(f); v != "" {
			what[f] = v
		}
	}
	search.Limit = exportLength
	found, err := s.Office.Search(web.Context(c), search)
	if err != nil {
		return err
	}
	if err := s.Staff.NoteExport(web.Context(c), me(c), what); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "application/jsonl; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="ledger.jsonl"`)
	c.Response().WriteHeader(http.StatusOK)
	w := bufio.NewWriter(c.Response())
	out := json.NewEncoder(w)
	for i := range found {
		e := &found[i]
		err := out.Encode(exported{
			e.Lane, e.Seq, e.ID, e.At, e.Kind, string(e.Actor.Kind), e.Actor.ID, e.Subject, e.Version, e.Brand, e.Cause,
			e.Payload, e.Prev.String(), e.Hash.String(),
		})
		if err != nil {
			return err
		}
	}
	return w.Flush()
}
