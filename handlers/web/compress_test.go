package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestSend(t *testing.T) {
	long := strings.Repeat("<p>Every choice is kept.</p>", 200)
	for name, tt := range map[string]struct {
		method, target, accept, page string
		status                       int
		packed                       bool
	}{
		"a_page":                          {http.MethodGet, "/hibiki", "gzip, deflate, br", long, 200, true},
		"one_that_repeats_its_address":    {http.MethodGet, "/hibiki?next=x", "gzip", long, 200, false},
		"one_that_was_not_found":          {http.MethodGet, "/hibiki/x", "gzip", long, 404, false},
		"one_that_repeats_what_was_typed": {http.MethodPost, "/hibiki/data/name", "gzip", long, 200, false},
		"a_row":                           {http.MethodGet, "/hibiki", "gzip", long[:500], 200, false},
		"for_a_browser_that_cannot":       {http.MethodGet, "/hibiki", "", long, 200, false},
		"for_one_that_will_not":           {http.MethodGet, "/hibiki", "br, gzip;q=0.0", long, 200, false},
		"for_one_that_rather_would_not":   {http.MethodGet, "/hibiki", "br, GZIP;q=0.3", long, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.target, nil)
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			if err := send(echo.New().NewContext(r, w), tt.status, []byte(tt.page)); err != nil {
				t.Fatal(err)
			}
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.packed {
				t.Fatalf("packed: got %v, want %v", got, tt.packed)
			}
			var body io.Reader = w.Body
			if tt.packed {
				if w.Body.Len() > len(tt.page)/4 {
					t.Errorf("got %d bytes of %d", w.Body.Len(), len(tt.page))
				}
				var err error
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			got, err := io.ReadAll(body)
			if err != nil || !bytes.Equal(got, []byte(tt.page)) {
				t.Errorf("got %d bytes and %v, want the page", len(got), err)
			}
			if w.Code != tt.status || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("got %d, %v", w.Code, w.Header())
			}
		})
	}
}
