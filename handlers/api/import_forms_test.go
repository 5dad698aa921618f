package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"livingprofile/internal/testkit"
)

// TestImports_forms: whatever form and character set a file has, its words are
// in the profile as they are written.
func TestImports_forms(t *testing.T) {
	const sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	csv := func(to transform.Transformer, id int, name string) string {
		text := fmt.Sprintf("id,email,given_name\n%d,forms%d@example.net,%s\n", id, id, name)
		if to == nil {
			return text
		}
		out, _, err := transform.String(to, text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(ofSystem("shop"))
			for i, f := range []struct{ form, kind, query, name, body string }{
				{"CSV", csvType, "", "伊藤 さくら", csv(nil, 0, "伊藤 さくら")},
				{"CSV with a mark", csvType, "", "Zoë", "\ufeff" + csv(nil, 1, "Zoë")},
				{"Shift_JIS, named", csvType, "&charset=shift_jis", "髙橋 ①", csv(japanese.ShiftJIS.NewEncoder(), 2, "髙橋 ①")},
				{"Shift_JIS", csvType, "", "渡邉 ソフィア", csv(japanese.ShiftJIS.NewEncoder(), 3, "渡邉 ソフィア")},
				{"Windows-1252, named", csvType, "&charset=windows-1252", "Søren “Ö”", csv(charmap.Windows1252.NewEncoder(), 4, "Søren “Ö”")},
				{"UTF-16", csvType, "", "ليلى", csv(utf16, 5, "ليلى")},
				{"JSON Lines", ndjson, "", "Éric 😀", `{"id":6,"email":"forms6@example.net","given_name":"Éric 😀"}` + "\n"},
				{"a spreadsheet", sheet, "", "山田 太郎", workbook(t, []any{"id", "email", "given_name"}, []any{7, "forms7@example.net", "山田 太郎"})},
			} {
				got := k.taken(k.send(key, "?map=generic"+f.query, f.kind, f.body))
				k.imports(time.Minute)
				done := k.read(key, got.Import)
				if done.State != "done" || done.Report.Created != 1 {
					t.Errorf("%s: got %+v", f.form, done)
					continue
				}
				var found struct{ Subject string }
				k.want(http.StatusOK, &found, key, "POST", "/api/v1/subjects/lookup",
					fmt.Sprintf(`{"identifiers":[{"kind":"customer","value":"%d"}]}`, i))
				var person struct {
					Attributes map[string]struct{ Value string }
				}
				k.want(http.StatusOK, &person, key, "GET", "/api/v1/subjects/"+found.Subject, "")
				if got := person.Attributes["given-name"].Value; got != f.name {
					t.Errorf("%s: got %q, want %q", f.form, got, f.name)
				}
			}
		})
	}
}

func workbook(t *testing.T, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	for i := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
