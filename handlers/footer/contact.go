package footer

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
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
	frame := web.Frame(c, "", i18n.T(ctx, "footer.contact.title"))
	frame.Locales = nil // who visits was not looked up, so no form of a session works
	return web.Render(c, http.StatusOK, view.Contact(frame, view.ContactPage{
		Action: c.Request().URL.EscapedPath(), Kind: string(change.Kind), At: change.At, Done: change.Undone,
		More: web.Of(c).Base() + "/safety",
	}))
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
