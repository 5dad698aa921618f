package portal

import (
	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/receipt"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// receiptPage shows a receipt in the page's language, but for the words: they
// stand as they were shown.
func (s *sight) receiptPage(r *consent.Receipt) view.ReceiptPage {
	d := &r.Decision
	address := s.base + "/receipts/" + string(r.ID)
	page := view.ReceiptPage{
		JSON:  address + receipt.OwnForm,
		Forms: []ui.Link{{Text: s.t("portal.receipt.record_form"), Href: address + receipt.RecordForm}},
		Check: web.CheckPath + "/" + string(r.ID),
		Back:  ui.Link{Text: s.t("portal.allow.title"), Href: s.base + "/allow/" + string(r.Purpose.Name)},
	}
	if _, ok := receipt.NewKantara(r, receipt.Setting{}); ok {
		page.Forms = append(page.Forms, ui.Link{Text: s.t("portal.receipt.kantara_form"), Href: address + receipt.KantaraForm})
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
		page.Steps = s.trail(consent.RecordID(r.ID), v, d.Status, d.At)
	}
	if d.Status.Valid() {
		card.Withdraw = s.t("portal.receipt.withdraw_text")
	}
	page.Receipt = card
	return page
}
