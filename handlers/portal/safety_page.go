package portal

import (
	"encoding/json"
	"strings"

	"livingprofile/handlers/web"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	view "livingprofile/views/portal"
)

// safetyPage is how the person signs in and who else could. this is the session
// of the page; happened are the latest sign-ins, newest first.
func (s *sight) safetyPage(identifiers []identity.Identifier, sessions []login.Session, this login.SessionID, happened []ledger.Happening) view.SafetyPage {
	var page view.SafetyPage
	for i := range identifiers {
		if one := &identifiers[i]; one.Kind == identity.Email || one.Kind == identity.Phone {
			page.Addresses = append(page.Addresses, s.addressItem(one, identifiers))
		}
	}
	browsers := map[string]string{}
	for i := range sessions {
		item := s.sessionItem(&sessions[i])
		browsers[item.ID] = item.Browser
		if item.This = sessions[i].ID == this; item.This {
			page.Sessions = append([]view.SessionItem{item}, page.Sessions...)
		} else {
			page.Sessions = append(page.Sessions, item)
		}
	}
	for i := range happened {
		page.SignIns = append(page.SignIns, s.signIn(&happened[i], browsers))
	}
	return page
}

func (s *sight) addressItem(one *identity.Identifier, all []identity.Identifier) view.AddressItem {
	proved := 0
	for i := range all {
		if all[i].Kind == identity.Email && all[i].Verified() {
			proved++
		}
	}
	saved := s.said.at(one.ID)
	return view.AddressItem{
		ID: one.ID, Kind: string(one.Kind), Value: identifierText(one.Kind, one.Value), Verified: one.Verified(), Main: one.Main,
		Last:  one.Kind == identity.Email && one.Verified() && proved == 1,
		Stays: identity.Stays(all, one.ID, s.now), Saved: saved,
	}
}

func (s *sight) sessionItem(session *login.Session) view.SessionItem {
	b := web.BrowserOf(session.UserAgent)
	item := view.SessionItem{
		ID: string(session.ID), Browser: b.Words(s.ctx), Mobile: b.Mobile, Since: session.CreatedAt, Used: session.LastSeen,
	}
	if session.Frame != nil {
		_, item.Site, _ = strings.Cut(session.Frame.Origin, "://")
	}
	return item
}

// endedItem is the row of a session that was just ended.
func (s *sight) endedItem(sessions []login.Session, ended login.SessionID) view.SessionItem {
	for i := range sessions {
		if sessions[i].ID == ended {
			item := s.sessionItem(&sessions[i])
			item.Ended = true
			return item
		}
	}
	return view.SessionItem{ID: string(ended), Browser: web.Browser{}.Words(s.ctx), Ended: true}
}

func (s *sight) signIn(h *ledger.Happening, browsers map[string]string) view.SignIn {
	var t sessionTrace
	if json.Unmarshal(h.Payload, &t) != nil {
		t = sessionTrace{}
	}
	return view.SignIn{At: h.At, How: s.method(t.Method), From: browsers[t.Session]}
}

// method says how somebody proved who they are.
func (s *sight) method(method string) string {
	switch login.Method(method) {
	case login.ByLink:
		return s.t("portal.safety.by_link")
	case login.ByBrandLink:
		return s.t("portal.safety.by_brand")
	case login.ByPasskey:
		return s.t("page.method.passkey")
	}
	return s.t("page.method.another")
}

// whyEnded says why a session ended, "" where the person signed out.
func (s *sight) whyEnded(why string) string {
	switch why {
	case login.WhyByOther:
		return s.t("page.ended.elsewhere")
	case login.WhyReplaced:
		return s.t("page.ended.replaced")
	case login.WhyExpired:
		return s.t("page.ended.expired")
	case login.WhyContact:
		return s.t("page.ended.contact")
	}
	return ""
}
