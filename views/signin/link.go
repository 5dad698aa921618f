package signin

import (
	"context"

	"livingprofile/internal/i18n"
)

func (p LinkPage) title(ctx context.Context, brand string) string {
	switch {
	case p.Purpose == Register:
		return i18n.T(ctx, "signin.register.title", "brand", brand)
	case p.Purpose == Proof:
		return i18n.T(ctx, "signin.proof.press_title")
	case p.Code:
		return i18n.T(ctx, "signin.link.code_title")
	}
	return i18n.T(ctx, "signin.link.title", "brand", brand)
}

// lede is "" where the code is asked for instead, which explains itself.
func (p LinkPage) lede(ctx context.Context) string {
	switch {
	case p.Purpose == Register:
		return i18n.T(ctx, "signin.register.lede")
	case p.Code:
		return ""
	case p.Purpose == Proof:
		return i18n.T(ctx, "signin.proof.press_lede")
	}
	return i18n.T(ctx, "signin.link.lede")
}

func (p LinkPage) submit(ctx context.Context) string {
	switch p.Purpose {
	case Register:
		return i18n.T(ctx, "signin.register.submit")
	case Proof:
		return i18n.T(ctx, "signin.proof.press")
	}
	return i18n.T(ctx, "signin.link.submit")
}

func (p LinkPage) notYou(ctx context.Context) string {
	if p.Purpose == Register {
		return i18n.T(ctx, "signin.register.not_you")
	}
	return i18n.T(ctx, "signin.link.not_you")
}

func sentWords(ctx context.Context, p SentPage) string {
	if p.To != "" {
		return i18n.T(ctx, "signin.sent.lede_to", "address", p.To)
	}
	return i18n.T(ctx, "signin.sent.lede")
}
