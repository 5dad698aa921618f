package receipt_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

const thomas = "thomas.weber@example.org"

// keep has a person decide and returns the receipt that they keep.
func keep(t *testing.T, s *testkit.Site) (number, file string) {
	t.Helper()
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	if a := c.Answer("hibiki", "recommendations", "yes"); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	number = testkit.ReceiptIn(c.Page("/hibiki/history"))
	a := c.Get("/hibiki/receipts/" + number + ".json")
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("got %d %q", a.Status, a.Header.Get("Content-Disposition"))
	}
	return number, a.Body
}

// TestCheck: anybody can check a receipt, signed in or not, and learns what it
// is and nothing of what it says.
func TestCheck(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			number, file := keep(t, s)
			check(t, s.Client(t), number, file)
			t.Run("that_was_changed_anywhere", func(t *testing.T) { forge(t, s.Client(t), file) })
			t.Run("signed_in", func(t *testing.T) {
				c := s.Client(t)
				c.Enter("hibiki", thomas, false)
				c.CSRF = testkit.Field(c.Page("/receipts"), "csrf")
				if a := c.Post("/receipts", url.Values{"receipt": {file}}); !strings.Contains(a.Body, genuine) {
					t.Errorf("got %d", a.Status)
				}
			})
		})
	}
}

// What the page says, for each outcome.
const (
	genuine = "This receipt is genuine"
	known   = "We wrote a receipt with this number"
	changed = "This receipt was changed"
	foreign = "This is not one of ours"
)

func check(t *testing.T, c *testkit.Client, number, file string) {
	compact := new(bytes.Buffer)
	if err := json.Compact(compact, []byte(file)); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"as_it_was_given":     {url.Values{"receipt": {file}}, 200, genuine},
		"in_other_lines":      {url.Values{"receipt": {compact.String()}}, 200, genuine},
		"by_its_number":       {url.Values{"number": {number}}, 200, known},
		"with_another_number": {url.Values{"receipt": {strings.ReplaceAll(file, number, id.New())}}, 200, foreign},
		"that_is_nobodys":     {url.Values{"number": {id.New()}}, 200, foreign},
		"with_an_odd_number":  {url.Values{"number": {"' or 1=1 --"}}, 200, foreign},
		"that_is_none":        {url.Values{"receipt": {"hello"}}, 422, "cannot be read as a receipt"},
		"that_says_it_twice":  {url.Values{"receipt": {strings.Replace(file, `"status":`, `"Status": "refused", "status":`, 1)}}, 422, "cannot be read as a receipt"},
		"that_breaks_off":     {url.Values{"receipt": {file[:len(file)/2]}}, 422, "cannot be read as a receipt"},
		"that_is_empty":       {nil, 422, "Please fill this in"},
	} {
		a := c.Send("/receipts", tc.form)
		if a.Status != tc.status || !strings.Contains(a.Body, tc.says) {
			t.Errorf("a receipt %s: got %d %s, want %d %q", name, a.Status, title(a.Body), tc.status, tc.says)
		}
		if strings.Contains(a.Body[:strings.Index(a.Body, "<textarea")+1], "Weber") {
			t.Errorf("a receipt %s: the page says whose it is", name)
		}
	}
	// As the page itself sends it, with the file chosen.
	if !strings.Contains(c.Page("/receipts"), `enctype="multipart/form-data"`) {
		t.Error("the page sends its form in another way")
	}
	for name, fields := range map[string][3]string{"a_file": {"", file, ""}, "pasted_text": {file, "", ""}} {
		a := c.Do(inParts(t, c, fields))
		if a.Status != http.StatusOK || !strings.Contains(a.Body, genuine) {
			t.Errorf("as %s: got %d %s", name, a.Status, title(a.Body))
		}
	}
	if a := c.Get("/receipts/" + number); a.Status != http.StatusOK || !strings.Contains(a.Body, known) {
		t.Errorf("its address: got %d %s", a.Status, title(a.Body))
	}
	if a := c.Get("/receipts/" + id.New()); a.Status != http.StatusNotFound || !strings.Contains(a.Body, foreign) {
		t.Errorf("an address that is nobody's: got %d %s", a.Status, title(a.Body))
	}
}

// forge changes each fact of a receipt in turn, and adds and drops some.
func forge(t *testing.T, c *testkit.Client, file string) {
	forged := 0
	try := func(what string, doc any) {
		t.Helper()
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		forged++
		if a := c.Send("/receipts", url.Values{"receipt": {string(text)}}); strings.Contains(a.Body, genuine) || a.Status >= 500 {
			t.Errorf("with another %s: got %d %s", what, a.Status, title(a.Body))
		}
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(file), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any, put func(any))
	walk = func(path string, v any, put func(any)) {
		switch v := v.(type) {
		case map[string]any:
			for name, in := range v {
				walk(path+"."+name, in, func(x any) { v[name] = x })
			}
			return
		case []any:
			for i, in := range v {
				walk(path+"[]", in, func(x any) { v[i] = x })
			}
			return
		case string:
			put(v[:len(v)-1] + string('a'+v[len(v)-1]%2))
			if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
				put(at.Add(time.Microsecond).Format(time.RFC3339Nano))
			}
		case float64:
			put(v + 1)
		}
		try(path, doc)
		put(v)
	}
	walk("", doc, nil)
	for name, v := range doc {
		delete(doc, name)
		try("(none) "+name, doc)
		doc[name] = v
	}
	doc["more"] = "words"
	try("(added) field", doc)
	if forged < 30 {
		t.Errorf("only %d were tried", forged)
	}
}

// inParts is the page's form as a browser sends it: text, file and number.
func inParts(t *testing.T, c *testkit.Client, fields [3]string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	name := ""
	if fields[1] != "" {
		name = "receipt.json"
	}
	for _, err := range []error{w.WriteField("csrf", ""), w.WriteField("receipt", fields[0]), w.WriteField("number", fields[2])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(fields[1])); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Request(http.MethodPost, "/receipts", &body, "Content-Type", w.FormDataContentType())
}

func title(page string) string {
	_, rest, _ := strings.Cut(page, "<h1")
	text, _, _ := strings.Cut(rest, "</h1>")
	return text
}
