package bench

import (
	"testing"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
)

// TestVices: none of the bad receivers does its part, but for the one that says
// yes and then never ends, of which no more is read than of anybody.
func TestVices(t *testing.T) {
	secret := hook.NewSecret()
	r, err := listen(secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	r.turn(t.Context())
	door, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	for kind := range r.vices {
		body := []byte(`{"timestamp":"2026-01-01T00:00:00Z"}`)
		reply := hook.Post(t.Context(), door, outbound.Letter{
			URL: "http://" + r.address + "/" + kind + "-0", Body: body,
			Headers: hook.Headers([]hook.Secret{secret}, "1", time.Now(), "application/json", body),
		})
		if reply.Status/100 == 2 && len(reply.Body) != outbound.MaxAnswer {
			t.Errorf("%s: got %d, as from a good one", kind, reply.Status)
		}
		if reply.Status == 401 {
			t.Errorf("%s: the signature was refused", kind)
		}
	}
	if n := r.count(); n != 0 {
		t.Errorf("%d of a bad receiver were counted", n)
	}
}
