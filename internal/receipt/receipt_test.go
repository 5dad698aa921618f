package receipt_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/receipt"
)

var when = time.Date(2026, 3, 12, 10, 2, 0, 123000, time.UTC)

func own() consent.Receipt {
	return consent.Receipt{
		Form: consent.ReceiptForm, ID: "06h03s7tfpu2jcfojs0ns99h9s", Issuer: "i", Subject: "s",
		Controller: consent.Party{Name: "Hibiki K.K.", Address: "1-2-3 Mihon-cho\nHamamatsu\n", Contact: "privacy@hibiki.example"},
		Purpose: consent.ReceiptPurpose{
			Name: "recommendations", Version: 2, Since: when.AddDate(0, -1, 0), Title: "Tell me about instruments like mine",
			Basis: consent.Consent, Retention: "Three years.",
			Data:       []consent.Label{{Name: "contact", Label: "How to reach you"}, {Name: "health", Label: "Your health"}},
			Recipients: []consent.Label{{Name: "crm", Label: "Customer desk"}, {Name: "shop", Label: "Web shop"}},
		},
		Decision: consent.ReceiptDecision{Status: consent.Given, At: when, Until: when.AddDate(2, 0, 0), Proof: consent.BySession, Channel: "portal", Brand: "hibiki"},
		Notice:   &consent.ReceiptNotice{Hash: strings.Repeat("a", 64), Locale: "en", Words: []string{"Tell me?", "We write to you."}},
		Ledger:   consent.ReceiptPlace{Lane: 3, Seq: 14, Hash: "0102", Fingerprint: "0304"},
	}
}

func setting() receipt.Setting {
	return receipt.Setting{
		Receipt: "https://privacy.example.com/receipts/r", Service: "Hibiki Instruments", Country: "JP", Policy: "https://www.hibiki.example/privacy",
		Withdraw: "https://privacy.example.com/hibiki/allow/recommendations", Countries: []string{"JP", "US"},
		Sensitive: []string{"health"}, Marketing: true, PublicKey: "key",
	}
}

// plain returns v as another program reads it.
func plain(t testing.TB, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNewKantara(t *testing.T) {
	r := own()
	k, ok := receipt.NewKantara(&r, setting())
	if !ok {
		t.Fatal("there is no receipt of a yes")
	}
	want := receipt.Kantara{
		Version: "KI-CR-v1.1.0", Jurisdiction: "JP", ConsentTimestamp: when.Unix(), CollectionMethod: "portal, session",
		ConsentReceiptID: string(r.ID), PublicKey: "key", Language: "en", PIIPrincipalID: "s",
		PIIControllers: []receipt.Controller{{
			PIIController: "Hibiki K.K.", Contact: "privacy@hibiki.example", Email: "privacy@hibiki.example",
			Address: receipt.Address{StreetAddress: "1-2-3 Mihon-cho, Hamamatsu", AddressCountry: "JP"},
		}},
		PolicyURL: "https://www.hibiki.example/privacy",
		Services: []receipt.Service{{Service: "Hibiki Instruments", Purposes: []receipt.Purpose{{
			Purpose: r.Purpose.Title, PurposeCategory: []string{"6 - Marketing"}, ConsentType: "EXPLICIT",
			PIICategory: []string{"How to reach you", "Your health"}, Termination: "2028-03-12; Three years.",
			ThirdPartyDisclosure: true, ThirdPartyName: "Customer desk, Web shop",
		}}}},
		Sensitive: true, SPICat: []string{"Your health"},
	}
	if d := cmp.Diff(k, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
}

// The members that the Kantara Initiative's Consent Receipt Specification
// 1.1.0 and its schema require, with their types. It allows others beside.
var kantara = shape{
	"version": "", "jurisdiction": "", "consentTimestamp": 0.0, "collectionMethod": "", "consentReceiptID": "",
	"piiPrincipalId": "", "policyUrl": "", "sensitive": false, "spiCat": []any{""},
	"piiControllers": []any{shape{"piiController": "", "contact": "", "address": shape{}, "email": "", "phone": ""}},
	"services": []any{shape{"service": "", "purposes": []any{shape{
		"consentType": "", "purposeCategory": []any{""}, "piiCategory": []any{""}, "termination": "", "thirdPartyDisclosure": false,
	}}}},
}

// A shape is the members that an object must have, each with a value of the
// same type; a list has the one shape of all its items.
type shape map[string]any

// faults returns where got is not of the shape of want.
func faults(path string, got, want any) []string {
	switch want := want.(type) {
	case shape:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{path + " is no object"}
		}
		var all []string
		for name, member := range want {
			value, there := object[name]
			if !there {
				all = append(all, path+"."+name+" is missing")
				continue
			}
			all = append(all, faults(path+"."+name, value, member)...)
		}
		return all
	case []any:
		list, ok := got.([]any)
		if !ok {
			return []string{path + " is no list"}
		}
		var all []string
		for _, item := range list {
			all = append(all, faults(path+"[]", item, want[0])...)
		}
		return all
	}
	if g, w := fmt.Sprintf("%T", got), fmt.Sprintf("%T", want); g != w {
		return []string{path + " is " + g + ", and should be " + w}
	}
	return nil
}

// anyReceipt has members missing wherever a record may lack them.
func anyReceipt(t *rapid.T) (consent.Receipt, receipt.Setting) {
	r, s := own(), setting()
	r.Decision.Status = rapid.SampledFrom(consent.Statuses[:]).Draw(t, "status")
	r.Purpose.Basis = rapid.SampledFrom(append([]consent.Basis{""}, consent.Bases[:]...)).Draw(t, "basis")
	maybe := func(label string, drop func()) {
		if rapid.Bool().Draw(t, label) {
			drop()
		}
	}
	maybe("no notice", func() { r.Notice = nil })
	maybe("no end", func() { r.Decision.Until = time.Time{} })
	maybe("unknown purpose", func() { r.Purpose = consent.ReceiptPurpose{Name: r.Purpose.Name, Version: 1, Basis: r.Purpose.Basis} })
	maybe("nothing sensitive", func() { s.Sensitive = nil })
	maybe("no recipients", func() { r.Purpose.Recipients, s.Countries = nil, nil })
	maybe("no address", func() { r.Controller.Address = "" })
	return r, s
}

// Whatever is on our receipt, the one in Kantara's form has what the form
// requires, and no form of a no is there to be read as a yes.
func TestNewKantara_keeps_to_the_form(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, s := anyReceipt(t)
		k, ok := receipt.NewKantara(&r, s)
		if yes := r.Decision.Status.Valid() && r.Purpose.Basis == consent.Consent; ok != yes {
			t.Fatalf("%s to %s: got a receipt %v", r.Decision.Status, r.Purpose.Basis, ok)
		}
		if !ok {
			return
		}
		m := readBack(t, k)
		for _, fault := range faults("receipt", m, kantara) {
			t.Error(fault)
		}
		p := k.Services[0].Purposes[0]
		if p.ThirdPartyDisclosure != (p.ThirdPartyName != "") {
			t.Errorf("disclosed %v, to %q", p.ThirdPartyDisclosure, p.ThirdPartyName)
		}
		if k.ConsentTimestamp != r.Decision.At.Unix() {
			t.Errorf("got %d, want seconds", k.ConsentTimestamp)
		}
	})
}

func readBack(t *rapid.T, v any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
