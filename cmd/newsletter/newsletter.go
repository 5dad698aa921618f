// Package newsletter is the demo's newsletter tool: a stand-in for a system of
// somebody else that is told what people decide.
//
// It shares no code with the product and knows of it what any receiver may
// know: its own address, the secret of its endpoint, and docs/hooks.md. It
// keeps a file of its own, and a page that shows what is in it.
package newsletter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Tool receives hooks and shows what it knows. It is safe for concurrent use.
type Tool struct {
	secret []byte
	file   string
	now    func() time.Time

	mu   sync.Mutex
	kept Kept
}

// Kept is everything that the tool holds.
type Kept struct {
	Readers  map[string]Reader `json:"readers"` // by the name that the product gave
	Arrivals []Arrival         `json:"arrivals"`
}

// A Reader is one person, as far as the tool may know them.
type Reader struct {
	Version int64     `json:"version"`
	Brands  []string  `json:"brands"` // that may write to them
	Name    string    `json:"name,omitempty"`
	Email   string    `json:"email,omitempty"`
	At      time.Time `json:"at"`
}

// An Arrival is one hook that came.
type Arrival struct {
	At     time.Time `json:"at"`
	Type   string    `json:"type"`
	Reader string    `json:"reader"`
	Did    string    `json:"did"`
}

// A hook is what the tool reads of a body.
type hook struct {
	Type string `json:"type"`
	Data struct {
		Subject     string `json:"subject"`
		Version     int64  `json:"version"`
		Erased      bool   `json:"erased"`
		Permissions []struct {
			Purpose string `json:"purpose"`
			Brand   string `json:"brand"`
			Allow   bool   `json:"allow"`
		} `json:"permissions"`
		Fields map[string]string `json:"fields"`
	} `json:"data"`
}

// purpose is what the tool exists for.
const purpose = "newsletter"

// tolerance is how far the clock of the sender may be from ours.
const tolerance = 5 * time.Minute

// maxBody is the largest body that is read.
const maxBody = 64 << 10

// receive verifies a hook, follows it, and says what it did.
func (t *Tool) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !t.genuine(r.Header, body) {
		http.Error(w, "not signed by the one we know", http.StatusUnauthorized)
		return
	}
	var h hook
	if err := json.Unmarshal(body, &h); err != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	status, reason := "applied", ""
	if h.Data.Subject != "" { // a ping is about nobody
		if reason, err = t.follow(&h); err != nil {
			http.Error(w, "could not be kept", http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"status": status, "reason": reason})
}

// genuine checks the signature as Standard Webhooks 1.0 has it. Several may be
// there while the secret is being changed.
func (t *Tool) genuine(h http.Header, body []byte) bool {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || t.now().Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, one := range strings.Fields(h.Get("webhook-signature")) {
		text, ok := strings.CutPrefix(one, "v1,")
		got, err := base64.StdEncoding.DecodeString(text)
		if ok && err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

// follow makes what the tool holds be what it may hold. What is older than what
// it knows already is dropped.
func (t *Tool) follow(h *hook) (reason string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, known := t.kept.Readers[h.Data.Subject]
	if known && h.Data.Version < before.Version {
		return "older", nil
	}
	r := Reader{Version: h.Data.Version, At: t.now()}
	for _, p := range h.Data.Permissions {
		if p.Purpose == purpose && p.Allow {
			r.Brands = append(r.Brands, p.Brand)
		}
	}
	did := "may write for " + strings.Join(r.Brands, ", ")
	if len(r.Brands) > 0 {
		r.Name = strings.TrimSpace(h.Data.Fields["given-name"] + " " + h.Data.Fields["family-name"])
		r.Email = h.Data.Fields["email"]
	} else {
		did = "deleted name and address: no letters any more"
		if !known || before.Email == "" {
			did = "holds nothing but the no"
		}
	}
	if h.Data.Erased {
		did = "deleted everything"
		delete(t.kept.Readers, h.Data.Subject)
	} else {
		t.kept.Readers[h.Data.Subject] = r
	}
	const most = 40
	t.kept.Arrivals = append([]Arrival{{t.now(), h.Type, h.Data.Subject, did}}, t.kept.Arrivals...)
	t.kept.Arrivals = t.kept.Arrivals[:min(len(t.kept.Arrivals), most)]
	return "", t.save()
}
