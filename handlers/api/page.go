package api

import (
	"crypto/hmac"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
)

const (
	pageSize    = 50
	maxPageSize = 200
)

// paged returns the part of list that the request asks for, with the Link to
// the next one (RFC 8288). key names each item for good, and names nobody: a page
// goes on after the item that the cursor names, whatever was added before it.
// Where that item is gone, the caller is told to begin anew.
func paged[T any](a *API, c echo.Context, list []T, key func(T) string) ([]T, map[string]string, error) {
	limit, err := limitOf(c)
	if err != nil {
		return nil, nil, err
	}
	if text := c.QueryParam("cursor"); text != "" {
		after, ok := a.readCursor(c, text)
		if !ok {
			return nil, nil, errs.InvalidFields(errs.At("cursor", "error.bad_cursor"))
		}
		i := slices.IndexFunc(list, func(one T) bool { return key(one) == after })
		if i < 0 {
			return nil, nil, errs.InvalidFields(errs.At("cursor", "error.gone_cursor"))
		}
		list = list[i+1:]
	}
	if len(list) <= limit {
		return list, nil, nil
	}
	list = list[:limit]
	return list, map[string]string{"Link": a.nextLink(c, key(list[limit-1]))}, nil
}

// limitOf reads how many items a page may have.
func limitOf(c echo.Context) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return pageSize, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPageSize {
		return 0, errs.InvalidFields(errs.At("limit", "error.out_of_range_number", "min", 1, "max", maxPageSize))
	}
	return n, nil
}

// nextLink is the Link to the page after the item that key names.
func (a *API) nextLink(c echo.Context, key string) string {
	next := url.Values{"cursor": {a.cursor(c, key)}}
	for name, values := range c.QueryParams() {
		if name != "cursor" {
			next[name] = values
		}
	}
	return "<" + c.Request().URL.EscapedPath() + "?" + next.Encode() + `>; rel="next"`
}

// cursor signs what a page ended with, for this address: nobody else's place is
// ever looked for.
func (a *API) cursor(c echo.Context, key string) string {
	return base64.RawURLEncoding.EncodeToString(append(a.cursorMark(c, key), key...))
}

func (a *API) readCursor(c echo.Context, text string) (string, bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < cursorMark {
		return "", false
	}
	key := string(b[cursorMark:])
	return key, hmac.Equal(b[:cursorMark], a.cursorMark(c, key))
}

// cursorMark is the length of the signature in a cursor.
const cursorMark = 16

func (a *API) cursorMark(c echo.Context, key string) []byte {
	return a.Secrets.Digest("api.cursor", []byte(c.Request().URL.Path+"\n"+key))[:cursorMark]
}
