package web

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// packers are reused: making one costs more than using it.
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid one
	return w
}}

// worthPacking is the size from which a page gets smaller in fewer packets.
const worthPacking = 1400

// send answers with a page, compressed where that is safe.
//
// A page holds the token of its forms, and whoever sees lengths on the wire
// could guess at it with pages that repeat what they were asked for (BREACH). So
// only a page that repeats nothing is compressed: one that was found, under an
// address without a query.
func send(c echo.Context, status int, page []byte) error {
	r, h := c.Request(), c.Response().Header()
	h.Add("Vary", "Accept-Encoding")
	if status != http.StatusOK || r.Method != http.MethodGet || r.URL.RawQuery != "" ||
		len(page) < worthPacking || !takesGzip(r.Header.Get("Accept-Encoding")) {
		return c.HTMLBlob(status, page)
	}
	h.Set("Content-Type", echo.MIMETextHTMLCharsetUTF8)
	h.Set("Content-Encoding", "gzip")
	c.Response().WriteHeader(status)
	w, _ := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(c.Response())
	if _, err := w.Write(page); err != nil {
		return err
	}
	return w.Close()
}

// takesGzip reads an Accept-Encoding header (RFC 9110, 12.5.3). "*" is no
// promise that we rely on.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.TrimSpace(weight)
			return weight == "" || strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != ""
		}
	}
	return false
}
