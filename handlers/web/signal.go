package web

import (
	"net/http"
	"slices"

	"livingprofile/internal/consent"
)

// SignalHeader is the header by which a browser sends Global Privacy Control.
const SignalHeader = "Sec-GPC"

// Signal returns the signal that a request carries, "" for none. Only exactly 1
// is one; among several copies one such is enough (W3C Global Privacy Control,
// 3.3).
func Signal(r *http.Request) consent.Signal {
	if slices.Contains(r.Header.Values(SignalHeader), "1") {
		return consent.GPC
	}
	return ""
}
