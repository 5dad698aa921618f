package receipt_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/receipt"
)

func TestNewRecord(t *testing.T) {
	r := own()
	got := plain(t, receipt.NewRecord(&r, setting()))
	record, _ := got["dpv:hasRecordOfActivity"].(map[string]any)
	for name, tt := range map[string]struct{ got, want any }{
		"receipt":      {got["@type"], "dpv:ConsentReceipt"},
		"schema":       {got["dct:conformsTo"], map[string]any{"@id": "https://w3id.org/dpv/schema/dpv-27560#receipt"}},
		"record":       {record["@type"], "dpv:ConsentRecord"},
		"jurisdiction": {record["dpv:hasJurisdiction"], map[string]any{"@id": "loc:JP"}},
		"basis":        {record["dpv:hasLegalBasis"], []any{map[string]any{"@id": "dpv:Consent"}, map[string]any{"@id": "eu-gdpr:A6-1-a"}}},
		"event": {record["dpv:hasConsentStatus"], map[string]any{
			"@type": "dpv:ConsentGiven", "dpv:isIndicatedBy": map[string]any{"@id": "dpv:DataSubject"}, "dpv:hasIndicationMethod": "portal, session",
			"dpv:isIndicatedAtTime": map[string]any{"@type": "xsd:dateTime", "@value": "2026-03-12T10:02:00.000123Z"},
			"dct:valid":             map[string]any{"@type": "xsd:dateTime", "@value": "2028-03-12T10:02:00.000123Z"},
		}},
	} {
		if d := cmp.Diff(tt.got, tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

// Whatever is on our receipt: every name is a keyword or in a vocabulary that
// the receipt itself names, every object says something, and what ISO/IEC TS
// 27560 makes mandatory is there.
func TestNewRecord_is_linked_data(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, s := anyReceipt(t)
		got := readBack(t, receipt.NewRecord(&r, s))
		context, _ := got["@context"].(map[string]any)
		delete(got, "@context")
		for _, fault := range unknown("receipt", got, slices.Collect(maps.Keys(context))) {
			t.Error(fault)
		}
		record, _ := got["dpv:hasRecordOfActivity"].(map[string]any)
		for _, name := range []string{
			"dct:conformsTo", "dct:identifier", "dpv:hasDataSubject", "dpv:hasDataController", "dpv:hasJurisdiction",
			"dpv:hasConsentControl", "dpv:hasConsentStatus", "dpv:hasProcess",
		} {
			if record[name] == nil {
				t.Errorf("the record lacks %s", name)
			}
		}
		process, _ := record["dpv:hasProcess"].(map[string]any)
		for _, name := range []string{"dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasRecipient", "dpv:hasStorageCondition"} {
			if process[name] == nil {
				t.Errorf("the process lacks %s", name)
			}
		}
		event, _ := record["dpv:hasConsentStatus"].(map[string]any)
		if event["dct:valid"] == nil && r.Decision.Status.Valid() {
			t.Error("a yes does not say how long it holds")
		}
		if (record["dpv:hasNotice"] == nil) != (r.Notice == nil) {
			t.Errorf("notice: got %v", record["dpv:hasNotice"])
		}
	})
}

// Every status and basis has a word of its own.
func TestNewRecord_tells_statuses_apart(t *testing.T) {
	seen := map[string]consent.Status{}
	for _, status := range consent.Statuses {
		r := own()
		r.Decision.Status = status
		record := plain(t, receipt.NewRecord(&r, setting()))["dpv:hasRecordOfActivity"].(map[string]any) //nolint:forcetypeassert // it is always there
		word, _ := record["dpv:hasConsentStatus"].(map[string]any)["@type"].(string)                     //nolint:forcetypeassert // as above
		if before, twice := seen[word]; twice || word == "dpv:ConsentUnknown" {
			t.Errorf("%s is %q, as is %q", status, word, before)
		}
		seen[word] = status
	}
}

// unknown returns where v uses a name that no vocabulary of known begins, or
// has an object or a list member without content.
func unknown(path string, v any, known []string) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			all = append(all, path+" is empty")
		}
		for name, member := range v {
			if !keyword(name) && !compact(name, known) {
				all = append(all, path+"."+name+" is in no vocabulary")
			}
			if word, ok := member.(string); ok && name == "@type" && !compact(word, known) {
				all = append(all, path+" is a "+word)
			}
			if address, ok := member.(string); ok && name == "@id" && !compact(address, append(known, "https", "urn", "_")) {
				all = append(all, path+" is at "+address)
			}
			all = append(all, unknown(path+"."+name, member, known)...)
		}
	case []any:
		for _, item := range v {
			all = append(all, unknown(path+"[]", item, known)...)
		}
	case nil:
		all = append(all, path+" is null")
	}
	return all
}

func keyword(name string) bool {
	return slices.Contains([]string{"@id", "@type", "@value", "@language", "@list"}, name)
}

func compact(iri string, known []string) bool {
	prefix, rest, ok := strings.Cut(iri, ":")
	return ok && rest != "" && slices.Contains(known, prefix)
}
