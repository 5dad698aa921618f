package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// Form reads a posted form that has only the given fields, and csrf. An
// unknown field, or one that is no text, is Invalid: a form of ours never sends
// it.
func Form(c echo.Context, fields ...string) (url.Values, error) {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, errs.Wrap(errs.Invalid, "error.bad_form", err)
	}
	known := map[string]bool{"csrf": true}
	for _, f := range fields {
		known[f] = true
	}
	for name, values := range r.PostForm {
		if !known[name] && !known[prefix(name)] {
			return nil, errs.New(errs.Invalid, "error.unknown_field")
		}
		for _, v := range values {
			if strings.ContainsRune(v, 0) || strings.ToValidUTF8(v, "") != v {
				return nil, errs.New(errs.Invalid, "error.bad_form")
			}
		}
	}
	return r.PostForm, nil
}

// prefix lets a form have a family of fields: "box.*" allows "box.email".
func prefix(name string) string {
	if i := strings.IndexByte(name, '.'); i >= 0 {
		return name[:i] + ".*"
	}
	return name
}

// Wrong turns an Invalid error into sentences by field; the second result is
// false for any other error, which is not the form's to show.
func Wrong(c echo.Context, err error) (map[string]string, bool) {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Invalid {
		return nil, false
	}
	wrong := map[string]string{}
	for _, f := range e.Fields {
		wrong[f.Path] = i18n.Message(Context(c), f.ID, f.Args)
	}
	if len(wrong) == 0 {
		wrong[""] = i18n.Message(Context(c), e.ID, e.Args)
	}
	return wrong, true
}

// Local returns path when it leads to a page of ours, else fallback. A path
// that a browser could read as another host is not ours (S07).
func Local(path, fallback string) string {
	u, err := url.Parse(path)
	ours := err == nil && u.Scheme == "" && u.Host == "" && u.Opaque == "" &&
		strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\x00\r\n\t")
	if !ours {
		return fallback
	}
	return path
}
