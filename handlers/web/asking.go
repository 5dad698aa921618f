package web

import (
	"time"

	"github.com/labstack/echo/v4"
)

// An Asking is what a browser that asked for a link remembers of it, in a
// sealed cookie that lives as long as the link: that it was this browser, the
// code to show, and where to go on.
type Asking struct {
	Binding string    `json:"b"`
	Code    string    `json:"c,omitempty"`
	Until   time.Time `json:"u,omitzero"`
	Again   time.Time `json:"a,omitzero"`  // not before this may it be asked again
	Address string    `json:"m,omitempty"` // as typed; "" for somebody signed in
	Masked  string    `json:"k,omitempty"` // for somebody signed in
	Next    string    `json:"n,omitempty"` // local path to go on to
}

// Askings keeps an Asking in the browser. Middleware puts one into the
// request.
type Askings interface {
	Set(c echo.Context, a Asking) error
	Read(c echo.Context) Asking
}

const askingsKey = "askings"

// KeepAskings hands the askings to the handlers. Only middleware calls it.
func KeepAskings(c echo.Context, a Askings) { c.Set(askingsKey, a) }

// SetAsking has the browser remember a.
func SetAsking(c echo.Context, a Asking) error {
	return c.Get(askingsKey).(Askings).Set(c, a) //nolint:forcetypeassert // every route with a handler has it
}

// ReadAsking returns what the browser remembers, the zero Asking for nothing.
func ReadAsking(c echo.Context) Asking {
	if keep, ok := c.Get(askingsKey).(Askings); ok {
		return keep.Read(c)
	}
	return Asking{}
}
