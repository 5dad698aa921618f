package consent

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/scan"
)

// ReceiptForm names the form of a Receipt, so that a later one can never be
// mistaken for it.
const ReceiptForm = "livingprofile/receipt/1"

// A Receipt is a person's own copy of one record, as ISO/IEC TS 27560 describes
// it: what was decided about which words, who answers for it, and where the
// ledger vouches for it. Labels are in the language of the words.
//
// Whoever holds it can prove that the record is as it was (Intact), and whoever
// has the ledger that the record is there. The Signature proves the rest.
type Receipt struct {
	Form       string          `json:"form"`
	ID         RecordID        `json:"id"`
	Issuer     string          `json:"issuer"`  // id of the installation
	Subject    id.Subject      `json:"subject"` // says nothing about the person
	Controller Party           `json:"controller"`
	Purpose    ReceiptPurpose  `json:"purpose"`
	Decision   ReceiptDecision `json:"decision"`
	Notice     *ReceiptNotice  `json:"notice,omitempty"` // nil when no words were shown
	Ledger     ReceiptPlace    `json:"ledger"`
	Signature  string          `json:"signature,omitempty"`
}

// A Party is who answers for what is done with the data.
type Party struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Contact string `json:"contact,omitempty"`
}

// A Label is the name of something declared, with what people call it.
type Label struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// A ReceiptPurpose is what the decision is about.
type ReceiptPurpose struct {
	Name       PurposeID `json:"name"`
	Version    int       `json:"version"`
	Since      time.Time `json:"since,omitzero"` // of the version
	Title      string    `json:"title"`
	Basis      Basis     `json:"basis,omitempty"`
	Data       []Label   `json:"data,omitempty"`
	Recipients []Label   `json:"recipients,omitempty"`
	Retention  string    `json:"retention,omitempty"`
}

// A ReceiptDecision is what was decided. Where and through what are as in
// Record.
type ReceiptDecision struct {
	Status  Status    `json:"status"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"`
	Scope   string    `json:"scope,omitempty"`
	Proof   ProofKind `json:"proof"`
	Brand   string    `json:"brand,omitempty"`
	Channel string    `json:"channel"`
	Via     PurposeID `json:"via,omitempty"`
}

// A ReceiptNotice is the exact words that were shown.
type ReceiptNotice struct {
	Hash   string   `json:"hash"` // SHA-256 of Words, joined by line feeds
	Locale string   `json:"locale"`
	Words  []string `json:"words"`
}

// A ReceiptPlace is where the ledger vouches for the record. Checkpoint and
// Sealed are zero until a checkpoint covers the entry.
type ReceiptPlace struct {
	Lane        int       `json:"lane"`
	Seq         int64     `json:"seq"`
	Hash        string    `json:"hash"`        // of the entry
	Fingerprint string    `json:"fingerprint"` // of the record, which the entry carries
	Checkpoint  int64     `json:"checkpoint,omitempty"`
	Sealed      time.Time `json:"sealed,omitzero"`
}

// About is what a receipt says beyond the record: the purpose as it was
// declared, with labels, and who answers for it.
type About struct {
	Issuer     string
	Controller Party
	Purpose    *PurposeVersion // the version decided on; nil for an unknown one
	Data       []Label
	Recipients []Label
}

// NewReceipt returns the receipt of p. shown has the words that were shown, and
// sealed is the first checkpoint that covers the entry; nil when there is none.
func NewReceipt(p Proved, shown *Notice, about About, sealed *ledger.Checkpoint) Receipt {
	r := Receipt{
		Form: ReceiptForm, ID: p.ID, Issuer: about.Issuer, Subject: p.Subject, Controller: about.Controller,
		Purpose: ReceiptPurpose{Name: p.Purpose, Version: p.Record.Version, Data: about.Data, Recipients: about.Recipients},
		Decision: ReceiptDecision{
			Status: p.Status, At: p.At.UTC(), Until: utc(p.Until), Scope: p.Scope,
			Proof: p.Proof.Kind, Brand: p.Brand, Channel: p.Channel, Via: p.Via,
		},
		Ledger: ReceiptPlace{Lane: p.Lane, Seq: p.Seq, Hash: hex.EncodeToString(p.Hash), Fingerprint: p.Digest().String()},
	}
	if v := about.Purpose; v != nil {
		r.Purpose.Since, r.Purpose.Basis = utc(v.From), v.Basis
		r.Purpose.Title, r.Purpose.Retention = v.Words.Question.In(p.Locale), v.Words.Retention.In(p.Locale)
	}
	if shown != nil {
		r.Notice = &ReceiptNotice{Hash: p.Notice, Locale: p.Locale, Words: strings.Split(shown.Body, "\n")}
	}
	if sealed != nil {
		r.Ledger.Checkpoint, r.Ledger.Sealed = sealed.Number, utc(sealed.At)
	}
	return r
}

// MaxReceipt is the most bytes that ParseReceipt reads.
const MaxReceipt = 64 << 10

// ParseReceipt reads a receipt as it is downloaded. What is not one is Invalid.
func ParseReceipt(text []byte) (Receipt, error) {
	var r Receipt
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&r)
	switch {
	case len(text) > MaxReceipt:
		err = errors.New("too long")
	case err == nil && r.Form != ReceiptForm:
		err = fmt.Errorf("form %q", r.Form)
	case err == nil:
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one document")
		} else {
			err = scan.Once(text)
		}
	}
	if err != nil {
		return Receipt{}, errs.Wrap(errs.Invalid, "error.not_a_receipt", err)
	}
	return r, nil
}

// Record returns the record that r is a copy of, without the reference of its
// proof.
func (r *Receipt) Record() Record {
	d := &r.Decision
	rec := Record{
		ID: r.ID, Subject: r.Subject, Purpose: r.Purpose.Name, Version: r.Purpose.Version, Scope: d.Scope,
		Status: d.Status, At: d.At, Until: d.Until, Proof: Proof{Kind: d.Proof},
		Brand: d.Brand, Channel: d.Channel, Via: d.Via,
	}
	if r.Notice != nil {
		rec.Notice, rec.Locale = r.Notice.Hash, r.Notice.Locale
	}
	return rec
}

// Intact tells whether the record and the words in r are those of its
// fingerprints. It does not tell whether the ledger has them.
func (r *Receipt) Intact() bool {
	rec := r.Record()
	if rec.Digest().String() != r.Ledger.Fingerprint {
		return false
	}
	return r.Notice == nil || hashWords(strings.Join(r.Notice.Words, "\n")) == r.Notice.Hash
}

// Text returns what a signature of r covers: every fact of it in one canonical
// form. What may come later, the checkpoint and the signature itself, is left
// out.
func (r Receipt) Text() (string, error) {
	r.Signature, r.Ledger.Checkpoint, r.Ledger.Sealed = "", 0, time.Time{}
	facts, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("receipt %s: %w", r.ID, err)
	}
	return ReceiptForm + "\n" + string(facts) + "\n", nil
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
