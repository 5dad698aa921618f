package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

// TestApart: a console with a listener of its own is found there and nowhere else,
// and nothing else is found there.
func TestApart(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Idle: true, Set: func(set *wire.Settings) {
		set.Apart, set.Console = true, "https://console.example.com"
	}})
	if s.Service.Console == nil {
		t.Fatal("the console has no server of its own")
	}
	portal, office := s.Service.HTTP.Handler, s.Service.Console.Handler
	for _, tt := range []struct {
		path         string
		there, apart int // at the portal's listener, and at the console's
	}{
		{"/hibiki/sign-in", http.StatusOK, http.StatusNotFound},
		{"/embed/hibiki", http.StatusOK, http.StatusNotFound},
		{"/api/v1/openapi.json", http.StatusOK, http.StatusNotFound},
		{"/transparency", http.StatusOK, http.StatusNotFound},
		{"/console/sign-in", http.StatusNotFound, http.StatusOK},
		{"/console", http.StatusNotFound, http.StatusSeeOther},
		{"/healthz", http.StatusOK, http.StatusOK},
	} {
		for what, h := range map[string]struct {
			http.Handler
			host string
			want int
		}{
			"portal": {portal, s.URL, tt.there}, "console": {office, "https://console.example.com", tt.apart},
		} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, h.host+tt.path, nil))
			if w.Code != h.want {
				t.Errorf("%s at the listener of the %s: got %d, want %d", tt.path, what, w.Code, h.want)
			}
		}
	}
}
