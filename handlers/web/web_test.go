package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
)

func posted(t testing.TB, kind, body string) (echo.Context, *httptest.ResponseRecorder) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	return echo.New().NewContext(r, w), w
}

const plain = "application/x-www-form-urlencoded"

func TestLocal(t *testing.T) {
	for path, ours := range map[string]bool{
		"/": true, "/hibiki": true, "/hibiki/get?scope=all#row": true, "/a//b": true, "/%2f%2fevil.example": true, "/愛": true,
		"": false, "hibiki": false, "//evil.example": false, "///x": false, `/\evil.example`: false, "https://evil.example/": false,
		"/\t/evil.example": false, "/a\nb": false, "/a\rb": false, "/a\x00b": false, "javascript:alert(1)": false, "?x": false, "#x": false,
	} {
		want := "fallback"
		if ours {
			want = path
		}
		if got := web.Local(path, "fallback"); got != want {
			t.Errorf("Local(%q): got %q, want %q", path, got, want)
		}
	}
}

// FuzzLocal: what passes leads nowhere but to this host, however a browser
// reads it.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "//x", "/\\x", "\t//x", "/hibiki?a=//x", "http:x", "/..//x", "/.//x", "/;//x", "/\x7f/", "/\u2028/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := web.Local(path, "")
		if got == "" {
			return
		}
		// As the URL Standard has it, 4.4: tabs and line breaks are dropped, and
		// a backslash is a slash.
		read := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.Trim(got, " "))
		if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Errorf("%q passes, and is read as %q", path, read)
		}
		base, _ := url.Parse("https://privacy.example.com/hibiki/x")
		u, err := base.Parse(read)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme {
			t.Errorf("%q passes, and leads to %v, %v", path, u, err)
		}
	})
}

