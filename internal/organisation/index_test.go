package organisation_test

import (
	"testing"
	"time"

	"livingprofile/internal/organisation"
)

func TestLookups(t *testing.T) {
	prepared := applied(t, small(t))
	byHand := draft(t, small(t)).Declared
	for name, o := range map[string]*organisation.Organisation{"prepared": prepared, "by hand": &byHand} {
		t.Run(name, func(t *testing.T) {
			if b, ok := o.Brand("club"); !ok || b.Name != "club" {
				t.Errorf("brand: got %v, %t", b, ok)
			}
			if f, ok := o.Field("level"); !ok || f.Name != "level" {
				t.Errorf("field: got %v, %t", f, ok)
			}
			if c, ok := o.Category("training"); !ok || c.Name != "training" {
				t.Errorf("category: got %v, %t", c, ok)
			}
			if s, ok := o.System("tool"); !ok || !s.MayHold("email") || s.MayHold("level") {
				t.Errorf("system: got %v, %t", s, ok)
			}
			if tp, ok := o.Topic("tips"); !ok || tp.Name != "tips" {
				t.Errorf("topic: got %v, %t", tp, ok)
			}
			if v, ok := o.Purpose("news"); !ok || v.Purpose != "news" {
				t.Errorf("purpose: got %v, %t", v, ok)
			}
			if got := o.Children("news"); len(got) != 1 || got[0].Purpose != "ideas" {
				t.Errorf("children: got %v", got)
			}
			if got, want := len(o.FieldsOn("club")), 2; got != want {
				t.Errorf("fields on club: got %d, want %d", got, want)
			}
			if got := o.FieldsOn("shop"); len(got) != 1 || got[0].Name != "email" {
				t.Errorf("fields on shop: got %v", got)
			}
			if got, want := len(o.PurposesOn("shop")), 2; got != want {
				t.Errorf("purposes on shop: got %d, want %d", got, want)
			}
			if got, want := len(o.TopicsOn("club")), 2; got != want {
				t.Errorf("topics on club: got %d, want %d", got, want)
			}
			if got, want := o.Zone("club").String(), "Asia/Tokyo"; got != want {
				t.Errorf("zone of club: got %s, want %s", got, want)
			}
			if got := o.Zone("elsewhere"); got != time.UTC {
				t.Errorf("zone of a brand that is not declared: got %s, want UTC", got)
			}
			if got, want := len(o.FieldsOn("elsewhere")), 1; got != want {
				t.Errorf("fields on a brand that is not declared: got %d, want %d", got, want)
			}
			if got, want := len(o.AllPurposes()), 3; got != want {
				t.Errorf("all purposes: got %d, want %d", got, want)
			}
			if _, ok := o.Field("nothing"); ok {
				t.Error("found a field that is not declared")
			}
			if o.Rank("crm") >= o.Rank("tool") || o.Rank("nobody") <= o.Rank("tool") {
				t.Errorf("ranks: got %d, %d, %d", o.Rank("crm"), o.Rank("tool"), o.Rank("nobody"))
			}
		})
	}
}

func TestPurposeVersion(t *testing.T) {
	o := change(t, small(t), with(t, small(t), "en: We write.", "en: We write often.")).Next
	for n, want := range map[int]string{1: "We write.", 2: "We write often."} {
		if v, ok := o.PurposeVersion("news", n); !ok || v.Words.Sentence["en"] != want {
			t.Errorf("version %d: got %v, %t", n, v, ok)
		}
	}
	if _, ok := o.PurposeVersion("news", 3); ok {
		t.Error("found a version that is not there")
	}
	if got := o.Versions("nothing"); got != nil {
		t.Errorf("versions of an unknown purpose: got %v", got)
	}
}

func BenchmarkLookups(b *testing.B) {
	o := applied(b, small(b))
	for b.Loop() {
		o.Field("level")
		o.Purpose("news")
		o.FieldsOn("club")
	}
}
