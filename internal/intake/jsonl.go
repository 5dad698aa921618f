package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"livingprofile/internal/errs"
)

const (
	// headRecords is from how many records the columns of a file are learned.
	headRecords = 100
	// maxDepth is how deep a record may be nested.
	maxDepth = 8
)

// jsonReader reads one JSON object from each line. A value within another has
// the names of both as its column: address.city, addresses.0.city. A list of
// plain values is one cell with a line for each.
type jsonReader struct {
	*text
	rows   *splitter
	known  []string // columns of the map
	names  []string
	places map[string]int
	held   []jsonRow // read for the header
}

// A jsonRow is a record before its columns have places.
type jsonRow struct {
	row   Row
	cells []jsonCell
}

type jsonCell struct {
	path, text string
	exact      bool
}

func newJSONL(t *text, known []string) *jsonReader {
	return &jsonReader{text: t, rows: newSplitter(t.lines), known: known, places: map[string]int{}}
}

// Header reads the first records: what they have are the columns.
func (j *jsonReader) Header() (Header, error) {
	good := false
	for len(j.held) < headRecords {
		r, err := j.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Header{}, err
		}
		good = good || r.row.Fault == nil
		j.held = append(j.held, r)
		for _, c := range r.cells {
			j.place(c.path)
		}
	}
	found := len(j.names)
	switch {
	case len(j.held) == 0:
		return Header{}, errs.New(errs.Invalid, "error.file_empty")
	case !good:
		return Header{}, errs.New(errs.Invalid, "error.file_not_jsonl")
	case found > maxColumns:
		return Header{}, errs.New(errs.Invalid, "error.file_columns", "max", maxColumns)
	}
	for _, name := range j.known {
		j.place(name)
	}
	return Header{Columns: j.names, Found: found}, nil
}

func (j *jsonReader) place(name string) {
	if _, ok := j.places[name]; !ok {
		j.places[name] = len(j.names)
		j.names = append(j.names, name)
	}
}

// Next returns the next record. What it has beside the columns is not read.
func (j *jsonReader) Next() (Row, error) {
	var r jsonRow
	if len(j.held) > 0 {
		r, j.held = j.held[0], j.held[1:]
	} else {
		var err error
		if r, err = j.next(); err != nil {
			return Row{}, err
		}
	}
	if r.row.Fault != nil {
		return r.row, nil
	}
	r.row.Cells, r.row.Exact = make([]string, len(j.names)), make([]bool, len(j.names))
	for _, c := range r.cells {
		if i, ok := j.places[c.path]; ok {
			r.row.Cells[i], r.row.Exact[i] = c.text, c.exact
		}
	}
	return r.row, nil
}

func (j *jsonReader) next() (jsonRow, error) {
	for {
		record, err := j.rows.nextLine()
		if err != nil {
			return jsonRow{}, err
		}
		fault := &Fault{Reason: record.fault}
		var cells []jsonCell
		switch line := bytes.TrimSpace(record.text); {
		case record.fault != "":
		case len(line) == 0:
			continue
		case !utf8.Valid(line):
			fault = j.text.fault()
		default:
			cells, fault = flatten(line)
		}
		if fault != nil {
			return jsonRow{row: faulty(record.line, record.text, fault)}, nil
		}
		return jsonRow{Row{Line: record.line}, cells}, nil
	}
}

// flatten returns the plain values of an object, each under its path.
func flatten(line []byte) ([]jsonCell, *Fault) {
	f := &flattener{d: json.NewDecoder(bytes.NewReader(line)), seen: map[string]bool{}}
	f.d.UseNumber()
	notJSON := &Fault{Reason: "error.line_not_json"}
	if first, err := f.d.Token(); err != nil || first != json.Delim('{') {
		return nil, notJSON
	}
	if err := f.object("", 1); err != nil {
		return nil, notJSON
	}
	if _, err := f.d.Token(); !errors.Is(err, io.EOF) {
		return nil, notJSON
	}
	return f.cells, f.fault
}

type flattener struct {
	d     *json.Decoder
	cells []jsonCell
	seen  map[string]bool
	fault *Fault
}

func (f *flattener) add(path string, cell jsonCell) {
	switch cell.path = path; {
	case f.seen[path]:
		// Readers of JSON differ in which of two counts.
		f.fault = &Fault{Reason: "error.column_twice"}
	case len(f.cells) == maxColumns:
		f.fault = &Fault{Reason: "error.row_many_columns", Args: map[string]any{"max": maxColumns}}
	default:
		f.seen[path] = true
		f.cells = append(f.cells, cell)
	}
}

// deeper refuses what is nested too deep, before it is followed there.
func (f *flattener) deeper(depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	return nil
}

func (f *flattener) object(path string, depth int) error {
	if err := f.deeper(depth); err != nil {
		return err
	}
	for f.d.More() {
		key, err := f.d.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return errors.New("no key")
		}
		if path != "" {
			name = path + "." + name
		}
		if err := f.value(name, depth); err != nil {
			return err
		}
	}
	_, err := f.d.Token()
	return err
}

func (f *flattener) list(path string, depth int) error {
	if err := f.deeper(depth); err != nil {
		return err
	}
	var plain []string
	for i := 0; f.d.More(); i++ {
		next, err := f.d.Token()
		if err != nil {
			return err
		}
		inner := path + "." + strconv.Itoa(i)
		switch next {
		case json.Delim('{'):
			err = f.object(inner, depth+1)
		case json.Delim('['):
			err = f.list(inner, depth+1)
		default:
			plain = append(plain, scalar(next).text)
		}
		if err != nil {
			return err
		}
	}
	if len(plain) > 0 {
		f.add(path, jsonCell{text: strings.Join(plain, "\n")})
	}
	_, err := f.d.Token()
	return err
}

func (f *flattener) value(path string, depth int) error {
	next, err := f.d.Token()
	if err != nil {
		return err
	}
	switch next {
	case json.Delim('{'):
		return f.object(path, depth+1)
	case json.Delim('['):
		return f.list(path, depth+1)
	}
	f.add(path, scalar(next))
	return nil
}

func scalar(t json.Token) jsonCell {
	switch v := t.(type) {
	case string:
		return jsonCell{text: v}
	case json.Number:
		return jsonCell{text: v.String(), exact: true}
	case bool:
		return jsonCell{text: strconv.FormatBool(v)}
	}
	return jsonCell{} // null
}
