package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/views/report"
)

// forPrograms are the members of a copy that only its files for programs have,
// with the reason.
var forPrograms = map[string]string{
	"Receipts.Name": "documents of their own", "Receipts.Content": "the same",
	"Identifiers.Kind": "seen in the value", "Identifiers.Scope": "its source", "Identifiers.Verified": "a proof, not what is held",
	"Given.Name": "its label", "Inferred.Name": "its label", "Given.Values.Field": "its label", "Inferred.Values.Field": "its label",
	"Given.Values.Origin": "what was worked out is a part of its own", "Inferred.Values.Origin": "the part is all of it",
	"Given.Values.Uses": "the part of purposes", "Inferred.Values.Uses": "the part of purposes",
	"Given.Values.Card": "a form of contact.vcf", "Inferred.Values.Card": "a form of contact.vcf",
	"Activities.Kind": "its label", "Machines.Kind": "its label", "Consents.Record": "a number", "Consents.Purpose": "its label", "Consents.Version": "the words are there",
	"Consents.Channel": "a name for programs", "Purposes.Name": "its label", "Recipients.Name": "its label",
	"History.Actor": "the history of the portal has all of it in words", "History.Brand": "the same", "Attached.Type": "seen in the file", "Attached.Bytes": "seen in the file",
}

// What the files of a copy say, the report says as well: each member changes
// it, or stands above with the reason why not.
func TestReportHasEveryMember(t *testing.T) {
	bundle := i18ntest.Words(t)
	ctx := i18n.With(t.Context(), bundle.Localizer("en"))
	written := func(doc *rights.Document) []byte {
		t.Helper()
		b, err := report.Render(ctx, (&reader{ctx, &organisation.Organisation{}, doc}).page())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	doc := &rights.Document{}
	n := 0
	set := func(path string, v reflect.Value) {
		n++
		change(path, v, n)
	}
	members(reflect.ValueOf(doc).Elem(), "", set)
	doc.Kind, doc.Locale = rights.Access, "en"
	full, seen := written(doc), map[string]bool{}
	members(reflect.ValueOf(doc).Elem(), "", func(path string, v reflect.Value) {
		was := reflect.ValueOf(v.Interface())
		set(path, v)
		_, left := forPrograms[path]
		if has := !bytes.Equal(written(doc), full); has == left {
			t.Errorf("%s: the report has it: %v, want %v", path, has, !left)
		}
		v.Set(was)
		seen[path] = true
	})
	for path := range forPrograms {
		if !seen[path] {
			t.Errorf("there is no %s", path)
		}
	}
}

// members calls each for what v is made of; a list has one of what it lists.
func members(v reflect.Value, path string, each func(string, reflect.Value)) {
	switch v.Interface().(type) {
	case time.Time, json.RawMessage, []string:
		each(path, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			members(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), each)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		members(v.Index(0), path, each)
	default:
		each(path, v)
	}
}

// said is what members say that know a few words alone.
var said = map[string][2]string{
	"Consents.Status": {"given", "refused"}, "Purposes.Basis": {"consent", "contract"}, "Recipients.Country": {"JP", "FR"},
	"Recipients.Received.Event": {"consent.given", "attribute.changed"}, "Attached.By": {"subject", "staff"},
	"History.Kind": {string(staff.KindViewed), "consent.given"},
}

// change has a member say another thing than before, the nth of all.
func change(path string, v reflect.Value, n int) {
	text := fmt.Sprintf("m%d", n)
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, n, 10, 2, 0, 0, time.UTC)))
	case json.RawMessage:
		one := fmt.Sprintf(`{"reason":"request","note":%q,"all":{"budget":{"count":%d,"per":"week"}}}`, text, n)
		v.Set(reflect.ValueOf(json.RawMessage(one)))
	case []string:
		v.Set(reflect.ValueOf([]string{text}))
	case map[string]string:
		v.Set(reflect.ValueOf(map[string]string{text: text}))
	case bool:
		v.SetBool(!v.Bool())
	case int:
		v.SetInt(int64(n))
	default:
		if known, ok := said[path]; ok {
			text = known[0]
			if v.String() == text {
				text = known[1]
			}
		}
		v.Set(reflect.ValueOf(text).Convert(v.Type()))
	}
}
