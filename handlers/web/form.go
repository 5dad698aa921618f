package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
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
	if err := Parse(r); err != nil {
		return nil, err
	}
	known := map[string]bool{"csrf": true}
	for _, f := range fields {
		known[f] = true
	}
	for name, values := range r.PostForm {
		if !known[name] && !known[prefix(name)] {
			return nil, errs.New(errs.Invalid, "error.unknown_field")
		}
		if !plain(values) {
			return nil, errs.New(errs.Invalid, "error.bad_form")
		}
	}
	return r.PostForm, nil
}

// plain tells whether values are text.
func plain(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		return strings.ContainsRune(v, 0) || strings.ToValidUTF8(v, "") != v
	})
}

// maxForm bounds what of a form is held in memory. The server takes less.
const maxForm = 1 << 20

// Parse reads the body of a posted form into r.PostForm: the text of files too,
// under their fields. A body that is no form is refused (RFC 9110, 15.5.16), or
// it would pass for a form in which nothing was filled in. One with files is
// read by whoever looks at its token as well.
func Parse(r *http.Request) error {
	if r.PostForm != nil {
		return nil
	}
	if IsUpload(r) {
		return errs.New(errs.Forbidden, "error.form_expired")
	}
	kind, err := formKind(r)
	if err != nil {
		return err
	}
	if kind == multipartForm {
		err = parseParts(r)
	} else {
		err = r.ParseForm()
	}
	return badForm(err)
}

// The media types that browsers send forms in.
const (
	plainForm     = "application/x-www-form-urlencoded"
	multipartForm = "multipart/form-data"
)

func formKind(r *http.Request) (string, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && (kind == plainForm || kind == multipartForm):
		return kind, nil
	case r.ContentLength == 0:
		return plainForm, nil
	}
	return "", echo.ErrUnsupportedMediaType
}

func parseParts(r *http.Request) error {
	if err := r.ParseMultipartForm(maxForm); err != nil {
		return err
	}
	for name, files := range r.MultipartForm.File {
		for _, header := range files {
			f, err := header.Open()
			if err != nil {
				return err
			}
			text, err := io.ReadAll(f)
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			r.PostForm[name] = append(r.PostForm[name], string(text))
		}
	}
	return nil
}

// File returns the one file of a posted form that has been read already; nil
// for none. A file of more than limit bytes is refused before it is read.
func File(c echo.Context, name string, limit int64) ([]byte, error) {
	m := c.Request().MultipartForm
	if m == nil || len(m.File[name]) == 0 {
		return nil, nil
	}
	header := m.File[name][0]
	if header.Size > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
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
