package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

// A piece is one part of a form.
type piece struct{ name, file, kind, text string }

func formOf(t *testing.T, pieces ...piece) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range pieces {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf("form-data; name=%q", p.name)
		if p.file != "" {
			disposition += fmt.Sprintf("; filename=%q", p.file)
		}
		h.Set("Content-Disposition", disposition)
		if p.kind != "" {
			h.Set("Content-Type", p.kind)
		}
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = part.Write([]byte(p.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

const clubMap = `required: [no, mail]
separator: ";"
key: {column: no}
identifiers:
  - {kind: customer, column: no}
  - {kind: email, column: mail}
fields:
  - {field: given-name, column: first}
  - {field: family-name, column: last}
activities:
  - kind: order
    if: bill
    event: {column: bill}
    at: {column: day, layouts: [DD.MM.YYYY]}
    values: [{field: amount, column: sum, transforms: [{number: {decimal: ",", group: "."}}]}]
`

// TestImports_with_a_map: a system sends what its columns mean with its file. A
// map that does not fit is refused by line and place before anything is kept.
func TestImports_with_a_map(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	const file = "no;mail;first;last;bill;day;sum\n900;zora@example.net;Zora;Marker;B-1;01.02.2026;1.234,50\n901;\"yuri@example.net\";Yuri;Marker;;;\n"
	club := piece{"map", "club.yaml", "application/yaml", clubMap}
	send := func(query string, pieces ...piece) *testkit.Answer {
		kind, body := formOf(t, pieces...)
		return k.send(key, query, kind, body)
	}
	got := k.taken(send("", club, piece{"file", "people.csv", csvType, file}))
	k.imports(time.Minute)
	var done struct {
		imported
		Map string `json:"map"`
	}
	k.want(http.StatusOK, &done, key, http.MethodGet, "/api/v1/imports/"+got.Import, "")
	if done.State != "done" || done.Report.Created != 2 || done.Report.Refused != 0 || done.Map != "club" {
		t.Errorf("got %+v", done)
	}
	again := k.taken(send("", club, piece{"file", "people.csv", "", file}))
	k.imports(time.Minute)
	if done := k.read(key, again.Import); done.Report.Unchanged != 2 {
		t.Errorf("the same file again: got %+v", done)
	}

	for name, tt := range map[string]struct {
		query  string
		pieces []piece
		want   string
	}{
		"no_file":             {"", []piece{club}, `"file"`},
		"no_map":              {"", []piece{{"file", "a.csv", csvType, file}}, `"file"`},
		"a_part_too_many":     {"", []piece{club, {"file", "a.csv", csvType, file}, {"more", "", "", "x"}}, `"more"`},
		"a_map_and_its_name":  {"?map=generic", []piece{club, {"file", "a.csv", csvType, file}}, `"map"`},
		"a_file_of_no_form":   {"", []piece{club, {"file", "a.pdf", "application/pdf", file}}, `"file"`},
		"no_map_at_all":       {"", []piece{{"map", "", "", ""}, {"file", "a.csv", csvType, file}}, `"map.required"`},
		"a_map_that_is_huge":  {"", []piece{{"map", "", "", clubMap + "#" + strings.Repeat("x", intake.MaxSentMap)}, {"file", "a.csv", csvType, file}}, "256"},
		"a_map_with_an_alias": {"", []piece{{"map", "", "", "a: &a [x]\nb: *a\n"}, {"file", "a.csv", csvType, file}}, `"map`},
		"a_field_that_is_none": {"", []piece{
			{"map", "", "", strings.Replace(clubMap, "given-name", "shoe-size", 1)}, {"file", "a.csv", csvType, file},
		}, "map.fields.0.field"},
		"a_field_of_others": {"", []piece{
			{"map", "", "", strings.Replace(clubMap, "given-name", "resting-heart-rate", 1)}, {"file", "a.csv", csvType, file},
		}, "Line 8: field"},
		"an_activity_of_others": {"", []piece{
			{"map", "", "", strings.Replace(clubMap, "kind: order", "kind: training-session", 1)}, {"file", "a.csv", csvType, file},
		}, "map.activities.0.kind"},
	} {
		a := send(tt.query, tt.pieces...)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, tt.want) {
			t.Errorf("%s: got %d %s, want 422 with %s", name, a.Status, a.Body, tt.want)
		}
	}
	if a := k.send(key, "?map=crm", csvType, "a"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "map.fields.") {
		t.Errorf("a ready-made map of another system: got %d %s", a.Status, a.Body)
	}
	if _, err := k.DB.NextUpload(t.Context(), false); err == nil {
		t.Error("what was refused waits to be imported")
	}
}
