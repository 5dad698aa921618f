package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/scan"
)

// decode reads the body of a request into v. What is no JSON, or says a name
// twice, is a bad request; a name that v does not have and a value of another
// type are invalid, by their place.
func decode(c echo.Context, v any) error {
	text, err := body(c)
	if err != nil {
		return err
	}
	return decodeText(text, v)
}

// body reads the body of a request, which has to say that it is JSON.
func body(c echo.Context) ([]byte, error) {
	r := c.Request()
	if kind := r.Header.Get(echo.HeaderContentType); kind != echo.MIMEApplicationJSON && !isJSON(kind) {
		return nil, refusal(http.StatusUnsupportedMediaType, "error.not_json")
	}
	if r.ContentLength < 0 {
		return io.ReadAll(r.Body)
	}
	text := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, text)
	return text, err
}

func isJSON(contentType string) bool {
	kind, parameters, err := mime.ParseMediaType(contentType)
	charset, said := parameters["charset"]
	return err == nil && kind == echo.MIMEApplicationJSON && (!said || strings.EqualFold(charset, "utf-8"))
}

func decodeText(text []byte, v any) error {
	if !utf8.Valid(text) || !json.Valid(text) || scan.Once(text) != nil {
		return refusal(http.StatusBadRequest, "error.bad_json")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return errs.InvalidFields(errs.At(wrong.Field, "error.wrong_type"))
	}
	// encoding/json has no type for this.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return errs.InvalidFields(errs.At(strings.Trim(name, `"`), "error.unknown_member"))
	}
	var at *errs.Error
	if errors.As(err, &at) {
		return err
	}
	return errs.InvalidFields(errs.At("", "error.wrong_type"))
}

// knownQuery refuses parameters that a route does not have: a misspelt one
// would pass for one that was not given.
func knownQuery(c echo.Context, names ...string) error {
	for name, values := range c.QueryParams() {
		known := name == "brand"
		for _, n := range names {
			known = known || n == name
		}
		if !known || len(values) > 1 {
			return errs.InvalidFields(errs.At(name, "error.unknown_member"))
		}
	}
	return nil
}
