// Package newsletter is the demo's newsletter tool: a stand-in for a system of
// somebody else that is told what people decide.
//
// It shares no code with the product and knows of it what any receiver may
// know: its own address, the secret of its endpoint, and docs/hooks.md. It
// keeps a file of its own, and a page that shows what is in it.
package newsletter

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"livingprofile/cmd/receiver"
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
	// Gone are the versions of who was erased: an older hook that is still on its
	// way would bring them back.
	Gone map[string]int64 `json:"gone"`
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

// purpose is what the tool exists for.
const purpose = "newsletter"

// receive verifies a hook, follows it, and says what it did.
func (t *Tool) receive(w http.ResponseWriter, r *http.Request) {
	h := receiver.Read(w, r, t.secret, t.now())
	if h == nil {
		return
	}
	reason := ""
	if h.Data.Subject != "" {
		var err error
		if reason, err = t.follow(h); err != nil {
			http.Error(w, "could not be kept", http.StatusServiceUnavailable)
			return
		}
	}
	receiver.Applied(w, reason)
}

// follow makes what the tool holds be what it may hold. What is older than what
// it knows already is dropped.
func (t *Tool) follow(h *receiver.Hook) (reason string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, known := t.kept.Readers[h.Data.Subject]
	gone, erased := t.kept.Gone[h.Data.Subject]
	if known && h.Data.Version < before.Version || erased && h.Data.Version <= gone {
		return "older", nil
	}
	r := Reader{Version: h.Data.Version, At: t.now(), Brands: h.Brands(purpose)}
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
		t.kept.Gone[h.Data.Subject] = h.Data.Version
		t.kept.Arrivals = slices.DeleteFunc(t.kept.Arrivals, func(a Arrival) bool { return a.Reader == h.Data.Subject })
	} else {
		t.kept.Readers[h.Data.Subject] = r
	}
	const most = 40
	t.kept.Arrivals = append([]Arrival{{t.now(), h.Type, h.Data.Subject, did}}, t.kept.Arrivals...)
	t.kept.Arrivals = t.kept.Arrivals[:min(len(t.kept.Arrivals), most)]
	return "", receiver.Save(t.file, t.kept)
}
