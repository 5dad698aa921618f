package receipt

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// A Registry has what receipts are made of.
type Registry interface {
	// ProvedRecord returns a consent record, whoever's it is.
	ProvedRecord(ctx context.Context, record consent.RecordID) (consent.Proved, error)
	// Notice returns words that were shown, by their hash.
	Notice(ctx context.Context, hash string) (consent.Notice, error)
	// SealedBy returns the first checkpoint that covers an entry, or
	// errs.NotFound while none does.
	SealedBy(ctx context.Context, lane int, seq int64, open func([]byte) (*ledger.Checkpoint, error)) (*ledger.Checkpoint, error)
}

// A Maker makes the receipts of an installation. It is safe for concurrent use.
type Maker struct {
	Registry
	Issuer    string // id of the installation
	PublicKey string // that checks the signatures
	Base      *url.URL
	// Open reads a signed checkpoint and checks its signature.
	Open func(signed []byte) (*ledger.Checkpoint, error)
	// Sign signs the text of a receipt; nil leaves receipts unsigned.
	Sign func(text string) (string, error)
}

// Make returns the receipt of a record, signed.
func (m *Maker) Make(ctx context.Context, o *organisation.Organisation, p consent.Proved) (consent.Receipt, error) {
	var shown *consent.Notice
	if p.Notice != "" {
		words, err := m.Notice(ctx, p.Notice)
		if err != nil {
			return consent.Receipt{}, err
		}
		shown = &words
	}
	sealed, err := m.SealedBy(ctx, p.Lane, p.Seq, m.Open)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return consent.Receipt{}, err
	}
	r := consent.NewReceipt(p, shown, about(o, &p.Record, m.Issuer), sealed)
	if m.Sign == nil {
		return r, nil
	}
	text, err := r.Text()
	if err != nil {
		return r, err
	}
	r.Signature, err = m.Sign(text)
	return r, err
}

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

// Forms returns r in every form there is of it. A decision that was made on no
// brand is told by b.
func (m *Maker) Forms(o *organisation.Organisation, b *brand.Brand, r *consent.Receipt) []Form {
	if own, ok := o.Brand(r.Decision.Brand); ok {
		b = own
	}
	s := declared(o, b, r)
	site := b.Site(m.Base)
	s.Receipt, s.PublicKey = site.JoinPath("receipts", string(r.ID)).String(), m.PublicKey
	s.Withdraw = site.JoinPath(b.Name, "allow", string(r.Purpose.Name)).String()
	if s.Policy == "" {
		s.Policy = site.JoinPath(b.Name, "notices", string(r.Purpose.Name)).String()
	}
	return Forms(r, s)
}

// declared has what the declaration knows of a receipt, in its language.
func declared(o *organisation.Organisation, b *brand.Brand, r *consent.Receipt) Setting {
	locale := b.Locales[0]
	if r.Notice != nil {
		locale = r.Notice.Locale
	}
	s := Setting{Service: b.Label.In(locale), Country: b.Country, Policy: o.Privacy.In(locale)}
	v, ok := o.PurposeVersion(r.Purpose.Name, r.Purpose.Version)
	if !ok {
		return s
	}
	s.Marketing = v.Marketing
	for _, name := range v.Recipients {
		if sys, ok := o.System(name); ok && !slices.Contains(s.Countries, sys.Country) {
			s.Countries = append(s.Countries, sys.Country)
		}
	}
	for i := range o.Fields {
		f := &o.Fields[i]
		used := slices.Contains(v.Categories, f.Category) && slices.Contains(f.Purposes, string(v.Purpose))
		if f.Sensitive && used && !slices.Contains(s.Sensitive, f.Category) {
			s.Sensitive = append(s.Sensitive, f.Category)
		}
	}
	return s
}
