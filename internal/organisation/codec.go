package organisation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"livingprofile/internal/consent"
)

// format is the number of the stored form. It grows when Decode of an older
// program would misread it.
const format = 1

type stored struct {
	Format       int
	Organisation *Organisation
}

// Encode returns the one stored form of o: the same organisation always gives
// the same bytes.
func Encode(o *Organisation) ([]byte, error) {
	data, err := json.Marshal(stored{format, o})
	if err != nil {
		return nil, fmt.Errorf("encode organisation: %w", err)
	}
	return data, nil
}

// Decode returns what Encode stored, ready for use. What this program does not
// know is refused rather than lost.
func Decode(data []byte) (*Organisation, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var s stored
	if err := decoder.Decode(&s); err != nil {
		return nil, fmt.Errorf("decode organisation: %w", err)
	}
	if s.Format != format || s.Organisation == nil {
		return nil, fmt.Errorf("decode organisation: form %d, known is %d", s.Format, format)
	}
	return New(*s.Organisation), nil
}

// Notices returns the words of every version of every purpose in every
// language that a person may have read them in: those that the version has
// words in and those that a brand offers, retired brands too. Languages that
// fall back to the same words give notices with the same hash.
func Notices(o *Organisation) []consent.Notice {
	offered := map[string]bool{}
	for i := range o.Brands {
		for _, tag := range o.Brands[i].Locales {
			offered[tag] = true
		}
	}
	var notices []consent.Notice
	for i := range o.Purposes {
		for _, v := range o.Versions(o.Purposes[i].Purpose) {
			locales := maps.Clone(offered)
			for _, tag := range tags(&v.Words) {
				locales[tag] = true
			}
			for _, tag := range slices.Sorted(maps.Keys(locales)) {
				notices = append(notices, v.Notice(tag))
			}
		}
	}
	return notices
}
