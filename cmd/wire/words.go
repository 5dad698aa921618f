package wire

import (
	"fmt"
	"sync"

	"livingprofile/internal/i18n"
	"livingprofile/locales"
)

// Words returns all the words of the product. They are read once in the life of
// a process, for that is a good part of what opening an installation costs.
func Words() (*i18n.Bundle, error) { return words() }

var words = sync.OnceValues(func() (*i18n.Bundle, error) {
	b, err := i18n.Load(locales.FS)
	if err != nil {
		return nil, fmt.Errorf("read locales: %w", err)
	}
	return b, nil
})
