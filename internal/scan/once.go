package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Once fails for a document in which an object has a name twice, in
// whatever letters: readers differ in which of the two they take (RFC 8259, 4),
// so that one would be shown and the other checked. What cannot be read ends
// the search; the caller reads the document itself.
func Once(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	// One set of names for each object that is open, nil for an array.
	var open []map[string]bool
	name := false // whether a name is due
	for {
		token, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // said above
		}
		switch token {
		case json.Delim('{'):
			open, name = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, name = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if s, ok := token.(string); ok && name {
				names, folded := open[len(open)-1], strings.ToLower(strings.ToUpper(s)) // as encoding/json folds
				if names[folded] {
					return errors.New("a name is there twice")
				}
				names[folded], name = true, false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}
