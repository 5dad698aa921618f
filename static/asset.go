package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// An Asset is one file with the encodings it can be sent in, prepared when it
// is first asked for. It may be served by many requests at the same time.
type Asset struct {
	kind string
	hash string
	// forms are the encodings in order of preference; the last is the file
	// as it is and has no name.
	forms func() []form
}

type form struct {
	encoding string
	body     []byte
}

// NewAsset prepares content, whose media type is kind.
func NewAsset(kind string, content []byte) *Asset {
	sum := sha256.Sum256(content)
	return &Asset{
		kind: kind,
		hash: hex.EncodeToString(sum[:4]),
		forms: sync.OnceValue(func() []form {
			return []form{
				{"br", brotliOf(content)},
				{"gzip", gzipOf(content)},
				{"", content},
			}
		}),
	}
}

// Hash returns eight hexadecimal digits that change with the content.
func (a *Asset) Hash() string { return a.hash }

// Size returns how many bytes are sent to a browser that accepts encoding:
// "br", "gzip" or "".
func (a *Asset) Size(encoding string) int {
	for _, f := range a.forms() {
		if f.encoding == encoding {
			return len(f.body)
		}
	}
	return 0
}

// ServeHTTP sends a in the best encoding that the request accepts, for GET and
// HEAD alone. The address is expected to contain the hash, so the answer may
// be kept for ever (RFC 8246).
func (a *Asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	f := a.choose(r.Header.Get("Accept-Encoding"))
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	if f.encoding != "" {
		h.Set("Content-Encoding", f.encoding)
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(f.body) // the browser has gone away; there is nobody to tell
}

func (a *Asset) choose(accept string) form {
	all := a.forms()
	for _, f := range all {
		if f.encoding != "" && accepts(accept, f.encoding) {
			return f
		}
	}
	return all[len(all)-1]
}

// accepts reads the header Accept-Encoding (RFC 9110, 12.5.3). A weight of
// zero refuses the encoding; the other weights do not change our order.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		_, q, found := strings.Cut(weight, "=")
		if !found {
			return true
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err == nil && n > 0
	}
	return false
}

// Writing to a buffer cannot fail, so neither do the two that follow.

func brotliOf(content []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

func gzipOf(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}
