package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/i18n"
)

// A Flash is what an action did, told once by the next page. It travels in a
// sealed cookie for a minute, so it may name what was changed.
type Flash struct {
	ID   string            // message id in locales
	Args map[string]string // of the message
	Row  string            // row that it belongs to; "" for the top of the page
	Undo string            // path to post to, with the base; "" when there is no undo
	Fail bool
}

// Text returns the sentence in the page's language.
func (f *Flash) Text(c echo.Context) string {
	args := make(map[string]any, len(f.Args))
	for k, v := range f.Args {
		args[k] = v
	}
	return i18n.Message(Context(c), f.ID, args)
}

// Flashes keeps what the next page shall say. Middleware puts one into the
// request.
type Flashes interface {
	Set(c echo.Context, f Flash) error
	Take(c echo.Context) (Flash, bool)
}

const flashesKey = "flashes"

// KeepFlashes hands the flashes to the handlers. Only middleware calls it.
func KeepFlashes(c echo.Context, f Flashes) { c.Set(flashesKey, f) }

// SetFlash leaves a sentence for the next page. A sentence that cannot be left
// is not worth failing for: what it tells of has happened.
func SetFlash(c echo.Context, f Flash) {
	if keep, ok := c.Get(flashesKey).(Flashes); ok {
		_ = keep.Set(c, f)
	}
}

// TakeFlash returns what the last action left, once.
func TakeFlash(c echo.Context) (Flash, bool) {
	if keep, ok := c.Get(flashesKey).(Flashes); ok {
		return keep.Take(c)
	}
	return Flash{}, false
}

// LocaleCookie remembers the language of a browser. It says nothing else.
const LocaleCookie = "lang"

// CookieName returns the name of a cookie of ours. Over https it has the prefix
// by which browsers tie it to this host (ASVS 3.3.3); http is served on
// loopback only.
func CookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// SetLocale remembers the page language in the browser for a year.
func SetLocale(c echo.Context, tag string) {
	secure := Of(c).Secure
	c.SetCookie(&http.Cookie{
		Name: CookieName(LocaleCookie, secure), Value: tag, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	})
}

// HasLocale tells whether the browser was told a language.
func HasLocale(c echo.Context) bool {
	_, err := c.Cookie(CookieName(LocaleCookie, Of(c).Secure))
	return err == nil
}
