package consent

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

var when = time.Date(2026, 3, 12, 10, 2, 0, 123000, time.UTC)

func receipt(sealed *ledger.Checkpoint) Receipt {
	v := &PurposeVersion{
		Purpose: "reviews", Number: 2, From: when.AddDate(0, -1, 0), Basis: Consent,
		Words: PurposeWords{Question: map[string]string{"en": "Show my reviews?"}, Retention: map[string]string{"en": "As long as they stand."}},
	}
	words := v.Notice("en")
	p := Proved{
		Record: Record{
			ID: "r", Subject: "s", Purpose: "reviews", Version: 2, Scope: "hibiki", Notice: words.Hash, Locale: "en",
			Status: Given, At: when, Until: when.AddDate(1, 0, 0), Proof: Proof{Kind: BySession, Ref: "secret"},
			Brand: "hibiki", Channel: "portal", Via: "all",
		},
		Lane: 3, Seq: 14, Hash: []byte{1, 2},
	}
	return NewReceipt(p, &words, About{
		Issuer: "i", Controller: Party{Name: "Hibiki K.K."}, Purpose: v, Data: []Label{{"identity", "Who you are"}},
	}, sealed)
}

func TestReceipt_is_read_as_it_was_written(t *testing.T) {
	r := receipt(&ledger.Checkpoint{Number: 9, At: when})
	r.Signature = "signed"
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseReceipt(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, r); diff != "" {
		t.Errorf("got other than written:\n%s", diff)
	}
	if !got.Intact() {
		t.Error("it is not intact")
	}
	if strings.Contains(string(text), "secret") {
		t.Error("it tells the reference of the proof")
	}
}

func TestReceipt_shows_every_change_of_the_record_and_the_words(t *testing.T) {
	for name, change := range map[string]func(*Receipt){
		"id":      func(r *Receipt) { r.ID = "q" },
		"subject": func(r *Receipt) { r.Subject = "t" },
		"purpose": func(r *Receipt) { r.Purpose.Name = "orders" },
		"version": func(r *Receipt) { r.Purpose.Version = 1 },
		"status":  func(r *Receipt) { r.Decision.Status = Refused },
		"time":    func(r *Receipt) { r.Decision.At = r.Decision.At.Add(time.Second) },
		"until":   func(r *Receipt) { r.Decision.Until = time.Time{} },
		"scope":   func(r *Receipt) { r.Decision.Scope = "" },
		"proof":   func(r *Receipt) { r.Decision.Proof = ByMailLink },
		"brand":   func(r *Receipt) { r.Decision.Brand = "kawara" },
		"channel": func(r *Receipt) { r.Decision.Channel = "api" },
		"via":     func(r *Receipt) { r.Decision.Via = "" },
		"locale":  func(r *Receipt) { r.Notice.Locale = "ja" },
		"words":   func(r *Receipt) { r.Notice.Words[0] = "Hide my reviews?" },
		"hash":    func(r *Receipt) { r.Notice.Hash = strings.Repeat("0", 64) },
		"notice":  func(r *Receipt) { r.Notice = nil },
	} {
		r := receipt(nil)
		if change(&r); r.Intact() {
			t.Errorf("another %s is not seen", name)
		}
	}
}

// The signature covers what stands for ever, so that a receipt which was taken
// before its checkpoint came is as good as one that was taken after.
func TestReceipt_signs_every_fact_but_what_comes_later(t *testing.T) {
	text := func(r Receipt) string {
		t.Helper()
		s, err := r.Text()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sealed := receipt(&ledger.Checkpoint{Number: 9, At: when})
	sealed.Signature = "signed"
	if got, want := text(sealed), text(receipt(nil)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, change := range map[string]func(*Receipt){
		"controller": func(r *Receipt) { r.Controller.Name = "Other" },
		"title":      func(r *Receipt) { r.Purpose.Title = "Other" },
		"data":       func(r *Receipt) { r.Purpose.Data = nil },
		"place":      func(r *Receipt) { r.Ledger.Seq++ },
	} {
		r := receipt(nil)
		if change(&r); text(r) == text(receipt(nil)) {
			t.Errorf("another %s has the same text", name)
		}
	}
}

func TestParseReceipt_refuses_what_is_none(t *testing.T) {
	whole, err := json.Marshal(receipt(nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":       "",
		"half":          string(whole[:len(whole)/2]),
		"two":           string(whole) + string(whole),
		"another form":  strings.Replace(string(whole), ReceiptForm, "livingprofile/receipt/2", 1),
		"unknown field": strings.Replace(string(whole), `{"form"`, `{"more":1,"form"`, 1),
		"too long":      string(whole) + strings.Repeat(" ", MaxReceipt),
	} {
		if _, err := ParseReceipt([]byte(text)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v, want %v", name, err, errs.Invalid)
		}
	}
}
