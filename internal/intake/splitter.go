package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"livingprofile/internal/errs"
)

// A splitter cuts a file into the texts of rows: it reads on while a quote is
// open. A quote within quotes is doubled, so one is open as long as their
// number is odd.
type splitter struct {
	r     *bufio.Reader
	bytes int64  // read from r
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

func newSplitter(r io.Reader) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, 64<<10), line: 1}
}

// begin skips the byte order mark, and refuses a file that is not UTF-8 as far
// as its beginning shows. Single bad rows are for later: a file is refused
// when its header is not UTF-8, or most of what should be UTF-8 is not.
func (s *splitter) begin() error {
	head, err := s.r.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read file: %w", err)
	}
	mark := []byte("\ufeff")
	if bytes.HasPrefix(head, mark) {
		_, _ = s.r.Discard(len(mark)) // it was peeked at
		s.bytes += int64(len(mark))
		head = head[len(mark):]
	}
	line, good, bad, firstBad := 1, 0, 0, 0
	for len(head) > 0 && utf8.FullRune(head) {
		r, n := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && n == 1 || r == 0 && line == 1:
			if bad++; bad == 1 {
				firstBad = line
			}
		case n > 1:
			good++
		case r == '\n':
			line++
		}
		head = head[n:]
	}
	if firstBad == 1 || bad > good {
		return errs.New(errs.Invalid, "error.file_not_utf8", "line", firstBad)
	}
	return nil
}

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
		s.bytes += int64(len(part))
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
