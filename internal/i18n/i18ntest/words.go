// Package i18ntest gives tests the product's words, read once a process:
// reading them takes longer than most tests.
package i18ntest

import (
	"sync"
	"testing"

	"livingprofile/internal/i18n"
	"livingprofile/locales"
)

var words = sync.OnceValues(func() (*i18n.Bundle, error) { return i18n.Load(locales.FS) })

// Words returns all the words of the product.
func Words(tb testing.TB) *i18n.Bundle {
	tb.Helper()
	b, err := words()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
