package middleware

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

// A SessionStore is the sessions.Store of people who are signed in. The cookie
// holds a random value and nothing else; the session is in the database, so
// that signing out ends it (security.md, decision 3).
type SessionStore struct {
	sessions *login.Sessions
	clock    clock.Clock
	secure   bool
	name     string
}

const (
	keySession = "session"
	keyToken   = "token"
)

// NewSessionStore returns a store over the sessions of login.
func NewSessionStore(s *login.Sessions, c clock.Clock, secure bool) *SessionStore {
	return &SessionStore{sessions: s, clock: c, secure: secure, name: web.CookieName("session", secure)}
}

// Get returns the request's session, which is checked once a request.
func (s *SessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New checks the cookie. A session that is new has nobody in it.
func (s *SessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = s.options()
	session.IsNew = true
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, errs.New(errs.Unauthenticated, "error.sign_in_needed")
	}
	live, err := s.sessions.Check(r.Context(), cookie.Value)
	if err == nil && live.Frame != nil {
		// What a brand vouches for counts in its frame and nowhere else.
		err = errs.New(errs.Unauthenticated, "error.session_ended")
	}
	if err != nil {
		return session, err
	}
	session.IsNew = false
	session.Values[keySession], session.Values[keyToken] = live, cookie.Value
	return session, nil
}

// Save writes the cookie, or deletes it when MaxAge is negative.
func (s *SessionStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	token, _ := session.Values[keyToken].(string)
	http.SetCookie(w, sessions.NewCookie(session.Name(), token, session.Options))
	return nil
}

// options are all attributes; the library's own defaults are not safe. The
// cookie lasts as long as the browser, the server decides how long it counts.
func (s *SessionStore) options() *sessions.Options {
	return &sessions.Options{Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
}

// Current returns who is signed in, with the cookie's value;
// errs.Unauthenticated when nobody is.
func (s *SessionStore) Current(r *http.Request) (login.Session, string, error) {
	session, err := s.Get(r, s.name)
	if err != nil {
		return login.Session{}, "", err
	}
	live, ok := session.Values[keySession].(login.Session)
	if !ok {
		return login.Session{}, "", errors.New("a checked session holds no session")
	}
	token, _ := session.Values[keyToken].(string)
	return live, token, nil
}

// Now is the time by which sessions are fresh.
func (s *SessionStore) Now() time.Time { return s.clock.Now() }

// SetCookie signs the browser in with the value that login gave.
func SetCookie(c echo.Context, token string) {
	secure := web.Of(c).Secure
	http.SetCookie(c.Response(), sessions.NewCookie(web.CookieName("session", secure), token,
		&sessions.Options{Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}))
}

// ClearCookie signs the browser out, and has it forget what it kept.
func ClearCookie(c echo.Context) {
	secure := web.Of(c).Secure
	http.SetCookie(c.Response(), sessions.NewCookie(web.CookieName("session", secure), "",
		&sessions.Options{Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: -1}))
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
}

// StaffCookie is the name of the cookie of a staff member's session.
const StaffCookie = "staff"

// SetStaffCookie signs a staff member's browser in. Nothing that another site
// does makes the browser send it.
func SetStaffCookie(c echo.Context, token string) { setStaffCookie(c, token, 0) }

// ClearStaffCookie signs it out, and has it forget what it kept.
func ClearStaffCookie(c echo.Context) {
	setStaffCookie(c, "", -1)
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
}

func setStaffCookie(c echo.Context, token string, age int) {
	secure := web.Of(c).Secure
	http.SetCookie(c.Response(), sessions.NewCookie(web.CookieName(StaffCookie, secure), token,
		&sessions.Options{Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode, MaxAge: age}))
}
