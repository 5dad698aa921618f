package portal

import (
	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/receipt"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// about gathers what a receipt says beyond the record, in the language of the
// words that were shown.
func about(o *organisation.Organisation, r *consent.Record, issuer string) consent.About {
	a := consent.About{Issuer: issuer}
	a.Controller = consent.Party{Name: o.Label.In(r.Locale), Address: o.Address, Contact: o.Contact}
	if b, ok := o.Brand(r.Brand); ok {
		a.Controller.Name = b.LegalName
	}
	v, ok := o.PurposeVersion(r.Purpose, r.Version)
	if !ok {
		return a
	}
	a.Purpose = v
	for _, name := range v.Categories {
		if c, ok := o.Category(name); ok {
			a.Data = append(a.Data, consent.Label{Name: name, Label: c.Label.In(r.Locale)})
		}
	}
	for _, name := range v.Recipients {
		if sys, ok := o.System(name); ok {
			a.Recipients = append(a.Recipients, consent.Label{Name: name, Label: sys.Label.In(r.Locale)})
		}
	}
	return a
}

// receiptPage shows a receipt in the page's language, but for the words: they
// stand as they were shown.
func (s *sight) receiptPage(r *consent.Receipt) view.ReceiptPage {
	d := &r.Decision
	address := s.base + "/receipts/" + string(r.ID)
	page := view.ReceiptPage{
		JSON:  address + ownForm,
		Forms: []ui.Link{{Text: s.t("portal.receipt.record_form"), Href: address + recordForm}},
		Check: web.CheckPath + "/" + string(r.ID),
		Back:  ui.Link{Text: s.t("portal.allow.title"), Href: s.base + "/allow/" + string(r.Purpose.Name)},
	}
	if _, ok := receipt.NewKantara(r, receipt.Setting{}); ok {
		page.Forms = append(page.Forms, ui.Link{Text: s.t("portal.receipt.kantara_form"), Href: address + kantaraForm})
	}
	card := view.Receipt{
		ID: string(r.ID), Title: s.t("status." + string(d.Status)), Purpose: first(s.question(r.Purpose.Name), r.Purpose.Title),
		State: stateOf(d.Status), At: d.At, Zone: i18n.Zone(s.ctx), Subject: s.person(),
		Controller: r.Controller.Name, Contact: r.Controller.Contact,
		Retention: r.Purpose.Retention, Until: d.Until, Proof: s.proof(d.Proof, d.Brand),
		Hash: r.Ledger.Fingerprint, Lane: r.Ledger.Lane, Seq: r.Ledger.Seq, Sealed: r.Ledger.Sealed,
	}
	if v, ok := s.org.PurposeVersion(r.Purpose.Name, r.Purpose.Version); ok {
		card.Purpose = s.in(v.Words.Question)
		card.Basis, card.Law = s.t("basis."+string(v.Basis)+".plain"), s.t("basis."+string(v.Basis)+".legal")
		card.Data, card.Recipients = s.categories(v.Categories), s.recipients(v.Recipients)
		card.Retention = s.in(v.Words.Retention)
	}
	if r.Notice != nil {
		card.Words = view.NoticeWords{
			Lines: r.Notice.Words, Version: r.Purpose.Version, Since: r.Purpose.Since,
			Locale: r.Notice.Locale, Hash: r.Notice.Hash,
		}
	}
	if v, ok := s.org.Purpose(r.Purpose.Name); ok {
		page.Steps = s.trail(consent.RecordID(r.ID), v, d.At)
	}
	if d.Status.Valid() {
		card.Withdraw = s.t("portal.receipt.withdraw_text")
	}
	page.Receipt = card
	return page
}
