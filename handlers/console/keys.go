package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// keyLives are how long a key made here may work, in days.
var keyLives = [...]struct {
	value string
	days  int
}{{"30", 30}, {"90", 90}, {"365", 365}}

// APIKeys shows the keys of systems.
func (s *Console) APIKeys(c echo.Context) error { return s.showKeys(c, "", url.Values{}, nil) }

func (s *Console) showKeys(c echo.Context, text string, typed url.Values, wrong map[string]string) error {
	ctx, now := web.Context(c), s.Clock.Now()
	all, err := s.Keys.List(ctx, authz.AllBrands)
	if err != nil {
		return err
	}
	p := view.KeysPage{Text: text, Manage: me(c).Role.Has(authz.KeyManage)}
	for _, k := range all {
		item := apiKey(c, k, now, p.Manage)
		if item.NotTaken, err = s.notTaken(ctx, inbound.OfKey(item.ID)); err != nil {
			return err
		}
		p.Keys = append(p.Keys, item)
	}
	if p.Manage {
		p.Make = keyForm(c, typed, wrong)
	}
	return web.Render(c, page(wrong), view.Keys(s.desk(c, "keys", title(c, "keys")), p))
}

func apiKey(c echo.Context, k authz.APIKey, now time.Time, manage bool) view.Key {
	ctx := web.Context(c)
	var scopes []string
	for _, scope := range k.Scopes {
		scopes = append(scopes, string(scope))
	}
	v := view.Key{
		ID: string(k.ID), Name: k.Name, System: systemName(c, k.System), Brand: brandNames(c, []string{k.Brand}),
		Scopes: i18n.List(ctx, scopes), Fields: strings.Join(k.Fields, ", "), Used: k.LastUsedAt,
		State: ui.Given, StateText: i18n.T(ctx, "console.key.until", "date", i18n.Date(ctx, k.ExpiresAt)),
	}
	switch {
	case !k.RevokedAt.IsZero():
		v.State, v.StateText = ui.Refused, i18n.T(ctx, "console.key.revoked", "date", i18n.Date(ctx, k.RevokedAt))
	case k.Alive(now) != nil:
		v.State, v.StateText = ui.Refused, i18n.T(ctx, "console.key.expired", "date", i18n.Date(ctx, k.ExpiresAt))
	default:
		v.Revoke = manage
	}
	return v
}

func keyForm(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	system := ui.Input{Kind: ui.OneList, Name: "system", Label: i18n.T(ctx, "console.key.system"), Value: typed.Get("system"), Wrong: wrong["system"]}
	for i := range v.Organisation.Systems {
		if sys := &v.Organisation.Systems[i]; !sys.Retired {
			system.Options = append(system.Options, ui.Option{Value: sys.Name, Label: sys.Label.In(v.Locale)})
		}
	}
	brands := append([]ui.Option{{Value: authz.AllBrands, Label: i18n.T(ctx, "console.all_brands")}}, brandOptions(c)...)
	scopes := ui.Input{Kind: ui.Many, Name: "scopes", Label: i18n.T(ctx, "console.key.scopes"), Values: typed["scopes"], Wrong: wrong["scopes"]}
	for _, p := range authz.Scopes() {
		scopes.Options = append(scopes.Options, ui.Option{Value: string(p), Label: string(p)})
	}
	life := ui.Input{Kind: ui.OneList, Name: "life", Label: i18n.T(ctx, "console.key.life"), Value: typed.Get("life"), Wrong: wrong["expires_at"]}
	for _, l := range keyLives {
		life.Options = append(life.Options, ui.Option{Value: l.value, Label: i18n.T(ctx, "span.days", "count", l.days)})
	}
	return []ui.Input{
		{Kind: ui.Text, Name: "name", Label: i18n.T(ctx, "console.key.name"), Value: typed.Get("name"), Wrong: wrong["name"], Fill: "off"},
		system,
		{Kind: ui.OneList, Name: "brand", Label: i18n.T(ctx, "console.key.brand"), Options: brands, Value: typed.Get("brand"), Wrong: wrong["brand"]},
		scopes,
		{
			Kind: ui.Text, Name: "fields", Label: i18n.T(ctx, "console.key.fields"), Hint: i18n.T(ctx, "console.key.fields_hint"),
			Value: typed.Get("fields"), Wrong: wrong["fields"], Fill: "off",
		},
		life,
	}
}

// MakeKey makes a key and shows its text, this once.
func (s *Console) MakeKey(c echo.Context) error {
	form, err := web.Form(c, "name", "system", "brand", "scopes", "fields", "life")
	if err != nil {
		return err
	}
	k, err := s.keyOf(c, form)
	if err == nil {
		var text string
		if _, text, err = s.Keys.As(me(c).Actor()).Make(web.Context(c), k); err == nil {
			return s.showKeys(c, text, url.Values{}, nil)
		}
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showKeys(c, "", form, wrong)
	}
	return err
}

// keyOf reads the form; it is errs.Invalid for a name that is not declared: a
// key for it would never do what its maker wants.
func (s *Console) keyOf(c echo.Context, form url.Values) (authz.APIKey, error) {
	org := web.Of(c).Organisation
	k := authz.APIKey{Name: form.Get("name"), System: form.Get("system"), Brand: form.Get("brand"), ExpiresAt: s.Clock.Now()}
	var bad []errs.Field
	if _, ok := org.System(k.System); !ok {
		bad = append(bad, errs.At("system", "error.not_a_choice"))
	}
	if _, ok := org.Brand(k.Brand); !ok && k.Brand != authz.AllBrands {
		bad = append(bad, errs.At("brand", "error.not_a_choice"))
	}
	for _, scope := range form["scopes"] {
		k.Scopes = append(k.Scopes, authz.Permission(scope))
	}
	k.Fields = strings.FieldsFunc(form.Get("fields"), func(r rune) bool { return r == ',' || r == ' ' || r == '、' })
	for _, f := range k.Fields {
		_, field := org.Field(f)
		if _, kind := org.Activity(f); !field && !kind && f != authz.AllFields {
			bad = append(bad, errs.At("fields", "error.not_a_choice"))
			break
		}
	}
	for _, l := range keyLives {
		if l.value == form.Get("life") {
			k.ExpiresAt = s.Clock.Now().AddDate(0, 0, l.days)
		}
	}
	return k, errs.InvalidFields(slices.Clip(bad)...)
}

// RevokeKey ends a key at once.
func (s *Console) RevokeKey(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	if err := s.Keys.As(me(c).Actor()).Revoke(web.Context(c), authz.KeyID(c.Param("key"))); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "console.said.revoked"})
	return web.SeeOther(c, web.ConsolePath+"/keys")
}
