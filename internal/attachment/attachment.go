// Package attachment reads the files that people and staff add to a request.
//
// They come from strangers and are opened by others, so that what a file is
// follows from its content, never from its name or from what the sender says of
// it, and what could act by itself is refused (ASVS 5.0, 5.2). Where a file
// belongs and how long it is kept is for package rights.
package attachment

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"sync"
	"unicode/utf8"

	"livingprofile/internal/errs"
)

// The limits of one file.
const (
	MaxBytes = 4 << 20
	// maxPixels bounds what a picture takes while it is decoded.
	maxPixels = 25_000_000
)

// Accept is what a form tells a browser to offer.
const Accept = "application/pdf,image/png,image/jpeg,text/plain,.pdf,.png,.jpg,.jpeg,.txt"

// A File is one that was read and found harmless.
type File struct {
	Name string // with the ending of its type
	Type string // media type
	Data []byte
}

// A Reader reads files one after the other: to decode a picture takes many
// times its size. The zero Reader is ready, and safe for concurrent use.
type Reader struct{ one sync.Mutex }

// Read returns the file that was sent under a name. What it does not take is
// errs.Invalid, with the field "files".
func (r *Reader) Read(name string, data []byte) (File, error) {
	r.one.Lock()
	defer r.one.Unlock()
	f := File{Data: data}
	problem := ""
	ending := ""
	switch {
	case len(data) == 0:
		problem = "attachment.error.empty"
	case len(data) > MaxBytes:
		return f, TooLarge()
	case bytes.HasPrefix(data, []byte("%PDF-")):
		f.Type, ending, problem = "application/pdf", ".pdf", checkPDF(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		f.Type, ending, problem = "image/png", ".png", checkPicture(data, png.DecodeConfig, png.Decode)
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		f.Type, ending, problem = "image/jpeg", ".jpg", checkPicture(data, jpeg.DecodeConfig, jpeg.Decode)
	case isText(data):
		f.Type, ending = "text/plain; charset=utf-8", ".txt"
	default:
		problem = "attachment.error.type"
	}
	if problem != "" {
		return f, errs.InvalidFields(errs.At("files", problem))
	}
	f.Name = cleanName(name, ending)
	return f, nil
}

// TooLarge refuses a file of more than MaxBytes.
func TooLarge() error {
	return errs.InvalidFields(errs.At("files", "attachment.error.large", "max", MaxBytes>>20))
}

func checkPicture(data []byte, config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error)) string {
	c, err := config(bytes.NewReader(data))
	switch {
	case err != nil || c.Width < 1 || c.Height < 1:
		return "attachment.error.picture"
	case int64(c.Width)*int64(c.Height) > maxPixels:
		return "attachment.error.pixels"
	}
	if _, err := decode(bytes.NewReader(data)); err != nil {
		return "attachment.error.picture"
	}
	return ""
}

// isText tells whether data is UTF-8 that a person could have typed.
func isText(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	return bytes.IndexFunc(data, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f
	}) < 0
}
