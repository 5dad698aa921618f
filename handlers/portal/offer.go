package portal

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/transfer"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Offer shows what another controller sent for the visitor, beside what is held.
func (p *Portal) Offer(c echo.Context) error { return p.showOffer(c, http.StatusOK, nil, nil) }

func (p *Portal) showOffer(c echo.Context, status int, picked []string, wrong map[string]string) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	o, err := p.Offers.Offer(s.ctx, web.Of(c).Subject(), c.Param("offer"))
	if err != nil {
		return err
	}
	page := s.offerPage(&o, picked, wrong)
	f := p.frame(c, s, layout.Home, capital(s.t("offer.title", "controller", page.From)))
	return web.Render(c, status, view.Offer(f, page))
}

// DecideOffer takes over what the visitor picked, or throws the offer away.
func (p *Portal) DecideOffer(c echo.Context) error {
	form, err := web.Form(c, "act", "take")
	if err != nil {
		return err
	}
	ctx, e, offer := web.Context(c), editor(c), c.Param("offer")
	switch form.Get("act") {
	case "throw":
		if err := p.Offers.Decline(ctx, e, offer); err != nil {
			return err
		}
		return tell(c, web.Path(c, ""), web.Flash{ID: "offer.thrown"})
	case "take":
	default:
		return errs.InvalidFields(errs.At("act", "error.not_a_choice"))
	}
	steps, err := p.Offers.Pick(ctx, e, offer, form["take"])
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showOffer(c, http.StatusUnprocessableEntity, form["take"], wrong)
	}
	if err != nil {
		return err
	}
	for _, step := range steps {
		if f, ok := web.Of(c).Organisation.Field(step.Field); ok {
			if err := p.endDispute(c, f, step); err != nil {
				return err
			}
		}
	}
	return tell(c, web.Path(c, "/data"), web.Flash{ID: "offer.taken"})
}

// offered asks for a look at what other controllers sent.
func (s *sight) offered(all []transfer.Offer) []view.Attention {
	var list []view.Attention
	for i := range all {
		o := &all[i]
		list = append(list, view.Attention{
			Icon: "share", Text: s.t("offer.home", "controller", s.controller(o.From), "date", i18n.Date(s.ctx, o.Until)),
			Link: ui.Link{Text: s.t("offer.home_link"), Href: s.base + "/offers/" + o.ID},
		})
	}
	return list
}

// controller names another controller in the organisation's words.
func (s *sight) controller(name string) string {
	if c, ok := s.org.Controller(name); ok {
		return s.in(c.Label)
	}
	return name
}

// offerPage puts what was sent beside what is held. What the person may not
// take, and what would change nothing, is told apart.
func (s *sight) offerPage(o *transfer.Offer, picked []string, wrong map[string]string) view.OfferPage {
	page := view.OfferPage{
		Action: s.base + "/offers/" + o.ID, From: s.controller(o.From), At: o.At, Until: o.Until,
		Nothing: first(wrong["take"], wrong[""]),
	}
	for _, label := range o.Rest {
		page.Rest = append(page.Rest, view.OfferRest{Label: label, Why: s.t("offer.not_held")})
	}
	for i := range o.Values {
		v := &o.Values[i]
		f, known := s.org.Field(v.Field)
		if !known || f.Retired {
			page.Rest = append(page.Rest, view.OfferRest{Label: v.Label, Why: s.t("offer.not_held")})
			continue
		}
		sent, err := profile.Canonical(f, v.Value, "")
		rest := view.OfferRest{Label: s.in(f.Label), Value: s.format(f, sent)}
		switch {
		case err != nil:
			rest.Value, rest.Why = v.Value, s.fault(err)
		case f.Edit == profile.Locked:
			rest.Why = first(s.in(f.Locked), s.t("error.field_locked"))
		case sent == s.value(f):
			page.Same = append(page.Same, rest.Label)
			continue
		default:
			item := view.OfferItem{
				ID: f.Name, Label: s.in(f.Label), Theirs: rest.Value, Ours: s.format(f, s.value(f)), Source: v.Source, At: v.At,
				Picked: slices.Contains(picked, f.Name), Wrong: wrong[f.Name],
			}
			if f.Edit == profile.Approval {
				item.Note = s.t("portal.value.approval")
			}
			page.Items = append(page.Items, item)
			continue
		}
		page.Rest = append(page.Rest, rest)
	}
	return page
}

// fault is what an error says of a value.
func (s *sight) fault(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return i18n.Message(s.ctx, e.ID, e.Args)
	}
	return ""
}

// saidBy names who said what counts, with where the person brought it from.
func (s *sight) saidBy(c *profile.Claim) string {
	if c.Via != "" {
		return s.t("offer.via", "controller", s.controller(c.Via))
	}
	return s.source(c.Source)
}

// transferEvent tells what the person did with what another controller sent.
func (s *sight) transferEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t transfer.Trace
	if json.Unmarshal(h.Payload, &t) != nil || h.Kind != transfer.TakenIn && h.Kind != transfer.Declined {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "share", Text: s.t("event."+string(h.Kind), "controller", s.controller(t.From))}
	var labels []string
	for _, name := range t.Fields {
		labels = append(labels, s.fieldLabel(name))
	}
	item.Detail = s.list(labels)
	return item, true
}
