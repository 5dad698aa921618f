package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"livingprofile/internal/errs"
)

// Limits of what is read, in bytes where nothing else is said.
const (
	maxParts   = 10_000    // in the archive
	maxPart    = 8 << 20   // of a part that is not a sheet or the strings
	maxStrings = 128 << 20 // of the table of strings
	maxSheet   = 2 << 30
	maxRowXML  = 2 << 20
	maxRows    = 1 << 20 // as many as Excel has
)

// Limits are those of the caller.
type Limits struct {
	Columns int
	Row     int // bytes of its text
	Texts   int // in the table of strings
}

// A Book is an open workbook. It is used by one goroutine.
type Book struct {
	limits  Limits
	parts   map[string]*zip.File
	strings []string
	styles  []style // by the number that cells have
	old     bool    // dates count from 1904

	file   io.ReadCloser // the sheet
	budget *budget
	xml    *xml.Decoder
	size   int64 // of the sheet, as far as the file is honest
	number int   // of the last row
}

// Open opens a workbook. Errors are Invalid when it is none, or damaged, or too
// large.
func Open(r io.ReaderAt, size int64, l Limits) (*Book, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	if len(archive.File) > maxParts {
		return nil, errs.New(errs.Invalid, "error.workbook_too_large")
	}
	b := &Book{limits: l, parts: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		// Some writers use the other slash, or another case.
		b.parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	return b, b.begin()
}

// begin reads what is said about the sheet, and opens it.
func (b *Book) begin() error {
	main, err := b.relations("")
	if err != nil {
		return err
	}
	book := main.of("officeDocument")
	if book == "" || path.Ext(book) != ".xml" || b.parts[book] == nil {
		return errs.New(errs.Invalid, "error.file_not_xlsx")
	}
	related, err := b.relations(book)
	if err != nil {
		return err
	}
	sheet, err := b.sheet(book, related)
	if err != nil {
		return err
	}
	if err := b.readStyles(related.of("styles")); err != nil {
		return err
	}
	if err := b.readStrings(related.of("sharedStrings")); err != nil {
		return err
	}
	f := b.parts[sheet]
	if f == nil {
		return damaged(errors.New("its sheet is missing"))
	}
	if b.file, err = f.Open(); err != nil {
		return damaged(err)
	}
	b.size = int64(f.UncompressedSize64) //nolint:gosec // only for the progress
	b.budget = &budget{r: b.file, total: maxSheet}
	b.budget.next()
	b.xml = xml.NewDecoder(b.budget)
	return b.seek()
}

// sheet returns the part that is the first sheet that is shown.
func (b *Book) sheet(book string, related relations) (string, error) {
	var w struct {
		Properties struct {
			Old string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(book, &w); err != nil {
		return "", err
	}
	b.old = w.Properties.Old == "1" || w.Properties.Old == "true"
	for _, s := range w.Sheets {
		if s.State == "hidden" || s.State == "veryHidden" {
			continue
		}
		for _, a := range s.Attrs {
			// sheetId is another thing, and in no name space.
			if a.Name.Local == "id" && a.Name.Space != "" {
				if r, ok := related[a.Value]; ok && r.kind == "worksheet" {
					return r.target, nil
				}
			}
		}
	}
	return "", errs.New(errs.Invalid, "error.workbook_empty")
}

// A relation is a link from one part to another.
type relation struct{ kind, target string }

// relations are those of one part, by their ids.
type relations map[string]relation

// of returns the target of the relation of a kind, "" for none.
func (r relations) of(kind string) string {
	for _, each := range r {
		if each.kind == kind {
			return each.target
		}
	}
	return ""
}

// relations reads the links of a part, "" for those of the whole.
func (b *Book) relations(part string) (relations, error) {
	var w struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if b.parts[name] == nil {
		return nil, errs.New(errs.Invalid, "error.file_not_xlsx")
	}
	if err := b.decode(name, &w); err != nil {
		return nil, err
	}
	all := relations{}
	for _, r := range w.All {
		target := strings.ToLower(r.Target)
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(path.Dir(part), target)
		}
		// The kind is the end of an address, which differs by edition.
		all[r.ID] = relation{path.Base(r.Type), target}
	}
	return all, nil
}

// decode reads a whole part.
func (b *Book) decode(name string, into any) error {
	f, err := b.parts[name].Open()
	if err != nil {
		return damaged(err)
	}
	defer f.Close() //nolint:errcheck // read only
	limited := &budget{r: f, total: maxPart}
	limited.left = maxPart
	if err := xml.NewDecoder(limited).Decode(into); err != nil {
		return damaged(err)
	}
	return nil
}

// Read returns how much of the sheet was read, from 0 to 1.
func (b *Book) Read() float64 {
	if b.size <= 0 {
		return 0
	}
	return min(1, float64(b.budget.read)/float64(b.size))
}

// Close closes the sheet.
func (b *Book) Close() error { return b.file.Close() }

// damaged says that a file is no workbook any more. The cause may quote it, and
// is left out.
func damaged(err error) error {
	if errors.Is(err, errs.Invalid) {
		return err
	}
	return errs.New(errs.Invalid, "error.workbook_damaged")
}

// A budget is a reader that reads so much in all, and so much at once. What a
// file says about its own size is not believed.
type budget struct {
	r           io.Reader
	read, total int64
	left        int64 // until next
}

// next begins with another row.
func (b *budget) next() { b.left = maxRowXML }

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 || b.read >= b.total {
		return 0, fmt.Errorf("read part: %w", errs.New(errs.Invalid, "error.workbook_too_large"))
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.read += int64(n)
	b.left -= int64(n)
	return n, err
}
