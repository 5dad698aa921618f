package scan

import (
	"encoding/json"
	"strings"
)

// AppendText appends text as encoding/json writes it, and faster where nothing
// in it has to be escaped.
func AppendText(b []byte, text string) []byte {
	if plain(text) == len(text) && !strings.ContainsAny(text, "<>&") {
		b = append(b, '"')
		b = append(b, text...)
		return append(b, '"')
	}
	escaped, _ := json.Marshal(text) // of a string it cannot fail
	return append(b, escaped...)
}
