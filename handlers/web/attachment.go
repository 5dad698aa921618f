package web

import (
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/attachment"
	"livingprofile/internal/rights"
)

// FormWithAttachments is FormWithFiles for what is added to a request. The form
// is there also when a file is refused, which is errs.Invalid.
func FormWithAttachments(c echo.Context, r *attachment.Reader, fields ...string) (url.Values, []rights.Attachment, error) {
	form, sent, err := FormWithFiles(c, rights.MaxAtOnce, attachment.MaxBytes, fields...)
	if err != nil {
		return nil, nil, err
	}
	var all []rights.Attachment
	for _, s := range sent {
		f, err := r.Read(s.Name, s.Data)
		if err != nil {
			return form, nil, err
		}
		all = append(all, rights.Attachment{Name: f.Name, Type: f.Type, Body: f.Data})
	}
	return form, all, nil
}

// SendAttachment answers with a file, to be kept and never to be shown as a page
// of ours.
func SendAttachment(c echo.Context, a *rights.Attachment) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Blob(http.StatusOK, a.Type, a.Body)
}
