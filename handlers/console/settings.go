package console

import (
	"cmp"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// SettingsPath is where members choose for themselves.
const SettingsPath = web.ConsolePath + "/settings"

// Settings shows what the member has chosen.
func (s *Console) Settings(c echo.Context) error {
	return s.showSettings(c, cmp.Or(me(c).Digest, staff.Daily), nil)
}

func (s *Console) showSettings(c echo.Context, chosen staff.Digest, wrong map[string]string) error {
	ctx := web.Context(c)
	often := ui.Input{
		Kind: ui.One, Name: "digest", Label: i18n.T(ctx, "digest.often"), Hint: i18n.T(ctx, "digest.hint"),
		Value: string(chosen), Wrong: wrong["digest"],
	}
	for _, d := range staff.Digests {
		often.Options = append(often.Options, ui.Option{Value: string(d), Label: i18n.T(ctx, "digest."+string(d))})
	}
	p := view.SettingsPage{Inputs: []ui.Input{often}, Off: s.NoDigests}
	return web.Render(c, page(wrong), view.Settings(s.desk(c, "settings", title(c, "settings")), p))
}

// SaveSettings keeps what the member chose.
func (s *Console) SaveSettings(c echo.Context) error {
	form, err := web.Form(c, "digest")
	if err != nil {
		return err
	}
	chosen := staff.Digest(form.Get("digest"))
	err = s.Staff.ChooseDigest(web.Context(c), me(c), chosen)
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showSettings(c, chosen, wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "digest.saved"})
	return web.SeeOther(c, SettingsPath)
}
