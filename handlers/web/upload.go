package web

import (
	"crypto/hmac"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
)

// UploadPath is where staff send the file of an import.
const UploadPath = ConsolePath + "/imports"

// uploadPath matches the paths to which a browser sends files: imports, and what
// is added to requests, or to a value that staff decide about. What it sends is
// read as a stream: in memory it could be too much, and on disk it would lie
// unsealed.
var uploadPath = regexp.MustCompile(`^/(console/imports|console/requests/[^/]+/acts|[^/]+/rights/rectification|[^/]+/data/[^/]+|[^/]+/requests/[^/]+/(answer|reply))$`)

// IsUpload tells whether a request sends files. Its token was not looked at yet.
func IsUpload(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == multipartForm && r.Method == http.MethodPost && uploadPath.MatchString(r.URL.Path)
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
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return form, "", nil, badForm(err)
	}
	part, err := f.next(c, parts, form)
	if errs.KindOf(err) == errs.Forbidden {
		return nil, "", nil, err
	}
	if err != nil {
		return form, "", nil, badForm(err)
	}
	return form, part.FileName(), part, nil
}

// next reads fields into form until a file comes; io.EOF after the last.
func (f *FileForm) next(c echo.Context, parts *multipart.Reader, form url.Values) (*multipart.Part, error) {
	for {
		part, err := parts.NextPart()
		genuine := Of(c).CSRF != "" && hmac.Equal([]byte(form.Get("csrf")), []byte(Of(c).CSRF))
		switch {
		case !genuine && (err != nil || part.FormName() != "csrf"):
			return nil, errs.New(errs.Forbidden, "error.form_expired")
		case err != nil:
			return nil, err
		case part.FormName() == f.File:
			return part, nil
		}
		most := f.most(part)
		text, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
		switch {
		case err != nil:
			return nil, err
		case most == 0:
			return nil, errors.New("a field that is not known")
		case len(text) > most:
			return nil, errors.New("a field that is too long")
		}
		form.Add(part.FormName(), string(text))
		if part.FileName() != "" {
			form.Set(part.FormName()+".name", part.FileName())
		}
	}
}

// badForm is what a form is refused with that cannot be read; one that is too
// large stays what it is. It is nil for nil.
func badForm(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return errs.Wrap(errs.Invalid, "error.bad_form", err)
}

// Sent is a file as a browser sent it: neither its name nor what it is has been
// looked at.
type Sent struct {
	Name string
	Data []byte
}

// maxLongText bounds a field of a form with files. Its own rule is stricter.
const maxLongText = 16 << 10

// FormWithFiles is Form for one that may have files, as fields named "files" at
// its end. Of a file it returns no more than one byte above limit, and of more
// files than most one.
func FormWithFiles(c echo.Context, most int, limit int64, fields ...string) (url.Values, []Sent, error) {
	if !IsUpload(c.Request()) {
		form, err := Form(c, fields...)
		return form, nil, err
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return nil, nil, badForm(err)
	}
	f := FileForm{File: "files", Texts: fields, Most: maxLongText}
	form := url.Values{}
	var all []Sent
	for len(all) <= most {
		part, err := f.next(c, parts, form)
		if errors.Is(err, io.EOF) {
			break
		}
		if errs.KindOf(err) == errs.Forbidden {
			return nil, nil, err
		}
		if err != nil {
			return nil, nil, badForm(err)
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err != nil {
			return nil, nil, badForm(err)
		}
		// A browser sends a part without name and content when none was chosen.
		if part.FileName() != "" || len(data) > 0 {
			all = append(all, Sent{part.FileName(), data})
		}
	}
	for _, values := range form {
		if !plain(values) {
			return nil, nil, errs.New(errs.Invalid, "error.bad_form")
		}
	}
	return form, all, nil
}
