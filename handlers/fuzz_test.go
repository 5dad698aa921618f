package handlers_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// answerRaw has the server answer a request as it comes off the wire; nil for
// one that is none.
func answerRaw(s *testkit.Site, text string) *httptest.ResponseRecorder {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil
	}
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	s.Server.Handler().ServeHTTP(w, r)
	return w
}

// sound fails for an answer that no request may get.
func sound(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 500 && w.Header().Get("Retry-After") == "" { // who is not ready says so
		t.Errorf("got %d", w.Code)
	}
	if w.Header().Get("Content-Security-Policy") == "" {
		t.Error("no policy")
	}
	if to := w.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
		t.Errorf("leads to %q", to)
	}
	if strings.Contains(w.Body.String(), "⟦") {
		t.Errorf("lacks words: %.80s", w.Body.String()[strings.Index(w.Body.String(), "⟦"):])
	}
	for name, values := range w.Header() {
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				t.Errorf("%s has a line break: %q", name, v)
			}
		}
	}
}

// FuzzServer sends anything to anywhere, signed in and signed out.
func FuzzServer(f *testing.F) {
	s := testkit.NewSite(f, testkit.SiteOptions{})
	c := s.Client(f)
	c.Enter("hibiki", thomas, true)
	cookie, csrf := c.Cookie("session"), url.QueryEscape(c.CSRF)
	for _, r := range s.Server.Routes() {
		path := strings.NewReplacer(":brand", "hibiki", ":field", "event-city", ":purpose", "newsletter", ":topic", "events").Replace(r.Path)
		f.Add(r.Method, path, "Accept: */*", "value=x&scope=all&locale=en", true)
		f.Add(r.Method, path, "HX-Request: true", "choice=yes&version=1", false)
	}
	f.Add("POST", "/hibiki/get/delivery?scope=all", "Accept-Language: ar", "quiet.from=99:99&quiet.to=&zone=../etc&budget=-1/x&preferred=%00", true)
	f.Add("POST", "/receipts", "Content-Type: multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{}\r\n--x--", true)
	f.Add("GET", "/%2f/%00?next=%", "Cookie: lang=zz; flash=x; asking=y", "", false)
	f.Fuzz(func(t *testing.T, method, target, header, body string, signedIn bool) {
		if strings.ContainsAny(target, " \r\n") || strings.ContainsAny(method, " \r\n") || strings.ContainsAny(header, "\r\n") {
			return
		}
		if strings.HasSuffix(target, "/sign-out") || strings.HasSuffix(target, "/link") {
			signedIn = false // the session is needed on
		}
		head := "Host: localhost\r\n" + header + "\r\n"
		if !strings.Contains(strings.ToLower(header), "content-type") {
			head += "Content-Type: application/x-www-form-urlencoded\r\n"
		}
		if signedIn {
			head += "Cookie: session=" + cookie + "\r\n"
			body = "csrf=" + csrf + "&" + body
		}
		head += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
		if w := answerRaw(s, method+" "+target+" HTTP/1.1\r\n"+head+body); w != nil {
			sound(t, w)
		}
	})
}

// FuzzCookies: no value of a cookie signs anybody in or breaks a page.
func FuzzCookies(f *testing.F) {
	s := testkit.NewSite(f, testkit.SiteOptions{})
	c := s.Client(f)
	c.Send("/hibiki/sign-in", url.Values{"address": {thomas}})
	asking := c.Cookie("asking")
	c.Enter("hibiki", thomas, false)
	c.Post("/hibiki/get/delivery", url.Values{"scope": {"all"}})
	f.Add("", "", "", "")
	f.Add(strings.Repeat("A", 43), "x", "y", "ja")
	f.Add(c.Cookie("session")[:42], asking, c.Cookie("flash"), "zz")
	f.Add(c.Cookie("session")+"=", asking[1:], c.Cookie("flash")+"A", "en-GB")
	f.Add("é", "\x00", `"`, `"en"`)
	// A cookie of one kind is none of another.
	f.Add(asking, c.Cookie("flash"), asking, asking)
	live := c.Cookie("session")
	f.Fuzz(func(t *testing.T, session, asking, flash, lang string) {
		if strings.Trim(session, ` "`) == live {
			return
		}
		cookies := "Cookie: session=" + session + "; asking=" + asking + "; flash=" + flash + "; lang=" + lang
		if strings.ContainsAny(cookies, "\r\n") {
			return
		}
		for _, path := range []string{"/hibiki", "/hibiki/sign-in", "/hibiki/sign-in/sent", "/hibiki/confirmed", "/hibiki/nothing"} {
			w := answerRaw(s, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n"+cookies+"\r\n\r\n")
			if w == nil {
				return
			}
			sound(t, w)
			if path == "/hibiki" && (w.Code != http.StatusSeeOther || strings.Contains(w.Body.String(), "Weber")) {
				t.Errorf("got %d for a session that nobody has", w.Code)
			}
		}
	})
}

// FuzzLanguage: whatever a browser says it reads, it gets one language that is
// offered.
func FuzzLanguage(f *testing.F) {
	s := testkit.NewSite(f, testkit.SiteOptions{})
	for _, h := range []string{"", "*", "ja", "ja-JP,en;q=0.5", "en;q=0", "ar-EG;q=1.5", "x-klingon", "i-klingon", strings.Repeat("en,", 5000), "zh-Hant-TW-u-co-pinyin", "en;q=;q=;", "\xff", "en_US.UTF-8"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, language string) {
		if strings.ContainsAny(language, "\r\n") {
			return
		}
		w := answerRaw(s, "GET /kawara/sign-in HTTP/1.1\r\nHost: localhost\r\nAccept-Language: "+language+"\r\n\r\n")
		if w == nil {
			return
		}
		sound(t, w)
		found := 0
		for _, tag := range []string{"en", "ja", "ar"} {
			if strings.Contains(w.Body.String(), `<html lang="`+tag+`"`) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%q: got a page in %d languages", language, found)
		}
	})
}
