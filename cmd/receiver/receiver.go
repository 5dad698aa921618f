// Package receiver is what the demo's programs of somebody else share: reading
// a hook, answering it, and keeping a file.
//
// It shares no code with the product and knows of it what any receiver may
// know, which is docs/hooks.md. It is there to be copied from.
package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// A Hook is what arrives, as far as the demo reads it.
type Hook struct {
	Type string `json:"type"`
	Data struct {
		Subject     string            `json:"subject"` // "" for a test, which is about nobody
		Version     int64             `json:"version"`
		Erased      bool              `json:"erased"`
		KnownAs     []string          `json:"known_as"`
		Permissions []Permission      `json:"permissions"`
		Fields      map[string]string `json:"fields"`
	} `json:"data"`
}

// A Permission says whether something may be done for a brand.
type Permission struct {
	Purpose string `json:"purpose"`
	Brand   string `json:"brand"`
	Allow   bool   `json:"allow"`
}

// Brands are those for which a purpose is allowed.
func (h *Hook) Brands(purpose string) []string {
	var all []string
	for _, p := range h.Data.Permissions {
		if p.Purpose == purpose && p.Allow {
			all = append(all, p.Brand)
		}
	}
	return all
}

// Secret reads the secret of an endpoint as it was shown, whsec_ and base64.
func Secret(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, errors.New("the secret is not one")
	}
	return key, nil
}

// maxBody is the largest body that is read.
const maxBody = 64 << 10

// Read returns the hook of a request that is signed with secret. It answers
// every other request, and returns nil.
func Read(w http.ResponseWriter, r *http.Request, secret []byte, now time.Time) *Hook {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return nil
	}
	if !genuine(secret, r.Header, body, now) {
		http.Error(w, "not signed by the one we know", http.StatusUnauthorized)
		return nil
	}
	var h Hook
	if err := json.Unmarshal(body, &h); err != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return nil
	}
	return &h
}

// tolerance is how far the clock of the sender may be from ours.
const tolerance = 5 * time.Minute

// genuine checks the signature as Standard Webhooks 1.0 has it. Several may be
// there while the secret is being changed.
func genuine(secret []byte, h http.Header, body []byte, now time.Time) bool {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, secret)
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

// Applied answers a hook: it is followed, or was known to be older, with a code
// of why.
func Applied(w http.ResponseWriter, reason string) {
	Answer(w, map[string]string{"status": "applied", "reason": reason})
}

// Answer writes v as JSON.
func Answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// Load reads what Save wrote into v; a file that is not there leaves v as it
// is.
func Load(file string, v any) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

// Save replaces the file at once, so that it is whole at any moment.
func Save(file string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	const mine = 0o600
	if err := os.WriteFile(file+".new", text, mine); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Own tells whether a form was sent by a page of this very site.
func Own(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

// Style is how the pages look.
const Style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c28; background: #fbf9f4 }
table { border-collapse: collapse; width: 100% } th, td { text-align: start; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #ddd6c8; vertical-align: top }
small, code { color: #5d5a52 } .no { color: #7a1f1f } form { display: inline } input, button, select { font: inherit; min-height: 2.2rem }
`

// Page answers with a page that shows itself anew when it is looked at again.
func Page(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
}
