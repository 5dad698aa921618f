// Package mailbox shows the mail of the demo, which never leaves the machine.
// It is served in the demo and nowhere else.
package mailbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/mail/mailbox"
	view "livingprofile/views/mailbox"
)

// A Mailbox shows what the demo's receiver has taken.
type Mailbox struct{ box *mailbox.Server }

// New returns the handlers over box.
func New(box *mailbox.Server) *Mailbox { return &Mailbox{box} }

// List shows the mails, newest first.
func (m *Mailbox) List(c echo.Context) error {
	page := view.ListPage{Path: "/mailbox"}
	for _, msg := range slices.Backward(m.box.Messages()) {
		page.Mails = append(page.Mails, view.Item{
			Href: "/mailbox/" + number(msg), Subject: msg.Subject, To: strings.Join(msg.To, ", "), At: msg.Date,
		})
	}
	return web.Render(c, http.StatusOK, view.List(web.Frame(c, "", i18n.T(web.Context(c), "mailbox.title")), page))
}

// Message shows one mail as text, with its links.
func (m *Mailbox) Message(c echo.Context) error {
	for _, msg := range m.box.Messages() {
		if number(msg) != c.Param("message") {
			continue
		}
		words, links := view.Read(msg.HTML)
		return web.Render(c, http.StatusOK, view.Mail(web.Frame(c, "", msg.Subject), view.MailPage{
			Back: "/mailbox", Subject: msg.Subject, From: msg.From, To: strings.Join(msg.To, ", "), At: msg.Date,
			Text: msg.Text, HTML: words, Links: links,
		}))
	}
	return errs.NotFound
}

// number is the part of the Message-ID that names the mail.
func number(m mailbox.Message) string {
	name, _, _ := strings.Cut(strings.Trim(m.Header.Get("Message-Id"), "<>"), "@")
	return name
}
