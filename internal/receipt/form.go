package receipt

import "livingprofile/internal/consent"

// What the names of the files of a receipt end in, by their form.
const (
	OwnForm     = ".json"
	KantaraForm = ".kantara.json"
	RecordForm  = ".jsonld"
)

// The media types of the forms: JSON, and JSON-LD (W3C JSON-LD 1.1, appendix C).
const (
	MediaJSON   = "application/json"
	MediaJSONLD = "application/ld+json"
)

// A Form is a receipt as a file.
type Form struct {
	Ending  string // of its name
	Media   string
	Content any // to be written as JSON
}

// Forms returns r in every form there is of it. Of a no there is none of
// Kantara.
func Forms(r *consent.Receipt, s Setting) []Form {
	all := []Form{{OwnForm, MediaJSON, r}, {RecordForm, MediaJSONLD, NewRecord(r, s)}}
	if k, ok := NewKantara(r, s); ok {
		all = append(all, Form{KantaraForm, MediaJSON, k})
	}
	return all
}
