package handlers_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

const formType = "application/x-www-form-urlencoded"

// TestBodies is the part of S29 about what is sent.
func TestBodies(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c, out := s.Client(t), s.Client(t)
	c.Enter("hibiki", thomas, false)
	raw := func(c *testkit.Client, path, kind string, body io.Reader, headers ...string) int {
		t.Helper()
		r := c.Request(http.MethodPost, path, body, append(headers, "Content-Type", kind)...)
		return c.Do(r).Status
	}
	good := url.Values{"csrf": {c.CSRF}, "value": {"Osaka"}}.Encode()
	large := strings.Repeat("a", 1<<17)
	for name, tc := range map[string]struct {
		got  int
		want int
	}{
		"too_large_by_its_length":             {raw(c, "/hibiki/data/event-city", formType, strings.NewReader(large)), 413},
		"too_large_in_pieces":                 {raw(c, "/hibiki/data/event-city", formType, unsized(good+"&value="+large)), 413},
		"too_large_in_pieces_and_signed_out":  {raw(out, "/hibiki/sign-in", formType, unsized("address="+large)), 413},
		"too_large_with_the_token_in_a_head":  {raw(c, "/hibiki/data/event-city", formType, unsized("value="+large), "X-CSRF-Token", c.CSRF), 413},
		"in_pieces":                           {raw(c, "/hibiki/data/event-city", formType, unsized(good)), 303},
		"as_text":                             {raw(c, "/hibiki/data/event-city", "text/plain", strings.NewReader(good), "X-CSRF-Token", c.CSRF), 415},
		"as_json":                             {raw(c, "/hibiki/data/event-city", "application/json", strings.NewReader(`{"value":"x"}`), "X-CSRF-Token", c.CSRF), 415},
		"without_a_type":                      {raw(c, "/hibiki/data/event-city", "", strings.NewReader(good), "X-CSRF-Token", c.CSRF), 415},
		"with_a_type_that_is_none":            {raw(c, "/hibiki/data/event-city", ";;;", strings.NewReader(good), "X-CSRF-Token", c.CSRF), 415},
		"with_a_charset":                      {raw(c, "/hibiki/data/event-city", formType+"; charset=utf-8", strings.NewReader(good)), 303},
		"in_parts_without_a_boundary":         {raw(c, "/hibiki/data/event-city", "multipart/form-data", strings.NewReader(good)), 422},
		"in_parts_that_break_off":             {raw(out, "/hibiki/sign-in", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-")), 422},
		"in_parts_that_end_before_the_token":  {raw(c, "/hibiki/data/event-city", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-")), 403},
		"with_an_unknown_field":               {raw(c, "/hibiki/data/event-city", formType, strings.NewReader(good+"&x=1")), 422},
		"with_broken_percent_signs":           {raw(c, "/hibiki/data/event-city", formType, strings.NewReader(good+"&value=%zz")), 422},
		"with_semicolons":                     {raw(c, "/hibiki/data/event-city", formType, strings.NewReader(good+";x=1")), 422},
		"that_is_not_utf_8":                   {raw(c, "/hibiki/data/event-city", formType, strings.NewReader("csrf="+url.QueryEscape(c.CSRF)+"&value=%ff")), 422},
		"with_a_zero_byte":                    {raw(c, "/hibiki/data/event-city", formType, strings.NewReader("csrf="+url.QueryEscape(c.CSRF)+"&value=a%00b")), 422},
		"with_very_many_fields":               {raw(c, "/hibiki/data/event-city", formType, strings.NewReader(good+strings.Repeat("&a=", 20_000))), 422},
		"with_the_same_field_very_many_times": {raw(out, "/hibiki/sign-in", formType, strings.NewReader(strings.Repeat("address=a&", 6000))), 422},
		"that_is_pressed_but_claims_not_to_be": {raw(out, "/hibiki/sign-in", formType,
			bytes.NewReader([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}), "Content-Encoding", "gzip"), 422},
	} {
		if tc.got != tc.want {
			t.Errorf("a form %s: got %d, want %d", name, tc.got, tc.want)
		}
	}
	if a := c.Page("/hibiki/data/event-city"); !strings.Contains(a, "Osaka") {
		t.Error("what was good was not saved")
	}
}

// unsized hides how long a body is.
func unsized(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }

// TestFilesInForms: a file is taken where a form asks for one, and nowhere else.
func TestFilesInForms(t *testing.T) {
	c := testkit.NewSite(t, testkit.SiteOptions{}).Client(t)
	for _, tc := range []struct {
		path, field string
		want        int
	}{{"/hibiki/sign-in", "file", 422}, {"/receipts", "evil", 422}, {"/receipts", "file", 422}} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		f, err := w.CreateFormFile(tc.field, "../../x.json")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, "no receipt")
		w.Close()
		a := c.Do(c.Request(http.MethodPost, tc.path, &body, "Content-Type", w.FormDataContentType()))
		if a.Status != tc.want || strings.Contains(a.Body, "x.json") {
			t.Errorf("%s as %s: got %d, want %d", tc.path, tc.field, a.Status, tc.want)
		}
	}
}

// exchange sends bytes as they are, and returns the status of each answer until
// the connection is closed.
func exchange(t *testing.T, s *testkit.Site, text string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(conn, text) }()
	var statuses []int
	r := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
}

// TestWire is the part of S29 about the bytes themselves: one reading of where
// a request ends, and a bound on what is read before anything is known.
func TestWire(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	host := "Host: " + strings.TrimPrefix(s.URL, "http://") + "\r\n"
	last := host + "Connection: close\r\n"
	for name, tc := range map[string]struct {
		text string
		want int
	}{
		"plain":                   {"GET /hibiki/sign-in HTTP/1.1\r\n" + last + "\r\n", 200},
		"an_absolute_address":     {"GET http://evil.example/hibiki/sign-in HTTP/1.1\r\n" + last + "\r\n", 200},
		"two_lengths":             {"POST /hibiki/sign-in HTTP/1.1\r\n" + last + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
		"a_negative_length":       {"POST /hibiki/sign-in HTTP/1.1\r\n" + last + "Content-Length: -1\r\n\r\n", 400},
		"a_length_with_a_plus":    {"POST /hibiki/sign-in HTTP/1.1\r\n" + last + "Content-Length: +1\r\n\r\na", 400},
		"an_unknown_coding":       {"POST /hibiki/sign-in HTTP/1.1\r\n" + last + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
		"two_codings":             {"POST /hibiki/sign-in HTTP/1.1\r\n" + last + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501},
		"no_host":                 {"GET / HTTP/1.1\r\n\r\n", 400},
		"two_hosts":               {"GET / HTTP/1.1\r\n" + last + host + "\r\n", 400},
		"a_host_that_is_none":     {"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400},
		"a_header_with_a_space":   {"GET / HTTP/1.1\r\n" + last + "X-A : b\r\n\r\n", 400},
		"a_folded_header":         {"GET / HTTP/1.1\r\n" + last + "X-A: b\r\n c\r\n\r\n", 200},
		"ten_thousand_headers":    {"GET / HTTP/1.1\r\n" + last + strings.Repeat("X-A: 1234\r\n", 10_000) + "\r\n", 431},
		"one_very_long_header":    {"GET / HTTP/1.1\r\n" + last + "Cookie: " + strings.Repeat("a", 1<<16) + "\r\n\r\n", 431},
		"a_very_long_address":     {"GET /" + strings.Repeat("a", 1<<16) + " HTTP/1.1\r\n" + last + "\r\n", 431},
		"a_method_in_odd_letters": {"G\x00T / HTTP/1.1\r\n" + last + "\r\n", 400},
		"no_version":              {"GET /\r\n\r\n", 400},
		"another_protocol":        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
	} {
		got := exchange(t, s, tc.text)
		if len(got) != 1 || got[0] != tc.want {
			t.Errorf("%s: got %v, want %d", name, got, tc.want)
		}
	}
}

// TestPaths: a path is read in one way, whatever it is made of.
func TestPaths(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	for _, path := range []string{
		"//hibiki/data", "/hibiki//data", "/hibiki/./data", "/hibiki/../hibiki/data", "/hibiki/data/..;/allow", "/hibiki;a=b/data",
		"/hibiki/data;jsessionid=1", "/HIBIKI/data", "/hibiki/DATA", "/hibiki%2fdata", "/hibiki/%64ata/x", "/hibiki/data%00", "/hibiki\\data",
		"/hibiki/data%20", "/hibiki/data.html", "/.git/config", "/static/../healthz", "/static/%2e%2e/healthz", "/static/..%2fhealthz",
		"/theme/../healthz", "/healthz/", "/debug/pprof/", "/metrics", "/admin", "/*", "/:brand", "/:brand/data", "/hibiki/:field",
	} {
		a := c.Get(path)
		ok := a.Status == 404 || a.Status == 308 && strings.HasPrefix(a.Location(), "/") && !strings.HasPrefix(a.Location(), "//")
		if !ok {
			t.Errorf("%s: got %d to %q", path, a.Status, a.Location())
		}
		if strings.Contains(a.Body, "Thomas") {
			t.Errorf("%s shows data", path)
		}
	}
}
