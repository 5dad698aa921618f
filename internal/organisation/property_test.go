package organisation_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// Whatever is declared one after the other: the same draft again changes
// nothing, nothing that was declared is ever lost, versions count up one by
// one, and the words that somebody read stay to be read.
func TestDiff_properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stands *organisation.Organisation
		seen := map[string]bool{}
		read := map[string]bool{}
		now := monday
		for range rapid.IntRange(1, 5).Draw(t, "drafts") {
			d := &organisation.Draft{File: "o.yaml", Declared: anyOrganisation(t)}
			now = now.Add(time.Hour)
			p := organisation.Diff(stands, d, now)
			if stands != nil && p.Empty() != (p.Next.Revision == stands.Revision) {
				t.Fatalf("%d steps, revision %d after %d", len(p.Steps), p.Next.Revision, stands.Revision)
			}
			stands = p.Next
			if again := organisation.Diff(stands, d, now.Add(time.Minute)); !again.Empty() {
				t.Fatalf("the same draft again: %v", steps(again))
			}
			nothingLost(t, stands, seen)
			wordsStay(t, stands, read)
			encodes(t, stands)
		}
	})
}

func nothingLost(t *rapid.T, o *organisation.Organisation, seen map[string]bool) {
	for _, b := range o.Brands {
		seen["brand "+b.Name] = true
	}
	for _, c := range o.Channels {
		seen["channel "+c.Name] = true
	}
	for _, f := range o.Fields {
		seen["field "+f.Name] = true
	}
	for _, v := range o.Purposes {
		seen["purpose "+string(v.Purpose)] = true
	}
	for what := range seen {
		kind, name, _ := bytes.Cut([]byte(what), []byte(" "))
		var ok bool
		switch string(kind) {
		case "brand":
			_, ok = o.Brand(string(name))
		case "channel":
			_, ok = o.Channel(string(name))
		case "field":
			_, ok = o.Field(string(name))
		default:
			_, ok = o.Purpose(consent.PurposeID(name))
		}
		if !ok {
			t.Fatalf("%s is lost", what)
		}
	}
}

func wordsStay(t *rapid.T, o *organisation.Organisation, read map[string]bool) {
	now := map[string]bool{}
	for _, n := range organisation.Notices(o) {
		now[n.Hash] = true
	}
	for hash := range read {
		if !now[hash] {
			t.Fatalf("notice %s is lost", hash)
		}
	}
	for i := range o.Purposes {
		id := o.Purposes[i].Purpose
		all := o.Versions(id)
		for j, v := range all {
			if v.Number != len(all)-j {
				t.Fatalf("%s: version %d stands in place %d of %d", id, v.Number, j, len(all))
			}
			if j > 0 && !v.From.Before(all[j-1].From) {
				t.Fatalf("%s: version %d is not older than the next", id, v.Number)
			}
		}
		for tag := range o.Purposes[i].Words.Question {
			if !o.Purposes[i].Retired {
				read[all[0].Notice(tag).Hash] = true
			}
		}
	}
}

func encodes(t *rapid.T, o *organisation.Organisation) {
	first, err := organisation.Encode(o)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := organisation.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := organisation.Encode(decoded)
	if err != nil || !bytes.Equal(second, first) {
		t.Fatalf("another round gives other bytes: %v", err)
	}
}

// anyOrganisation declares few names with few values, so that drafts overlap.
func anyOrganisation(t *rapid.T) organisation.Organisation {
	var o organisation.Organisation
	o.Label = anyText(t, "label")
	for _, name := range someOf(t, "brands", "a", "b") {
		o.Brands = append(o.Brands, brand.Brand{Name: name, Mark: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "mark"), Locales: someOf(t, "locales", "en", "ja")})
	}
	for _, name := range someOf(t, "channels", "email", "post") {
		o.Channels = append(o.Channels, consent.Channel{Name: name, Label: anyText(t, "channel")})
	}
	for _, name := range someOf(t, "fields", "email", "phone") {
		o.Fields = append(o.Fields, profile.Field{Name: name, Edit: rapid.SampledFrom([]profile.Edit{profile.Free, profile.Locked}).Draw(t, "edit")})
	}
	names := someOf(t, "purposes", "news", "ideas", "orders")
	for _, name := range names {
		o.Purposes = append(o.Purposes, consent.PurposeVersion{
			Purpose:  consent.PurposeID(name),
			Parent:   consent.PurposeID(rapid.SampledFrom(append([]string{""}, names...)).Draw(t, "parent")),
			Basis:    rapid.SampledFrom([]consent.Basis{consent.Consent, consent.Contract}).Draw(t, "basis"),
			Channels: someOf(t, "purpose channels", "email", "post"),
			ReaskBy:  rapid.SampledFrom([]time.Time{{}, monday.AddDate(1, 0, 0)}).Draw(t, "reask"),
			Words:    consent.PurposeWords{Question: anyText(t, "question"), IfNo: anyText(t, "if no")},
		})
	}
	return o
}

func anyText(t *rapid.T, label string) i18n.Text {
	text := i18n.Text{}
	for _, tag := range someOf(t, label+" locales", "en", "ja", "pt", "pt-BR") {
		text[tag] = rapid.SampledFrom([]string{"x", "y"}).Draw(t, label)
	}
	return text
}

// someOf returns some of names in any order.
func someOf(t *rapid.T, label string, names ...string) []string {
	return rapid.Permutation(names).Draw(t, label)[:rapid.IntRange(0, len(names)).Draw(t, label+" count")]
}
