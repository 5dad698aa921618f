package web

import (
	"crypto/hmac"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

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

// A FileForm is a form whose last field is a file.
type FileForm struct {
	File   string
	Fields []string // short texts, before the file
	Texts  []string // longer ones, each a text or a file of its own
	Most   int      // bytes of each of Texts
}

// most is how long a field may be; 0 for one that is not known.
func (f *FileForm) most(part *multipart.Part) int {
	switch name := part.FormName(); {
	case slices.Contains(f.Texts, name):
		return f.Most
	case part.FileName() == "" && (name == "csrf" || slices.Contains(f.Fields, name)):
		return maxText
	}
	return 0
}

// Read reads the form: the other fields, which have to come before the file,
// and the file as a stream with its name. It is errs.Forbidden when the
// session's token is not among them, and errs.Invalid for a form without a file
// or with a field that is not known.
func (f *FileForm) Read(c echo.Context) (form url.Values, name string, body io.Reader, err error) {
	form = url.Values{}
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
		case part.FormName() == f.File:
			return form, part.FileName(), part, nil
		}
		most := f.most(part)
		text, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
		switch {
		case err != nil:
			return bad(err)
		case most == 0:
			return bad(errors.New("a field that is not known"))
		case len(text) > most:
			return bad(errors.New("a field that is too long"))
		}
		form.Add(part.FormName(), string(text))
		if part.FileName() != "" {
			form.Set(part.FormName()+".name", part.FileName())
		}
	}
}
