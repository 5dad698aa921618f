package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/intake"
)

// multipartForm is what a file with a map of its own is sent as.
const multipartForm = "multipart/form-data"

// A sentFile is the body of an import: the file as a stream, and the map that
// came before it, if any.
type sentFile struct {
	body    io.Reader
	format  intake.Format
	charset string
	name    string // of the map
	text    []byte
}

// readFile reads the body of an import up to the file.
func readFile(c echo.Context) (*sentFile, error) {
	kind, parameters, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err == nil && kind == multipartForm {
		return readParts(c.Request())
	}
	format, ok := formats[kind]
	if err != nil || !ok {
		return nil, refusal(http.StatusUnsupportedMediaType, "error.not_a_file")
	}
	return &sentFile{body: c.Request().Body, format: format, charset: parameters["charset"]}, nil
}

// readParts reads a form of two parts: the map, and then the file, so that
// nothing has to be held until it is known what it means.
func readParts(r *http.Request) (*sentFile, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "error.bad_form", err)
	}
	sent := &sentFile{}
	part, err := next(parts, "map")
	if err != nil {
		return nil, err
	}
	if sent.text, err = io.ReadAll(io.LimitReader(part, intake.MaxSentMap+1)); err != nil {
		return nil, errs.Wrap(errs.Invalid, "error.bad_form", err)
	}
	sent.name = intake.SentName(part.FileName())
	if part, err = next(parts, "file"); err != nil {
		return nil, err
	}
	kind, parameters, err := mime.ParseMediaType(part.Header.Get(echo.HeaderContentType))
	var ok bool
	if sent.format, ok = formats[kind]; err != nil || !ok {
		if sent.format = intake.FormatOf(part.FileName()); sent.format == "" {
			return nil, errs.InvalidFields(errs.At("file", "error.not_a_file"))
		}
	}
	sent.charset, sent.body = parameters["charset"], &lastPart{part, parts}
	return sent, nil
}

// next returns the next part, which has to have that name.
func next(parts *multipart.Reader, name string) (*multipart.Part, error) {
	part, err := parts.NextPart()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case errors.Is(err, io.EOF):
		return nil, errs.InvalidFields(errs.At(name, "error.required"))
	case err != nil:
		return nil, errs.Wrap(errs.Invalid, "error.bad_form", err)
	case part.FormName() != name:
		return nil, errs.InvalidFields(errs.At(part.FormName(), "error.unknown_member"))
	}
	return part, nil
}

// A lastPart is a file behind which nothing may come: it would be passed over
// without a word.
type lastPart struct {
	part  io.Reader
	parts *multipart.Reader
}

func (l *lastPart) Read(p []byte) (int, error) {
	n, err := l.part.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if more, after := l.parts.NextPart(); after == nil {
		return n, errs.InvalidFields(errs.At(more.FormName(), "error.unknown_member"))
	} else if !errors.Is(after, io.EOF) {
		return n, errs.Wrap(errs.Invalid, "error.bad_form", after)
	}
	return n, io.EOF
}
