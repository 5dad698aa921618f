package web

import (
	"crypto/hmac"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
)

// UploadPath is the one path to which a browser sends a file. What it sends is
// read as a stream: in memory it could be too much, and on disk it would lie
// unsealed.
const UploadPath = ConsolePath + "/imports"

// IsUpload tells whether a request sends a file.
func IsUpload(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == multipartForm && r.Method == http.MethodPost && r.URL.Path == UploadPath
}

// maxText bounds the text of one field before the file.
const maxText = 4 << 10

// Upload reads a form whose last field is a file: the others, which have to
// come before it, and the file as a stream with its name. It is errs.Forbidden
// when the session's token is not among them, and errs.Invalid for a form
// without a file or with a field that is not known.
func Upload(c echo.Context, file string, fields ...string) (form url.Values, name string, body io.Reader, err error) {
	form = url.Values{}
	known := map[string]bool{"csrf": true}
	for _, f := range fields {
		known[f] = true
	}
	bad := func(err error) (url.Values, string, io.Reader, error) {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, "", nil, err
		}
		return form, "", nil, errs.Wrap(errs.Invalid, "error.bad_form", err)
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return bad(err)
	}
	for {
		var part *multipart.Part
		part, err = parts.NextPart()
		genuine := Of(c).CSRF != "" && hmac.Equal([]byte(form.Get("csrf")), []byte(Of(c).CSRF))
		switch {
		case !genuine && (err != nil || part.FormName() != "csrf"):
			return nil, "", nil, errs.New(errs.Forbidden, "error.form_expired")
		case err != nil:
			return bad(err)
		case part.FormName() == file:
			return form, part.FileName(), part, nil
		case !known[part.FormName()] || part.FileName() != "":
			return bad(errors.New("a field that is not known"))
		}
		text, err := io.ReadAll(io.LimitReader(part, maxText+1))
		if err != nil || len(text) > maxText {
			return bad(errors.Join(err, errors.New("a field that is too long")))
		}
		form.Add(part.FormName(), string(text))
	}
}
