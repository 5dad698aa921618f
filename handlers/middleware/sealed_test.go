package middleware_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/middleware"
	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
)

// secrets makes digests of a key that each value has for itself.
type secrets string

func (s secrets) Digest(domain string, secret []byte) []byte {
	m := hmac.New(sha256.New, []byte(string(s)+domain))
	m.Write(secret)
	return m.Sum(nil)
}

// visit is a request with cookies, as they were set on answers before.
func visit(t testing.TB, cookies ...*http.Cookie) (echo.Context, *httptest.ResponseRecorder) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	return echo.New().NewContext(r, w), w
}

func TestFlashes(t *testing.T) {
	flashes := middleware.NewFlashes(secrets("a"), false)
	left := web.Flash{ID: "page.said.nothing", Args: map[string]string{"name": "愛子"}, Undo: "/hibiki/undo"}
	c, w := visit(t)
	if err := flashes.Set(c, left); err != nil {
		t.Fatal(err)
	}
	cookie := w.Result().Cookies()[0]
	if strings.Contains(cookie.Value, "undo") || strings.Contains(cookie.Value, "愛子") {
		t.Errorf("the cookie can be read: %s", cookie.Value)
	}
	t.Run("are_taken_once", func(t *testing.T) {
		c, w := visit(t, cookie)
		got, ok := flashes.Take(c)
		if !ok || got.ID != left.ID || got.Undo != left.Undo || got.Args["name"] != "愛子" {
			t.Errorf("got %+v, %t", got, ok)
		}
		if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Value != "" {
			t.Errorf("it is not deleted: %v", gone)
		}
	})
	t.Run("of_another_key_are_none", func(t *testing.T) {
		c, _ := visit(t, cookie)
		if got, ok := middleware.NewFlashes(secrets("b"), false).Take(c); ok {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("are_no_askings", func(t *testing.T) {
		c, _ := visit(t, &http.Cookie{Name: "asking", Value: cookie.Value})
		if got := middleware.NewAskings(secrets("a"), false).Read(c); got != (web.Asking{}) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("that_are_not_there_delete_nothing", func(t *testing.T) {
		c, w := visit(t)
		if _, ok := flashes.Take(c); ok || len(w.Result().Cookies()) != 0 {
			t.Error("got one, or deleted one")
		}
	})
}

// FuzzSealed: a cookie that was changed anywhere says nothing.
func FuzzSealed(f *testing.F) {
	askings := middleware.NewAskings(secrets("a"), true)
	c, w := visit(f)
	if err := askings.Set(c, web.Asking{Binding: "binding", Code: "12345678", Address: "a@example.com"}); err != nil {
		f.Fatal(err)
	}
	genuine := w.Result().Cookies()[0].Value
	f.Add(genuine[1:], uint(0), byte(0))
	f.Add("", uint(3), byte(1))
	f.Add(genuine, uint(len(genuine)-2), byte(1))
	f.Fuzz(func(t *testing.T, value string, at uint, flip byte) {
		changed := []byte(genuine)
		changed[at%uint(len(changed))] ^= flip
		for _, v := range []string{value, string(changed)} {
			c, _ := visit(t, &http.Cookie{Name: "__Host-asking", Value: v})
			cookie, err := c.Request().Cookie("__Host-asking")
			if err != nil || cookie.Value == genuine {
				continue // the client wrote it as it was, or not at all
			}
			// The last letter of base64 has bits to spare; what it says is the same.
			if got := askings.Read(c); got != (web.Asking{}) && !strings.HasPrefix(v, genuine[:len(genuine)-3]) {
				t.Errorf("%q is read as %+v", v, got)
			}
		}
	})
}

// TestRecover: a panic is an error of ours, and its value stays out of the log.
func TestRecover(t *testing.T) {
	var log bytes.Buffer
	g := &middleware.Guard{Log: slog.New(slog.NewJSONHandler(&log, nil))}
	c, _ := visit(t)
	for _, value := range []any{"marker", errors.New("marker"), struct{ S string }{"marker"}} {
		err := g.Recover(func(echo.Context) error { panic(value) })(c)
		if err == nil || errs.KindOf(err) != "" || strings.Contains(err.Error(), "marker") {
			t.Errorf("got %v, want an error of ours", err)
		}
	}
	if strings.Contains(log.String(), "marker") || !strings.Contains(log.String(), "TestRecover") {
		t.Errorf("the log should say where and not what: %s", log.String())
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // a panic is compared as it is
			t.Errorf("got %v, want the panic that ends a request", p)
		}
	}()
	_ = g.Recover(func(echo.Context) error { panic(http.ErrAbortHandler) })(c)
}

// TestLimit: the length that a request claims is enough to refuse it.
func TestLimit(t *testing.T) {
	var tooLarge *http.MaxBytesError
	for body, refused := range map[string]bool{"1234": false, "12345": true} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		read := false
		err := middleware.Limit(func(*http.Request) int64 { return 4 })(func(echo.Context) error { read = true; return nil })(echo.New().NewContext(r, httptest.NewRecorder()))
		if errors.As(err, &tooLarge) != refused || read == refused {
			t.Errorf("%d bytes: got %v", len(body), err)
		}
	}
}
