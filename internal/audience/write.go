package audience

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/table"
)

// A Format is the form of an export.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// ParseFormat reads the name of a format, or returns an Invalid error; "" is
// JSON Lines.
func ParseFormat(name string) (Format, error) {
	switch Format(name) {
	case "", JSONL:
		return JSONL, nil
	case CSV:
		return CSV, nil
	}
	return "", errs.InvalidFields(errs.At("format", "error.not_a_choice"))
}

// MediaType is what an export in the format is sent as.
func (f Format) MediaType() string {
	if f == CSV {
		return "text/csv; charset=utf-8; header=present"
	}
	return "application/jsonl"
}

// A Writer writes an export as it comes, a line for each member and one at the
// end that says who was left out.
type Writer struct {
	format Format
	give   []string
	name   func(Member) (string, error)
	lines  *table.Writer
	json   *json.Encoder
}

// NewWriter writes to w. name is how a member is called for the one who reads
// the export.
func NewWriter(w io.Writer, f Format, give []string, name func(Member) (string, error)) (*Writer, error) {
	out := &Writer{format: f, give: give, name: name, json: json.NewEncoder(w)}
	out.json.SetEscapeHTML(false)
	if f == JSONL {
		return out, nil
	}
	out.lines = table.New(w)
	return out, out.lines.Row(append([]string{"subject"}, give...)...)
}

// Write writes one member.
func (w *Writer) Write(m Member) error {
	name, err := w.name(m)
	if err != nil {
		return err
	}
	if w.format == JSONL {
		return w.json.Encode(struct {
			Subject    string            `json:"subject"`
			Attributes map[string]string `json:"attributes"`
		}{name, m.Values})
	}
	row := []string{name}
	for _, field := range w.give {
		row = append(row, m.Values[field])
	}
	return w.lines.Row(row...)
}

// Close writes the last line. In CSV it is no row of a person: its first cell
// begins with a number sign.
func (w *Writer) Close(n Count) error {
	if w.format == JSONL {
		return w.json.Encode(map[string]Summary{"summary": Summarise(n)})
	}
	var left []string
	for _, why := range slices.Sorted(maps.Keys(n.LeftOut)) {
		left = append(left, string(why)+"="+strconv.Itoa(n.LeftOut[why]))
	}
	last := []string{"# members=" + strconv.Itoa(n.Members) + " others=" + strconv.Itoa(n.Others) + " left_out: " + strings.Join(left, " ")}
	for range w.give {
		last = append(last, "")
	}
	if err := w.lines.Row(last...); err != nil {
		return err
	}
	return w.lines.Flush()
}

// A Summary is a Count as others read it.
type Summary struct {
	People  int                     `json:"people"`
	Members int                     `json:"members"`
	Others  int                     `json:"others"`
	LeftOut map[decision.Reason]int `json:"left_out"`
}

// Summarise returns n as others read it.
func Summarise(n Count) Summary { return Summary(n) }
