package portal

import (
	"context"

	"livingprofile/internal/i18n"
	"livingprofile/views/ui"
)

func signInIcon(s SignIn) string {
	if s.Fail {
		return "alert"
	}
	return "key"
}

func sessionIcon(s SessionItem) string {
	if s.Mobile {
		return "mobile"
	}
	return "device"
}

// verifyID names the button that sends the message, the first time or again.
func verifyID(a AddressItem) string {
	if a.Sent {
		return "portal.safety.verify_again"
	}
	return "portal.safety.verify"
}

func (a AddressForm) kind(ctx context.Context) ui.Input {
	return ui.Input{
		Kind: ui.One, Name: "kind", Label: i18n.T(ctx, "portal.safety.kind"),
		Value: or(a.Kind, "email"),
		Options: []ui.Option{
			{Value: "email", Label: i18n.T(ctx, "portal.safety.email")},
			{Value: "phone", Label: i18n.T(ctx, "portal.safety.phone")},
		},
	}
}

func (a AddressForm) value(ctx context.Context) ui.Input {
	in := ui.Input{
		Kind: ui.Email, Name: "value", Label: i18n.T(ctx, "portal.safety.add_email"),
		Hint: i18n.T(ctx, "portal.safety.add_hint"), Value: a.Value, Wrong: a.Wrong, Fill: "email",
	}
	if a.Phone {
		in.Kind, in.Fill, in.Label = ui.Text, "", i18n.T(ctx, "portal.safety.add_any")
	}
	return in
}
