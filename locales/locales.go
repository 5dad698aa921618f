// Package locales holds every word that the product shows to people, one file
// per area and language: AREA.LOCALE.yaml, nested maps whose keys joined by
// dots are the message ids. An id lives in one area only.
//
// English is the source: the other languages have exactly its ids, with the
// same arguments and the plural forms their grammar needs. What an
// organisation writes about itself is not here; see i18n.Text.
package locales

import "embed"

// FS holds the message files.
//
//go:embed *.yaml
var FS embed.FS
