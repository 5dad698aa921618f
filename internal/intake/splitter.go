package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A splitter cuts a file into the texts of rows: it reads on while a quote is
// open. A quote within quotes is doubled, so one is open as long as their
// number is odd.
type splitter struct {
	r     *bufio.Reader
	line  int    // number of the next line
	text  []byte // of the row being read
	again []byte // lines that were read and turned out to be rows of their own
	// long is the beginning of a line that comes after again and was too long
	// to keep; nil when there is none.
	long []byte
}

// A record is the text of one row.
type record struct {
	line  int
	text  []byte // valid until the next row is read
	first int    // length of its first line
	fault string // message id, when it is no row
}

func newSplitter(r *bufio.Reader) *splitter { return &splitter{r: r, line: 1} }

// next returns the next row, or io.EOF. A row whose quotes are never closed is
// one line with a fault; the lines after it are read again as rows.
func (s *splitter) next() (record, error) {
	s.text = s.text[:0]
	row := record{line: s.line}
	for open, lines := false, 1; ; lines++ {
		before := len(s.text)
		long, err := s.readLine()
		ended := errors.Is(err, io.EOF)
		switch {
		case err != nil && !ended:
			return record{}, fmt.Errorf("read file: %w", err)
		case ended && len(s.text) == 0:
			return record{}, io.EOF
		case long && before == 0:
			row.text, row.fault = s.text, "error.row_too_long"
			return row, nil
		case long:
			s.long = bytes.Clone(s.text[before:][:maxRaw])
			s.text = s.text[:before]
		}
		row.text = s.text
		if row.first == 0 {
			row.first = len(s.text)
		}
		open = open != (bytes.Count(s.text[before:], []byte{'"'})%2 == 1)
		switch {
		case !open && !long:
			return row, nil
		case ended || long || lines == maxSpan || len(s.text) > maxRow:
			row = s.back(row)
			row.fault = "error.broken_quotes"
			return row, nil
		}
	}
}

// nextLine returns the next line as a row, whatever quotes are in it, or io.EOF.
func (s *splitter) nextLine() (record, error) {
	s.text = s.text[:0]
	row := record{line: s.line}
	long, err := s.readLine()
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return record{}, fmt.Errorf("read file: %w", err)
	case len(s.text) == 0 && err != nil:
		return record{}, io.EOF
	case long:
		row.fault = "error.row_too_long"
	}
	row.text = s.text
	return row, nil
}

// back returns row without any line but its first; the others are read again.
func (s *splitter) back(row record) record {
	if rest := row.text[row.first:]; len(rest) > 0 {
		again := make([]byte, 0, len(rest)+len(s.again))
		s.again = append(append(again, rest...), s.again...)
	}
	s.line = row.line + 1
	row.text = row.text[:row.first]
	return row
}

// readLine appends the next line to text, with its line feed. Of one that is
// too long it appends only the beginning, and skips the rest.
func (s *splitter) readLine() (long bool, err error) {
	if len(s.again) > 0 {
		n := bytes.IndexByte(s.again, '\n') + 1
		if n == 0 {
			n = len(s.again) // the last line of the file
		}
		s.text = append(s.text, s.again[:n]...)
		s.again = s.again[n:]
		s.line++
		return false, nil
	}
	if s.long != nil {
		s.text, s.long = append(s.text, s.long...), nil
		s.line++
		return true, nil
	}
	start := len(s.text)
	for {
		part, err := s.r.ReadSlice('\n')
		if room := maxRow - (len(s.text) - start); len(part) > room {
			part, long = part[:room], true
		}
		s.text = append(s.text, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(s.text) > start {
			s.line++
		}
		return long, err
	}
}
