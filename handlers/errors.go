package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/transfer"
	views "livingprofile/views/errors"
	"livingprofile/views/ui"
)

// statuses is the one table from kinds of error to HTTP.
var statuses = map[errs.Kind]int{
	errs.Invalid:         http.StatusUnprocessableEntity,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Stale:           http.StatusUnauthorized,
	errs.Forbidden:       http.StatusForbidden,
	errs.NotFound:        http.StatusNotFound,
	errs.Conflict:        http.StatusConflict,
	errs.Gone:            http.StatusGone,
	errs.TooMany:         http.StatusTooManyRequests,
	errs.Unavailable:     http.StatusServiceUnavailable,
}

// answerError turns an error into an answer, and logs it if it is ours.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := statusOf(err)
	if status >= http.StatusInternalServerError {
		s.deps.Log.Error("request failed", "request", web.Of(c).ID, "route", c.Path(), "error", err)
	}
	if err := s.writeError(c, status, err); err != nil {
		s.deps.Log.Error("error page failed", "request", web.Of(c).ID, "error", err)
	}
}

func statusOf(err error) int {
	if status, ok := statuses[errs.KindOf(err)]; ok {
		return status
	}
	var tooLarge *http.MaxBytesError
	var he *echo.HTTPError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &he):
		return he.Code
	}
	return http.StatusInternalServerError
}

func (s *Server) writeError(c echo.Context, status int, err error) error {
	v := web.Of(c)
	if v.Framed && wantsPage(c) {
		return s.elsewhere(c, status, err)
	}
	switch {
	case status == http.StatusUnauthorized && (v.Brand != nil || v.Console) && wantsPage(c):
		return signInFirst(c, errs.KindOf(err))
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		web.RetryAfter(c, retryAfter(err))
	}
	if peer(c) {
		return s.peerFault(c, status, err)
	}
	if !wantsPage(c) {
		return s.problem(c, status, err)
	}
	frame := web.Frame(c, "", views.Title(web.Context(c), status))
	if v.Session == nil {
		// Who visits may not have been looked up, and without the session's
		// token the form that changes the language would be refused.
		frame.Locales = nil
	}
	fault := views.Fault{Status: status, Reason: reason(c, err), RequestID: v.ID, Actions: ways(c)}
	if until, ok := openAgain(err); ok {
		fault.At, fault.Wait = until, until.Sub(s.deps.Clock.Now())
	}
	return web.Render(c, status, views.Page(frame, fault))
}

// reason is what the error itself says to the person, "" when it says nothing
// beyond its kind.
func reason(c echo.Context, err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.ID != "" {
		return i18n.Message(web.Context(c), e.ID, e.Args)
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		if id, ok := he.Message.(string); ok && strings.HasPrefix(id, "error.") {
			return i18n.Message(web.Context(c), id, nil)
		}
	}
	return ""
}

// signInFirst leads to the sign-in, or to the fresh proof that a grave act
// needs, and from there back to where the person was. A form that was posted
// is not sent again by itself: the person comes back to its page.
func signInFirst(c echo.Context, kind errs.Kind) error {
	v := web.Of(c)
	next := c.Request().URL.RequestURI()
	if c.Request().Method != http.MethodGet {
		next = web.Local(web.From(c), v.Base())
	}
	page := "/sign-in"
	if kind == errs.Stale {
		page = "/proof"
	}
	return web.SeeOther(c, v.Base()+page+"?next="+url.QueryEscape(next))
}

func wantsPage(c echo.Context) bool {
	accept := c.Request().Header.Get("Accept")
	return !isAPI(c) && !peer(c) && c.Request().URL.Path != transfer.TakePath && !strings.HasSuffix(c.Request().URL.Path, ".json") &&
		!strings.Contains(accept, "application/json") && !strings.Contains(accept, "application/problem+json")
}

// retryAfter is how long it is until a limit opens again, or a little while.
func retryAfter(err error) time.Duration {
	var e *errs.Error
	if errors.As(err, &e) {
		if wait, ok := e.Args["wait"].(time.Duration); ok {
			return wait
		}
		if minutes, ok := e.Args["minutes"].(int); ok {
			return time.Duration(minutes) * time.Minute
		}
	}
	return 5 * time.Second
}

// openAgain is when a limit opens again.
func openAgain(err error) (time.Time, bool) {
	var e *errs.Error
	if !errors.As(err, &e) {
		return time.Time{}, false
	}
	until, ok := e.Args["until"].(time.Time)
	return until, ok
}

// ways lead on from an error page: to the page that a form was sent from, and
// home.
func ways(c echo.Context) []ui.Link {
	v := web.Of(c)
	home := ui.Link{Text: i18n.T(web.Context(c), "fault.action.home"), Href: "/"}
	if v.Base() != "" {
		home.Href = v.Base()
	}
	if c.Request().Method == http.MethodGet {
		return []ui.Link{home}
	}
	from := web.Local(web.From(c), "")
	if from == "" {
		return []ui.Link{home}
	}
	return []ui.Link{{Text: i18n.T(web.Context(c), "fault.action.back"), Href: from}, home}
}
