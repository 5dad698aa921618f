package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// buffers are reused, for a page is written whole before the first byte of it
// leaves: a component that fails still yields a whole error page.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render answers with a page.
func Render(c echo.Context, status int, page templ.Component) error {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(Context(c), b); err != nil {
		return err
	}
	return send(c, status, b.Bytes())
}

// Rows answers a request that swaps in place: the new row, and what else
// belongs to the same answer.
func Rows(c echo.Context, status int, rows ...templ.Component) error {
	return Render(c, status, templ.Join(rows...))
}

// SeeOther ends a change: the browser goes to path by GET. A page that swaps in
// place is told to do the same.
func SeeOther(c echo.Context, path string) error {
	path = withSaid(c, path)
	if Live(c) {
		return lead(c, path)
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// RetryAfter says when to ask again (RFC 9110, 10.2.3).
func RetryAfter(c echo.Context, wait time.Duration) {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
}

// Vary says that the answer depends on one more header of the request.
func Vary(c echo.Context, header string) {
	h := c.Response().Header()
	if before := h.Get(echo.HeaderVary); before != "" {
		header = before + ", " + header
	}
	h.Set(echo.HeaderVary, header)
}

// JSON answers with a document, indented, for people read it too.
func JSON(c echo.Context, status int, v any) error {
	return JSONAs(c, status, echo.MIMEApplicationJSON, v)
}

// JSONAs is JSON for a document of another media type.
func JSONAs(c echo.Context, status int, kind string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return c.Blob(status, kind, append(b, '\n'))
}