// TestForm_with_files is refused by who does not look at its token: the guard
// has left that to who reads the files.
func TestForm_with_files(t *testing.T) {
	for path, want := range map[string]bool{
		"/console/imports": true, "/console/requests/r/acts": true, "/hibiki/rights/rectification": true,
		"/hibiki/requests/r/answer": true, "/hibiki/requests/r/reply": true,
		"/hibiki/rights/complaint": false, "/hibiki/requests/r/cancel": false, "/hibiki/requests/r/file": false,
		"/embed/hibiki/rights/rectification": false, "/console/requests/r": false, "/hibiki/requests/r/x/reply": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--"))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if got := web.IsUpload(r); got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
		if err := web.Parse(r); errors.Is(err, errs.Forbidden) != want {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestForm(t *testing.T) {
	const multi = "multipart/form-data; boundary=x"
	part := func(name, file, value string) string {
		disposition := `form-data; name="` + name + `"`
		if file != "" {
			disposition += `; filename="` + file + `"`
		}
		return "--x\r\nContent-Disposition: " + disposition + "\r\n\r\n" + value + "\r\n"
	}
	for name, tc := range map[string]struct {
		kind, body string
		want       string // of the field a, "!" for a form that is refused
	}{
		"of_known_fields":          {plain, "csrf=1&a=%E6%84%9B+b", "愛 b"},
		"with_a_family_of_fields":  {plain, "a=1&on.events=email&on.offers=sms", "1"},
		"that_is_empty":            {plain, "", ""},
		"with_an_unknown_field":    {plain, "a=1&b=2", "!"},
		"with_an_unknown_family":   {plain, "a=1&off.events=2", "!"},
		"with_a_zero_byte":         {plain, "a=%00", "!"},
		"that_is_not_utf_8":        {plain, "a=%ff", "!"},
		"with_broken_escapes":      {plain, "a=%", "!"},
		"in_parts":                 {multi, part("csrf", "", "1") + part("a", "", "愛") + "--x--", "愛"},
		"with_a_file":              {multi, part("a", "x.json", "{}") + "--x--", "{}"},
		"with_a_file_not_asked":    {multi, part("b", "x.json", "{}") + "--x--", "!"},
		"with_a_file_of_no_text":   {multi, part("a", "x.json", "\x00\xff") + "--x--", "!"},
		"in_parts_that_break_off":  {multi, "--x\r\nContent-Dis", "!"},
		"of_another_type":          {"text/plain", "a=1", "!"},
		"of_no_type":               {"", "a=1", "!"},
		"of_no_type_and_no_length": {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := posted(t, tc.kind, tc.body)
			form, err := web.Form(c, "a", "on.*")
			if tc.want == "!" {
				if err == nil {
					t.Fatalf("got %v", form)
				}
				var he *echo.HTTPError
				if !errors.Is(err, errs.Invalid) && !(errors.As(err, &he) && he.Code == http.StatusUnsupportedMediaType) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || form.Get("a") != tc.want {
				t.Errorf("got %q, %v, want %q", form.Get("a"), err, tc.want)
			}
		})
	}
	t.Run("that_is_too_large_says_so", func(t *testing.T) {
		for _, kind := range []string{plain, multi} {
			c, w := posted(t, kind, part("a", "", strings.Repeat("a", 9000))+"--x--")
			c.Request().Body = http.MaxBytesReader(w, c.Request().Body, 5000)
			var tooLarge *http.MaxBytesError
			if _, err := web.Form(c, "a"); !errors.As(err, &tooLarge) {
				t.Errorf("%s: got %v", kind, err)
			}
		}
	})
	t.Run("is_not_read_from_the_address", func(t *testing.T) {
		c, _ := posted(t, plain, "a=1")
		c.Request().URL.RawQuery = "a=2&b=3"
		if form, err := web.Form(c, "a"); err != nil || form.Get("a") != "1" || len(form["a"]) != 1 {
			t.Errorf("got %v, %v", form, err)
		}
	})
}

// FuzzForm: what a form gives a handler is text in the fields it asked for.
func FuzzForm(f *testing.F) {
	f.Add(plain, "a=1&on.x=2")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n\xff\r\n--x--")
	f.Add("text/plain; x", "%%%")
	f.Fuzz(func(t *testing.T, kind, body string) {
		c, _ := posted(t, kind, body)
		form, err := web.Form(c, "a", "on.*")
		if err != nil {
			return
		}
		for name, values := range form {
			if name != "a" && name != "csrf" && !strings.HasPrefix(name, "on.") {
				t.Errorf("got the field %q", name)
			}
			for _, v := range values {
				if strings.ContainsRune(v, 0) || strings.ToValidUTF8(v, "") != v {
					t.Errorf("got %q", v)
				}
			}
		}
	})
}

// TestRender: a page that cannot be drawn leaves nothing behind, so that the
// page of the error is whole.
func TestRender(t *testing.T) {
	c, w := posted(t, plain, "")
	torn := errors.New("torn")
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half a page")
		return torn
	})
	if err := web.Render(c, http.StatusOK, half); !errors.Is(err, torn) {
		t.Errorf("got %v", err)
	}
	if c.Response().Committed || w.Body.Len() > 0 {
		t.Errorf("got %q", w.Body)
	}
	if err := web.Render(c, http.StatusTeapot, templ.Raw("whole")); err != nil || w.Code != http.StatusTeapot || w.Body.String() != "whole" {
		t.Errorf("got %d %q, %v", w.Code, w.Body, err)
	}
}

// TestSeeOther: a page that swaps rows in place is told where to go, for a
// redirect it would follow unseen.
func TestSeeOther(t *testing.T) {
	c, w := posted(t, plain, "")
	if err := web.SeeOther(c, "/hibiki"); err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/hibiki" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
	c, w = posted(t, plain, "")
	c.Request().Header.Set("HX-Request", "true")
	if err := web.SeeOther(c, "/hibiki"); err != nil || w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != "/hibiki" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
}

// TestVisit: a request that nobody has looked at yet is nobody's.
func TestVisit(t *testing.T) {
	c, _ := posted(t, plain, "")
	v := web.Of(c)
	if v.Subject() != "" || v.Base() != "" || v.BrandName() != "" || v.Country() != "" {
		t.Errorf("got %+v", v)
	}
	if got := web.ReadAsking(c); got != (web.Asking{}) {
		t.Errorf("got %+v", got)
	}
	if _, ok := web.TakeFlash(c); ok {
		t.Error("got a flash")
	}
}

func TestSignal(t *testing.T) {
	for name, tt := range map[string]struct {
		sent []string
		want consent.Signal
	}{
		"none":             {nil, ""},
		"one":              {[]string{"1"}, consent.GPC},
		"zero":             {[]string{"0"}, ""},
		"another_number":   {[]string{"01"}, ""},
		"a_word":           {[]string{"true"}, ""},
		"a_parameter":      {[]string{"1;x"}, ""},
		"a_list":           {[]string{"1, 1"}, ""},
		"empty":            {[]string{""}, ""},
		"several_with_one": {[]string{"0", "1"}, consent.GPC},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header["Sec-Gpc"] = tt.sent
		if got := web.Signal(r); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
