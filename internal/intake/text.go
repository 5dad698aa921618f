package intake

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/transform"

	"livingprofile/internal/errs"
)

// sample is how much of a file is looked at to find out what it is, in bytes.
const sample = 256 << 10

// A text is a file of lines, read as UTF-8 whatever it is written in. What
// cannot be read is left as bytes that are not UTF-8.
type text struct {
	lines   *bufio.Reader
	charset string
	file    *bufio.Reader // what lines reads, or lines itself
	read    *count
}

// openText begins to read a file. label is its character set, "" for one that
// is to be recognised; a byte order mark counts before both. The error is
// Invalid when the file is not of the format, or not in the set.
func openText(r io.Reader, label string, f Format) (*text, error) {
	t := &text{read: &count{r: r}}
	t.file = bufio.NewReaderSize(t.read, sample)
	head, err := t.file.Peek(sample)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if what := magic(head); what != "" {
		return nil, errs.New(errs.Invalid, what)
	}
	mark, n := byteOrderMark(head)
	switch {
	case mark != "":
		_, _ = t.file.Discard(n) // it was peeked at
		t.charset = mark
	case label != "":
		t.charset = label
	default:
		t.charset = recognise(head)
	}
	if t.charset == "" {
		line, _ := mostly(head)
		return nil, errs.New(errs.Invalid, "error.file_charset_unknown", "line", line)
	}
	if err := t.decode(); err != nil {
		return nil, err
	}
	return t, t.check(f)
}

// decode puts the decoder between lines and the file.
func (t *text) decode() error {
	e, name, err := charsetOf(t.charset)
	if err != nil {
		return errs.New(errs.Invalid, "error.no_such_charset", "charset", t.charset)
	}
	if t.charset, t.lines = name, t.file; name != utf8Set {
		t.lines = bufio.NewReaderSize(transform.NewReader(t.file, transform.Chain(e.NewDecoder(), marker{})), 64<<10)
	}
	return nil
}

// check refuses a text by its beginning.
func (t *text) check(f Format) error {
	head, err := t.lines.Peek(min(t.lines.Size(), sample))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read file: %w", err)
	}
	if line, ok := mostly(head); !ok {
		return errs.New(errs.Invalid, "error.file_not_in_charset", "charset", t.charset, "line", line)
	}
	return lies(f, head)
}

// fault is the message about a row that is not in the character set.
func (t *text) fault() *Fault {
	return &Fault{Reason: "error.not_in_charset", Args: map[string]any{"charset": t.charset}}
}

// Bytes returns how much of the file was used, as far as that can be told.
func (t *text) Bytes() int64 { return t.read.n - int64(t.file.Buffered()) }

// Close has nothing to give back.
func (t *text) Close() error { return nil }

// A count counts what is read.
type count struct {
	r io.Reader
	n int64
}

func (c *count) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
