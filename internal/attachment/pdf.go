package attachment

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"io"
)

// The limits of what is looked through in a PDF.
const (
	maxStreams  = 20_000
	maxUnpacked = 128 << 20
	maxLayers   = 3 // of compression
)

// acting are the names by which a PDF does something by itself, carries another
// file, or hides what it has (ISO 32000-2, 7.6, 7.11.4, 12.6.4). Additional
// actions (/AA) lead to one of these or to none that matters.
var acting = [...]string{
	"/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/OpenAction", "/SubmitForm", "/ImportData",
	"/GoToE", "/GoToR", "/RichMedia", "/Rendition", "/XFA", "/Encrypt",
}

// opaque are compressions, other than the usual one, that objects could be
// hidden in.
var opaque = [...]string{"/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/RunLengthDecode", "/AHx", "/A85", "/LZW", "/Crypt"}

// checkPDF returns the problem of a PDF, "" for none. It does not follow the
// file's own tables, which readers repair each in their own way: it looks at
// every byte, and into every stream that can be unpacked. Text that has one of
// the names is refused as well; who sends it can send a picture.
func checkPDF(data []byte) string {
	const broken = "attachment.error.pdf"
	if tail := data[max(0, len(data)-1024):]; !bytes.Contains(tail, []byte("%%EOF")) {
		return broken
	}
	plain := unescaped(data)
	switch {
	case hasName(plain, acting[:]):
		return "attachment.error.active"
	case hasName(plain, []string{"/ObjStm"}) && hasName(plain, opaque[:]):
		return broken
	}
	l := &lens{left: maxUnpacked}
	for n, rest := 0, data; ; {
		_, after, found := bytes.Cut(rest, []byte("stream"))
		if !found {
			return ""
		}
		rest = bytes.TrimLeft(after, "\r\n \t")
		if !packed(rest) {
			continue
		}
		if n++; n > maxStreams || !l.look(bytes.NewReader(rest), 0) {
			return broken
		}
		if l.acts {
			return "attachment.error.active"
		}
	}
}

// A lens looks into streams without holding them.
type lens struct {
	left int64 // bytes
	acts bool
}

// look tells whether it could see all of r, which is packed. Of a stream that
// breaks off it sees what there is, as readers do.
func (l *lens) look(r io.Reader, layer int) bool {
	z, err := zlib.NewReader(r)
	if err != nil {
		return true // no stream after all
	}
	in := bufio.NewReader(z)
	if head, _ := in.Peek(3); packed(head) {
		return layer < maxLayers && l.look(in, layer+1)
	}
	const overlap = 64 // more than the longest name, with every letter escaped
	window := make([]byte, 0, 64<<10)
	for {
		n, err := io.ReadFull(in, window[len(window):cap(window)])
		window = window[:len(window)+n]
		if l.left -= int64(n); l.left < 0 {
			return false
		}
		if hasName(unescaped(window), acting[:]) {
			l.acts = true
			return true
		}
		if err != nil {
			return true
		}
		window = window[:copy(window, window[len(window)-overlap:])]
	}
}

// packed tells whether data begins as a zlib stream does (RFC 1950, 2.2).
func packed(data []byte) bool {
	return len(data) > 2 && data[0]&0x0f == 8 && (int(data[0])<<8|int(data[1]))%31 == 0
}

// unescaped undoes the escapes of names: /J#61vaScript is /JavaScript.
func unescaped(data []byte) []byte {
	if bytes.IndexByte(data, '#') < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] == '#' && i+2 < len(data) {
			high, low := hexDigit(data[i+1]), hexDigit(data[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low)) //nolint:gosec // two digits
				i += 2
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hasName tells whether one of names stands in data as a whole.
func hasName(data []byte, names []string) bool {
	for {
		i := bytes.IndexByte(data, '/')
		if i < 0 {
			return false
		}
		data = data[i:]
		for _, name := range names {
			if rest, found := bytes.CutPrefix(data, []byte(name)); found && ends(rest) {
				return true
			}
		}
		data = data[1:]
	}
}

// ends tells whether a name is over where rest begins.
func ends(rest []byte) bool {
	return len(rest) == 0 || bytes.IndexByte([]byte("\x00\t\n\f\r ()<>[]{}/%"), rest[0]) >= 0
}
