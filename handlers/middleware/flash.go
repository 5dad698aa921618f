package middleware

import (
	"net/http"

	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/login"
)

// A sealed keeps one small value in an encrypted cookie of the browser.
type sealed struct {
	codec  *securecookie.SecureCookie
	name   string
	life   int // seconds
	secure bool
}

func newSealed(s Secrets, name string, life int, secure bool) sealed {
	codec := securecookie.New(s.Digest(name+".sign", nil), s.Digest(name+".seal", nil)).
		MaxAge(life).SetSerializer(securecookie.JSONEncoder{})
	return sealed{codec: codec, name: web.CookieName(name, secure), life: life, secure: secure}
}

func (s *sealed) set(c echo.Context, v any) error {
	value, err := s.codec.Encode(s.name, v)
	if err != nil {
		return err
	}
	c.SetCookie(s.cookie(value, s.life))
	return nil
}

// read is false for no cookie, an old one, and one that is not ours.
func (s *sealed) read(c echo.Context, v any) bool {
	cookie, err := c.Cookie(s.name)
	return err == nil && s.codec.Decode(s.name, cookie.Value, v) == nil
}

func (s *sealed) clear(c echo.Context) { c.SetCookie(s.cookie("", -1)) }

func (s *sealed) cookie(value string, life int) *http.Cookie {
	return &http.Cookie{
		Name: s.name, Value: value, Path: "/", MaxAge: life,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

// Flashes keeps the next page's sentence for a minute.
type Flashes struct{ sealed }

// NewFlashes returns flashes sealed with keys of their own.
func NewFlashes(s Secrets, secure bool) *Flashes {
	return &Flashes{newSealed(s, "flash", 60, secure)}
}

// Set leaves f for the next page.
func (f *Flashes) Set(c echo.Context, flash web.Flash) error { return f.set(c, flash) }

// Take returns what was left, and deletes it.
func (f *Flashes) Take(c echo.Context) (web.Flash, bool) {
	var flash web.Flash
	if _, err := c.Cookie(f.name); err != nil {
		return flash, false
	}
	ok := f.read(c, &flash)
	f.clear(c)
	return flash, ok
}

// Askings keeps what a browser needs to know of the link that it asked for, as
// long as the link lives.
type Askings struct{ sealed }

// NewAskings returns askings sealed with keys of their own.
func NewAskings(s Secrets, secure bool) *Askings {
	return &Askings{newSealed(s, "asking", int(login.MaxLinkLife.Seconds()), secure)}
}

// Set has the browser remember a.
func (a *Askings) Set(c echo.Context, asking web.Asking) error { return a.set(c, asking) }

// Read returns what the browser remembers.
func (a *Askings) Read(c echo.Context) web.Asking {
	var asking web.Asking
	if !a.read(c, &asking) {
		return web.Asking{}
	}
	return asking
}
