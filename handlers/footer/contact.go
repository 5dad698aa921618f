package footer

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	view "livingprofile/views/footer"
)

func undoing(l footer.Link) identity.Undoing {
	return identity.Undoing{Entry: l.Topic, By: l.Channel}
}

// showContact asks whether the change of how somebody signs in is to be taken
// back.
func (f *Footer) showContact(c echo.Context, l footer.Link) error {
	ctx := web.Context(c)
	change, err := f.Contacts.Contact(ctx, l.Subject, undoing(l))
	if err != nil {
		return gone(err)
	}
	return web.Render(c, http.StatusOK, view.Contact(frame(c, "footer.contact.title"), view.ContactPage{
		Action: c.Request().URL.EscapedPath(), What: whatOf(change.Kind), At: change.At, Done: change.Undone,
		More: web.Of(c).Base() + "/safety",
	}))
}

// whatOf is what the change was, as the words for it are called.
func whatOf(kind ledger.Kind) string {
	switch kind {
	case identity.IdentifierRemoved:
		return "removed"
	case identity.IdentifierMain:
		return "main"
	default:
		return "added"
	}
}

// undo takes the change back, and signs out whoever is signed in: one of them
// made it.
func (f *Footer) undo(c echo.Context, l footer.Link, answer string) error {
	if answer != "yes" {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	ctx := web.Context(c)
	w := identity.Where{Brand: l.Brand, Locale: web.Of(c).Locale}
	err := f.Contacts.Undo(ctx, l.Subject, undoing(l), w)
	if errors.Is(err, errs.Conflict) {
		return over() // another has proved the address since
	}
	if err != nil {
		return gone(err)
	}
	if _, err := f.Sessions.EndAll(ctx, l.Subject, login.WhyContact); err != nil {
		return err
	}
	return f.showContact(c, l)
}
