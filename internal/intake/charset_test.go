package intake

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"livingprofile/internal/errs"
)

// encoded returns text in a character set.
func encoded(t *testing.T, label, text string) []byte {
	t.Helper()
	e, _, err := charsetOf(label)
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	german   = "Name,Ort\nMüller,Köln\nGroß,Nürnberg\n"
	japaneze = "氏名,都道府県\n佐藤 愛子,東京都\nスズキ ハナ,大阪府\n"
)

func TestRecognise(t *testing.T) {
	bytesOf := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tests := []struct {
		name string
		file []byte
		want string // character set; "" for one that cannot be told
	}{
		{"ASCII", []byte("Name,City\nSmith,Leeds\n"), "utf-8"},
		{"UTF-8", []byte(german + japaneze), "utf-8"},
		{"UTF-8 with a mark", []byte("\ufeff" + german), "utf-8"},
		{"UTF-16 with a mark", bytesOf(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(german))), "utf-16le"},
		{"UTF-16 with a mark, the other way round", bytesOf(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(japaneze))), "utf-16be"},
		{"UTF-16 without a mark", encoded(t, "utf-16le", german), "utf-16le"},
		{"UTF-16 without a mark, the other way round", encoded(t, "utf-16be", german), "utf-16be"},
		{"Shift_JIS", encoded(t, "shift_jis", japaneze), "shift_jis"},
		{"Shift_JIS without kana", encoded(t, "shift_jis", "id,name\n1,佐藤\n2,渡邊\n"), "shift_jis"},
		{"Shift_JIS with half-width kana", encoded(t, "shift_jis", "id,name\n1,佐藤 ｻﾄｳ\n2,大橋 花子\n"), "shift_jis"},
		{"Windows-1252", encoded(t, "windows-1252", german), "windows-1252"},
		{"Windows-1252 that would be Shift_JIS too", encoded(t, "windows-1252", "id,name\n1,Frédéric\n"), "windows-1252"},
		{"Windows-1252 with typographic marks", encoded(t, "windows-1252", "id,note\n1,Zoë said “yes” – à bientôt, André\n2,Noël créée\n"), "windows-1252"},
		{"Cyrillic", bytesOf(charmap.Windows1251.NewEncoder().Bytes([]byte("id,name\n1,Иванов\n"))), ""},
		{"EUC-JP", bytesOf(japanese.EUCJP.NewEncoder().Bytes([]byte(japaneze))), ""},
		{"GBK", bytesOf(simplifiedchinese.GBK.NewEncoder().Bytes([]byte("id,name\n1,李明\n2,王小红\n"))), ""},
		{"one letter from MacRoman", []byte("id,name\n1,M\x9fller\n"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := openText(bytes.NewReader(tt.file), "", CSV)
			if tt.want == "" {
				var e *errs.Error
				if !errors.As(err, &e) || e.ID != "error.file_charset_unknown" {
					t.Fatalf("openText() = %+v, %v; want a refusal", text, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if text.charset != tt.want {
				t.Errorf("recognised as %q, want %q", text.charset, tt.want)
			}
			b, err := io.ReadAll(text.lines)
			if err != nil || !utf8.Valid(b) {
				t.Errorf("read as %q, %v", b, err)
			}
		})
	}
}

func TestNamedCharset(t *testing.T) {
	for _, label := range []string{"Windows-1251", "euc-jp", "gb18030", "latin1", "UTF-16", "sjis"} {
		text := japaneze
		switch label {
		case "Windows-1251":
			text = "имя\nИванов\n"
		case "latin1":
			text = german
		}
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":       func(r io.Reader) io.Reader { return r },
			"byte for byte": iotest.OneByteReader,
		} {
			opened, err := openText(wrap(bytes.NewReader(encoded(t, label, text))), label, CSV)
			if err != nil {
				t.Errorf("%s: %v", label, err)
				continue
			}
			if got, err := io.ReadAll(opened.lines); err != nil || string(got) != text {
				t.Errorf("%s %s: read %q, %v", label, name, got, err)
			}
		}
	}
	for _, label := range []string{"klingon", "replacement", "x-user-defined", "iso-2022-kr"} {
		var e *errs.Error
		if _, err := openText(strings.NewReader("a\n"), label, CSV); !errors.As(err, &e) || e.ID != "error.no_such_charset" {
			t.Errorf("%s: %v, want a refusal", label, err)
		}
	}
	// The mark in a file counts before a name, as in a file of rejected rows
	// that a map for another set reads.
	opened, err := openText(strings.NewReader("\ufeff"+german), "shift_jis", CSV)
	if err != nil || opened.charset != "utf-8" {
		t.Errorf("got %+v, %v, want UTF-8", opened, err)
	}
}

// Bytes that are no character of the set cost their row, and are never read as
// something else.
func TestUndecodableBytesCostTheirRow(t *testing.T) {
	tests := []struct {
		name, label string
		file        []byte
	}{
		{"Shift_JIS", "shift_jis", append(encoded(t, "shift_jis", "名\n佐藤\n"), "\xfd\xfe\n\x8d\xb2\x93\xa1\n"...)},
		{"half a character at the end", "shift_jis", append(encoded(t, "shift_jis", "名\n佐藤\n佐藤\n"), "\x8d"...)},
		{"Windows-1252", "windows-1252", []byte("n\nM\xfcller\nM\x81ller\nGro\xdf\n")},
		{"half of a pair", "utf-16le", append(encoded(t, "utf-16le", "n\né\n"), "\x00\xd8\n\x00b\x00\n\x00"...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := openText(bytes.NewReader(tt.file), tt.label, CSV)
			if err != nil {
				t.Fatal(err)
			}
			c := newCSV(text, ',')
			if _, err := c.Header(); err != nil {
				t.Fatal(err)
			}
			good, bad := 0, 0
			for {
				row, err := c.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				switch {
				case err != nil:
					t.Fatal(err)
				case row.Fault == nil:
					good++
				case row.Fault.Reason != "error.not_in_charset" || row.Fault.Args["charset"] != tt.label:
					t.Errorf("refused for %+v", row.Fault)
				default:
					bad++
				}
			}
			if good != 2 || bad != 1 {
				t.Errorf("%d rows read and %d refused, want 2 and 1", good, bad)
			}
		})
	}
}

// FuzzText looks for a file whose text is not what its bytes say.
func FuzzText(f *testing.F) {
	for _, label := range []string{"", "utf-8", "utf-16le", "shift_jis", "windows-1252", "gb18030"} {
		f.Add(label, []byte("a,b\n1,2\n"))
		f.Add(label, []byte("\xff\xfea\x00"))
		f.Add(label, []byte("\x8d\xb2\x93\xa1\n\xfc"))
	}
	f.Fuzz(func(t *testing.T, label string, file []byte) {
		text, err := openText(bytes.NewReader(file), label, CSV)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Fatalf("openText() error = %v, want Invalid", err)
			}
			return
		}
		got, err := io.ReadAll(text.lines)
		if err != nil {
			t.Fatal(err)
		}
		if text.Bytes() != int64(len(file)) {
			t.Fatalf("read %d of %d bytes", text.Bytes(), len(file))
		}
		if text.charset == utf8Set {
			if !bytes.HasSuffix(file, got) || len(file)-len(got) > 3 {
				t.Fatal("UTF-8 was not left as it was")
			}
			return
		}
		for len(got) > 0 {
			r, n := utf8.DecodeRune(got)
			if r == utf8.RuneError && (n != 1 || got[0] != noCharacter) {
				t.Fatalf("what cannot be read is in the text as %q", got[:n])
			}
			got = got[n:]
		}
	})
}
