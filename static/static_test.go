package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"livingprofile/static"
)

var names = []string{"app.css", "app.js", "htmx.js", "icons.svg", "favicon.svg"}

func get(t *testing.T, method, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	defer res.Body.Close()
	var in io.Reader = res.Body
	switch res.Header.Get("Content-Encoding") {
	case "br":
		in = brotli.NewReader(in)
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		in = z
	}
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPathCarriesTheHashOfTheContent(t *testing.T) {
	form := regexp.MustCompile(`^/static/[a-z]+\.[0-9a-f]{8}\.(css|js|svg)$`)
	for _, name := range names {
		if got := static.Path(name); !form.MatchString(got) {
			t.Errorf("Path(%q) = %q, want it to match %s", name, got, form)
		}
	}
}

func TestHandlerSendsWhatTheBrowserAccepts(t *testing.T) {
	for _, name := range names {
		plain := body(t, get(t, "GET", static.Path(name), ""))
		if len(plain) == 0 {
			t.Fatalf("%s is empty", name)
		}
		for _, c := range []struct{ accept, want string }{
			{"", ""},
			{"gzip, deflate, br, zstd", "br"},
			{"gzip, deflate", "gzip"},
			{"GZIP;q=0.5", "gzip"},
			{"br;q=0, gzip", "gzip"},
			{"br;q=0.0, gzip;q=0", ""},
			{"br;q=nonsense", ""},
			{"brotli", ""},
		} {
			res := get(t, "GET", static.Path(name), c.accept)
			if got := res.Header.Get("Content-Encoding"); got != c.want {
				t.Errorf("%s for %q is sent as %q, want %q", name, c.accept, got, c.want)
			}
			if !bytes.Equal(body(t, res), plain) {
				t.Errorf("%s for %q has other bytes than the file", name, c.accept)
			}
		}
	}
}

func TestHandlerLetsTheBrowserKeepIt(t *testing.T) {
	res := get(t, "GET", static.Path("app.css"), "br")
	for key, want := range map[string]string{
		"Cache-Control":          "public, max-age=31536000, immutable",
		"Vary":                   "Accept-Encoding",
		"Content-Type":           "text/css; charset=utf-8",
		"X-Content-Type-Options": "nosniff",
	} {
		if got := res.Header.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestHandlerRefusesWhatItDoesNotHave(t *testing.T) {
	path := static.Path("app.css")
	for _, p := range []string{
		"/static/", "/static/app.css", "/static/app.00000000.css", "/static/static.go",
		"/static/vendor/htmx.min.js", "/static/../static.go", strings.ToUpper(path),
	} {
		if got := get(t, "GET", p, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("GET %s is answered with %d, want 404", p, got)
		}
	}
	if got := get(t, "POST", path, "").StatusCode; got != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered with %d, want 405", got)
	}
	res := get(t, "HEAD", path, "br")
	if b := body(t, &http.Response{Body: res.Body}); res.StatusCode != 200 || len(b) != 0 {
		t.Errorf("HEAD is answered with %d and %d bytes, want 200 and none", res.StatusCode, len(b))
	}
}

func TestThemeIsTheStylesheetAndTheTokens(t *testing.T) {
	const tokens = ":root{--accent:#123456}"
	w := httptest.NewRecorder()
	theme := static.Theme(tokens)
	theme.ServeHTTP(w, httptest.NewRequest("GET", "/hibiki/theme.css", nil))
	sheet := string(body(t, get(t, "GET", static.Path("app.css"), "")))
	if got := w.Body.String(); got != sheet+"\n"+tokens {
		t.Errorf("a theme of %d bytes is not the sheet of %d bytes and its tokens", len(got), len(sheet))
	}
	if strings.Contains(static.Path("app.css"), theme.Hash()) {
		t.Error("a theme has the hash of the neutral stylesheet")
	}
}

// Nothing may be loaded from elsewhere: the content security policy would
// refuse it, and it would tell somebody that the person is here.
func TestNothingComesFromAnotherOrigin(t *testing.T) {
	for _, name := range []string{"app.css", "app.js", "icons.svg"} {
		text := string(body(t, get(t, "GET", static.Path(name), "")))
		text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"http:", "https:", "@import", "url(", "eval(", "innerHTML"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s contains %q", name, bad)
			}
		}
	}
}
