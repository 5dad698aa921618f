package scim

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/scan"
	"livingprofile/internal/scim"
)

// decode reads the body of a request into v.
func decode(c echo.Context, v any) error {
	kind, parameters, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	charset, said := parameters["charset"]
	if err != nil || kind != media && kind != echo.MIMEApplicationJSON || said && !strings.EqualFold(charset, "utf-8") {
		return echo.NewHTTPError(http.StatusUnsupportedMediaType, "error.not_json")
	}
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if !utf8.Valid(text) || !json.Valid(text) || scan.Once(text) != nil {
		return scim.Refuse(errs.Invalid, scim.InvalidSyntax, "error.bad_json")
	}
	if json.NewDecoder(bytes.NewReader(text)).Decode(v) != nil {
		return scim.Refuse(errs.Invalid, scim.InvalidSyntax, "error.scim_message")
	}
	return nil
}

// speaks refuses a message that is of another sort than it has to be.
func speaks(schemas []string, message string) error {
	for _, s := range schemas {
		if strings.EqualFold(s, message) {
			return nil
		}
	}
	return scim.Refuse(errs.Invalid, scim.InvalidSyntax, "error.scim_message")
}

// seen refuses a change of a user who is not as the caller saw them: neither
// weakness nor quotes tell two versions apart.
func seen(c echo.Context, u *resource) error {
	header := c.Request().Header.Get("If-Match")
	if header == "" || strings.TrimSpace(header) == "*" {
		return nil
	}
	for tag := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(tag), "W/") == strings.TrimPrefix(u.version, "W/") {
			return nil
		}
	}
	return echo.NewHTTPError(http.StatusPreconditionFailed, "error.scim_moved")
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func statusText(status int) string { return strconv.Itoa(status) }
