package intake

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/errs"
)

func openJSONL(file string, known ...string) (*jsonReader, error) {
	text, err := openText(strings.NewReader(file), "", JSONL)
	if err != nil {
		return nil, err
	}
	return newJSONL(text, known), nil
}

func TestJSONL(t *testing.T) {
	deep := strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1)
	var wide strings.Builder
	for i := range maxColumns + 1 {
		fmt.Fprintf(&wide, `"k%d":1,`, i)
	}
	tests := []struct {
		name, record string
		want         map[string]string // what is not empty, by column
		exact        string            // columns
		fault        string
	}{
		{"plain", `{"id":"1","name":"Ana"}`, map[string]string{"id": "1", "name": "Ana"}, "", ""},
		{"numbers keep their digits", `{"id":12345678901234567890,"spent":1.50}`, map[string]string{"id": "12345678901234567890", "spent": "1.50"}, "id spent", ""},
		{"nothing and truth", `{"id":null,"vip":true,"old":false}`, map[string]string{"vip": "true", "old": "false"}, "", ""},
		{"objects within", `{"address":{"city":"Leeds","geo":{"lat":1}}}`, map[string]string{"address.city": "Leeds", "address.geo.lat": "1"}, "address.geo.lat", ""},
		{"a list of values", `{"tags":["a",2,true,["b"]]}`, map[string]string{"tags": "a\n2\ntrue", "tags.3": "b"}, "", ""},
		{"a list of objects", `{"mails":[{"value":"a@example.com"},{"value":"b@example.com"}]}`, map[string]string{"mails.0.value": "a@example.com", "mails.1.value": "b@example.com"}, "", ""},
		{"escapes", `{"name":"\u4f50\u85e4 \"\n"}`, map[string]string{"name": "佐藤 \"\n"}, "", ""},
		{"spaces around", ` {"id":"1"} ` + "\r", map[string]string{"id": "1"}, "", ""},
		{"a key twice", `{"id":"1","id":"2"}`, nil, "", "error.column_twice"},
		{"a key twice, by a dot", `{"a.b":"1","a":{"b":"2"}}`, nil, "", "error.column_twice"},
		{"nested too deep", deep, nil, "", "error.line_not_json"},
		{"lists nested without end", `{"a":` + strings.Repeat("[", 100_000), nil, "", "error.line_not_json"},
		{"more columns than anybody needs", "{" + strings.TrimSuffix(wide.String(), ",") + "}", nil, "", "error.row_many_columns"},
		{"two objects", `{"id":"1"}{"id":"2"}`, nil, "", "error.line_not_json"},
		{"half an object", `{"id":"1"`, nil, "", "error.line_not_json"},
		{"a list", `["1"]`, nil, "", "error.line_not_json"},
		{"a word", `null`, nil, "", "error.line_not_json"},
		{"no JSON", `id=1`, nil, "", "error.line_not_json"},
		{"not UTF-8", "{\"id\":\"\xff\"}", nil, "", "error.not_in_charset"},
		{"too long", `{"id":"` + strings.Repeat("x", maxRow) + `"}`, nil, "", "error.row_too_long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const good = `{"id":"0","é":""}` + "\n"
			j, err := openJSONL(good + "\n" + tt.record + "\n" + good)
			if err != nil {
				t.Fatal(err)
			}
			header, err := j.Header()
			if err != nil {
				t.Fatal(err)
			}
			var rows []Row
			for {
				row, err := j.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
			}
			if len(rows) != 3 || rows[1].Line != 3 || rows[2].Line != 4 || rows[2].Fault != nil || rows[2].Cells[0] != "0" {
				t.Fatalf("rows beside it: %+v", rows)
			}
			row := rows[1]
			if tt.fault != "" {
				if row.Fault == nil || row.Fault.Reason != tt.fault || row.Raw == "" || len(row.Raw) > 3*maxRaw {
					t.Errorf("row = %+v, want refused for %s", row.Fault, tt.fault)
				}
				return
			}
			if row.Fault != nil {
				t.Fatalf("refused for %s", row.Fault.Reason)
			}
			got, exact := map[string]string{}, []string{}
			for i, cell := range row.Cells {
				if cell != "" {
					got[header.Columns[i]] = cell
				}
				if row.exact(i) {
					exact = append(exact, header.Columns[i])
				}
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("cells are different (-got +want):\n%s", diff)
			}
			if got := strings.Join(exact, " "); got != tt.exact {
				t.Errorf("exact are %q, want %q", got, tt.exact)
			}
		})
	}
}

// Records leave out what is empty: a column of the map may come long after the
// records from which the columns are learned.
func TestJSONLColumnsMayComeLate(t *testing.T) {
	file := strings.Repeat(`{"id":"1","shoe":"7"}`+"\n", headRecords) + `{"id":"2","email":"a@example.com","late":"x"}` + "\n"
	j, err := openJSONL(file, "id", "email")
	if err != nil {
		t.Fatal(err)
	}
	header, err := j.Header()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(header, Header{Columns: []string{"id", "shoe", "email"}, Found: 2}); diff != "" {
		t.Errorf("header is different (-got +want):\n%s", diff)
	}
	var last Row
	for {
		row, err := j.Next()
		if err != nil {
			break
		}
		last = row
	}
	if diff := cmp.Diff(last, Row{Line: headRecords + 1, Cells: []string{"2", "", "a@example.com"}}, cmpopts.IgnoreFields(Row{}, "Exact")); diff != "" {
		t.Errorf("row is different (-got +want):\n%s", diff)
	}
}

func TestFilesThatAreNotJSONL(t *testing.T) {
	tests := []struct{ name, file, id string }{
		{"empty", "", "error.file_empty"},
		{"lines with nothing", "\n\n", "error.file_empty"},
		{"one JSON list", "[{\"id\":1},\n{\"id\":2}]\n", isArray},
		{"one JSON object over many lines", "{\n\"id\": 1,\n\"b\": {\n}\n}\n", "error.file_not_jsonl"},
		{"CSV", "id,email\n1,2\n", "error.file_not_jsonl"},
		{"a spreadsheet", "PK\x03\x04abc", isZip},
		{"a page", "<!DOCTYPE html>", isMarkup},
	}
	for _, tt := range tests {
		j, err := openJSONL(tt.file)
		if err == nil {
			_, err = j.Header()
		}
		var e *errs.Error
		if !errors.As(err, &e) || e.ID != tt.id {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.id)
		}
	}
}

// FuzzJSONL looks for a record that is neither taken whole nor named.
func FuzzJSONL(f *testing.F) {
	f.Add(`{"id":"1","a":{"b":[1,{"c":null}]}}` + "\n")
	f.Add("{\"id\":1}\n\n{\"id\":\n{}\n")
	f.Fuzz(func(t *testing.T, file string) {
		j, err := openJSONL(file, "id", "a.b")
		if err != nil {
			return
		}
		header, err := j.Header()
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Fatalf("Header() error = %v, want Invalid", err)
			}
			return
		}
		for last := 0; ; {
			row, err := j.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Line <= last {
				t.Fatalf("line %d comes after line %d", row.Line, last)
			}
			last = row.Line
			if row.Fault == nil && len(row.Cells) != len(header.Columns) {
				t.Fatalf("row of %d cells in a file of %d columns", len(row.Cells), len(header.Columns))
			}
			if !utf8.ValidString(row.Raw) {
				t.Fatalf("raw row %q is not UTF-8", row.Raw)
			}
		}
		if j.Bytes() != int64(len(file)) {
			t.Fatalf("read %d of %d bytes", j.Bytes(), len(file))
		}
	})
}
