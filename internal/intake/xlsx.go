package intake

import (
	"errors"
	"io"
	"strings"

	"livingprofile/internal/errs"
	"livingprofile/internal/workbook"
)

// sheetReader reads the first sheet of a workbook. Lines are its rows, as the
// spreadsheet numbers them.
type sheetReader struct {
	book   *workbook.Book
	size   int64
	header []string
}

// maxTexts is how many texts a workbook may have beside its sheets: as many as
// eight columns of a full sheet, all different.
const maxTexts = 8 << 20

// newXLSX needs a file that can be read anywhere, for the table of what is in
// it stands at its end. size is that of the file, 0 when it knows it itself.
func newXLSX(file io.Reader, size int64) (*sheetReader, error) {
	at, ok := file.(io.ReaderAt)
	if sized, knows := file.(interface{ Size() int64 }); knows && size == 0 {
		size = sized.Size()
	}
	if !ok || size == 0 {
		return nil, errors.New("a workbook has to be a file of known size")
	}
	head := make([]byte, 16)
	n, err := at.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch magic(head[:n]) {
	case isZip:
	case isOLE:
		return nil, errs.New(errs.Invalid, isOLE)
	default:
		return nil, errs.New(errs.Invalid, "error.file_not_xlsx")
	}
	book, err := workbook.Open(at, size, workbook.Limits{Columns: maxColumns, Row: maxRow, Texts: maxTexts})
	if err != nil {
		return nil, err
	}
	return &sheetReader{book: book, size: size}, nil
}

// Bytes returns how much of the file was read, as far as that can be told.
func (s *sheetReader) Bytes() int64 { return int64(s.book.Read() * float64(s.size)) }

// Close closes the workbook, not the file.
func (s *sheetReader) Close() error { return s.book.Close() }

// Header reads the first row that is not empty.
func (s *sheetReader) Header() (Header, error) {
	row, err := s.next()
	switch {
	case errors.Is(err, io.EOF):
		return Header{}, errs.New(errs.Invalid, "error.file_empty")
	case err != nil:
		return Header{}, err
	case row.Wide:
		return Header{}, errs.New(errs.Invalid, "error.file_columns", "max", maxColumns)
	case row.Long:
		return Header{}, errs.New(errs.Invalid, "error.file_header_long", "max", maxColumns)
	}
	for _, c := range row.Cells {
		if c.Kind == workbook.Formula || c.Kind == workbook.Error {
			return Header{}, errs.New(errs.Invalid, "error.file_header", "line", row.Number)
		}
		s.header = append(s.header, strings.TrimSpace(c.Text))
	}
	return Header{Columns: s.header, Found: len(s.header)}, nil
}

// next returns the next row that is not empty.
func (s *sheetReader) next() (workbook.Row, error) {
	for {
		row, err := s.book.Next()
		if err != nil || row.Wide || row.Long {
			return row, err
		}
		for _, c := range row.Cells {
			if strings.TrimSpace(c.Text) != "" || c.Kind == workbook.Formula {
				return row, nil
			}
		}
	}
}

// Next returns the next row that is not empty. One with a formula is refused:
// what stands in the file is what it came to when somebody last looked, and
// may have been written there by anybody.
func (s *sheetReader) Next() (Row, error) {
	from, err := s.next()
	if err != nil {
		return Row{}, err
	}
	row := Row{Line: from.Number}
	switch {
	case from.Wide:
		row.Fault = &Fault{Reason: "error.row_many_columns", Args: map[string]any{"max": maxColumns}}
		return row, nil
	case from.Long:
		row.Fault = &Fault{Reason: "error.row_too_long"}
		return row, nil
	}
	n := max(len(s.header), len(from.Cells))
	row.Cells, row.Exact = make([]string, n), make([]bool, n)
	for i, c := range from.Cells {
		row.Cells[i], row.Exact[i] = c.Text, c.Kind == workbook.Number || c.Kind == workbook.Date
		if row.Fault == nil {
			row.Fault = s.fault(i, c)
		}
	}
	if row.Fault == nil && n > len(s.header) {
		row.Fault = wrongColumns(n, len(s.header))
	}
	return row, nil
}

// fault says why a cell costs its row, nil when it does not.
func (s *sheetReader) fault(place int, c workbook.Cell) *Fault {
	f := &Fault{}
	if place < len(s.header) {
		f.Column = printable(s.header[place])
	}
	switch {
	case c.Kind == workbook.Formula:
		f.Reason = "error.cell_formula"
	case c.Kind == workbook.Error:
		f.Reason = "error.cell_error"
	case strings.ContainsRune(c.Text, 0):
		f.Reason = "error.control_characters"
	default:
		return nil
	}
	return f
}
