package workbook

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"livingprofile/internal/errs"
)

// A Row is one row of a sheet. Rows that the sheet leaves out are empty.
type Row struct {
	Number int // of the sheet, from 1
	Cells  []Cell
	// Wide and Long say that the row is beyond the limits; then Cells are
	// missing.
	Wide, Long bool
}

// A Cell is one cell of a row, the zero Cell an empty one.
type Cell struct {
	Text string
	Kind Kind
}

// A Kind is what a cell is.
type Kind int

// The kinds.
const (
	Text    Kind = iota
	Number       // with a full stop before the fraction
	Date         // 2006-01-02, or 2006-01-02T15:04:05
	Formula      // Text is what it last came to
	Error        // as #N/A
)

// seek goes to the first row.
func (b *Book) seek() error {
	for {
		t, err := b.xml.Token()
		if err != nil {
			return damaged(err) // its end, too
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "sheetData" {
			return nil
		}
	}
}

// Next returns the next row, or io.EOF after the last. Any other error is
// Invalid and ends the sheet.
func (b *Book) Next() (Row, error) {
	b.budget.next()
	for {
		t, err := b.xml.Token()
		if err != nil {
			return Row{}, damaged(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local != "row" {
				if err := b.xml.Skip(); err != nil {
					return Row{}, damaged(err)
				}
				continue
			}
			row, err := b.row(&t)
			if err != nil {
				return Row{}, damaged(err)
			}
			return row, nil
		case xml.EndElement:
			return Row{}, io.EOF
		}
	}
}

func (b *Book) row(start *xml.StartElement) (Row, error) {
	row := Row{Number: b.number + 1}
	if r := attribute(start, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n <= b.number || n > maxRows {
			return Row{}, errors.New("rows in disorder")
		}
		row.Number = n
	}
	b.number = row.Number
	for size, column := 0, 0; ; {
		t, err := b.xml.Token()
		if err != nil {
			return Row{}, err
		}
		if _, ok := t.(xml.EndElement); ok {
			if row.Wide || row.Long {
				row.Cells = nil
			}
			return row, nil
		}
		cell, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if cell.Name.Local != "c" {
			if err := b.xml.Skip(); err != nil {
				return Row{}, err
			}
			continue
		}
		if column, err = place(attribute(&cell, "r"), column); err != nil {
			return Row{}, err
		}
		c, err := b.cell(&cell)
		if err != nil {
			return Row{}, err
		}
		if c == (Cell{}) {
			continue // a style and nothing else
		}
		size += len(c.Text)
		row.Wide = row.Wide || column > b.limits.Columns
		row.Long = row.Long || size > b.limits.Row
		if !row.Wide && !row.Long {
			row.Cells = append(row.Cells, make([]Cell, column-len(row.Cells))...)
			row.Cells[column-1] = c
		}
	}
}

// place returns the number of a cell's column, which comes after the one
// before.
func place(reference string, before int) (int, error) {
	if reference == "" {
		return before + 1, nil
	}
	n := 0
	for _, c := range strings.TrimRight(reference, "0123456789") {
		if c |= 0x20; c < 'a' || c > 'z' || n > 1<<20 {
			return 0, errors.New("no reference")
		}
		n = n*26 + int(c-'a') + 1
	}
	if n <= before {
		return 0, errors.New("cells in disorder")
	}
	return n, nil
}

func attribute(e *xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// cell reads the cell that has just begun to its end.
func (b *Book) cell(start *xml.StartElement) (Cell, error) {
	var value strings.Builder
	formula, inline, inValue := false, "", false
	for depth := 1; depth > 0; {
		t, err := b.xml.Token()
		if err != nil {
			return Cell{}, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "f":
				formula = true
			case "v":
				inValue = true
			case "is":
				if inline, err = readText(b.xml); err != nil {
					return Cell{}, err
				}
				depth--
			}
		case xml.EndElement:
			depth--
			inValue = false
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		}
	}
	c, err := b.value(attribute(start, "t"), attribute(start, "s"), value.String(), inline)
	if formula {
		c.Kind = Formula
	}
	return c, err
}

// value returns a cell of a type and style.
func (b *Book) value(typ, styled, value, inline string) (Cell, error) {
	if value == "" && typ != "inlineStr" {
		return Cell{}, nil
	}
	switch typ {
	case "s":
		text, err := b.text(value)
		return Cell{Text: text}, err
	case "inlineStr":
		return Cell{Text: inline}, nil
	case "str":
		return Cell{Text: unescape(value)}, nil
	case "b":
		return Cell{Text: strconv.FormatBool(value == "1" || value == "true")}, nil
	case "e":
		return Cell{Text: value, Kind: Error}, nil
	case "d":
		return Cell{Text: value, Kind: Date}, nil
	case "", "n":
		return b.numeric(styled, value)
	}
	return Cell{}, errs.New(errs.Invalid, "error.workbook_damaged")
}

func (b *Book) numeric(styled, value string) (Cell, error) {
	var s style
	if i, err := strconv.Atoi(styled); err == nil && i >= 0 && i < len(b.styles) {
		s = b.styles[i]
	}
	if s.date {
		if text := day(value, b.old); text != "" {
			return Cell{text, Date}, nil
		}
	}
	text := number(value)
	if text == "" {
		return Cell{}, errors.New("no number")
	}
	return Cell{s.pad(text), Number}, nil
}
