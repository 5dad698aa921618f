package intake

import (
	"bytes"
	"path/filepath"
	"strings"

	"livingprofile/internal/errs"
)

// A Format is how a file is written.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl" // one JSON object on each line
	XLSX  Format = "xlsx"  // the first sheet that is shown
)

// FormatOf returns the format that the end of a file's name tells, "" when it
// tells none.
func FormatOf(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".txt":
		return CSV
	case ".jsonl", ".ndjson", ".json":
		return JSONL
	case ".xlsx":
		return XLSX
	}
	return ""
}

func (f Format) known() bool { return f == CSV || f == JSONL || f == XLSX }

// What the first bytes of a file may show it to be. Each is the id of the
// message that says so.
const (
	isZip    = "error.file_is_zip" // xlsx, and everything else that is one
	isOLE    = "error.file_is_ole" // xls, and xlsx with a password
	isOther  = "error.file_is_other"
	isMarkup = "error.file_is_markup"
	isArray  = "error.file_is_array"
	isJSON   = "error.file_is_json"
)

// magic looks at the first bytes; it is "" for what may be text.
func magic(head []byte) string {
	for _, m := range [...][2]string{
		{"PK\x03\x04", isZip},
		{"PK\x05\x06", isZip}, // an empty one
		{"\xd0\xcf\x11\xe0", isOLE},
		{"%PDF", isOther},
		{"\x1f\x8b", isOther}, // gzip
		{"SQLite format 3", isOther},
		{"\x89PNG", isOther},
	} {
		if bytes.HasPrefix(head, []byte(m[0])) {
			return m[1]
		}
	}
	return ""
}

// lies refuses text that is not of the format it is said to be.
func lies(said Format, head []byte) error {
	text := bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 100)], " \t\r\n"))
	looks := ""
	switch {
	case len(text) == 0:
	case bytes.HasPrefix(text, []byte("<!")), bytes.HasPrefix(text, []byte("<?")), bytes.HasPrefix(text, []byte("<html")):
		looks = isMarkup
	case said == CSV && text[0] == '{':
		looks = isJSON
	case said == JSONL && text[0] == '[':
		looks = isArray
	case said == JSONL && text[0] != '{':
		looks = "error.file_not_jsonl"
	}
	if looks == "" {
		return nil
	}
	return errs.New(errs.Invalid, looks)
}
